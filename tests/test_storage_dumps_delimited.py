"""CSV and TSV as spreadsheets, scripts and broken pipes leave them."""

from __future__ import annotations

import csv
import io
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.dumps.delimited_writing import DelimitedWriter
from storage.dumps.fields import Fields
from storage.dumps.formats import expand, open_dump
from storage.errors import DumpError, MissingFieldError, TruncatedDumpError
from tests.dump_reading import read, read_again

if TYPE_CHECKING:
    from pathlib import Path


def write(tmp_path: Path, data: bytes | str, name: str = "dump.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_a_second_field_of_one_name_is_kept(tmp_path: Path) -> None:
    path = write(tmp_path, "x,x,text,x_2\n1,2,one,3\n")
    (row,) = read_again(path, [0])
    assert row == {"x": "1", "x_2": "2", "text": "one", "x_2_2": "3"}


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_header_without_commas_is_parted_otherwise(
    tmp_path: Path, delimiter: str
) -> None:
    path = write(tmp_path, f"id{delimiter}text\n1{delimiter}one, two\n")
    assert read(path) == (["one, two"], [])


def test_a_quote_in_a_tsv_holds_no_rows_together(tmp_path: Path) -> None:
    lines = 'id\ttext\n1\t"Never closed\n2\t"Well," he said\n3\t"a\tb"\n4\tlast\n'
    path = write(tmp_path, lines, "dump.tsv")
    texts, rejects = read(path)
    assert texts == ['"Never closed', '"Well," he said', "a\tb", "last"]
    assert rejects == []
    assert [row["id"] for row in read_again(path, [0, 1, 3])] == ["1", "2", "4"]


def test_lines_of_a_tsv_that_fit_no_header_are_counted_one_by_one(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, 'id\ttext\n1\t"open\n\nmore\n2\ttwo\n', "dump.tsv")
    texts, rejects = read(path)
    assert texts == ['"open', "two"]
    assert [(reject.line, reject.detail) for reject in rejects] == [
        (4, "1 instead of 2")
    ]


def test_lines_may_end_as_they_once_did_on_a_mac(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,text\r1,one\r2,"two\rlines"\r')
    assert read(path) == (["one", "two\rlines"], [])


def test_blank_lines_before_the_header_are_passed_over(tmp_path: Path) -> None:
    assert read(write(tmp_path, "\n\r\nid,text\n1,one\n")) == (["one"], [])


def test_what_is_wrong_is_told_in_words(tmp_path: Path) -> None:
    _, rejects = read(write(tmp_path, 'id,text\n1,a\rb\n2,"open\n'))
    details = [reject.detail for reject in rejects]
    assert details == [
        "a carriage return outside of quotes",
        "a quote that is never closed",
    ]


@pytest.mark.parametrize("name", ["dump.csv", "dump.tsv"])
def test_a_line_without_an_end_is_not_held_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("storage.dumps.delimited._LONGEST", 1 << 20)
    path = write(tmp_path, "text\none\n" + "x" * (20 << 20) + "\ntwo\n", name)
    tracemalloc.start()
    texts, rejects = read(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert texts == ["one", "two"]
    assert [reject.reason for reject in rejects] == ["the line is too long"]
    assert most < 16 << 20
    assert [row["text"] for row in read_again(path, [0, 1])] == texts


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16-le"])
def test_a_header_in_another_encoding_is_refused(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, "id,text,café\n1,one,x\n".encode(encoding))
    with pytest.raises(DumpError, match="not UTF-8"):
        read(path)


def test_utf_16_that_is_cut_or_broken(tmp_path: Path) -> None:
    data = "id,text\n1,one\n2,\N{GRINNING FACE}\n3,three\n".encode("utf-16")
    half = data.replace("\N{GRINNING FACE}".encode("utf-16-le")[2:], b"")
    texts, rejects = read(write(tmp_path, half))
    assert texts == ["one", "three"]
    assert [reject.reason for reject in rejects] == ["invalid UTF-8"]
    with pytest.raises(TruncatedDumpError, match="inside a character"):
        read(write(tmp_path, data[:-1]))


@pytest.mark.parametrize("text", ["a\rb", "a\r", "\r\n", "a\nb", '"', " a ", "a,b\tc"])
@pytest.mark.parametrize("name", ["dump.csv", "dump.tsv"])
def test_what_is_written_is_read_again(tmp_path: Path, text: str, name: str) -> None:
    path = tmp_path / name
    with path.open("wb") as raw:
        delimiter = "\t" if name.endswith("tsv") else ","
        writer = DelimitedWriter(raw, ["id", "text"], delimiter)
        writer.write([{"id": "1", "text": text}, {"id": "2", "text": "next"}])
        writer.close()
    assert read(path) == ([text, "next"], [])


def test_bytes_are_written_as_text_or_as_base64(tmp_path: Path) -> None:
    path = tmp_path / "dump.csv"
    with path.open("wb") as raw:
        writer = DelimitedWriter(raw, ["text", "b", "list"])
        writer.write([{"text": "one", "b": "é".encode(), "list": [b"\xff\x00"]}])
        writer.close()
    (row,) = read_again(path, [0])
    assert (row["b"], row["list"]) == ("é", '["/wA="]')


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_wide_characters_without_their_mark_are_called_so(
    tmp_path: Path, encoding: str
) -> None:
    path = write(tmp_path, "id,text\r\n1,one\r\n".encode(encoding))
    with pytest.raises(DumpError, match="not UTF-8: convert"):
        read(path)


def test_a_file_without_a_header_is_told_on_one_short_line(tmp_path: Path) -> None:
    path = write(tmp_path, '1,"A long row\nof text {}"\n2,two\n'.format("word " * 99))
    with pytest.raises(MissingFieldError) as caught:
        read(path)
    told = str(caught.value)
    assert "name one of: 1, A long row of text word" in told
    assert "\n" not in told
    assert len(told) < 250


@given(st.text(st.sampled_from('ab",\n\r'), max_size=60))
def test_rows_are_those_of_the_csv_module_line_by_line(
    tmp_path_factory: pytest.TempPathFactory, rows: str
) -> None:
    text = f"id,text\n{rows}"
    path = write(tmp_path_factory.getbasetemp(), text)
    texts, rejects = read(path)
    assert (texts, [(one.line, one.reason) for one in rejects]) == _by_lines(text)


def _by_lines(text: str) -> tuple[list[str], list[tuple[int, str]]]:
    *lines, last = text.split("\n")
    held = [line + "\n" for line in lines] + [last] * bool(last)
    reader = csv.reader(held, strict=True)
    next(reader)
    texts, rejects = [], []
    while reader.line_num < len(held):
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except csv.Error:
            rejects.append((line, "not CSV"))
            continue
        if len(cells) == 2:
            texts.append(cells[1])
        elif cells:
            rejects.append((line, "wrong number of fields"))
    return texts, rejects


@pytest.mark.parametrize("cell", ['a"b', "a,b", "a\nb", "a\rb", "", '"', " a ", "a\0b"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_what_is_written_is_read_by_the_csv_module(cell: str, delimiter: str) -> None:
    out = io.BytesIO()
    writer = DelimitedWriter(out, ["x", "a,\tb"], delimiter)
    writer.write([{"x": cell, "a,\tb": 1.5}, {"a,\tb": None}])
    writer.close()
    read_back = csv.reader(
        io.StringIO(out.getvalue().decode(), newline=""), delimiter=delimiter
    )
    assert list(read_back) == [["x", "a,\tb"], [cell, "1.5"], ["", ""]]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n\n"])
def test_a_file_of_nothing_has_no_fields_and_no_rows(
    tmp_path: Path, data: bytes
) -> None:
    path = write(tmp_path, data)
    (item,) = expand([str(path)])
    dump = open_dump(item)
    assert dump.field_names() == []
    assert [len(task()) for task in dump.read(Fields(text="text"))] == []
