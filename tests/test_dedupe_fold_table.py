"""The fold table that the package brings is the one that this Python would build."""

from __future__ import annotations

import unicodedata

import numpy as np

from dedupe.fold_table import SAVED, build_fold_table, fold_table


def test_the_saved_table_is_the_built_one() -> None:
    for given, built in zip(fold_table(), build_fold_table(), strict=True):
        assert given.dtype == built.dtype
        np.testing.assert_array_equal(given, built)


def test_the_saved_table_says_its_version_of_unicode() -> None:
    with np.load(SAVED) as saved:
        version = str(saved["version"])
    assert _numbers(version) <= _numbers(unicodedata.unidata_version)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]
