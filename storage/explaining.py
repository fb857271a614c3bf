"""Why two stored articles are, or are not, one story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedupe.explain import SharedPassage, explain_texts
from storage.articles import pick_article
from storage.pairs import StoredPair, load_pair
from storage.reviews import answers_about
from storage.times import epoch

if TYPE_CHECKING:
    from sqlite_utils import Database

    from dedupe.parameters import Parameters
    from dedupe.verify import PairVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two articles."""

    id: int
    url: str
    headline: str
    outlet: str | None
    published: str | None
    story: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A passage that both articles have, as *a* prints it, and where it stands."""

    text: str
    where: SharedPassage


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainReport:
    """The rule's verdict on the texts now, beside what is stored and what people said.

    *stored* is the decision's row, None where none was worth one. *answer* is the
    latest review. *same_story* is what the database says, which may rest on another
    article: members need not be verified against each other, only against the anchor.
    """

    a: Side
    b: Side
    same_story: bool
    verdict: PairVerdict
    passages: tuple[Passage, ...]
    stored: StoredPair | None
    answer: str | None
    anchor: int | None


def explain(db: Database, a: str, b: str, *, parameters: Parameters) -> ExplainReport:
    """Verify two articles, named by id or URL, anew from their clean texts.

    Raises DatabaseError where one is not stored.
    """
    sides, bodies = [], []
    for reference in (a, b):
        side, body = _load(db, pick_article(db, reference))
        sides.append(side)
        bodies.append(body)
    one, other = sides
    found = explain_texts(
        *bodies,
        headlines=(one.headline, other.headline),
        published=(epoch(one.published), epoch(other.published)),
        parameters=parameters,
    )
    pair = (min(one.id, other.id), max(one.id, other.id))
    (anchor,) = db.conn.execute(
        "SELECT anchor FROM stories WHERE id = ?", [one.story]
    ).fetchone()
    return ExplainReport(
        a=one,
        b=other,
        same_story=one.story == other.story,
        verdict=found.verdict,
        passages=tuple(
            Passage(text=bodies[0][p.start_a : p.end_a], where=p)
            for p in found.passages
        ),
        stored=load_pair(db, one.id, other.id),
        answer=answers_about(db, [one.id]).get(pair),
        anchor=anchor,
    )


def _load(db: Database, article: int) -> tuple[Side, str]:
    *fields, body = db.conn.execute(
        "SELECT articles.id, articles.url, articles.headline, outlets.name,"
        " articles.published, articles.story, articles.role, articles.body"
        " FROM articles LEFT JOIN outlets ON outlets.id = articles.outlet"
        " WHERE articles.id = ?",
        [article],
    ).fetchone()
    return Side(**dict(zip(Side.__slots__, fields, strict=True))), str(body)
