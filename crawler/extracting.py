"""Take articles out of pages at hand: files, folders, WARC files, addresses."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from crawler.errors import CrawlerError, NotAnArticle
from crawler.extract.article import extract
from dedupe.blocks import clean
from storage.dumps.pages import StoredPage
from storage.dumps.reject import Reject
from storage.dumps.warc import iter_warc

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crawler.extract.rules import Rule
    from storage.article import Article

_PAGES = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz")
_WARCS = (".warc", ".warc.gz")
_LONGEST = 16 << 20  # bytes, unpacked


@dataclass(slots=True)
class ExtractReport:
    """What came of a number of pages: articles, rejects by reason and by page."""

    articles: int = 0
    rejects: Counter[str] = field(default_factory=Counter)
    named: list[tuple[str, str]] = field(default_factory=list)

    def reject(self, page: str, reason: str) -> None:
        """Count a page that is no article."""
        self.rejects[reason] += 1
        self.named.append((page, reason))


def extract_pages(
    sources: Iterable[str],
    *,
    report: ExtractReport,
    url: str | None = None,
    rules: Sequence[Rule] = (),
    allow_private: bool = False,
) -> Iterator[dict[str, Any]]:
    """Yield one record an article, and count in *report*.

    A source is a file, a folder, a WARC file, an http address, or "-" for standard
    input. *url* is the address of the page where a source does not tell it. Raises
    CrawlerError where a source cannot be read.
    """
    for source in sources:
        for page in _iter_pages(source, url, allow_private=allow_private):
            if isinstance(page, Reject):
                report.reject(f"{page.file}, record {page.line}", page.reason)
                continue
            try:
                article = _extract(page, rules)
            except NotAnArticle as refusal:
                report.reject(page.url or page.file, refusal.reason)
                continue
            report.articles += 1
            yield record_of(article)


def record_of(article: Article) -> dict[str, Any]:
    """The article as plain values: the clean body, and what was taken out of it."""
    cleaned = clean(article.headline, article.blocks, subheadline=article.subheadline)
    names = [name for name in article.__slots__ if name != "blocks"]
    record = {name: getattr(article, name) for name in names}
    record["field_sources"] = dict(article.field_sources)
    record["body"] = cleaned.body
    record["block_kinds"] = [block.kind for block in cleaned.kept]
    record["word_count"] = len(cleaned.body.split())
    record["removed_blocks"] = [
        {
            "position": removed.position,
            "kind": removed.block.kind,
            "text": removed.block.text,
            "reason": removed.reason,
            "repeats": removed.repeats,
        }
        for removed in cleaned.removed
    ]
    return record


def _extract(page: StoredPage, rules: Sequence[Rule]) -> Article:
    return extract(
        page.html,
        page.url,
        content_type=page.content_type,
        fetched=page.moment,
        rules=rules,
    )


def _iter_pages(
    source: str, url: str | None, *, allow_private: bool
) -> Iterator[StoredPage | Reject]:
    if source == "-":
        yield _stored("-", sys.stdin.buffer.read(_LONGEST), url)
    elif source.startswith(("http://", "https://")):
        from crawler.fetching import fetch_page

        yield fetch_page(source, allow_private=allow_private)
    elif Path(source).is_dir():
        for path in sorted(Path(source).rglob("*")):
            if path.name.lower().endswith(_PAGES + _WARCS):
                yield from _iter_file(path, None)
    else:
        yield from _iter_file(Path(source), url)


def _iter_file(path: Path, url: str | None) -> Iterator[StoredPage | Reject]:
    if path.name.lower().endswith(_WARCS):
        yield from iter_warc(path)
        return
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rb") as file:
            html = file.read(_LONGEST)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise CrawlerError(f"{path} cannot be read: {reason}") from error
    yield _stored(str(path), html, url)


def _stored(file: str, html: bytes, url: str | None) -> StoredPage:
    address = url or _own_address(html) or ("" if file == "-" else _file_url(file))
    return StoredPage(file=file, line=1, url=address, html=html)


def _file_url(file: str) -> str:
    return Path(file).resolve().as_uri()


def _own_address(html: bytes) -> str | None:
    """The address that a page says it has: a saved page has lost its own."""
    try:
        head = etree.HTML(html[:200_000])
    except (etree.LxmlError, ValueError):
        return None
    if head is None:
        return None
    told = head.xpath(
        "//link[@rel='canonical']/@href|//meta[@property='og:url']/@content"
    )
    return next(
        (str(t).strip() for t in told if str(t).strip().startswith("http")), None
    )
