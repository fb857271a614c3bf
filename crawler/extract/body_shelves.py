"""Shelves of other articles, told by the label above them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.extract.body_candidates import upwards

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.extract.body_candidates import Candidate, Node

_LONGEST = 60  # letters
_LABEL = re.compile(
    r"related(?: (?:articles?|stories|news|content|posts|topics|links|coverage))?"
    r"|more (?:news|stories|articles|like this|(?:from|in|on) .{2,30})|read (?:next|also|more)"
    r"|(?:you (?:may|might)|people) (?:also )?(?:like|be interested in|read)"
    r"|recommended(?: for you| stories| articles)?|trending(?: now)?|up next|see also"
    r"|most (?:read|popular|viewed|shared)|popular(?: now| stories)?|latest (?:news|stories)"
    r"|top stories|don.t miss|editor.?s.? picks?"
    r"|lesen sie auch|mehr zum thema|das könnte (?:sie|dich|euch) (?:auch )?interessieren"
    r"|weitere (?:artikel|themen|meldungen|beiträge)|meistgelesen|verwandte (?:themen|artikel)"
    r"|(?:à )?lire aussi|sur le même sujet|articles? (?:similaires|liés)|les plus lus"
    r"|te puede interesar|lee también|(?:noticias|artículos) relacionad[ao]s|lo más leído"
    r"|leia (?:também|mais)|veja também|mais lidas|notícias relacionadas"
    r"|leggi anche|articoli correlati|potrebbe interessarti|lees ook|meest gelezen"
    r"|läs (?:också|mer)|les også|læs også|czytaj (?:także|też|więcej)|zobacz (?:też|także)"
    r"|читайте также|смотрите также|по теме|(?:похожие|другие) (?:материалы|статьи|новости)"
    r"|ilgili haberler|çok okunanlar|önerilen haberler|baca juga|berita terkait"
    r"|اقرأ (?:أيض|ايض)ا?|(?:مواضيع|أخبار|مقالات) (?:ذات صلة|متعلقة)|الأكثر قراءة|قد يعجبك أيضا"
    r"|(?:مطالب|اخبار) مرتبط|بیشتر بخوانید|پربازدیدترین‌?ها|پربیننده‌?ترین‌?ها"
    r"|(?:ये|यह) भी पढ़ें|संबंधित (?:खबरें|समाचार)|और पढ़ें"
    r"|相关(?:推荐|新闻|阅读|文章|报道)|相關(?:新聞|文章|報導)|[为為](?:你|您)推[荐薦]|猜你喜[欢歡]"
    r"|(?:热门|精彩|热点|编辑|熱門)(?:推荐|文章|新闻|推薦|新聞)|推荐阅读|延伸[阅閱][读讀]"
    r"|関連(?:記事|ニュース)|おすすめ(?:記事)?|あわせて読みたい|人気記事"
    r"|관련 ?(?:기사|뉴스)|많이 본 (?:기사|뉴스)|추천 ?(?:기사|뉴스)|인기 ?기사",
    re.IGNORECASE,
)
_TANWIN = re.compile("[\u064b-\u0652]")


def find_shelves(candidates: Sequence[Candidate]) -> Iterator[Node]:
    """Yield the elements that open with a label such as "You may also like"."""
    for at, label in enumerate(candidates[:-1]):
        if label.letters <= _LONGEST and is_shelf_label(label.text):
            shelf = _common(label, candidates[at + 1])
            before = candidates[at - 1] if at else None
            if shelf and (before is None or shelf not in upwards(before.node)):
                yield shelf


def _common(one: Candidate, other: Candidate) -> Node | None:
    """The deepest element around both blocks."""
    around = set(upwards(other.node))
    return next((node for node in upwards(one.node.parent) if node in around), None)


def is_shelf_label(text: str) -> bool:
    """Tell whether *text* is such a label, and nothing more."""
    return _LABEL.fullmatch(_TANWIN.sub("", text).strip(" :：|»›>·-–—")) is not None
