"""Lines that pages print around every article, told by their words.

Only calls to the reader are here, and only where they open a short block. Credits and
copyright lines are not: they name the agency.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.extract.body_keys import key_of, size_of
from crawler.extract.stamps import read_stamp

if TYPE_CHECKING:
    from crawler.extract.body_candidates import Candidate

_LONGEST = 220  # letters
_SHORT = 60  # letters
_LABEL_SIZE = 30  # letters

# To another article, whose headline follows.
_READ_ON = re.compile(
    r"[\W_]*(?:read (?:more|also|next)|also read|see also|more on this|related(?: stor|:)"
    r"|don.t miss|lire (?:aussi|également)|à lire|voir aussi|lesen sie (?:auch|mehr)"
    r"|mehr zum thema|lesen? auch|l(?:ee|ea|eer) (?:también|más)|te puede interesar"
    r"|le(?:ia|r) (?:também|mais)|veja também|leggi anche|lees (?:ook|meer)|läs (?:också|mer)"
    r"|les (?:også|mer)|læs også|lue myös|czytaj (?:także|też|więcej|również)"
    r"|zobacz (?:też|także|również)|čtěte také|читайте (?:также|ещё|еще|також|більше)"
    r"|смотрите также|по теме:|ayrıca (?:bkz|oku)|ilgili haber|baca juga|simak juga"
    r"|اقرأ (?:أيضا|ايضا|المزيد)|إقرأ (?:أيضا|المزيد)|طالع أيضا|شاهد أيضا|بیشتر بخوانید"
    r"|همچنین بخوانید|یہ بھی پڑھیں|(?:ये|यह|इसे) भी पढ़ें|相关阅读|延伸阅读|推荐阅读|相關新聞"
    r"|関連記事|あわせて読みたい|관련 ?기사)",
    re.IGNORECASE,
)
# To do something for the outlet.
_CALL = re.compile(
    r"[\W_]*(?:sign up (?:to|for|here|now)|subscribe (?:to|now|here)|follow (?:us|@|our)"
    r"|follow .{2,40} on (?:twitter|facebook|instagram|x\b|whatsapp|telegram)"
    r"|share this (?:article|story)|like this (?:article|story)|have a (?:news )?tip\b"
    r"|get (?:the|our|all) .{0,60}(?:newsletter|inbox)|join (?:us on|our)"
    r"|download (?:our|the) .{0,20}app\b|abonnez-vous|inscrivez-vous|suivez-nous"
    r"|abonnieren sie|folgen sie uns|suscr[ií]b[ea]|s[ií]guenos|assine (?:a|o|j)|siga (?:o|a|no)"
    r"|iscriviti|seguici|подпи(?:сывайтесь|шитесь)|підпи(?:суйтесь|шіться)"
    r"|bizi .{0,20}takip|bültenimize|abone ol|اشترك(?:وا)? في|تابعنا|تابعونا|انضم إلى قناة"
    r"|ما را در .{2,30}دنبال کنید|در خبرنامه|订阅我们|关注我们|扫码|フォローする|구독하기|हमें फॉलो)",
    re.IGNORECASE,
)
# Where the verb comes last, so does the call.
_CALLED = re.compile(
    r"(?:구독하기|구독하세요|받아보세요|팔로우하기|공유하기|フォローする|フォローしよう|シェアする"
    r"|登録はこちら|(?:登録|購読)しましょう|受け取りましょう|ご登録ください|会員登録が必要です"
    r"|फॉलो करें|सब्सक्राइब करें|जुड़ें|क्लिक करें|पाएं|अनुसरण करें"
    r"|अपडेट रहें|扫描.{0,6}二维码.{0,16}|下载.{0,14}(?:APP|app|客户端)|长按二维码|扫一扫|公众号|دنبال کنید|عضو شوید|takip edin|abone olun)"
    r"[\W_]*$"
)
# The desk's own marks: who edited, where to write, that the text is over.
_DESK = re.compile(
    r"[\[（(【]?\s*(?:责任编辑|責任編輯|责编|責編|编辑|編輯|编审|校对|审核|监制|总监制|二审|三审)"
    r"\s*[:：丨|/／]?\s*[\w\s、，,:：丨|]{1,30}[\]）)】]?"
    r"|[/\s]*(?:انتهای پیام|پایان پیام)[/\s\d]*|\S+@[\w-]+(?:\.[\w-]+)+|记者邮箱.{0,60}"
    r"|-+\s*(?:ends|ende|fin)\s*-+"
)
# What every article of some outlets ends on: whose opinion it is, and no advice.
_DISCLAIMER = re.compile(r"[\W_]*(?:免责声明|免責聲明|版权声明|版權聲明|特别声明)[\W_]")
_LONGEST_DISCLAIMER = 900  # letters
_LABEL = re.compile(
    r"advertisement|advert|anzeige|werbung|publicité|publicidad|publicidade|pubblicità"
    r"|advertentie|annons|annonse|reklama?|реклама|إعلان|اعلان|广告|廣告|広告|광고|विज्ञापन"
    r"|comments?|kommentare|commentaires|comentarios|loading|share|print",
    re.IGNORECASE,
)


def is_furniture(candidate: Candidate) -> bool:
    """Whether the block is a call to read, share or subscribe, or a bare label."""
    text = candidate.text
    if candidate.letters <= _LONGEST_DISCLAIMER and _DISCLAIMER.match(text):
        return True
    if candidate.letters > _LONGEST:
        return False
    if _LABEL.fullmatch(text.strip(" .:…-–—*|[]()")):
        return True
    if _is_labelled_link(candidate):
        return True
    if _CALL.match(text) or _DESK.fullmatch(text.strip()):
        return True
    if candidate.letters <= 2 * _SHORT and _CALLED.search(text):
        return True
    found = _READ_ON.match(text)
    return found is not None and (
        candidate.linked * 4 >= candidate.letters
        or candidate.letters <= _SHORT
        or text[found.end() : found.end() + 2].strip()[:1] in {":", "|", "："}
    )


def _is_labelled_link(candidate: Candidate) -> bool:
    """Whether a short label, a colon, and a link are all there is."""
    label, colon, rest = re.split(r"([:：])", f"{candidate.text}::", maxsplit=1)
    said = size_of(key_of(rest))
    return bool(
        colon
        and size_of(key_of(label)) <= _LABEL_SIZE
        and said >= _LABEL_SIZE // 2
        and abs(candidate.linked - said) <= 2
    )


def is_date_line(candidate: Candidate) -> bool:
    """Whether a short line is a date and next to nothing else."""
    text = candidate.text
    return (
        candidate.letters <= _SHORT
        and sum(map(str.isdecimal, text)) >= 4
        and not text.endswith((".", "。", "।", "!", "?", "؟"))
        and read_stamp(text) is not None
    )
