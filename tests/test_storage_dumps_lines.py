"""Lines of JSON: blocks, and what the kernel takes."""

from __future__ import annotations

import io
import json

import numpy as np
import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedupe.kernels import json_lines as kernel
from storage.dumps import scanning
from storage.dumps.fields import Fields
from storage.dumps.lines import iter_blocks


class Slowly:
    """Gives a few bytes at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        self._data = io.BytesIO(data)
        self._step = step

    def readinto(self, buffer: memoryview, /) -> int:
        return self._data.readinto(buffer[: self._step])


@given(
    st.lists(st.binary(max_size=40).map(lambda b: b.replace(b"\n", b" ")), max_size=20),
    st.integers(8, 64),
    st.integers(1, 70),
)
def test_blocks_hold_every_line_once(lines: list[bytes], block: int, step: int) -> None:
    data = b"".join(line + b"\n" for line in lines)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return
    found = list(iter_blocks(Slowly(data, step), block=block))
    joined = b"".join(b.data[: b.size].tobytes() for b in found)
    assert joined == data.removeprefix(b"\xef\xbb\xbf")
    for one in found:
        assert data[one.start :].startswith(one.data[: one.size].tobytes())
        assert one.line == data[: one.start].count(b"\n") + 1


def test_a_line_that_is_too_long_is_counted_and_left_out() -> None:
    data = b"a\n" + b"b" * 5000 + b"\nc\n" + b"d" * 900
    found = list(iter_blocks(Slowly(data, 100), block=64, longest=256))
    assert b"".join(b.data[: b.size].tobytes() for b in found) == b"a\nc\n"
    assert [line for b in found for line in b.too_long] == [2, 4]
    assert [data[b.start : b.start + 1] for b in found if b.size] == [b"a", b"c"]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)
LINE = st.one_of(
    st.binary(max_size=60),
    st.builds(
        lambda row, ascii_: json.dumps(row, ensure_ascii=ascii_).encode(
            errors="replace"
        ),
        st.dictionaries(st.sampled_from(["text", "id", "x"]), JSON_VALUES, max_size=3),
        st.booleans(),
    ),
    st.text('{}[]":,\\ntrue01-.eE+u/ab \t').map(
        lambda t: ('{"text":' + t + "}").encode()
    ),
)


@settings(max_examples=400)
@given(st.lists(LINE, min_size=1, max_size=4))
@example([b'{"text":"\\ud83d\\ude00 \\/ \\b"}'])
@example([b'{"text":-0.10}'])
def test_the_kernel_accepts_no_line_that_orjson_refuses(lines: list[bytes]) -> None:
    data = b"\n".join(line.replace(b"\n", b" ") for line in lines) + b"\n"
    held = bytearray(-(-(len(data) + 64) // 8) * 8)
    held[: len(data)] = data
    scan = scanning.scan_lines(
        np.frombuffer(held, np.uint8), len(data), Fields(text="text")
    )
    for line, status, kinds, spans in zip(
        data.split(b"\n"), scan.status, scan.kinds, scan.spans, strict=False
    ):
        if status != kernel.ACCEPTED:
            continue
        row = orjson.loads(line)
        assert isinstance(row, dict)
        text = row.get("text")
        assert (kinds[0] in (kernel.STRING, kernel.ESCAPED)) == isinstance(text, str)
        if isinstance(text, str):
            one = scanning.Scan(
                data=scan.data, status=scan.status, lines=scan.lines,
                kinds=kinds[None], spans=spans[None],
            )  # fmt: skip
            assert scanning.gather_field(one, np.array([0]), 0)[0] == text


def is_json_string(held: bytes) -> bool:
    try:
        orjson.loads(b'"' + held + b'"')
    except orjson.JSONDecodeError:
        return False
    return True


CHARACTERS = [
    *(character.encode() for character in "a\x7fé߿ࠀअ퟿한\ue000\uffff😀\U0010ffff"),
    *(b"\\n", b"\\u00e9", b"\x1f", b"\x80", b"\xbf", b"\xc3", b"\xc0\x80", b"\xc1\xbf"),
    *(b"\xe2\x82", b"\xe0\x80\x80", b"\xe0\x9f\xbf", b"\xed\xa0\x80", b"\xed\xbf\xbf"),
    *(b"\xf0\x9f\x98", b"\xf0\x8f\xbf\xbf", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80"),
    *(b"\xff", b"\xe2\x82a", b"\xc3\xa9\xa9", b"\xf8\x88\x80\x80\x80"),
]


def accepted_behind(held: bytes) -> list[bool]:
    """Say whether a text is accepted that ends in *held*, behind 0 to 8 bytes."""
    lines = [b'{"text":"' + b"a" * at + held + b'"}\n' for at in range(9)]
    data = np.frombuffer(b"".join([*lines, bytes(64)]), np.uint8)
    scan = scanning.scan_lines(data, len(data) - 64, Fields(text="text"))
    return [status == kernel.ACCEPTED for status in scan.status.tolist()]


@settings(max_examples=150)
@given(st.lists(st.sampled_from([*CHARACTERS, b"boat", b"\xc3\xa9" * 5]), max_size=9))
def test_the_kernel_knows_utf8_wherever_it_stands(pieces: list[bytes]) -> None:
    held = b"".join(pieces)
    assert accepted_behind(held) == [is_json_string(held)] * 9


@pytest.mark.parametrize("character", CHARACTERS, ids=repr)
def test_the_kernel_knows_each_character_between_others(character: bytes) -> None:
    for before, behind in [("", ""), ("é", "é"), ("€", "€"), ("😀", "a"), ("a", "😀")]:
        held = before.encode() + character + behind.encode()
        assert accepted_behind(held) == [is_json_string(held)] * 9
