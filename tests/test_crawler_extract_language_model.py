from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from crawler.extract import language_model

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

_TEXTS = (
    "The minister said on Monday that the new bridge would open before the winter.",
    "قال الوزير يوم الاثنين إن الجسر الجديد سيفتتح قبل حلول فصل الشتاء.",
    "Der Minister sagte am Montag, die neue Brücke werde vor dem Winter eröffnet.",
    "وزیر روز دوشنبه گفت که پل جدید پیش از زمستان گشایش خواهد یافت.",
)
_PARTS = ("nb_ptc", "nb_pc", "nb_classes", "tk_nextmove", "tk_row", "tk_output")
_SMALL = (
    np.array([[1.0, 2.0]], np.float16),
    np.array([0.5, 0.5], np.float32),
    ["en", "de"],
    array("I", range(256)),
    array("H", [0]),
    [0],
)


def test_the_unpacked_model_guesses_as_the_packed_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    packed = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    parts = [getattr(packed, name) for name in _PARTS]
    monkeypatch.setattr(language_model, "load_model", lambda _: parts)
    unpacking = language_model.load_identifier()
    monkeypatch.setattr(language_model, "load_model", _is_not_asked)
    mapped = language_model.load_identifier()
    for text in _TEXTS:
        assert unpacking.classify(text) == packed.classify(text)
        assert mapped.classify(text) == packed.classify(text)
    assert {packed.classify(text)[0] for text in _TEXTS} == {"en", "ar", "de", "fa"}


def test_a_broken_copy_of_the_model_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(language_model, "load_model", lambda _: _SMALL)
    language_model.load_identifier()
    (part,) = tmp_path.rglob("nextmove.npy")
    whole = part.read_bytes()
    part.write_bytes(whole[:-1])
    assert language_model.load_identifier().nb_classes == ["en", "de"]
    assert part.read_bytes() == whole
    assert len(list(part.parents[1].iterdir())) == 1


def test_without_a_cache_the_model_is_unpacked_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(language_model, "load_model", lambda _: _SMALL)
    for _ in range(2):
        assert language_model.load_identifier().nb_classes == ["en", "de"]


def _is_not_asked(path: Path) -> Any:
    raise AssertionError(f"{path} was unpacked again")
