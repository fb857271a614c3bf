"""What outlets are called by their own words, and what of it the database keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.naming import Claim, pick_name
from storage.outlet_facts import OutletFacts, learn_outlet, register_outlet
from storage.store import Store

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("claims", "host", "name"),
    [
        (
            [("feed", "The Harbour Record"), ("title", "The Harbour Record - Home")],
            "harbour-record.example",
            "The Harbour Record",
        ),
        (
            [
                ("title", "Breaking news and weather from the coast | Harbour Record"),
                ("feed", "Harbour Record » Latest news RSS"),
            ],
            "harbour-record.example",
            "Harbour Record",
        ),
        (
            [("title", "Noticias del puerto | El Faro"), ("og", "El Faro")],
            "elfaro.example",
            "El Faro",
        ),
        (
            [("news sitemap", "paper.example"), ("feed", "RSS feed of The Daily Ox")],
            "paper.example",
            "The Daily Ox",
        ),
        ([("title", "الميناء اليوم | الرئيسية"), ("og", "الميناء اليوم")], "x.example",
         "الميناء اليوم"),
        ([("title", "paper.example"), ("feed", "RSS")], "paper.example", None),
        ([("feed", "127.0.0.1:8080")], "127.0.0.1", None),
        ([("title", "Home | Ship &amp; Shore")], "shore.example", "Ship & Shore"),
        ([], "paper.example", None),
    ],
)  # fmt: skip
def test_the_name_is_what_the_claims_agree_on(
    claims: list[tuple[str, str]], host: str, name: str | None
) -> None:
    told = [Claim(source=source, text=text) for source, text in claims]  # type: ignore[arg-type]
    assert pick_name(told, host) == name
    assert pick_name(reversed(told), host) == name


def facts(name: str, host: str, port: str = "") -> OutletFacts:
    return OutletFacts(name=name, host=host, home=f"http://{host}{port}/")


def test_a_learnt_name_fills_a_gap_and_never_replaces_one(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a.db") as store, store.transaction() as db:
        bare = register_outlet(db, facts("one.example", "one.example"))
        learn_outlet(db, bare.id, name="The One", language="en")
        again = register_outlet(db, facts("one.example", "one.example"))
        assert (again.id, again.name) == (bare.id, "The One")
        learn_outlet(db, bare.id, name="Another", language="de")
        row = db.execute("SELECT name, language FROM outlets").fetchone()
        assert row == ("The One", "en")
        named = register_outlet(db, facts("Two Times", "two.example"))
        learn_outlet(db, named.id, name="Two", language=None)
        assert register_outlet(db, facts("two.example", "two.example")) == named
        assert named.name == "Two Times"


def test_outlets_of_one_name_and_ports_of_one_host_stay_apart(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a.db") as store, store.transaction() as db:
        one = register_outlet(db, facts("a.example", "a.example"))
        two = register_outlet(db, facts("b.example", "b.example"))
        for outlet in (one, two):
            learn_outlet(db, outlet.id, name="The Times", language=None)
        names = [row[0] for row in db.execute("SELECT name FROM outlets ORDER BY id")]
        assert names == ["The Times", "The Times (b.example)"]
        near = register_outlet(db, facts("localhost:1", "localhost", ":1"))
        far = register_outlet(db, facts("localhost:2", "localhost", ":2"))
        assert near.id != far.id
