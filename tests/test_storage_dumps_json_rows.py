"""JSON that other writers make: wide numbers, NaN, and deep nesting."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.dumps.json_rows import DEEPEST, TooDeepError, dump_json, load_row
from tests.dump_reading import read_again
from tests.dump_rows import run, story

if TYPE_CHECKING:
    from pathlib import Path

WIDE = 10**30 + 7
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.floats(allow_nan=False, allow_infinity=False)
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("abcd"), inner),
    max_leaves=8,
)


@given(_VALUES)
def test_a_value_comes_back_with_every_digit(value: object) -> None:
    told = dump_json(value)
    assert load_row(told) == value
    assert type(load_row(told)) is type(value)


def test_nan_is_nothing_and_infinity_text_outside_of_strings_alone() -> None:
    line = rb'{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN \" NaN", "d": %d}' % WIDE
    found = load_row(line)
    assert found == {
        "a": None,
        "b": ["-Infinity", "Infinity"],
        "c": 'NaN " NaN',
        "d": WIDE,
    }


@pytest.mark.parametrize("line", [b'{"a": NaNa}', b'{"a": "NaN}', b"NaN,", b"{NaN: 1}"])
def test_what_is_no_json_with_nan_either_stays_refused(line: bytes) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        load_row(line)


def test_nesting_is_read_as_deep_as_it_can_be_written() -> None:
    line = b"[" * DEEPEST + b"]" * DEEPEST
    assert dump_json(load_row(line)) == line
    with pytest.raises(TooDeepError):
        load_row(b"[" + line + b"]")


def _dump(folder: Path) -> Path:
    path = folder / "dump.jsonl"
    rows: list[dict[str, Any]] = [
        {"id": "a", "text": story(1), "n": WIDE, "x": {"y": [WIDE]}, "s": float("nan")},
        {"id": "b", "text": story(2), "n": 1, "x": None, "s": 1.5},
    ]
    deep = b'{"id": "c", "text": "three", "x": %s}\n' % (b"[" * 300 + b"]" * 300)
    path.write_bytes(b"".join(json.dumps(row).encode() + b"\n" for row in rows) + deep)
    return path


@pytest.mark.parametrize("form", ["csv", "tsv", "parquet", "db"])
def test_wide_numbers_keep_their_digits_in_other_formats(
    tmp_path: Path, form: str
) -> None:
    output = tmp_path / f"out.{form}"
    report = run(_dump(tmp_path), output=output)
    assert report.rejects == {"nested too deeply": 1}
    first, second = read_again(output, [0, 1])
    assert str(first["n"]) == str(WIDE)
    assert str(WIDE) in str(first["x"])
    assert str(second["s"]) == "1.5"


def test_a_row_that_is_made_anew_keeps_its_digits(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    dump = tmp_path / "dump.jsonl"
    row = {"id": "a", "headline": "One", "text": f"One\n\n{story(1)}", "n": WIDE}
    dump.write_bytes(json.dumps({"story": "x", **row}).encode() + b"\n")
    run(dump, output=output, annotate=True)
    (found,) = map(json.loads, output.read_text().splitlines())
    assert found["n"] == WIDE
    assert found["text"] == story(1)
