"""The paragraphs of a text that line breaks part."""

from __future__ import annotations

import re

from crawler.extract.body_keys import key_of, size_of

# Stands for a line break element; white space to str.split, and absent from pages.
BREAK = "\u2028"
# Stands at both ends of what is printed in bold, and goes when lines are told.
EDGE = "\u2029"
# Two line breaks part paragraphs, with or without the indent of the next.
_PARTING = re.compile(rf"{BREAK}[ \t\r\n\xa0]*{BREAK}")
# Where a style sheet preserves white space, an empty line or an indent does. The
# second alternative is the indent of Chinese and Japanese in the middle of a text.
_PRESERVED = re.compile(
    r"\n[ \t\r]*\n\s*|\n[ \t\r]*\u3000\s*|(?<=[。！？”」』…])\u3000\u3000+"
)
_ENDED = re.compile(r"[.!?…。！？؟۔।:：]\s?[\"'”’»«“)\]」』）]*$")
# A line that ends a sentence and is this long is a paragraph, whatever the others are.
_LONG = 45  # letters
# Where a sentence ends, it does so in the last of these.
_TAIL = 12  # characters
# Lines of this size on average are paragraphs where they end their sentences.
_USUAL = 30  # letters


def lines_of(text: str) -> list[str]:
    """The paragraphs of *text*, in which BREAK stands for a line break element."""
    if BREAK in text:
        parted = [_PARTING.sub(f"{BREAK}{BREAK}", text).split(BREAK + BREAK)]
        return [line for part in parted[0] for line in _joined(part.split(BREAK))]
    if "\n" in text or "\u3000\u3000" in text:
        return _joined(_PRESERVED.split(text.strip()))
    return _joined([text])


def _joined(pieces: list[str]) -> list[str]:
    """Join *pieces* but where one ends a paragraph.

    One line break parts paragraphs if most lines end a sentence; where they do not, it
    was set for the width of a column, or in a list of short lines.
    """
    said = [line for line in map(_tidy, pieces) if line]
    bold = {_tidy(piece) for piece in pieces if _is_bold(piece)}
    if len(said) < 2:
        return said
    ended = [line for line in said[:-1] if _has_ended(line)]
    sizes = [size_of(key_of(line)) for line in ended]
    most = 2 * len(ended) > len(said) - 1 and sum(sizes) >= _USUAL * len(sizes)
    lines, size = [[said[0]]], size_of(key_of(said[0]))
    for line in said[1:]:
        before = lines[-1][-1]
        alone = bool(bold & {line, before})  # a subhead or question
        if alone or (_has_ended(before) and (most or size >= _LONG)):
            lines.append([line])
            size = 0
        else:
            lines[-1].append(line)
        size += size_of(key_of(line))
    return [" ".join(pieces) for pieces in lines]


def _has_ended(line: str) -> bool:
    return _ENDED.search(line, max(0, len(line) - _TAIL)) is not None


def _tidy(piece: str) -> str:
    return " ".join(piece.replace(EDGE, "").split())


def _is_bold(piece: str) -> bool:
    """Whether one run of bold is all that a line holds."""
    inside = piece.strip(" \t\r\n\xa0")
    return (
        inside[:1] == EDGE == inside[-1:]
        and inside.count(EDGE) == 2
        and len(inside) > 4
    )
