"""Passages that mostly strangers share: no evidence, whoever prints them.

The rule is dedupe's, and a function of the articles that hold a passage; here it is
asked again whenever one comes in, and the holders of a passage that crossed the line
wait for settle().
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from dedupe.candidates import RELATED
from dedupe.kernels import propose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray
    from sqlite_utils import Database

    from dedupe.parameters import Parameters

_REMEMBERED = 20_000  # articles whose passages are kept in memory, about 10 MB


@dataclass(frozen=True, slots=True)
class Held:
    """What the index holds of an article: distinct sorted keys, and its text's hash."""

    passages: Sequence[int]
    bands: Sequence[int]
    fold: int


class Strangers:
    """The passages that are no evidence, remembered for one connection.

    *load* returns what the index holds of an article. forget() must follow a rollback.
    """

    def __init__(
        self,
        db: Database,
        parameters: Parameters,
        load: Callable[[int], Held],
    ) -> None:
        self._db = db
        self._parameters = parameters
        self._held = lru_cache(maxsize=_REMEMBERED)(load)
        self._masked: set[int] | None = None

    def forget(self) -> None:
        """Ask the database again from here on."""
        self._masked = None
        self._held.cache_clear()

    def held(self, article: int) -> Held:
        """Return what the index holds of an article."""
        return self._held(article)

    def forget_article(self) -> None:
        """Read passages anew: an indexed article's text has changed."""
        self._held.cache_clear()

    @property
    def masked(self) -> set[int]:
        """The keys of the passages that are no evidence; not to be changed."""
        if self._masked is None:
            rows = self._db.conn.execute("SELECT key FROM stranger_passages")
            self._masked = {row[0] for row in rows}
        return self._masked

    def update(
        self,
        holders: Mapping[int, Sequence[int]],
        own: Held | None = None,
    ) -> None:
        """Decide about passages anew, given all *holders* of each.

        *own* is an article that has no row yet and holds all of them.
        """
        if not self._parameters.mask_strangers:
            return
        least = self._parameters.stranger_groups - (own is not None)
        asked = {key: ids for key, ids in holders.items() if len(ids) >= least}
        if not asked:
            return
        flags = self._ask(asked, own)
        for (key, ids), is_masked in zip(asked.items(), flags.tolist(), strict=True):
            if bool(is_masked) != (key in self.masked):
                self._cross(key, ids, is_masked=bool(is_masked))

    def _ask(
        self,
        holders: Mapping[int, Sequence[int]],
        own: Held | None,
    ) -> NDArray[np.uint8]:
        """Put the question to dedupe's kernel, on the holders alone."""
        texts = {
            article: self._held(article)
            for article in {a for ids in holders.values() for a in ids}
        }
        if own is not None:
            texts[-1] = own
        # Numbered by the hash of the text, as dedupe numbers its nodes.
        nodes = sorted(
            texts, key=lambda article: (texts[article].fold % 2**64, article)
        )
        place = {article: number for number, article in enumerate(nodes)}
        extra = () if own is None else (-1,)
        groups = [
            sorted(place[article] for article in (*ids, *extra))
            for ids in holders.values()
        ]
        keys = [np.array(texts[article].passages, np.int64) for article in nodes]
        _, numbers = np.unique(np.concatenate(keys), return_inverse=True)
        sizes = np.array([len(some) for some in keys], np.int64)
        answer: NDArray[np.uint8] = propose.stranger_passages(
            np.array([n for group in groups for n in group], np.uint32),
            _bounds([len(group) for group in groups]),
            numbers.astype(np.uint32),
            _bounds(sizes.tolist()),
            sizes,
            np.array([texts[a].bands for a in nodes], np.int64).astype(np.uint32),
            np.arange(len(nodes)),
            self._parameters.stranger_groups,
            RELATED,
            0,
            len(groups),
        )
        return answer

    def _cross(self, key: int, holders: Sequence[int], *, is_masked: bool) -> None:
        execute = self._db.conn.execute
        if is_masked:
            execute("INSERT OR IGNORE INTO stranger_passages (key) VALUES (?)", [key])
            self.masked.add(key)
        else:
            execute("DELETE FROM stranger_passages WHERE key = ?", [key])
            self.masked.discard(key)
        self._db.conn.executemany(
            "INSERT INTO settle_queue (article, reason) VALUES (?, 'passage')"
            " ON CONFLICT (article) DO NOTHING",
            [(article,) for article in holders],
        )


def _bounds(sizes: Sequence[int]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
