"""From an author line as printed to the names in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.extract.agencies import find_agency_named
from crawler.extract.body_shelves import is_shelf_label
from crawler.extract.by_words import strip_by
from crawler.extract.wording import letters, tidy, unique

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ROLES = re.compile(
    r"""\s*(?:[,/|(–—-]|\s)\s*(?:
    (?:(?:senior|staff|chief|political|sports?|news|deputy|associate|managing|freelance|
    foreign|special|bureau|digital|business|health|science|crime|local|world|political|
    technology|executive|(?-i:(?<=[a-zà-ÿ]\s)[A-Z]{2,6}))\s+)*
    (?:(?:editor|reporter|writer|correspondent|journalist|columnist|producer|contributor)s?|
    journaliste|redakteurin|redakteur|reporterin|journalistin|autorin|korrespondentin|
    korrespondent|periodista|redactora?|corresponsal|giornalista|inviat[oa]|jornalista|
    journalist|muhabir[i]?|editörü?|editör|корреспондент|журналист|обозреватель|редактор|
    journaliste|envoyée?s?\s+spécia(?:le?s?|ux)(?:\s+à\s+\S+)?|روزنامه‌نگار|روزنامه\s?نگار|صحفي|صحفية|صحافي|صحافية|مراسل|مراسلة|كاتب|كاتبة|محرر|خبرنگار|记者|記者|特派员|特派員|
    编辑|編輯|기자|특파원|선임기자|인턴기자|संवाददाता|पत्रकार)
    (?:\s+(?:at|for|in|of|chez)\s+.*)?
    )\s*\)?\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
_WHOLE_ROLE = re.compile(
    r"(?:(?:senior|staff|chief|deputy|associate|managing|freelance|foreign|special|bureau"
    r"|national|political|sports?|news|business|health|science|crime|local|world|auto"
    r"|economics|security|technology|diplomatic|[A-Z]{2,5})\s+)*"
    r"(?:[Ww]riter|[Ee]ditor|[Rr]eporter|[Cc]orrespondent|[Cc]olumnist|[Jj]ournalist)s?",
)
_IS_ROLE = re.compile(
    r"\b(?:writer|editor|editor-at-large|reporter|correspondent|columnist|producer)s?$"
    r"|^(?:ms|md|rd|rdn|phd|ph\.d\.?|m\.d\.?|jr|sr|mph|rn)\.?$",
    re.IGNORECASE,
)
_KOREAN = re.compile(
    r"((?:[\uac00-\ud7a3]{2,4}\s*[·,、]\s*)*[\uac00-\ud7a3]{2,4})\s*(?:선임|인턴|수습)?(?:기자|특파원)"
)
_KOREAN_BEFORE = re.compile(r"^\W*(?:기자|특파원)\s+([\uac00-\ud7a3]{2,4})\W*$")
_KOREAN_TITLE = re.compile(
    r"([\uac00-\ud7a3]{2,4})\s.{0,20}(?:칼럼니스트|논설위원|평론가|작가|교수|변호사|에디터)"
)
_NOT_KOREAN_NAMES = {"사진", "취재", "글", "본지", "온라인", "디지털"}
# What follows the author on Chinese and Taiwanese lines: who edited it, where, a button.
_AFTER_AUTHOR = re.compile(
    r"\s+[+＋]?关注$|[\s|;,–—-]+(?:edited|editing|redigiert|edición)\b.*$|[\s　]*(?:责任编辑|責任編輯|责编|编辑|編輯|校对|来源|來源|摄影|攝影)[\s　]*[:：].*$"
    r"|(?<=[\u4e00-\u9fff])[／/][\u4e00-\u9fff]{2,6}(?:報導|报道|報道|电|電)$",
    re.IGNORECASE,
)
_CONTACT = re.compile(r"\S*@\S+|https?://\S+|www\.\S+|[\u200b-\u200f]")
_BRACKETS = re.compile(r"[(\[（【〔].*?[)\]）】〕]|[(\[（【].*$")
_FOR_OUTLET = re.compile(
    r"\s+(?:for|pour|für|para|per)\s+(?:the\s+)?\S+(?:\s\S+)?$", re.IGNORECASE
)
_IN_PLACE = re.compile(
    r"(?:,\s+|\s+)(?:in|à|aus)\s+[A-ZÀ-Þ][\w'’-]+(?:\s[A-ZÀ-Þ]\w+)?$"
)
_STAMP = re.compile(
    r"\s*[,|•·–—-]?\s*(?:(?:on\s+)?(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\d{1,2}[./:]\d{1,2}|\d{1,2}\s\w{3,}\s\d{4}|\w{3,9}\.?\s\d{1,2},?\s\d{4}"
    r"|\d{4}[-年/.]|(?:updated|published|posted|aktualisiert|publié|publicado)\b).*$",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\s*(?:[;|/、，،؛•]|\s[·–—-]\s|,(?!\s*(?:jr|sr|ph\.?d|md|m\.d|ii|iii)\b))\s*"
    r"|\s+(?:and|und|et|y|och|og|ja|ve|oraz|и|та|і|או|og|en|e|dan|with|mit|avec|con|με|και|va|और|व|و)\s+"
    r"|\s*&\s*|(?<=\w)\s*\u3000\s*(?=\w{2,})(?=.*記者)",
    re.IGNORECASE,
)
_NOBODY = {
    *(
        "admin",
        "administrator",
        "webmaster",
        "editor",
        "author",
        "staff",
        "guest",
        "root",
    ),
    *("wordpress", "undefined", "null", "none", "unknown", "anonymous", "n/a", "na"),
    *("未知", "佚名", "网络", "网络整理", "发布于", "name", "null null"),
    *("byline", "follow", "email", "share", "test", "user", "manager", "developer"),
}
_WHOLE_BRACKETS = re.compile(r"【([^】]{2,30})】")
# Names with a space inside are Japanese; Chinese labels have several names behind them.
_CHINESE_LABEL = re.compile(r"记者|通讯员|本报|本報")
# "And" is one letter, written to the next name; it also begins some given names.
_ARABIC_AND = re.compile(
    r"((?:[\u0600-\u06ff]+\s){1,3}[\u0600-\u06ff]+)\s+و((?:[\u0600-\u06ff]+\s){1,2}[\u0600-\u06ff]+)"
)
_WITH_WAW = (
    "وليد",
    "وائل",
    "وسام",
    "وفاء",
    "وجدي",
    "وجيه",
    "وداد",
    "وسيم",
    "وحيد",
    "ولاء",
)
_IDEOGRAPHIC = re.compile(r"[\u4e00-\u9fff]{2,4}(?:[\s\u3000]+[\u4e00-\u9fff]{2,4})+")


def names_in(
    line: str, *, inverted: bool = False, printed: bool = True
) -> tuple[str, ...]:
    """Return the names in the author line *line*, in order, each once.

    *inverted* says that names are written "Family, Given". *printed* lines come from
    the page and may hold more than names; the markup's own may not, so that a team's
    name stays whole there.
    """
    if inverted and line.count(",") == 1:
        family, given = line.split(",")
        line = f"{given.strip()} {family.strip()}"
    names = unique(_iter_names(line, printed=printed))
    people = tuple(name for name in names if not _IS_ROLE.search(name))
    return people or names


def _iter_names(line: str, *, printed: bool) -> Iterator[str]:
    line = tidy(line)
    if _COMPANY.search(line):
        # The outlet's company, and its address.
        return
    korean = _korean(line)
    if korean:
        yield from korean
        return
    line = _AFTER_AUTHOR.sub("", line) or line
    if whole := _WHOLE_BRACKETS.fullmatch(line):
        line = whole[1]
    several = bool(_CHINESE_LABEL.search(line))
    line = _BRACKETS.sub(" ", _CONTACT.sub(" ", line))
    line = strip_by(_STAMP.sub("", line) or line)
    parts = [part for one in _SPLIT.split(line) for part in _arabic_names(one)]
    if printed and any(_is_arabic(part) and len(part.split()) > 1 for part in parts):
        # Beside a full name, a word alone is where it was written.
        parts = [part for part in parts if len(part.split()) > 1]
    for part in parts:
        name = part.strip(" \u3000")
        if several and _IDEOGRAPHIC.fullmatch(name):
            yield from name.split()
        else:
            yield from _names_of_part(part, printed=printed)


def _arabic_names(part: str) -> tuple[str, ...]:
    pair = _ARABIC_AND.fullmatch(part.strip())
    if pair is None or f"و{pair[2]}".startswith(_WITH_WAW):
        return (part,)
    return pair[1], pair[2]


def _is_arabic(text: str) -> bool:
    return "\u0600" <= text.strip()[:1] <= "\u06ff"


def _korean(line: str) -> list[str]:
    """The names that "reporter" follows, or stands alone before."""
    before = _KOREAN_BEFORE.match(line)
    if before:
        return [before[1]]
    if title := _KOREAN_TITLE.fullmatch(line.strip()):
        return [title[1]]
    names = [
        n for said in _KOREAN.findall(line) for n in re.split(r"\s*[·,、]\s*", said)
    ]
    return [name for name in names if name not in _NOT_KOREAN_NAMES]


def _lowered(name: str) -> str:
    """Return *name* in lower case but for words that are capitals throughout."""
    return " ".join(w if w.isupper() else w.lower() for w in name.split())


def _without_agency(name: str) -> str:
    """Return *name* without the agency that a byline prints right behind it."""
    words = name.split()
    for size in (2, 1, 3):
        if len(words) - size >= 2 and find_agency_named(" ".join(words[-size:])):
            return " ".join(words[:-size])
    return name


def _names_of_part(part: str, *, printed: bool) -> Iterable[str]:
    name = strip_by(part.strip(" .,:;-–—|*\u3000"))
    if printed and _WHOLE_ROLE.fullmatch(_lowered(name)):
        return ()
    name = _FOR_OUTLET.sub("", name)
    if printed or re.search(r"[,/|(–—-]", name) or not name.isascii():
        name = _ROLES.sub("", name)
    if printed:
        name = _without_agency(_IN_PLACE.sub("", name))
    name = name.strip(" .,:;-–—|*'\"")
    if _IDEOGRAPHIC.fullmatch(name) and printed and len(name) > 6:
        return name.split()
    return (name,) if is_name(name) else ()


_PICTURES = re.compile(
    r"تصوير|عدسة|photo|foto|pictures? by|摄影|攝影|资料图|資料圖|fotos?\b|.*(?:[摄攝]|供图|供圖)$",
    re.IGNORECASE,
)
# A name holds no sentence, title of a work, or data.
_NOT_IN_NAMES = re.compile(r"[:：。！？!?《》“”{}/…]")
_COMPANY = re.compile(
    r"\b(?:gmbh|inc|ltd|llc|pvt|co\. ?kg|s\.r\.l|s\.p\.a|sp\. z o\.o)\b", re.IGNORECASE
)
_PARTICLES = {
    "de",
    "la",
    "da",
    "di",
    "von",
    "van",
    "der",
    "den",
    "al",
    "el",
    "bin",
    "ter",
}


def is_person(name: str) -> bool:
    """Tell whether *name* has the form of a person's full name.

    Where letters have case, that takes two words or more that begin with a capital;
    elsewhere it only takes a name of ordinary length.
    """
    words = [word for word in name.split() if word.lower() not in _PARTICLES]
    if not any(c.isupper() or c.islower() for c in name):
        return len(name) <= 30 and len(words) <= 5
    if words and words[0] in {"The", "A", "An"}:
        return False
    return 2 <= len(words) <= 5 and all(word[0].isupper() for word in words)


def is_name(name: str) -> bool:
    """Tell whether *name* may be what someone is called, by its form alone."""
    key = letters(name)
    return (
        len(key) > 1
        and len(name) <= 60
        and len(name.split()) <= 7
        and not any(map(str.isdigit, name))
        and name.lower() not in _NOBODY
        and not _ROLES.fullmatch(f" {name}")
        and not _NOT_IN_NAMES.search(name)
        and not is_shelf_label(name)
        and not _PICTURES.match(name)
    )
