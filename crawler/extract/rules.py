"""An outlet's own rules, as data, for the few outlets that need one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from crawler.extract.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Where an outlet keeps its text: CSS selectors, good until a layout changed.

    *body* names the element that holds the whole text, *drop* what in it is not text.
    *valid_until* is the last day that the layout was served; None is today's layout.
    """

    body: str | None = None
    drop: tuple[str, ...] = ()
    valid_until: date | None = None


def pick_rule(rules: Sequence[Rule], fetched: datetime | None) -> Rule | None:
    """The rule that was good when the page was fetched: the first to run out after."""
    if fetched is None:
        current = [rule for rule in rules if rule.valid_until is None]
        return current[0] if current else None
    day = fetched.date()
    good = [r for r in rules if r.valid_until is None or r.valid_until >= day]
    return min(good, key=lambda r: r.valid_until or date.max, default=None)


def apply_rule(page: Page, rule: Rule) -> Page:
    return page
