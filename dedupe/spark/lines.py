"""Boilerplate on a cluster: lines that many articles print meet, and are judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedupe.boilerplate import DEFAULT_RULE
from dedupe.dump_boilerplate import (
    STRANGERS,
    LineKeys,
    distinct,
    find_boilerplate,
    number_days,
    number_outlets,
)
from dedupe.kernels.keys import mark_keys
from dedupe.spark.layouts import ASKED, BOILER, LINE, LINED, OFTEN
from dedupe.spark.meeting import meet, passing
from dedupe.spark.parcels import (
    Inbox,
    Outbox,
    Table,
    bucket_of,
    pick_stretches,
    rows_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from pyspark.sql import DataFrame

    Keep = Callable[[str, Callable[[], DataFrame]], DataFrame]

# Fewer articles than this cannot make a line boilerplate, by either rule.
_LEAST = min(STRANGERS, DEFAULT_RULE.stories)
# So many first holders are judged. Past a hundred the share of strangers decides, and
# an outlet's rule asks for a few.
_JUDGED = 1024


def find_lines(articles: DataFrame, buckets: int, keep: Keep) -> DataFrame:
    """Find the boilerplate: what it is (BOILER), and where it stands (LINE)."""
    spread = passing(articles, LINED, Spreading(buckets))
    often = keep("lines", lambda: meet([spread], [LINE], buckets, Counting(buckets)))
    lent = meet([articles, often], [LINED, ASKED], buckets, Lending())
    return keep(
        "boilerplate", lambda: meet([often, lent], [OFTEN, LINED], buckets, Judging())
    )


@dataclass(frozen=True)
class Spreading:
    """Sends each line of an article to the bucket of its key."""

    buckets: int

    def __call__(self, _: int, articles: Table, outbox: Outbox) -> None:
        keys = articles.tails["lines"]
        owners = np.repeat(articles["article"], articles["lines"])
        rows = rows_of(LINE, key=keys, article=owners)
        outbox.add(LINE, bucket_of(keys, self.buckets), rows)


@dataclass(frozen=True)
class Counting:
    """Keeps the lines that several articles print; asks for all lines of those."""

    buckets: int

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        (bucket,) = inbox.buckets
        rows = _printed_often(inbox.take(LINE).rows)
        if not len(rows):
            return
        first = np.flatnonzero(np.diff(rows["key"], prepend=~rows["key"][:1]))
        sizes = np.diff(np.append(first, len(rows)))
        often = rows_of(OFTEN, key=rows["key"][first], articles=sizes)
        here = np.full(len(often), bucket, np.int32)
        outbox.add(OFTEN, here, often, rows["article"])
        place = np.arange(len(rows)) - np.repeat(first, sizes)
        articles = distinct(rows["article"][place < _JUDGED])
        asked = rows_of(ASKED, article=articles, target=np.full(len(articles), bucket))
        outbox.add(ASKED, bucket_of(articles, self.buckets), asked)


def _printed_often(rows: NDArray[np.void]) -> NDArray[np.void]:
    """Those of the lines whose key is in several rows, by key and article."""
    keys = np.ascontiguousarray(rows["key"])
    ordered = np.sort(keys)
    ahead = ordered[: max(0, len(keys) - _LEAST + 1)]
    frequent = distinct(ahead[ahead == ordered[_LEAST - 1 :]])
    often = rows[mark_keys(keys, frequent).view(np.bool_)]
    chosen: NDArray[np.void] = often[np.lexsort((often["article"], often["key"]))]
    return chosen


@dataclass(frozen=True)
class Lending:
    """Sends the lines of articles where they are asked for."""

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        lined, asked = inbox.take(LINED), inbox.take(ASKED)
        if not len(asked):
            return
        order = np.argsort(lined["article"], kind="stable")
        wanted = order[
            np.searchsorted(lined["article"], asked["article"], sorter=order)
        ]
        lines = pick_stretches(lined.tails["lines"], lined["lines"], wanted)
        outbox.add(LINED, asked["target"], lined.rows[wanted], lines)


@dataclass(frozen=True)
class Judging:
    """Says which lines are boilerplate, at which outlets, in which articles."""

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        often, lent = inbox.take(OFTEN), inbox.take(LINED)
        if not len(often):
            return
        lent = lent.pick(np.argsort(lent["article"]))
        keys = lent.tails["lines"]
        owners = np.repeat(np.arange(len(lent)), lent["lines"])
        judged = mark_keys(keys, distinct(often["key"])).view(np.bool_)
        found = find_boilerplate(
            LineKeys(keys=keys, articles=owners),
            outlets=number_outlets(lent["outlet"]),
            days=number_days(lent["published"]),
            judged=judged,
        )
        kept = judged & ~found
        everywhere = ~np.isin(often["key"], keys[kept])
        some = found & ~np.isin(keys, often["key"][everywhere])
        self._tell(often, everywhere, keys[some], lent.rows[owners[some]], outbox)

    def _tell(
        self,
        often: Table,
        everywhere: NDArray[np.bool_],
        keys: NDArray[np.uint64],
        holders: NDArray[np.void],
        outbox: Outbox,
    ) -> None:
        whole = often.pick(everywhere)
        rows = rows_of(BOILER, key=whole["key"], everywhere=np.ones(len(whole)))
        here = rows_of(BOILER, key=keys, outlet=holders["outlet"])
        told = np.concatenate([rows, np.unique(here)])
        outbox.add(BOILER, np.zeros(len(told), np.int32), told)
        owners = np.repeat(whole["key"], whole["articles"])
        rows = rows_of(LINE, key=owners, article=whole.tails["articles"])
        here = rows_of(LINE, key=keys, article=holders["article"])
        cut = np.concatenate([rows, here])
        outbox.add(LINE, np.zeros(len(cut), np.int32), cut)


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """The lines that go: at every outlet, or at some."""

    everywhere: NDArray[np.uint64]
    at_outlet: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, told: Table) -> Boilerplate:
        """From what was gathered (BOILER)."""
        whole = told["everywhere"].astype(bool)
        some = zip(
            told["key"][~whole].tolist(), told["outlet"][~whole].tolist(), strict=True
        )
        return cls(np.sort(told["key"][whole]), frozenset(some))

    def marks(
        self, keys: NDArray[np.uint64], outlets: NDArray[np.uint64]
    ) -> NDArray[np.bool_]:
        """Which of some lines go; *outlets* beside *keys*."""
        found: NDArray[np.bool_] = np.isin(keys, self.everywhere)
        if self.at_outlet:
            both = zip(keys.tolist(), outlets.tolist(), strict=True)
            found |= np.fromiter((p in self.at_outlet for p in both), bool, len(keys))
        return found
