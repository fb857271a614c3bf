"""Bar charts as SVG, so that the page needs no script and no library."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEIGHT, _LABEL, _WIDTH = 24, 270, 420


def bars(counts: Mapping[str, int]) -> str:
    """Return a horizontal bar chart, escaped; a sentence where there is nothing."""
    if not counts:
        return '<p class="note">None.</p>'
    most = max(1, *counts.values())
    rows = [
        _bar(at, name, count, most) for at, (name, count) in enumerate(counts.items())
    ]
    width, height = _LABEL + _WIDTH + 110, _HEIGHT * len(rows)
    label = "; ".join(f"{name}: {count:,}" for name, count in counts.items())
    return (
        f'<svg class="bar" role="img" aria-label="{escape(label)}" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        + "".join(rows)
        + "</svg>"
    )


def _bar(at: int, name: str, count: int, most: int) -> str:
    top, length = at * _HEIGHT, max(1, round(_WIDTH * count / most))
    return (
        f'<text x="{_LABEL - 8}" y="{top + 16}" text-anchor="end">{escape(name)}</text>'
        f'<rect x="{_LABEL}" y="{top + 3}" width="{length}" height="{_HEIGHT - 7}"/>'
        f'<text x="{_LABEL + length + 6}" y="{top + 16}">{count:,}</text>'
    )
