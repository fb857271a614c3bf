"""JSON lines with names and shapes that nobody expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from storage.dumps.fields import Fields
from storage.dumps.formats import expand, open_dump
from storage.errors import DumpError
from tests.dump_reading import read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ['q"x', "tab\there", "back\\slash", "dot.ted", "ünï"])
@pytest.mark.parametrize("role", ["text", "id"])
def test_no_row_is_lost_whatever_its_fields_are_called(
    tmp_path: Path, name: str, role: str
) -> None:
    other = "body" if role == "id" else "id"
    path = tmp_path / "dump.jsonl"
    path.write_bytes(orjson.dumps({name: "one", other: "two"}) + b"\n")
    texts, rejects = read(path, Fields(**{role: name}))
    assert texts == ["one" if role == "text" else "two"]
    assert rejects == []


def test_one_field_may_have_two_roles(tmp_path: Path) -> None:
    path = tmp_path / "dump.jsonl"
    path.write_bytes(b'{"url": "https://example.org/a", "text": "one"}\n')
    (item,) = expand([str(path)])
    fields = Fields(text="text", id="url", url="url", headline="text")
    (task,) = open_dump(item).read(fields)
    batch = task()
    assert batch.ids[0] == batch.urls[0] == "https://example.org/a"
    assert batch.headlines[0] == batch.texts[0] == "one"


@pytest.mark.parametrize("name", ["text", "my.text"])
def test_a_text_that_is_no_string_is_called_what_it_is(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / "dump.jsonl"
    values = [b"true", b"[1]", b'{"a": 1}', b"12"]
    path.write_bytes(b"".join(b'{"%s": %s}\n' % (name.encode(), v) for v in values))
    _, rejects = read(path, Fields(text=name))
    details = [reject.detail for reject in rejects]
    assert details == ["true or false", "a list", "an object", "a number"]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b'{\n  "text": "one"\n}\n', "jq -c"),
        ('{"text": "one"}\n'.encode("utf-16-le"), "UTF-16"),
        ('{"text": "one"}\n'.encode("utf-16-be"), "UTF-16"),
        ('{"text": "one"}\n'.encode("utf-32"), "UTF-32"),
        (b"PAR1\x15\x04\x15", "--format parquet"),
        (b"SQLite format 3\0\x10", "::TABLE"),
        (b"WARC/1.0\r\nWARC-Type: warcinfo\r\n", "--format warc"),
    ],
)
def test_a_file_of_another_shape_is_refused_whole(
    tmp_path: Path, data: bytes, what: str
) -> None:
    path = tmp_path / "dump.jsonl"
    path.write_bytes(data)
    with pytest.raises(DumpError, match=what):
        read(path)
