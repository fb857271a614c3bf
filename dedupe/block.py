"""The unit that an article is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["paragraph", "subhead", "list item", "quote", "caption", "cell"]


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, subhead, list item, quote, caption or table cell of a body.

    *text* is one line: white space inside it is collapsed, and it is never empty.
    """

    text: str
    kind: BlockKind = "paragraph"
