"""One article at a time, against an index.

The same rules as a whole dump: after settle() the pairs are those that dedupe.batch
finds in the same set, whatever the order of arrival. Between two settlings, a key that
has just become too common (or strangers') has not taken back what it proposed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from operator import eq
from typing import TYPE_CHECKING, Protocol

import numpy as np

from dedupe.bands import number_bands
from dedupe.corrections import plain
from dedupe.parameters import DEFAULT, Parameters
from dedupe.relatives import KIN_BANDS, RELATED, SAMPLE
from dedupe.shingles import analyse_texts
from dedupe.signature import permutations
from dedupe.stories import join_nodes, mark_digests
from dedupe.text_column import TextColumn
from dedupe.verify import (
    REASONS,
    VERDICTS,
    PairVerdict,
    Record,
    Verified,
    record_of,
    verify,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from numpy.typing import NDArray

# Kinds of keys. A key is its kind and 64 bits, read as signed.
BAND, PASSAGE, HEADLINE = 0, 1, 2
Key = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the index holds of one text: its keys and its verification record.

    *rank* orders the texts the same way whenever they arrive; *passages* stand in the
    order of the record's keys. *signature* is uint32[num_perm].
    """

    rank: int
    bands: tuple[Key, ...]
    passages: tuple[Key, ...]
    headline: Key | None
    record: Record
    signature: NDArray[np.uint32]
    # Every key under which the text is found, each once.
    keys: tuple[Key, ...] = field(init=False)

    def __post_init__(self) -> None:
        named = () if self.headline is None else (self.headline,)
        keys = tuple(dict.fromkeys((*self.bands, *self.passages, *named)))
        object.__setattr__(self, "keys", keys)


class Index(Protocol):
    """Entries by their keys; entries are known by the ranks of their texts."""

    def entry(self, rank: int) -> Entry:
        """The entry of a text."""
        ...

    def count(self, key: Key, limit: int) -> int:
        """How many texts hold a key, *limit* where they are more."""
        ...

    def holders(self, key: Key, limit: int | None = None) -> Sequence[int]:
        """All, or the first *limit*, texts that hold a key, by ascending rank."""
        ...


class MemoryIndex:
    """An index in memory."""

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._holders: dict[Key, set[int]] = {}

    def add(self, entry: Entry) -> None:
        """Enter a text under all its keys, or replace the one of its rank."""
        old = self._entries.get(entry.rank)
        for key in old.keys if old else ():
            self._holders[key].discard(entry.rank)
        self._entries[entry.rank] = entry
        for key in entry.keys:
            self._holders.setdefault(key, set()).add(entry.rank)

    def entry(self, rank: int) -> Entry:
        """The entry of a text."""
        return self._entries[rank]

    def count(self, key: Key, limit: int) -> int:
        """How many texts hold a key, *limit* where they are more."""
        return min(len(self._holders.get(key, ())), limit)

    def holders(self, key: Key, limit: int | None = None) -> Sequence[int]:
        """All, or the first *limit*, texts that hold a key, by ascending rank."""
        return sorted(self._holders.get(key, ()))[:limit]


def make_entry(
    text: str,
    headline: str | None = None,
    *,
    published: int | None = None,
    parameters: Parameters = DEFAULT,
) -> Entry | None:
    """Make the entry of one cleaned text; None for a brief, which no key may propose."""
    found = analyse_texts(
        TextColumn.from_strings([text]), TextColumn.from_strings([headline]),
        permutations=permutations(parameters.num_perm, parameters.seed),
        bands=parameters.bands, rows=parameters.rows, keep_signatures=True,
    )  # fmt: skip
    record = record_of(found, 0, published)
    if record.words < parameters.brief_words:
        return None
    return entry_of(
        record, number_bands(found.bands[0]), found.signatures[0], parameters
    )


def entry_of(
    record: Record,
    bands: NDArray[np.uint64],
    signature: NDArray[np.uint32],
    parameters: Parameters,
) -> Entry:
    """Make the entry of a text that is no brief, given its numbered *bands*."""
    titled = record.headline_words >= parameters.headline_words
    return Entry(
        rank=record.fold,
        bands=tuple((BAND, key) for key in bands.view(np.int64).tolist()),
        passages=tuple((PASSAGE, key) for key in record.keys.view(np.int64).tolist()),
        headline=headline_key(record.headline) if titled else None,
        record=record,
        signature=signature,
    )


def headline_key(headline: int) -> Key:
    """The key of a headline's hash, marked as a correction or not."""
    headline = plain(headline)
    return HEADLINE, headline - (headline >> 63 << 64)


class Proposer:
    """Says against which texts of an index one is verified.

    *known* are the keys of the passages that mostly strangers share, where somebody
    keeps them; else they are found out each time.
    """

    def __init__(
        self,
        index: Index,
        parameters: Parameters = DEFAULT,
        known: Container[Key] | None = None,
    ) -> None:
        self.index = index
        self.parameters = parameters
        self._known = known

    def propose(self, entry: Entry) -> set[int]:
        """The ranks of the candidates of an entry of the index."""
        found: set[int] = set()
        for key in entry.bands:
            found.update(self._partners(key, entry.rank))
        hidden = self.masked(entry)
        for key in set(entry.passages) - hidden:
            found.update(self._partners(key, entry.rank))
        if self.has_nothing_else(entry):
            found.update(self._like_it(entry))
        cap = self.parameters.bucket_cap
        if (
            entry.headline is not None
            and self.index.count(entry.headline, cap + 1) <= cap
        ):
            found.update(self._partners(entry.headline, entry.rank))
        found.discard(entry.rank)
        return found

    def masked(self, entry: Entry) -> set[Key]:
        """The passages of an entry that mostly strangers share."""
        return {key for key in set(entry.passages) if self.is_strangers(key)}

    def is_strangers(self, key: Key) -> bool:
        """Whether mostly strangers share a passage, as far as that is known."""
        return self.ask(key) if self._known is None else key in self._known

    def ask(self, key: Key) -> bool:
        """Find out from its holders whether mostly strangers share a passage."""
        least = self.parameters.stranger_groups
        if not self.parameters.mask_strangers or self.index.count(key, least) < least:
            return False
        asked = self.with_headlines(self.index.holders(key, SAMPLE))
        needed = max(least, (len(asked) + 1) // 2)
        strangers: list[Entry] = []
        for entry in asked:
            if not any(are_relatives(entry, other) for other in strangers):
                strangers.append(entry)
        return len(strangers) >= needed

    def with_headlines(self, ranks: Sequence[int]) -> list[Entry]:
        """The entries of some texts, with the headlines that their articles agree on."""
        return [self.index.entry(rank) for rank in ranks]

    def hubs(self, key: Key) -> tuple[int, ...] | None:
        """The texts that an over-full key pairs with the others; None below the cap."""
        cap = self.parameters.bucket_cap
        if self.index.count(key, cap + 1) <= cap:
            return None
        return tuple(self.index.holders(key, self.parameters.hubs))

    def has_nothing_else(self, entry: Entry) -> bool:
        """Whether strangers share all the passages of an entry."""
        return bool(entry.passages) and all(map(self.is_strangers, entry.passages))

    def alike(self, key: Key) -> Sequence[int]:
        """The holders of a passage that have nothing else, by ascending rank."""
        return [
            rank
            for rank in self.index.holders(key)
            if self.has_nothing_else(self.index.entry(rank))
        ]

    def _partners(self, key: Key, rank: int) -> Sequence[int]:
        hubs = self.hubs(key)
        return self.index.holders(key) if hubs is None or rank in hubs else hubs

    def _like_it(self, entry: Entry) -> Iterable[int]:
        """Among the holders of its passages, those that have nothing else either."""
        for key in set(entry.passages):
            alike = self.alike(key)
            hubs = alike[: self.parameters.hubs]
            if len(alike) > self.parameters.bucket_cap and entry.rank not in hubs:
                alike = hubs
            yield from alike


def are_relatives(a: Entry, b: Entry) -> bool:
    """Whether two texts share headline, some bands, or most of the shorter's passages."""
    if a.headline is not None and a.headline == b.headline:
        return True
    # Versions of one text share both, and of bands there are few.
    if sum(map(eq, a.bands, b.bands)) >= KIN_BANDS:
        return True
    shared = len(set(a.passages).intersection(b.passages))
    return shared >= RELATED * min(len(a.passages), len(b.passages))


class Engine:
    """Adds texts one by one and keeps their verified pairs."""

    def __init__(
        self, parameters: Parameters = DEFAULT, index: MemoryIndex | None = None
    ) -> None:
        self.parameters = parameters
        self.index = index or MemoryIndex()
        self.pairs: dict[tuple[int, int], PairVerdict] = {}
        self.sizes: Counter[int] = Counter()
        self._proposer = Proposer(self.index, parameters)
        self._verified: defaultdict[int, set[int]] = defaultdict(set)
        self._touched: set[Key] = set()
        self._states: dict[Key, tuple[bool, tuple[int, ...] | None]] = {}

    def add(self, entry: Entry) -> None:
        """Enter a text and verify it against its candidates.

        A text that is there already becomes one with it.
        """
        if self.sizes[entry.rank]:
            old = self.index.entry(entry.rank)
            self._touched.update(old.keys)
            entry = merge_entries(old, entry)
        self.index.add(entry)
        self.sizes[entry.rank] += 1
        self._touched.update(entry.keys)
        self._verify([entry.rank])

    def settle(self) -> None:
        """Re-derive the pairs that keys which changed their state had proposed."""
        stale: set[int] = set()
        for key in self._touched:
            state = (self._proposer.is_strangers(key), self._proposer.hubs(key))
            if self._states.get(key, (False, None)) != state:
                self._states[key] = state
                stale.update(self.index.holders(key))
        self._touched.clear()
        self._verify(stale)

    def stories(self) -> dict[int, int]:
        """The anchor of each text, by their ranks."""
        ranks = sorted(self.sizes)
        number = {rank: i for i, rank in enumerate(ranks)}
        found = verified_of(
            [(number[a], number[b], v) for (a, b), v in sorted(self.pairs.items())]
        )
        lengths = [len(self.index.entry(rank).record.tokens) for rank in ranks]
        shingles = np.array(lengths, np.int64)
        mark_digests(found, shingles, self.parameters.digest_parts)
        sizes = np.array([self.sizes[rank] for rank in ranks], np.int64)
        joined = join_nodes(len(ranks), found, sizes, shingles)
        return {rank: ranks[joined.anchor[i]] for i, rank in enumerate(ranks)}

    def _verify(self, ranks: Iterable[int]) -> None:
        stale = sorted(set(ranks))
        for rank in stale:
            for other in self._verified.pop(rank, ()):
                self._verified[other].discard(rank)
                del self.pairs[min(rank, other), max(rank, other)]
        for rank in stale:
            for other in self._proposer.propose(self.index.entry(rank)):
                if other not in self._verified[rank]:
                    pair = (min(rank, other), max(rank, other))
                    self.pairs[pair] = self._decide(*pair)
                    self._verified[rank].add(other)
                    self._verified[other].add(rank)

    def _decide(self, a: int, b: int) -> PairVerdict:
        left, right = self.index.entry(a), self.index.entry(b)
        hidden = self._proposer.masked(left) | self._proposer.masked(right)
        keys = [*_hidden_keys(left, hidden), *_hidden_keys(right, hidden)]
        return verify(
            left.record,
            right.record,
            self.parameters,
            masked=np.unique(np.array(keys, np.uint64)),
        )


def verified_of(rows: Sequence[tuple[int, int, PairVerdict]]) -> Verified:
    """Lay out verdicts on pairs of numbered nodes, as join_nodes takes them."""
    verdicts = [v for _, _, v in rows]
    figures = [(v.jaccard, v.containment_a, v.containment_b) for v in verdicts]
    return Verified(
        left=np.array([a for a, _, _ in rows], np.uint32),
        right=np.array([b for _, b, _ in rows], np.uint32),
        verdicts=np.array([VERDICTS.index(v.verdict) for v in verdicts], np.uint8),
        reasons=np.array([REASONS.index(v.reason) for v in verdicts], np.uint8),
        figures=np.array(figures, np.float32).reshape(-1, 3),
    )


def _hidden_keys(entry: Entry, hidden: set[Key]) -> list[int]:
    whole = entry.record.keys.tolist()
    return [w for w, key in zip(whole, entry.passages, strict=True) if key in hidden]


def merge_entries(old: Entry, new: Entry) -> Entry:
    """The entry of a text printed twice, as a whole dump would have it."""
    first = min(old, new, key=lambda e: sum(e.record.keys.tolist()) % (1 << 64))
    titled = [e for e in (old, new) if e.headline is not None] or [old]
    title = min(titled, key=lambda e: e.record.headline)
    times = [e.record.published for e in (old, new) if e.record.published is not None]
    times += [e.record.latest for e in (old, new) if e.record.latest is not None]
    record = replace(
        first.record,
        headline=title.record.headline,
        headline_words=title.record.headline_words,
        published=min(times, default=None),
        latest=max(times, default=None),
    )
    return replace(first, record=record, headline=title.headline)
