"""An outlet's own rules, as data, for the few outlets that need one."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from cssselect import HTMLTranslator, SelectorError
from lxml import etree

from crawler.errors import OutletError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from lxml.html import HtmlElement

_FIELDS = {"body", "drop", "valid_until"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Where an outlet keeps its text, as CSS selectors.

    *body* selects the elements that hold the whole text, *drop* what on the page is
    never text. *valid_until* is the last day on which the outlet served this layout;
    None is the layout of today. A stored page is read by the rule of its own day.
    """

    body: str | None = None
    drop: tuple[str, ...] = ()
    valid_until: date | None = None


def parse_rule(table: Mapping[str, Any], where: str) -> Rule:
    """Read a rule from a table of TOML; raises OutletError, which says *where*."""
    unknown = sorted(set(table) - _FIELDS)
    if unknown:
        raise OutletError(f"{where}: a rule has no field {unknown[0]!r}")
    body, drop, until = (table.get(name) for name in ("body", "drop", "valid_until"))
    drop = (drop,) if isinstance(drop, str) else tuple(drop or ())
    if until is not None and type(until) is not date:
        raise OutletError(f"{where}: valid_until must be a date, got {until!r}")
    for selector in (*([body] if body is not None else []), *drop):
        _check(selector, where)
    return Rule(body=body, drop=drop, valid_until=until)


def load_rules(path: Path) -> tuple[Rule, ...]:
    """Read the ``[[rules]]`` of a TOML file; raises OutletError."""
    try:
        tables = tomllib.loads(path.read_text("utf-8")).get("rules", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise OutletError(f"{path}: not a file of rules: {error}") from error
    return tuple(parse_rule(table, str(path)) for table in tables)


def pick_rule(rules: Sequence[Rule], fetched: datetime | None) -> Rule | None:
    """The rule that was good when the page was fetched; None *fetched* is today."""
    day = fetched.date() if fetched else date.max
    good = [r for r in rules if r.valid_until is None or r.valid_until >= day]
    return min(good, key=lambda rule: rule.valid_until or date.max, default=None)


def select(tree: HtmlElement, selectors: Iterable[str]) -> set[HtmlElement]:
    """The elements that any of *selectors* selects."""
    translate = HTMLTranslator().css_to_xpath
    return {found for css in selectors for found in tree.xpath(translate(css))}


def _check(selector: Any, where: str) -> None:
    try:
        etree.XPath(HTMLTranslator().css_to_xpath(selector))
    except (SelectorError, etree.XPathError, TypeError, AttributeError) as error:
        raise OutletError(f"{where}: not a CSS selector: {selector!r}") from error
