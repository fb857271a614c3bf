"""The "By" of many languages, which stands before an author's name."""

from __future__ import annotations

import re

_BY = """
by|analysis by|opinion by|interview by|review by|written by|reported by
story by|words by|text by|author|redacción|redação|texto de|reportagem de
корреспондент|фото и текст|от редакции|گزارش از|خبرنگار|取材・文|文・写真|写真・文|編集委員
論説委員|通讯员|authors|reporter|edited by|updated by|posted by|published by
autorin/autor|autorin|autoren|von|text|ein artikel von|eine analyse von
ein kommentar von|par|propos recueillis par|por|texto|di|a cura di|autor
autore|auteur|redactor|door|av|af|tekst|skrevet av|yazan|yazar|haber|muhabir
oleh|penulis|laporan|przez|autorzy|szerző|írta|автор|авторы|текст|беседовал
беседовала|от|بقلم|كتب|كتبت|كتبه|تحرير|إعداد|اعداد|الكاتب|المحرر|بواسطة|حاوره
حاورته|تقرير|نویسنده|نویسندگان|گزارش|گزارشگر|作者|记者|記者|文|撰文|撰稿|编辑|編輯|责任编辑|責任編輯
采写|执笔|執筆者|本报记者|本報記者|新华社记者|中新网记者|文字|图文|執筆|文・|取材|글|लेखक|द्वारा|रिपोर्ट|संवाददाता|έγραψε
του|της|מאת|viết bởi|tác giả|โดย|সংবাদদাতা|প্রতিবেদক
"""
_LONGEST_FIRST = "|".join(
    sorted(map(re.escape, re.split(r"[|\n]", _BY.strip())), key=len, reverse=True)
)
# A colon may follow each; without one, white space must, except in Chinese, where a
# label of one character may be a family name.
_BY_LINE = re.compile(
    rf"(?:{_LONGEST_FIRST})"
    r"(?:\s*[:：|/／＝=・]\s*|\s+|(?<=[\u4e00-\u9fff]{2})(?=[\u4e00-\u9fff]))",
    re.IGNORECASE,
)
_LABEL = re.compile(rf"(?:{_LONGEST_FIRST})\s*[:：]?", re.IGNORECASE)
# Behind the headline, or behind the paper that a Chinese reporter works for.
_BY_INSIDE = re.compile(
    r"^.{20,}\s(?=(?:By|Von|Par|Por)\s[A-ZÀ-Þ])"
    r"|^[\u4e00-\u9fff]{2,12}(?:记者|記者|通讯员|通訊員|特约撰稿人?)[\s:：]+(?=[\u4e00-\u9fff]{2,4}(?![\u4e00-\u9fff]))"
)


def strip_by(line: str) -> str:
    """Return *line* without the "By" of its language in front."""
    line = line.strip()
    for _ in range(3):
        match = _BY_INSIDE.match(line) or _BY_LINE.match(line)
        if not match or match.end() >= len(line):
            break
        line = line[match.end() :]
    return line


def has_by(line: str) -> bool:
    """Tell whether *line* opens with the "By" of some language."""
    return bool(_BY_LINE.match(line.strip()))


def is_by(line: str) -> bool:
    """Tell whether *line* is a "By" of some language, and nothing more."""
    return bool(_LABEL.fullmatch(line.strip()))
