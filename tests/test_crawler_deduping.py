"""A dump from files to files: every row is accounted for, whatever comes in."""

from __future__ import annotations

import gzip
import io
from typing import TYPE_CHECKING

import orjson
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from storage.dumps.fields import Fields
from storage.errors import DumpError, RejectedRowError, TruncatedDumpError
from storage.settle import count_waiting
from storage.store import Store
from tests.dump_rows import row, rows_of, run, story, table, write

if TYPE_CHECKING:
    from pathlib import Path


def test_survivors_keep_their_bytes_and_their_order(tmp_path: Path) -> None:
    rows = [row(n, n % 7) for n in range(20)]
    dump = write(tmp_path / "in.jsonl", rows)
    odd = (
        b'{"id" : "odd",  "text":"'
        + story(99).replace("\n", "\\n").encode()
        + b'"}\r\n'
    )
    dump.write_bytes(odd + dump.read_bytes())
    report = run(dump, output=tmp_path / "out.jsonl", stories=tmp_path / "stories.tsv")
    assert (report.rows, report.survivors, report.copies) == (21, 8, {"exact": 13})
    out = (tmp_path / "out.jsonl").read_bytes()
    assert out == b"".join(dump.read_bytes().splitlines(keepends=True)[:8])
    stories = table(tmp_path / "stories.tsv")
    assert [s["id"] for s in stories] == ["odd", *(r["id"] for r in rows)]
    assert sum(s["role"] == "canonical" for s in stories) == 8
    assert stories[8] == {
        "id": "r7", "story": "1", "role": "copy", "verdict": "exact",
        "similarity": "1.0", "containment": "1.0", "of": "r0", "row": "9",
    }  # fmt: skip


def test_rejects_go_to_their_table_and_the_rest_goes_on(tmp_path: Path) -> None:
    dump = write(tmp_path / "in.jsonl", [row(0, 0), row(1, 1)])
    dump.write_bytes(b"junk\n" + dump.read_bytes() + b'{"id": "x"}\n{"text": 3}\n')
    report = run(dump, rejects=tmp_path / "rejects.tsv")
    assert report.rows == 5
    assert report.survivors == 2
    rejects = table(tmp_path / "rejects.tsv")
    assert [(r["line"], r["reason"]) for r in rejects] == [
        ("1", "not JSON"), ("4", "no text"), ("5", "the text is not a string"),
    ]  # fmt: skip
    with pytest.raises(RejectedRowError, match=r"line 1: not JSON"):
        run(dump, strict=True, output=tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()


def test_repeats_inside_an_article_are_cut_and_can_be_put_back(tmp_path: Path) -> None:
    lines = story(1).split("\n\n")
    headline = "A bridge over the northern river opens"
    text = "\n\n".join([headline, *lines[:4], headline, *lines[4:], lines[2]])
    dump = write(
        tmp_path / "in.jsonl", [row(0, 0), row(1, 1, text=text, headline=headline)]
    )
    report = run(dump, output=tmp_path / "out.jsonl", removed=tmp_path / "removed.tsv")
    assert report.removed == {"headline": 2, "repeat": 1}
    out = rows_of(tmp_path / "out.jsonl")
    assert out[0] == row(0, 0)
    assert out[1]["text"].split("\n\n") == lines
    raw = out[1]["text"].encode()
    for cut in table(tmp_path / "removed.tsv"):
        start = int(cut["start"])
        raw = raw[:start] + cut["text"].encode() + raw[start:]
    assert raw.decode() == text
    assert run(dump, only="across").removed == {}
    assert run(dump, only="inside").survivors == 2


def test_rows_of_one_url_are_one_article_and_its_revisions(tmp_path: Path) -> None:
    same = "https://www.example.org/a-slug-of-news"
    rows = [
        row(0, 1, url=same, date="2024-05-02T10:00:00Z"),
        row(1, 2, url=same + "?utm_source=x", date="2024-05-02T12:00:00Z"),
        row(
            2,
            2,
            url="https://m.example.org/a-slug-of-news",
            date="2024-05-02T09:00:00Z",
        ),
        row(3, 1),
    ]
    dump = write(tmp_path / "in.jsonl", rows)
    report = run(dump, output=tmp_path / "out.jsonl", stories=tmp_path / "s.tsv")
    assert report.copies == {"exact": 1, "revision": 1}
    stories = {s["id"]: s for s in table(tmp_path / "s.tsv")}
    assert [stories[f"r{n}"]["verdict"] for n in range(4)] == [
        "revision",
        "",
        "exact",
        "",
    ]
    assert stories["r0"]["of"] == stories["r2"]["of"] == "r1"
    kept = [r["id"] for r in rows_of(tmp_path / "out.jsonl")]
    assert kept == ["r1", "r3"]


def test_keep_rules(tmp_path: Path) -> None:
    long = story(5) + "\n\n" + story(6, 1)
    rows = [
        row(0, 5, date="2024-05-03", outlet="The Mirror"),
        row(1, 5, date="2024-05-01", outlet="Evening Bell"),
        row(2, 5, date="2024-05-02", text=long),
    ]
    dump = write(tmp_path / "in.jsonl", rows)
    shown = {}
    for keep in ("earliest", "longest", "the mirror,Evening Bell", "example.org"):
        run(dump, keep=keep, output=tmp_path / "out.jsonl")
        shown[keep] = orjson.loads((tmp_path / "out.jsonl").read_bytes())["id"]
    assert list(shown.values()) == ["r1", "r2", "r0", "r2"]


def test_annotated_rows_are_all_there(tmp_path: Path) -> None:
    rows = [row(0, 1), row(1, 1), row(2, 2, story="theirs")]
    dump = write(tmp_path / "in.jsonl", rows)
    run(dump, output=tmp_path / "out.jsonl", annotate=True)
    out = rows_of(tmp_path / "out.jsonl")
    assert [(r["id"], r["story"], r["role"], r["of"]) for r in out] == [
        ("r0", 0, "canonical", None), ("r1", 0, "copy", "r0"), ("r2", 1, "canonical", None),
    ]  # fmt: skip
    assert {**out[1], **rows[1]} == out[1]


def test_duplicate_ids_are_told_and_nothing_is_lost(tmp_path: Path) -> None:
    dump = write(tmp_path / "in.jsonl", [row(n, n, id="same") for n in range(3)])
    report = run(dump, output=tmp_path / "out.jsonl")
    assert (report.survivors, report.duplicate_ids) == (3, 2)


def test_empty_texts_join_nothing(tmp_path: Path) -> None:
    dump = write(tmp_path / "in.jsonl", [row(n, 0, text="") for n in range(4)])
    assert run(dump).survivors == 4


def test_an_empty_dump_gives_an_empty_output(tmp_path: Path) -> None:
    dump = write(tmp_path / "in.jsonl", [])
    report = run(dump, output=tmp_path / "out.jsonl", stories=tmp_path / "s.tsv")
    assert report.rows == 0
    assert (tmp_path / "out.jsonl").read_bytes() == b""
    assert table(tmp_path / "s.tsv") == []


def test_a_truncated_input_leaves_no_output(tmp_path: Path) -> None:
    whole = b"".join(orjson.dumps(row(n, n)) + b"\n" for n in range(50))
    (tmp_path / "in.jsonl.gz").write_bytes(gzip.compress(whole)[:-30])
    outputs = {"output": tmp_path / "o.jsonl", "stories": tmp_path / "s.tsv"}
    with pytest.raises(TruncatedDumpError):
        run(tmp_path / "in.jsonl.gz", **outputs)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl.gz"]


def test_an_output_may_not_be_an_input(tmp_path: Path) -> None:
    dump = write(tmp_path / "in.jsonl", [row(0, 0)])
    with pytest.raises(DumpError, match="is an input"):
        run(dump, output=dump)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".db", ".jsonl.zst"])
def test_mixed_inputs_and_every_output(tmp_path: Path, suffix: str) -> None:
    first = write(tmp_path / "a.jsonl", [row(n, n) for n in range(4)])
    out = tmp_path / f"b{suffix}"
    assert run(first, output=out).survivors == 4
    both = run(first, out, output=tmp_path / f"c{suffix}", stories=tmp_path / "s.tsv")
    # The second dump holds the first one's rows: their URLs are the same.
    assert (both.rows, both.survivors) == (8, 4)
    again = run(tmp_path / f"c{suffix}", output=tmp_path / "d.jsonl")
    assert again.survivors == 4
    found = rows_of(tmp_path / "d.jsonl")
    assert [r["text"] for r in found] == [story(n) for n in range(4)]


def test_more_cores_or_less_memory_give_the_same_answer(tmp_path: Path) -> None:
    dump = write(tmp_path / "in.jsonl", [row(n, n % 30) for n in range(90)])
    answers = []
    for options in ({"threads": 1}, {"threads": 2}, {"memory": 0, "spill": tmp_path}):
        run(dump, output=tmp_path / "o.jsonl", stories=tmp_path / "s.tsv", **options)
        answers.append((tmp_path / "s.tsv").read_bytes())
    assert len(set(answers)) == 1
    assert {path.name for path in tmp_path.iterdir()} == {
        "in.jsonl",
        "o.jsonl",
        "s.tsv",
    }


def test_a_folder_of_texts(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    headline = "A headline of its own"
    for number in range(3):
        text = "\n\n".join([headline, headline, story(number)])
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    (folder / "3.txt").write_bytes(f"Überschrift\n{story(7)}".encode("utf-16"))
    report = run(folder, output=tmp_path / "out.jsonl")
    assert (report.survivors, report.removed) == (4, {"headline": 3})
    out = rows_of(tmp_path / "out.jsonl")
    assert [r["headline"] for r in out] == [headline] * 3 + ["Überschrift"]
    assert out[0]["text"] == story(0)
    run(folder, output=tmp_path / "out.jsonl", first_line_is_headline=False)
    first = orjson.loads((tmp_path / "out.jsonl").read_bytes().splitlines()[0])
    assert first["text"].startswith(headline)


def page(number: int) -> bytes:
    paragraphs = "".join(f"<p>{line}</p>" for line in story(number).split("\n\n"))
    title = f"Council opens bridge number {number}"
    return (
        f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>"
        f"{paragraphs}</article></body></html>"
    ).encode()


def warc(path: Path, cut: int = 0) -> Path:
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=path.suffix == ".gz")

    def add(kind: str, url: str, body: bytes, *headers: tuple[str, str]) -> None:
        http = StatusAndHeaders("200 OK", list(headers), protocol="HTTP/1.1")
        record = writer.create_warc_record(
            url, kind, payload=io.BytesIO(body), http_headers=http
        )
        writer.write_record(record)
        # warcio measures the record in a file that it does not close.
        record.raw_stream.close()

    html = ("Content-Type", "text/html; charset=utf-8")
    add("response", "https://example.org/1", page(1), html)
    whole = page(2)
    pieces = [whole[at : at + 500] for at in range(0, len(whole), 500)]
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"
    add(
        "response",
        "https://example.org/2",
        chunked,
        html,
        ("Transfer-Encoding", "chunked"),
    )
    packed = gzip.compress(page(3))
    add("response", "https://example.org/3", packed, html, ("Content-Encoding", "gzip"))
    add("response", "https://example.org/i", b"GIF89a", ("Content-Type", "image/gif"))
    writer.write_record(
        writer.create_revisit_record(
            "https://example.org/1",
            "sha1:X",
            "https://example.org/1",
            "2024-05-14T00:00:00Z",
        )
    )
    data = buffer.getvalue()
    path.write_bytes(data[: len(data) - cut])
    return path


@pytest.mark.parametrize("name", ["in.warc", "in.warc.gz"])
def test_a_warc_file(tmp_path: Path, name: str) -> None:
    report = run(warc(tmp_path / name), output=tmp_path / "out.jsonl")
    assert report.rejects == {
        "not HTML": 1,
        "a revisit, whose text stands elsewhere": 1,
    }
    out = rows_of(tmp_path / "out.jsonl")
    assert [r["url"] for r in out] == [f"https://example.org/{n}" for n in (1, 2, 3)]
    assert [r["text"] for r in out] == [story(n) for n in (1, 2, 3)]


@pytest.mark.parametrize("name", ["in.warc", "in.warc.gz"])
def test_a_truncated_warc_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(TruncatedDumpError, match="truncated"):
        run(warc(tmp_path / name, cut=100), output=tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()


def test_only_what_a_database_lacks_is_new_and_loading_twice_changes_nothing(
    tmp_path: Path,
) -> None:
    old = write(tmp_path / "old.jsonl", [row(n, n) for n in range(6)])
    db = tmp_path / "news.db"
    assert (run(old, into=db).survivors, run(old, into=db).copies) == (6, {"known": 6})
    rows = [row(3, 3), row(20, 4), row(21, 50), row(22, 50)]
    new = write(tmp_path / "new.jsonl", rows)
    before = db.read_bytes()
    report = run(new, against=db, output=tmp_path / "out.jsonl")
    assert (report.rows, report.survivors, report.known) == (4, 1, 2)
    assert [r["id"] for r in rows_of(tmp_path / "out.jsonl")] == ["r21"]
    assert db.read_bytes() == before


def test_paragraphs_are_kept_where_they_stood_first(tmp_path: Path) -> None:
    lines = [story(n, 1) for n in range(5)]
    texts = ["\n\n".join(lines[:3]), "\n\n".join(lines[2:]), lines[0]]
    dump = write(
        tmp_path / "in.jsonl", [row(n, 0, text=t) for n, t in enumerate(texts)]
    )
    removed = tmp_path / "removed.tsv"
    report = run(dump, unit="paragraph", output=tmp_path / "out.jsonl", removed=removed)
    assert (report.survivors, report.copies) == (2, {"excerpt": 1})
    kept = [r["text"].split("\n\n") for r in rows_of(tmp_path / "out.jsonl")]
    assert kept == [lines[:3], lines[3:]]
    assert [r["text"].strip() for r in table(removed)] == [lines[2]]


def test_headlines_are_a_unit_of_their_own(tmp_path: Path) -> None:
    headlines = [
        "Parliament passes the railway budget after a night of debate",
        "Glacier museum opens its doors to the first winter visitors",
        "Parliament passes the railway budget after night of debate",
    ]
    rows = [row(n, n, headline=h) for n, h in enumerate(headlines)]
    dump = write(tmp_path / "in.jsonl", rows)
    report = run(dump, unit="headline", stories=tmp_path / "s.tsv")
    assert report.survivors == 2
    assert [s["of"] for s in table(tmp_path / "s.tsv")] == ["", "", "r0"]


def test_an_outlets_own_lines_are_cut_from_every_article(tmp_path: Path) -> None:
    line = "Subscribe to the Evening Bell and never miss a story again."
    rows = [row(n, n, text=story(n) + "\n\n" + line) for n in range(12)]
    dump = write(tmp_path / "in.jsonl", rows)
    removed = tmp_path / "removed.tsv"
    report = run(dump, output=tmp_path / "out.jsonl", removed=removed)
    assert report.removed == {"boilerplate": 12}
    out = rows_of(tmp_path / "out.jsonl")
    assert [r["text"] for r in out] == [story(n) for n in range(12)]
    cut = table(removed)[3]
    raw, start = out[3]["text"].encode(), int(cut["start"])
    assert (raw[:start] + cut["text"].encode() + raw[start:]).decode() == rows[3][
        "text"
    ]


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet", "db"])
def test_each_line_that_goes_is_told_once(tmp_path: Path, suffix: str) -> None:
    line = "Subscribe to the Evening Bell and never miss a story again."
    rows = [row(n, n, text=story(n) + "\n\n" + line) for n in range(12)]
    dump = write(tmp_path / "in.jsonl", rows)
    removed = tmp_path / "removed.tsv"
    run(dump, output=tmp_path / f"out.{suffix}", removed=removed)
    assert sorted(cut["id"] for cut in table(removed)) == sorted(
        f"r{n}" for n in range(12)
    )
    assert {cut["text"].strip() for cut in table(removed)} == {line}


def test_the_page_escapes_what_the_dump_says(tmp_path: Path) -> None:
    rows = [row(n, n % 3, headline="<script>alert(1)</script>") for n in range(9)]
    dump = write(tmp_path / "in.jsonl", rows)
    run(dump, report=tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "9 rows, 3 survivors" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page


@pytest.mark.shared
def test_the_seed_as_a_dump(shared: Path, tmp_path: Path) -> None:
    seed = shared / "newsroom" / "seed" / "article.txt"
    headline = seed.read_text(encoding="utf-8").splitlines()[0]
    run(seed, output=tmp_path / "out.jsonl", removed=tmp_path / "removed.tsv")
    article = orjson.loads((tmp_path / "out.jsonl").read_bytes())
    lines = [line for line in seed.read_text(encoding="utf-8").splitlines() if line]
    kept = [line for line in lines[:-1] if line != headline]
    assert article["headline"] == headline
    assert article["text"].split("\n\n") == kept
    assert len(table(tmp_path / "removed.tsv")) == len(lines) - len(kept) - 1
    assert Fields().text is None


def test_loading_settles_the_lines_that_turned_out_to_be_boilerplate(
    tmp_path: Path,
) -> None:
    line = "Sign up for the Breakwater briefing and read it before breakfast."
    rows = [
        row(n, n, text=f"{story(n)}\n{line}", outlet="The Breakwater")
        for n in range(12)
    ]
    db = tmp_path / "news.db"
    run(write(tmp_path / "a.jsonl", rows), into=db)
    with Store.open(db) as store:
        assert count_waiting(store) == 0
        assert not store.db.execute(
            "SELECT 1 FROM articles WHERE body LIKE ?", [f"%{line}%"]
        ).fetchall()
