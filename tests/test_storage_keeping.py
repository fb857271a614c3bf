"""Which article of a story is shown, and who printed it first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from storage.articles import load_article
from storage.store import Store
from tests.storage_articles import START, make_article, prose

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "news.db") as opened:
        yield opened


def shown(store: Store) -> list[tuple[int, int | None]]:
    return store.db.conn.execute(
        "SELECT canonical, first FROM stories ORDER BY id"
    ).fetchall()


def report(dead: str) -> list[str]:
    return [*prose(5, 2), f"{dead} boats stayed out."]


@pytest.mark.parametrize("late_first", [False, True])
def test_a_correction_is_shown_instead_of_what_it_corrects(
    store: Store, late_first: bool
) -> None:
    early = make_article(1, text=5, blocks=report("Twelve"), minutes=0)
    late = make_article(
        2, text=5, blocks=report("Fifteen"), minutes=90, outlet="Valley Echo"
    )
    store.add_all([late, early] if late_first else [early, late])
    verdicts = store.db.conn.execute("SELECT verdict FROM pairs").fetchall()
    assert verdicts == [("correction",)]
    ((canonical, first),) = shown(store)
    assert canonical == (1 if late_first else 2)
    assert first == (2 if late_first else 1)


def test_a_day_and_a_minute_of_it_are_a_tie_for_who_fetched_first(store: Store) -> None:
    day = START.replace(hour=0)
    store.add(
        make_article(
            1,
            published=day,
            published_precision="day",
            fetched=START + timedelta(hours=9),
        )
    )
    store.add(
        make_article(
            2, text=1, outlet="Valley Echo", published=day + timedelta(hours=7),
            fetched=START + timedelta(hours=8),
        )
    )  # fmt: skip
    assert shown(store) == [(2, None)]


def test_nothing_was_published_after_it_was_fetched(store: Store) -> None:
    store.add(make_article(1, published=START + timedelta(days=3), fetched=START))
    store.add(
        make_article(
            2, text=1, outlet="Valley Echo", published=START + timedelta(hours=1)
        )
    )
    assert shown(store) == [(1, 1)]


@pytest.mark.parametrize("year", [1, 987, 9999])
def test_a_year_far_away_is_compared_as_any_other(store: Store, year: int) -> None:
    when = datetime(year, 1, 2, tzinfo=UTC)
    store.add(make_article(1, published=when))
    store.add(make_article(2, text=1, outlet="Coast"))
    (written,) = store.db.conn.execute(
        "SELECT published FROM articles WHERE id = 1"
    ).fetchone()
    assert written == f"{year:04}-01-02T00:00:00Z"
    assert load_article(store.db, 1).published == when
