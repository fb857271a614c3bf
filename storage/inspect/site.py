"""What every template needs to know of the site: its databases, addresses, files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from datasette.utils import actor_matches_allow, tilde_encode

from storage.inspect.descriptions import is_ours

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).parent
STATIC = HERE / "static"
TEMPLATES = HERE / "templates"
REVIEW = "wirecopy-review"  # the name of the permission
# Page, label in the navigation.
_NAVIGATION = (
    ("today", "Today"),
    ("stories", "Stories"),
    ("search", "Search"),
    ("outlets", "Outlets"),
    ("agencies", "Agencies"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The site as one request sees it; *database* is the one that the page is about."""

    datasette: Any
    database: str | None
    databases: tuple[str, ...] = ()
    may_review: bool = False

    def at(self, *parts: object, **query: object) -> str:
        """Return the address of one of our pages: at("story", 12, copy=3)."""
        route = tilde_encode(self.database or "")
        path = "/".join(str(part) for part in parts)
        asked = {
            name: value for name, value in query.items() if value not in (None, "")
        }
        address: str = self.datasette.urls.path(f"/{route}/-/{path}")
        return address + (f"?{urlencode(asked)}" if asked else "")

    def static(self, name: str) -> str:
        """Return the address of a static file; it changes when the file does."""
        address = self.datasette.urls.path(f"/-/wirecopy/{name}")
        return f"{address}?{_digest(name)}"

    @property
    def navigation(self) -> list[tuple[str, str, str]]:
        """Page, address and label of every entry."""
        pages = [*_NAVIGATION, *([("review", "Review")] if self.may_review else [])]
        return [(page, self.at(page), label) for page, label in pages]


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def our_databases(datasette: Any) -> tuple[str, ...]:
    """Return the names of the served databases that wirecopy made."""
    return tuple(
        name for name, database in datasette.databases.items() if is_ours(database)
    )


async def may_review(datasette: Any, actor: Any, database: str) -> bool:
    """Whether *actor* may answer: the permission, and a file that can be written."""
    if not datasette.get_database(database).is_mutable:
        return False
    return bool(
        await datasette.permission_allowed(actor, REVIEW, database, default=False)
    )


def review_allowed(datasette: Any, actor: Any, database: str) -> bool | None:
    """Answer the permission from the plugin's setting "review", an allow block."""
    config = datasette.plugin_config("wirecopy", database=database) or {}
    allow = config.get("review")
    if allow is None or actor is None:
        return None
    return bool(actor_matches_allow(actor, allow))


async def site_of(datasette: Any, actor: Any, database: str | None) -> Site:
    """Describe the site for one request about *database*, or about none."""
    ours = our_databases(datasette)
    visible = [name for name in ours if await _visible(datasette, actor, name)]
    shown = database if database in visible else next(iter(visible), None)
    return Site(
        datasette=datasette,
        database=shown,
        databases=tuple(visible),
        may_review=bool(shown) and await may_review(datasette, actor, shown or ""),
    )


async def _visible(datasette: Any, actor: Any, database: str) -> bool:
    visible, _ = await datasette.check_visibility(
        actor, permissions=[("view-database", database), "view-instance"]
    )
    return bool(visible)


async def permit(
    datasette: Any, actor: Any, database: str, tables: Iterable[str]
) -> None:
    """Raise Forbidden unless *actor* may see every one of *tables*."""
    await datasette.ensure_permissions(
        actor, [("view-database", database), "view-instance"]
    )
    for table in tables:
        await datasette.ensure_permissions(
            actor,
            [
                ("view-table", (database, table)),
                ("view-database", database),
                "view-instance",
            ],
        )
