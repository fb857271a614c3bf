from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from crawler.errors import OutletError
from crawler.extract.article import extract
from crawler.extract.rules import Rule, load_rules, parse_rule, pick_rule

if TYPE_CHECKING:
    from pathlib import Path

OLD = Rule(body="div.old", valid_until=date(2024, 5, 1))
MIDDLE = Rule(body="div.middle", valid_until=date(2025, 5, 1))
NOW = Rule(body="div.now", drop=("p.advert",))


@pytest.mark.parametrize(
    ("day", "rule"),
    [
        (datetime(2023, 1, 1, tzinfo=UTC), OLD),
        (datetime(2024, 5, 1, 23, tzinfo=UTC), OLD),
        (datetime(2024, 5, 2, tzinfo=UTC), MIDDLE),
        (datetime(2026, 1, 1, tzinfo=UTC), NOW),
        (None, NOW),
    ],
)
def test_a_page_is_read_by_the_rule_of_its_day(
    day: datetime | None, rule: Rule
) -> None:
    assert pick_rule((NOW, OLD, MIDDLE), day) is rule


def test_no_rule_is_good_after_the_last_ran_out() -> None:
    assert pick_rule((OLD,), None) is None
    assert pick_rule((), None) is None


def test_rules_are_read_from_toml(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        '[[rules]]\nbody = "div.old"\nvalid_until = 2024-05-01\n'
        '[[rules]]\nbody = "div.now"\ndrop = ["p.advert"]\n'
    )
    assert load_rules(path) == (OLD, NOW)
    path.write_text("[[rules")
    with pytest.raises(OutletError, match="not a file of rules"):
        load_rules(path)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"boddy": "p"}, "no field 'boddy'"),
        ({"body": "p[["}, "not a CSS selector"),
        ({"drop": [3]}, "not a CSS selector"),
        ({"valid_until": "soon"}, "must be a date"),
    ],
)
def test_a_wrong_rule_says_what_is_wrong(table: dict[str, object], told: str) -> None:
    with pytest.raises(OutletError, match=told):
        parse_rule(table, "here")


def test_a_rule_decides_and_one_that_selects_nothing_does_not() -> None:
    text = "<p>The council voted on Tuesday to repair the breakwater before winter.</p>"
    html = (
        "<title>Council votes on repairs</title><h1>Council votes on repairs</h1>"
        f"<div class=now>{text}<p class=advert>Buy boats now.</p></div>"
        "<div><p>The mayor said that fishing boats would have to use the northern"
        " basin until the summer, and that nobody would lose a berth.</p></div>"
    )
    ruled = extract(html, "http://post.test/a", rules=(NOW,))
    assert [block.text for block in ruled.blocks] == [text[3:-4]]
    assert ruled.extractor == "rule"
    other = extract(html, "http://post.test/a", rules=(Rule(body="div.gone"),))
    assert other.extractor == "trafilatura"
    assert len(other.blocks) > 1
