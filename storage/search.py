"""Full-text search over folded words, with snippets cut from the original text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.changes import Changes
from storage.errors import DatabaseError
from storage.search_query import NON_JOINER, index_words, match_expression
from storage.snippets import Snippet, cut_snippet

if TYPE_CHECKING:
    import sqlite3

    from sqlite_utils import Database

# A word of the headline says more about a story than one of the body.
_HEADLINE_WEIGHT = 4.0
# Half of a million articles hold "the": to rank them all takes a second.
RANKED = 50_000
_ADD = "INSERT INTO search (rowid, headline, body) VALUES (?, ?, ?)"
_REMOVE = (
    "INSERT INTO search (search, rowid, headline, body) VALUES ('delete', ?, ?, ?)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What found articles must be; None is no condition.

    *outlet* and *agency* are names, *language* a code, *since* and *until* are dates
    or ISO times (*until* is included, a whole day where it is a date).
    """

    outlet: str | None = None
    agency: str | None = None
    language: str | None = None
    since: str | None = None
    until: str | None = None
    only_canonical: bool = False

    def conditions(self) -> tuple[list[str], dict[str, str]]:
        """Return SQL conditions on ``articles`` and their parameters."""
        sql = {
            "outlet": "articles.outlet = (SELECT id FROM outlets"
            " WHERE name = :outlet COLLATE NOCASE)",
            "agency": "articles.agency IN (SELECT id FROM agencies"
            " WHERE name = :agency COLLATE NOCASE)",
            "language": "(articles.language = :language"
            " OR articles.language LIKE :language || '-%')",
            "since": "articles.published >= :since",
            # "~" sorts after every character of a time that the date begins.
            "until": "articles.published <= :until || '~'",
        }
        values = {name: getattr(self, name) for name in sql}
        conditions = [text for name, text in sql.items() if values[name]]
        if self.only_canonical:
            conditions.append("articles.role = 'canonical'")
        return conditions, {name: value for name, value in values.items() if value}

    def refuse_unknown(self, db: Database) -> None:
        """Raise DatabaseError where the outlet, agency or language is not in *db*."""
        for table, name in (("outlets", self.outlet), ("agencies", self.agency)):
            row = db.conn.execute(
                f"SELECT 1 FROM {table} WHERE name = ? COLLATE NOCASE", [name]
            ).fetchone()
            if name and row is None:
                kind = {"outlets": "outlet", "agencies": "agency"}[table]
                raise DatabaseError(f"no {kind} {name!r}: give its name as stored")
        if self.language and not self._is_written(db):
            raise DatabaseError(
                f"no article is in the language {self.language!r}: give a code such as en"
            )

    def _is_written(self, db: Database) -> bool:
        conditions, values = Filters(language=self.language).conditions()
        sql = f"SELECT 1 FROM articles WHERE {conditions[0]} LIMIT 1"
        return db.conn.execute(sql, values).fetchone() is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One article found; *rank* is bm25, smaller is better."""

    article: int
    headline: str
    outlet: str | None
    agency: str | None
    language: str | None
    published: str | None
    url: str
    story: int | None
    role: str
    rank: float
    snippet: Snippet


class SearchQueue:
    """Changes of the index, written together at the end of a transaction.

    FTS5 writes a segment at every savepoint, and merges segments while it writes: an
    article at a time that costs more than all else that adding it does.
    """

    def __init__(self, db: Database) -> None:
        self._conn = db.conn
        self.changes: Changes[tuple[str, str]] = Changes()

    def add(self, article: int, words: tuple[str, str]) -> None:
        """Make an article findable by the folded *words* of its headline and body."""
        self.changes.add(article, words)

    def remove(self, article: int, headline: str, body: str) -> None:
        """Take an article out; the texts must be those that went in."""
        self.changes.remove(article, (index_words(headline), index_words(body)))

    def write(self) -> None:
        """Write what waits; nothing of it is in the index before."""
        for sql, changed in zip((_REMOVE, _ADD), self.changes.take(), strict=True):
            self._conn.executemany(sql, [(one, *words) for one, words in changed])


def part_joined_words(db: Database) -> None:
    """Index those texts again whose words a non-joiner joined in earlier versions."""
    rows = db.conn.execute(
        "SELECT id, headline, body FROM articles"
        " WHERE instr(headline, ?1) OR instr(body, ?1)",
        [NON_JOINER],
    )
    for article, headline, body in rows.fetchall():
        old = [index_words(t.replace(NON_JOINER, "")) for t in (headline, body)]
        db.conn.execute(_REMOVE, (article, *old))
        index_article(db, article, headline, body)


def index_article(db: Database, article: int, headline: str, body: str) -> None:
    """Make an article findable; its words must not be in the index already."""
    db.conn.execute(_ADD, (article, index_words(headline), index_words(body)))


def index_everything(db: Database) -> None:
    """Empty the search index and fill it again from the articles."""
    db.conn.execute("INSERT INTO search (search) VALUES ('delete-all')")
    rows = db.conn.execute("SELECT id, headline, body FROM articles ORDER BY id")
    for article, headline, body in rows:
        index_article(db, article, headline, body)


def search_articles(
    db: Database,
    query: str,
    *,
    filters: Filters | None = None,
    limit: int = 20,
    offset: int = 0,
) -> list[Hit]:
    """Find the articles that *query* asks for, best first.

    Of words that very many articles hold only those added last are ranked. Raises
    DatabaseError where the query holds no word.
    """
    expression = match_expression(query)
    if expression is None:
        raise DatabaseError(f"nothing to search for in {query!r}: type a wanted word")
    conditions, values = (filters or Filters()).conditions()
    where = "".join(f" AND {condition}" for condition in conditions)
    rows = db.execute(
        f"""
SELECT found.id, articles.headline, outlets.name, agencies.name, articles.language,
    articles.published, articles.url, articles.story, articles.role, found.rank,
    articles.body
FROM (
    SELECT id, rank FROM (
        SELECT search.rowid AS id, bm25(search, {_HEADLINE_WEIGHT}, 1.0) AS rank
        FROM search {"JOIN articles ON articles.id = search.rowid" if where else ""}
        WHERE search MATCH :expression{where}
        ORDER BY search.rowid DESC LIMIT :ranked
    ) ORDER BY rank, id LIMIT :limit OFFSET :offset
) AS found
JOIN articles ON articles.id = found.id
LEFT JOIN outlets ON outlets.id = articles.outlet
LEFT JOIN agencies ON agencies.id = articles.agency
ORDER BY found.rank, found.id""",
        {
            "expression": expression,
            "ranked": RANKED,
            "limit": min(limit, RANKED),
            "offset": min(offset, RANKED),
            **values,
        },
    ).fetchall()
    return [_hit(row, query) for row in rows]


def register_functions(conn: sqlite3.Connection) -> None:
    """Give SQL the functions that search needs, so that datasette can use them.

    ``wirecopy_query(text)`` is an expression for ``search MATCH``, and matches nothing
    where the text asks for nothing; ``wirecopy_snippet(body, text)`` cuts a snippet
    with the hits between « and »; ``wirecopy_fold(text)`` folds.
    """
    conn.create_function(
        "wirecopy_query", 1, lambda q: match_expression(q or "") or '""'
    )
    conn.create_function(
        "wirecopy_snippet",
        2,
        lambda body, q: cut_snippet(body or "", q or "").marked("«", "»"),
        deterministic=True,
    )
    conn.create_function(
        "wirecopy_fold", 1, lambda text: index_words(text or ""), deterministic=True
    )


def _hit(row: tuple[object, ...], query: str) -> Hit:
    *fields, body = row
    names = (
        *("article", "headline", "outlet", "agency", "language"),
        *("published", "url", "story", "role", "rank"),
    )
    values = dict(zip(names, fields, strict=True))
    return Hit(snippet=cut_snippet(str(body), query), **values)  # type: ignore[arg-type]
