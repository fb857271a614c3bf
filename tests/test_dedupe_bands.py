"""The frozen table of bands and rows against datasketch's search."""

from __future__ import annotations

import subprocess
import sys

import pytest
from datasketch.lsh import _optimal_param

from dedupe.bands import OPTIMUM, pick_bands
from dedupe.errors import ParameterError
from dedupe.parameters import DEFAULT, Parameters


@pytest.mark.parametrize(("num_perm", "threshold"), OPTIMUM)
def test_the_table_is_what_datasketch_finds(num_perm: int, threshold: float) -> None:
    bands, rows = OPTIMUM[num_perm, threshold]
    assert (bands, rows) == _optimal_param(threshold, num_perm, 0.5, 0.5)
    Parameters(num_perm=num_perm, bands=bands, rows=rows)


def test_the_defaults_stand_in_the_table() -> None:
    assert pick_bands(0.4) == (DEFAULT.bands, DEFAULT.rows)


def test_settings_outside_the_table_are_searched() -> None:
    bands, rows = pick_bands(0.45, 100)
    assert (bands, rows) == _optimal_param(0.45, 100, 0.5, 0.5)
    with pytest.raises(ParameterError, match="need"):
        Parameters(num_perm=100, bands=bands + 100, rows=rows)


def test_the_table_costs_no_import_of_datasketch() -> None:
    code = (
        "import sys; from dedupe.bands import pick_bands; pick_bands(0.4); "
        "print('datasketch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "False"
