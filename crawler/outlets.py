"""The catalogue of outlets: what is packaged, and what a user's own file adds."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.errors import OutletError
from crawler.links import registered_domain
from storage.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ADDRESSES = ("feeds", "news_sitemaps", "sitemaps", "sections")
LISTS = (*_ADDRESSES, "languages", "hosts")
PACKAGED = Path(__file__).parent / "catalogue"
# A name in any script, or an address; IPv6 without its brackets.
_HOST = re.compile(r"[\w.-]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """What is known of an outlet before it is crawled.

    *agency* is set where the outlet is a wire agency's own; *hosts* are further hosts
    that print its articles; *every* is the wish for a polling interval in seconds.
    """

    name: str
    home: str
    country: str | None = None
    languages: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    news_sitemaps: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    agency: str | None = None
    every: float | None = None

    @property
    def host(self) -> str:
        """The host by which the outlet is known: no ``www.``, no mobile prefix."""
        return host_of(self.home)

    @property
    def domains(self) -> frozenset[str]:
        """The registered domains whose pages are the outlet's."""
        named = (self.home, *(f"http://{host}/" for host in self.hosts))
        return frozenset(registered_domain(url) for url in named)


class Catalogue:
    """Outlets by name, host and URL."""

    def __init__(self, outlets: Iterable[Outlet]) -> None:
        self._by_host: dict[str, Outlet] = {}
        self._by_name: dict[str, Outlet] = {}
        for outlet in outlets:
            self._by_host[outlet.host] = outlet
            self._by_name[outlet.name.casefold()] = outlet

    def __iter__(self) -> Any:
        return iter(self._by_host.values())

    def __len__(self) -> int:
        return len(self._by_host)

    def find(self, target: str) -> Outlet | None:
        """Return the outlet that *target* names: its name, host, or a URL of it."""
        by_name = self._by_name.get(target.casefold())
        if by_name is not None:
            return by_name
        url = target if "://" in target else f"http://{target}/"
        return self._by_host.get(host_of(url))

    def pick(
        self, *, country: str | None = None, language: str | None = None
    ) -> list[Outlet]:
        """Return the outlets of a country and a language; of all where None."""
        return [
            outlet
            for outlet in self
            if (country is None or (outlet.country or "").lower() == country.lower())
            and (
                language is None or language.lower() in map(str.lower, outlet.languages)
            )
        ]


def load_catalogue(own: Path | None = None) -> Catalogue:
    """Load the packaged outlets, then *own*, whose entries extend or override.

    An entry of *own* with the name or host of a packaged one replaces the fields that
    it names. Raises OutletError where a file cannot be read.
    """
    outlets: dict[str, Outlet] = {}
    for path in sorted(PACKAGED.glob("*.toml")):
        for outlet in load_outlets(path):
            outlets[outlet.host] = outlet
    if own is not None:
        _overlay(outlets, own)
    return Catalogue(outlets.values())


def load_outlets(path: Path) -> list[Outlet]:
    """Load the outlets of one TOML file; raises OutletError naming what is wrong."""
    return [make_outlet(values, f"{path}: {key}") for key, values in _tables(path)]


def make_outlet(values: Mapping[str, Any], where: str) -> Outlet:
    """Make an outlet of the values of a table; raises OutletError at a bad one."""
    known = {field.name for field in fields(Outlet)}
    if unknown := sorted(set(values) - known):
        raise OutletError(f"{where}: unknown field {unknown[0]!r}: see outlets show")
    for name in ("name", "home"):
        if not isinstance(values.get(name), str) or not values[name].strip():
            raise OutletError(f"{where}: {name} is missing: every outlet needs one")
    if not is_web(values["home"]):
        raise OutletError(f"{where}: {values['home']!r} is no http(s) URL with a host")
    return Outlet(
        **{name: _checked(name, value, where) for name, value in values.items()}
    )


def _checked(name: str, value: Any, where: str) -> Any:
    """Return *value* as the field *name* of an Outlet holds it; raises OutletError."""
    if name in LISTS:
        items = tuple(value) if isinstance(value, list | tuple) else (value,)
        if not all(isinstance(item, str) for item in items):
            raise OutletError(
                f'{where}: {name} must be a list of texts: ["...", "..."]'
            )
        if bad := [item for item in items if name in _ADDRESSES and not is_web(item)]:
            raise OutletError(f"{where}: {bad[0]!r} in {name} is no http(s) URL")
        return items
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if name == "every" and value is not None and not (is_number and 0 < value < 1e9):
        raise OutletError(f"{where}: every must be a number of seconds above 0")
    if name in {"country", "agency"} and not isinstance(value, str | None):
        raise OutletError(f"{where}: {name} must be a text")
    return value


def resolve(targets: Iterable[str], catalogue: Catalogue) -> list[Outlet]:
    """Turn what a user names into outlets: names, hosts, home pages.

    A URL is crawled from there, with the facts of the catalogue where its host is in
    it. Raises OutletError for what is neither a name, nor a host, nor a URL.
    """
    outlets: dict[str, Outlet] = {}
    for target in targets:
        outlet = _resolve_one(target.strip(), catalogue)
        outlets.setdefault(outlet.host, outlet)
    return [reachable(outlet) for outlet in outlets.values()]


def reachable(outlet: Outlet, environ: Mapping[str, str] = os.environ) -> Outlet:
    """Ask with http where only an http proxy is set, for https would pass it by."""
    if not _http_proxy_only(environ):
        return outlet
    changed: dict[str, Any] = {
        name: tuple(map(_as_http, getattr(outlet, name))) for name in _ADDRESSES
    }
    return replace(outlet, home=_as_http(outlet.home), **changed)


def in_shard(outlet: Outlet, shard: int, shards: int) -> bool:
    """Tell whether *outlet* falls to shard *shard* (from 1) of *shards*.

    A stable hash of the registered domain, so that one node alone asks a host.
    """
    domain = registered_domain(outlet.home)
    digest = hashlib.blake2b(domain.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % shards == shard - 1


def write_outlet(outlet: Outlet) -> str:
    """Write *outlet* as the TOML table that load_outlets() reads."""
    lines = [f"[{_quote(outlet.host)}]"]
    for field in fields(Outlet):
        value = getattr(outlet, field.name)
        if value is None or value == ():
            continue
        if isinstance(value, tuple):
            items = ", ".join(_quote(item) for item in value)
            lines.append(f"{field.name} = [{items}]")
        else:
            text = _quote(value) if isinstance(value, str) else value
            lines.append(f"{field.name} = {text}")
    return "\n".join(lines) + "\n"


def is_web(url: str) -> bool:
    """Tell whether *url* is an http(s) URL with a host."""
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        return False
    return scheme in {"http", "https"} and bool(_HOST.fullmatch(host_of(url)))


def _resolve_one(target: str, catalogue: Catalogue) -> Outlet:
    known = catalogue.find(target)
    if "://" not in target:
        is_host = re.fullmatch(r"(?:[\w-]+\.)+[\w-]+(?::\d+)?(?:/\S*)?", target)
        if known is not None and not is_host:
            return known
        if not is_host:
            raise OutletError(
                f"{target!r} is no outlet of the catalogue, host or URL: "
                "see wirecopy outlets list"
            )
        target = f"https://{target}"
    home = target if urlsplit(target).path else f"{target}/"
    if not is_web(home):
        raise OutletError(f"{target!r} is no http(s) URL with a host: check it")
    if known is not None:
        if home == known.home:
            return known
        return replace(known, home=home, sections=(*known.sections, known.home))
    return Outlet(name=host_of(home) + _port(home), home=home)


def _port(url: str) -> str:
    try:
        port = urlsplit(url).port
    except ValueError as error:
        raise OutletError(f"{url!r} has no valid port: check it") from error
    return f":{port}" if port not in {None, 80, 443} else ""


def _overlay(outlets: dict[str, Outlet], own: Path) -> None:
    names = {outlet.name.casefold(): host for host, outlet in outlets.items()}
    for key, values in _tables(own):
        host = host_of(str(values.get("home", ""))) or names.get(
            str(values.get("name", key)).casefold(), key
        )
        if host in outlets:
            base = {
                field.name: getattr(outlets[host], field.name)
                for field in fields(Outlet)
            }
            outlets[host] = make_outlet({**base, **values}, f"{own}: {key}")
        else:
            outlet = make_outlet(values, f"{own}: {key}")
            outlets[outlet.host] = outlet


def _tables(path: Path) -> list[tuple[str, dict[str, Any]]]:
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise OutletError(f"{path}: {error.strerror}: name a TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OutletError(f"{path} is not a TOML file: {error}") from error
    for key, values in document.items():
        if not isinstance(values, dict):
            raise OutletError(f"{path}: {key} is no table: write [{key}] and its facts")
    return list(document.items())


def _http_proxy_only(environ: Mapping[str, str]) -> bool:
    def is_set(name: str) -> bool:
        return bool(environ.get(name) or environ.get(name.upper()))

    return is_set("http_proxy") and not is_set("https_proxy")


def _as_http(url: str) -> str:
    return "http://" + url[8:] if url.startswith("https://") else url


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else " " for c in escaped) + '"'
