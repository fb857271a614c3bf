"""The agency that a text is credited to, wherever the page gives the credit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crawler.extract.agencies import find_agency_named
from crawler.extract.dateline import is_credit_name, says_agency
from crawler.extract.found import Found
from crawler.extract.heading import find_heading
from crawler.extract.jsonld import iter_values, resolve, text_of
from crawler.extract.marks import after, before
from crawler.extract.meta import iter_meta, outlet_keys
from crawler.extract.wording import element_text, letters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.extract.authors import Authors
    from crawler.extract.dateline import Dateline
    from crawler.extract.page import Page
    from dedupe.block import Block

UNNAMED = ""
# Agencies in general, in brackets or after "Source": a credit that names none.
_AGENCIES = {
    letters(word)
    for word in (
        *("agencies", "news agencies", "agency", "agencies and staff", "wires", "wire"),
        *("wire services", "wire reports", "wire service", "with agencies"),
        *("وكالات", "الوكالات", "وكالات الأنباء", "وكالة", "وكالات أنباء", "متابعات"),
        *("وكالات - متابعة", "خبرگزاری", "خبرگزاری‌ها", "خبرگزاریها"),
        *("agences", "agence", "avec agences", "agencias", "agencia", "agenzie"),
        *("agências", "agência", "com agências", "com agências internacionais"),
        *("agenturen", "agentur", "mit agenturen", "nachrichtenagenturen"),
        *("агентства", "информагентства", "агентства новостей", "агенції"),
        *(
            "ajanslar",
            "ajans",
            "haber ajansı",
            "haber ajansları",
            "agencje",
            "agentury",
        ),
        *("综合外电", "综合", "外电", "外電", "通讯社", "एजेंसी", "एजेंसियां", "एजेंसियाँ"),
        *("एजेंसियों", "ایجنسیاں", "ایجنسی", "kantor berita", "agențiile", "πρακτορεία"),
    )
}
_BARE = re.compile(
    r"[(\[]?\s*(?:المصدر|مصادر|source|sources|quelle|fuente|fonte|منبع|来源|來源|kaynak)\s*[:.]?\s*[)\]]?",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"""[(\[（【]?\s*(?:
      sources?|quellen?|fuentes?|fontes?|fonte|bron|kilde|källa|lähde|źródło|zdroj|forrás
      |kaynak|sumber|nguồn|источник|джерело|πηγή|المصدر|مصدر|نقلا\sعن|المصادر|منبع|به\sنقل\sاز
      |来源|來源|消息来源|稿源|文章来源|新闻来源|出典|提供|配信|출처|स्रोत|इनपुट|साभार|ماخذ|بشکریہ
      |agency|agence|agentur|agencia|agência|agenzia|ajans|агентство|وكالة|خبرگزاری
    )\s*[:：/-]\s*(.{2,60}?)\s*[.)\]）】]?""",
    re.VERBOSE | re.IGNORECASE,
)
_REPORTING = re.compile(
    r"[(\[]?\s*(?:reporting|additional reporting|report|written|with reporting|text) by\s+"
    r"(.{2,60}?)\s*[.)\]]*",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)+\s*(?:©|\(c\))?\s*(?:\d{4}(?:\s*[-–]\s*\d{4})?)?\s*(?:by\s+|the\s+)*"
    r"(.{2,40}?)[.,]?\s*(?:\d{4})?[.,]?\s*(?:(?:all|alle|tous|todos|tutti)\s.{5,60})?",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[(\[（【]\s*([^()\[\]（）【】]{2,60}?)\s*[)\]）】]\.?")
_TRAILING = re.compile(
    r"(?:[(\[（]\s*([^()\[\]（）]{2,40}?)\s*[)\]）]|\s[-–—/]{1,2}\s*([^\s.][^.]{1,25}?))\s*[.。।]?\s*$"
)
_WITH = re.compile(
    r"^(?:(?:with|mit|con|avec|com)\s(?:files?|inputs?|reports?|material|informations?|"
    r"informaciones|información|informationen|informações)\s(?:from|by|von|de)\s+"
    r"|(?:with|mit|avec|con|com|met|med|с|ile|با|مع|by|von|par|por|de|إعداد|from|via)\s+)"
    r"|\s*(?:material|files|inputs?|reporting|contributed|के\sइनपुट\sके\sसाथ)$",
    re.IGNORECASE,
)
_PARTS = re.compile(
    r"\s*[/,،、;|+&؛·]\s*|\s+-\s+|\s+(?:and|und|et|y|e|i|и|ve|و|en|och|og|with|mit|avec)\s+|\s+و(?=\S)"
)
_ACCORDING = re.compile(
    r"\W{0,3}به گزارش\s+(?:(?:خبرنگاران?|گروه|سرویس|بخش)\s+(?:[^\W\d_]+\s+){0,3}?)?"
)
_PRINTED = re.compile(
    r"(?:sources?|quelle|fuente|fonte|bron|kaynak|источник|джерело|المصدر|منبع|来源|來源|出处"
    r"|稿源|出典|출처|स्रोत)\s*[:：|]\s*(.{2,40})",
    re.IGNORECASE,
)
_PUNCTUATION = re.compile(r"[،,;؛:：|()\[\]/]|\s[-–—]\s")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NEAR = 25  # elements
_LAST_BLOCKS = 4
_FIRST_BLOCKS = 3
_SHORT = 90


def find_agency(
    page: Page,
    blocks: Sequence[Block],
    *,
    dateline: Dateline | None = None,
    authors: Authors | None = None,
) -> Found[str] | None:
    """Return the agency credited for the text, "" for agencies unnamed, or None.

    The value is the table's canonical name, or the printed one of an agency that the
    table does not know. Only positions of credit count (dateline, byline, credit lines,
    closing brackets, metadata): a text may be about an agency.
    """
    unnamed: Found[str] | None = None
    for credit in _credits(page, blocks, dateline, authors):
        if credit.value:
            return credit
        unnamed = unnamed or credit
    return unnamed


def _credits(
    page: Page,
    blocks: Sequence[Block],
    dateline: Dateline | None,
    authors: Authors | None,
) -> Iterator[Found[str]]:
    if dateline and dateline.agency:
        yield from _named(dateline.agency, "dateline", page)
    if authors:
        for name in (*authors.names, *_PARTS.split(authors.byline or "")):
            yield from _known(name, "byline")
    for block in blocks[:_FIRST_BLOCKS]:
        yield from _from_opening(block.text)
    for block in [*reversed(blocks[-_LAST_BLOCKS:]), *blocks[:_FIRST_BLOCKS]]:
        yield from _from_line(block.text, page)
    if blocks:
        yield from _from_trailing(blocks[-1].text)
    yield from _from_heading(page)
    yield from _from_metadata(page)


def _known(credit: str, source: str) -> Iterator[Found[str]]:
    """Yield the table's agencies in *credit*, whole or part by part."""
    credit = _WITH.sub("", credit.strip(" .,:-–—*"))
    if letters(credit) in _AGENCIES:
        yield Found(UNNAMED, source)
    for part in (credit, *_PARTS.split(credit)):
        if agency := find_agency_named(part):
            yield Found(agency.name, source)
            return


def _named(credit: str, source: str, page: Page) -> Iterator[Found[str]]:
    """Yield the agency in *credit*, known or not; the outlet itself is none."""
    known = list(_known(credit, source))
    if known:
        yield from known
    elif is_credit_name(credit) and letters(credit) not in outlet_keys(page):
        yield Found(" ".join(credit.split()), source)


def _from_line(text: str, page: Page) -> Iterator[Found[str]]:
    """Yield the agency of a block that is nothing but a credit."""
    if len(text) > _SHORT:
        return
    if _BARE.fullmatch(text):
        yield Found(UNNAMED, "credit")
    elif match := _LABELLED.fullmatch(text):
        yield from _labelled(match[1], page)
    elif match := _REPORTING.fullmatch(text):
        yield from _reported(match[1])
    elif match := _COPYRIGHT.fullmatch(text):
        # The outlet has the rights to its own texts: an unknown name must say more.
        if says_agency(match[1]):
            yield from _named(match[1], "credit", page)
        yield from _known(match[1], "credit")
    elif match := _BRACKETED.fullmatch(text):
        yield from _known(match[1], "credit")
    else:
        yield from _known(text, "credit")


def _labelled(name: str, page: Page) -> Iterator[Found[str]]:
    """A Chinese page names any site as its source: an agency must say that it is one."""
    if _HAN.search(name) and not says_agency(name):
        yield from _known(name, "credit")
    else:
        yield from _named(name, "credit", page)


def _reported(name: str) -> Iterator[Found[str]]:
    """A person reports too: an unknown name must read like an agency's."""
    known = list(_known(name, "credit"))
    if known:
        yield from known
    elif is_credit_name(name) and (len(name.split()) == 1 or says_agency(name)):
        yield Found(name, "credit")


def _from_trailing(text: str) -> Iterator[Found[str]]:
    if match := _TRAILING.search(text[-60:]):
        yield from _known(match[1] or match[2], "closing")


def _from_opening(text: str) -> Iterator[Found[str]]:
    """Yield the agency of the words with which Persian desks open a text."""
    if match := _ACCORDING.match(text):
        yield from _leading(text[match.end() :], "dateline")


def _from_heading(page: Page) -> Iterator[Found[str]]:
    """Yield the agency of a source that is printed beside the headline."""
    heading = find_heading(page)
    near = [] if heading is None else [*after(heading, _NEAR), *before(heading, _NEAR)]
    for element in near:
        own = element.text if isinstance(element.tag, str) else None
        if (
            own
            and len(own) < _SHORT
            and (match := _PRINTED.search(element_text(element)[:300]))
        ):
            yield from _leading(match[1], "credit")


def _leading(text: str, source: str) -> Iterator[Found[str]]:
    """Yield the known agency that *text* begins with."""
    words = _PUNCTUATION.split(text.strip())[0].split()[:5]
    for size in range(len(words), 0, -1):
        if agency := find_agency_named(" ".join(words[:size])):
            yield Found(agency.name, source)
            return


def _from_metadata(page: Page) -> Iterator[Found[str]]:
    keys = (
        "sourceOrganization",
        "creditText",
        "provider",
        "isBasedOn",
        "copyrightHolder",
    )
    outlet = outlet_keys(page)
    for value in iter_values(page, *keys):
        name = text_of(resolve(page, value)) if not _is_address(value) else ""
        if name and letters(name) not in outlet:
            yield from _known(name, "json-ld")
    for name in iter_meta(page, "agency", "article:agency", "news:source", "source"):
        if letters(name) not in outlet:
            yield from _known(name, "meta")


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and "://" in value
