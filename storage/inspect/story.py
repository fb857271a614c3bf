"""The Story page: who printed a text and when, and what each of them changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.inspect.asking import Moved
from storage.inspect.blocks import printed_blocks, removed_of, split_body
from storage.inspect.charts import Strip, strip
from storage.inspect.diff import changed_words, compare

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from storage.inspect.asking import Asked
    from storage.inspect.blocks import ShownBlock
    from storage.inspect.diff import DiffRow

_LISTED = 200  # copies in the timeline; the table has the rest
_COMPARED_WORDS = 12_000  # beside the canonical on one page; links lead to the others
_COMPARED = 6
_LARGEST_ID = 999_999_999

_MEMBERS = """
SELECT a.id, a.headline, a.subheadline, a.published, a.published_precision, a.fetched,
    a.language, a.role, a.words, a.url, a.byline, a.dateline, a.block_kinds,
    outlets.id AS outlet_id, outlets.name AS outlet,
    agencies.id AS agency_id, agencies.name AS agency,
    p.verdict, p.jaccard, p.reason,
    CASE WHEN p.a = a.id THEN p.containment_a ELSE p.containment_b END AS within,
    CASE WHEN p.a = a.id THEN p.containment_b ELSE p.containment_a END AS holds
FROM articles AS a
LEFT JOIN outlets ON outlets.id = a.outlet
LEFT JOIN agencies ON agencies.id = a.agency
LEFT JOIN pairs AS p ON p.a = min(a.id, :canonical) AND p.b = max(a.id, :canonical)
WHERE a.story = :story
ORDER BY a.id NOT IN (:canonical, :wanted), a.published IS NULL, a.published, a.id
LIMIT :limit"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A copy beside the canonical: *dropped* and *added* count words."""

    copy: sqlite3.Row
    rows: list[DiffRow]
    dropped: int
    added: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPage:
    """Everything that the page shows; *first* is None where it is undecided."""

    story: sqlite3.Row
    canonical: sqlite3.Row
    first: int | None
    blocks: list[ShownBlock]
    members: list[sqlite3.Row]
    strip: Strip
    comparisons: list[Comparison]
    linked: list[sqlite3.Row]


def read_story(conn: sqlite3.Connection, asked: Asked) -> StoryPage | Moved | None:
    """Read one story; Moved where its id was merged away, None where none is."""
    story = conn.execute(
        "SELECT * FROM stories WHERE id = ?", (asked.number,)
    ).fetchone()
    if story is None:
        alias = conn.execute(
            "SELECT story FROM story_aliases WHERE id = ?", (asked.number,)
        ).fetchone()
        return Moved(alias[0]) if alias else None
    wanted = asked.whole("with", 0, most=_LARGEST_ID)
    members = _members(conn, story, wanted)
    canonical = next((one for one in members if one["id"] == story["canonical"]), None)
    if canonical is None:
        return None
    body = _body(conn, canonical["id"])
    copies = _picked(members, canonical, wanted)
    return StoryPage(
        story=story,
        canonical=canonical,
        first=story["first"],
        blocks=printed_blocks(
            body, canonical["block_kinds"], removed_of(conn, canonical["id"])
        ),
        members=members,
        strip=strip([(one["published"], one["outlet"] or "") for one in members]),
        comparisons=list(_comparisons(conn, body, copies)),
        linked=_linked(conn, story["id"], story["anchor"] or canonical["id"]),
    )


def _members(
    conn: sqlite3.Connection, story: sqlite3.Row, wanted: int
) -> list[sqlite3.Row]:
    """Read the first members of a story, the canonical and *wanted* surely among them."""
    asked = {"story": story["id"], "canonical": story["canonical"], "wanted": wanted}
    rows = conn.execute(_MEMBERS, asked | {"limit": _LISTED}).fetchall()
    return sorted(
        rows, key=lambda a: (a["published"] is None, a["published"] or "", a["id"])
    )


def _picked(
    members: Sequence[sqlite3.Row], canonical: sqlite3.Row, wanted: int
) -> list[sqlite3.Row]:
    copies = [one for one in members if one["id"] != canonical["id"]]
    if wanted:
        return [one for one in copies if one["id"] == wanted]
    picked: list[sqlite3.Row] = []
    words = 0
    for copy in copies[:_COMPARED]:
        words += copy["words"] + canonical["words"]
        if picked and words > _COMPARED_WORDS:
            break
        picked.append(copy)
    return picked


def _body(conn: sqlite3.Connection, article: int) -> str:
    row = conn.execute("SELECT body FROM articles WHERE id = ?", (article,)).fetchone()
    return str(row[0])


def _comparisons(
    conn: sqlite3.Connection, body: str, copies: Sequence[sqlite3.Row]
) -> Iterable[Comparison]:
    for copy in copies:
        rows = compare(split_body(body), split_body(_body(conn, copy["id"])))
        dropped, added = changed_words(rows)
        yield Comparison(copy=copy, rows=rows, dropped=dropped, added=added)


def _linked(conn: sqlite3.Connection, story: int, anchor: int) -> list[sqlite3.Row]:
    """Read what is linked to the story's anchor and not merged with it."""
    return conn.execute(
        """
SELECT a.id, a.headline, a.language, a.published, a.story, p.verdict,
    outlets.name AS outlet
FROM (
    SELECT b AS other, verdict FROM pairs WHERE a = :anchor
    UNION ALL SELECT a, verdict FROM pairs WHERE b = :anchor
) AS p
JOIN articles AS a ON a.id = p.other
LEFT JOIN outlets ON outlets.id = a.outlet
WHERE p.verdict IN ('follow-up', 'digest', 'headline') AND a.story IS NOT :story
ORDER BY a.published LIMIT 30""",
        {"anchor": anchor, "story": story},
    ).fetchall()
