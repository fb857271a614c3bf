"""The catalogue, a user's own file, and what a user may name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.errors import OutletError
from crawler.importing import import_outlets
from crawler.outlets import (
    Catalogue,
    Outlet,
    in_shard,
    load_catalogue,
    load_outlets,
    reachable,
    resolve,
    write_outlet,
)

if TYPE_CHECKING:
    from pathlib import Path

OWN = """
["paper.example"]
name = "The Paper"
home = "https://www.paper.example/"
country = "xx"
languages = ["en"]
feeds = ["https://www.paper.example/feed"]
"""
PAPER = Outlet(
    name='The "Old" Paper',
    home="https://www.paper.example/",
    country="xx",
    languages=("en", "ar"),
    every=600.0,
)


def test_the_catalogue_holds_outlets_and_agencies_of_the_world() -> None:
    catalogue = load_catalogue()
    assert len(catalogue) >= 220
    agencies = [outlet for outlet in catalogue if outlet.agency]
    assert len(agencies) >= 40
    assert len({outlet.country for outlet in agencies}) >= 30
    for outlet in catalogue:
        assert outlet.languages, outlet.name
        assert len(outlet.country or "") == 2, outlet.name
    assert {o.country for o in catalogue.pick(country="iq", language="ar")} == {"iq"}


def test_an_own_file_extends_and_overrides(tmp_path: Path) -> None:
    known = next(iter(load_catalogue()))
    own = tmp_path / "own.toml"
    own.write_text(f'{OWN}\n[other]\nhome = "{known.home}"\nevery = 300.0\n')
    catalogue = load_catalogue(own)
    assert catalogue.find("the paper") == load_outlets_of(OWN, tmp_path)[0]
    found = catalogue.find(known.host)
    assert found is not None
    assert (found.name, found.every) == (known.name, 300.0)


def load_outlets_of(text: str, folder: Path) -> list[Outlet]:
    file = folder / "one.toml"
    file.write_text(text)
    return load_outlets(file)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    assert load_outlets_of(write_outlet(PAPER), tmp_path) == [PAPER]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1", "is no table"),
        ('[a]\nname = "A"', "home is missing"),
        ('[a]\nname = "A"\nhome = "file:///etc"', "is no http(s) URL"),
        ('[a]\nname = "A"\nhome = "http://a.example/"\nfeed = "x"', "unknown field"),
        ('[a]\nname = "A"\nhome = "http://a.example/"\nfeeds = [1]', "list of texts"),
        ('[a]\nname = "A"\nhome = "http://a.example/"\nfeeds = ["x"]', "'x' in feeds"),
        ('[a]\nname = "A"\nhome = "http://a.example/"\nevery = "1h"', "every must be"),
        ('[a]\nname = "A"\nhome = "http://a.example/"\ncountry = 1', "must be a text"),
        ("[a", "is not a TOML file"),
    ],
)
def test_a_bad_file_is_named_with_its_fault(
    text: str, line: str, tmp_path: Path
) -> None:
    with pytest.raises(OutletError, match=line.replace("(", r"\(").replace(")", r"\)")):
        load_outlets_of(text, tmp_path)


def test_one_text_is_a_list_of_one_and_case_makes_no_difference(tmp_path: Path) -> None:
    text = 'name = "A"\nhome = "http://a.example/"\ncountry = "GB"\nlanguages = "EN"'
    catalogue = Catalogue(load_outlets_of(f"[a]\n{text}", tmp_path))
    assert [one.host for one in catalogue.pick(country="gb", language="en")] == [
        "a.example"
    ]


def test_names_hosts_and_urls_are_resolved() -> None:
    catalogue = Catalogue([PAPER])
    environ: dict[str, str] = {}
    by_name = resolve(['the "old" paper'], catalogue)[0]
    by_url = resolve(["http://paper.example/world"], catalogue)[0]
    new = resolve(["other.example"], catalogue)[0]
    assert reachable(by_name, environ).name == by_url.name == PAPER.name
    assert by_url.home == "http://paper.example/world"
    assert new.host == "other.example"
    assert len(resolve(["paper.example", "http://www.paper.example/"], catalogue)) == 1


def test_https_is_asked_as_http_where_only_an_http_proxy_is_set() -> None:
    assert reachable(PAPER, {"http_proxy": "p:1"}).home == "http://www.paper.example/"
    both = {"http_proxy": "p:1", "https_proxy": "p:1"}
    assert reachable(PAPER, both) == reachable(PAPER, {}) == PAPER


def test_every_outlet_falls_to_one_shard() -> None:
    for outlet in list(load_catalogue())[:60]:
        assert [in_shard(outlet, n, 5) for n in range(1, 6)].count(True) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.toml", OWN),
        ("a.tsv", "name\thome\tlanguage\nThe Paper\thttps://paper.example\ten\n"),
        ("a.txt", "# outlets\npaper.example\n"),
        (
            "a.opml",
            '<opml><outline text="P" xmlUrl="https://paper.example/feed"/></opml>',
        ),
    ],
)
def test_lists_are_imported_once(name: str, text: str, tmp_path: Path) -> None:
    file, own = tmp_path / name, tmp_path / "own" / "mine.toml"
    own.parent.mkdir()
    file.write_text(text)
    assert import_outlets(file, own).added == 1
    assert import_outlets(file, own).known == 1
    assert [outlet.host for outlet in load_outlets(own)] == ["paper.example"]


def test_a_line_that_is_no_address_is_refused_with_its_number(tmp_path: Path) -> None:
    file, own = tmp_path / "list.txt", tmp_path / "own.toml"
    file.write_text("paper.example\nnot an address\n")
    with pytest.raises(OutletError, match="line 2: 'not an address' is no"):
        import_outlets(file, own)
    assert not own.exists()
