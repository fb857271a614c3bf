"""The filters of our templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from storage.inspect import direction, wording
from storage.inspect.blocks import split_body
from storage.inspect.finding import pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from storage.inspect.diff import Segment


def shown(text: object, language: str | None = None) -> Markup:
    """Write a stored string so that nothing around it is reordered or reached."""
    tag = direction.language_tag(language)
    lang = Markup(' lang="{}"').format(tag) if tag else ""
    return Markup('<bdi dir="{}"{}>{}</bdi>').format(
        direction.direction(language), lang, direction.printable(str(text))
    )


def attributes(language: str | None) -> Markup:
    """Write the dir and lang attributes for an element with a text in *language*."""
    tag = direction.language_tag(language)
    lang = Markup(' lang="{}"').format(tag) if tag else Markup("")
    return Markup('dir="{}"').format(direction.direction(language)) + lang


def marked(segments: Iterable[Segment], element: str) -> Markup:
    """Write a diff's segments, the changed ones inside *element* ("ins", "del")."""
    parts = []
    for one in segments:
        text = escape(direction.printable(one.text))
        if one.changed:
            bare = text.rstrip()
            tail = text[len(bare) :]
            parts.append(Markup(f"<{element}>") + bare + Markup(f"</{element}>") + tail)
        else:
            parts.append(text)
    return Markup("").join(parts)


FILTERS: dict[str, Callable[..., Any]] = {
    "shown": shown,
    "attributes": attributes,
    "marked": marked,
    "plain": direction.plain,
    "printable": direction.printable,
    "web_url": direction.web_url,
    "direction": direction.direction,
    "pieces": pieces,
    "blocks": split_body,
    "day": wording.day,
    "moment": wording.moment,
    "lag": wording.lag,
    "percent": wording.percent,
    "share_of": wording.share_of,
    "counted": wording.count,
    "verdict": lambda name: wording.VERDICTS.get(name, name),
}
