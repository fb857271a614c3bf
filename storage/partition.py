"""The stories of one component of the pair graph, by dedupe's own rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from dedupe.nodes import identify_briefs
from dedupe.stories import join_nodes, mark_digests
from dedupe.verify import VERDICTS, Verified, record
from storage.pairs import REVIEWED
from storage.times import epoch, span

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from dedupe.parameters import Parameters
    from storage.keeping import Member
    from storage.pairs import StoredPair

    # How long an article's body is in words, where it is known to be short.
    Weigh = Callable[[Member], float]

_CODES: dict[str, int] = {verdict: code for code, verdict in enumerate(VERDICTS)}
_EXCERPT, _DIGEST = _CODES["excerpt"], _CODES["digest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One story: its anchor and all of its members, the anchor among them."""

    anchor: int
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """The stories of a component, and the pairs whose verdict it changed."""

    groups: tuple[Group, ...]
    changed: tuple[StoredPair, ...]


class Partition:
    """Divides a component into stories; a function of its pairs alone."""

    def __init__(self, parameters: Parameters, weigh: Weigh) -> None:
        self._parameters = parameters
        self._weigh = weigh

    def __call__(
        self, members: Sequence[Member], pairs: Sequence[StoredPair]
    ) -> Division:
        """Divide *members*; *pairs* are all decisions among them but rejections."""
        node_of, nodes = self._collapse(members, pairs)
        if len(nodes) == 1:
            alone = Group(anchor=nodes[0][0], members=tuple(nodes[0]))
            return Division(groups=self._part([alone], members, pairs), changed=())
        edges = _between_nodes(pairs, node_of)
        found = _verified(edges, node_of)
        by_id = {member.id: member for member in members}
        heads = [by_id[node[0]] for node in nodes]
        words = np.array([head.words for head in heads], np.int64)
        mark_digests(found, words, self._parameters.digest_parts)
        joined = join_nodes(
            len(nodes),
            found,
            np.array([len(node) for node in nodes], np.int64),
            words,
            self._ranks(heads),
        )
        groups: dict[int, list[int]] = {}
        for node, anchor in enumerate(joined.anchor.tolist()):
            groups.setdefault(anchor, []).extend(nodes[node])
        joined_groups = [
            Group(anchor=nodes[anchor][0], members=tuple(sorted(articles)))
            for anchor, articles in groups.items()
        ]
        return Division(
            groups=self._part(joined_groups, members, pairs),
            changed=_changed(edges, found),
        )

    def _part(
        self,
        groups: Sequence[Group],
        members: Sequence[Member],
        pairs: Sequence[StoredPair],
    ) -> tuple[Group, ...]:
        """Part those of one group that a person has parted and a third article joined.

        Of two the later leaves, but never the anchor nor one that a person tied to it;
        those that leave are divided anew.
        """
        parted = sorted((p.a, p.b) for p in pairs if p.verdict == "rejected")
        if not parted:
            return tuple(groups)
        said = {(p.a, p.b) for p in pairs if p.reason == REVIEWED} - set(parted)
        whole: list[Group] = []
        leaving: set[int] = set()
        for group in groups:
            stay = set(group.members)
            for a, b in parted:
                if a in stay and b in stay:
                    held = [_is_tied(end, group.anchor, said) for end in (a, b)]
                    stay.remove(a if held == [False, True] else b)
            whole.append(Group(anchor=group.anchor, members=tuple(sorted(stay))))
            leaving |= set(group.members) - stay
        if not leaving:
            return tuple(whole)
        rest = self(
            [member for member in members if member.id in leaving],
            [pair for pair in pairs if pair.a in leaving and pair.b in leaving],
        )
        return (*whole, *rest.groups)

    def _collapse(
        self, members: Sequence[Member], pairs: Sequence[StoredPair]
    ) -> tuple[dict[int, int], list[list[int]]]:
        """Make one node of the articles of one text, briefs excepted."""
        parted = {(pair.a, pair.b) for pair in pairs if pair.verdict == "rejected"}
        nodes: list[list[int]] = []
        node_of: dict[int, int] = {}
        by_text: dict[int | None, int] = {}
        for member in sorted(members, key=lambda member: member.id):
            whole = not self._is_brief(member)
            place = by_text.get(member.text_hash) if whole else None
            # Where a person has parted two equal texts, they are two nodes.
            if place is None or (nodes[place][0], member.id) in parted:
                place = len(nodes)
                nodes.append([])
                by_text.setdefault(member.text_hash if whole else None, place)
            nodes[place].append(member.id)
            node_of[member.id] = place
        return node_of, nodes

    def _ranks(self, heads: Sequence[Member]) -> NDArray[np.int64]:
        """The places of nodes in the order that a dump gives them."""
        identity = np.array(
            [(head.text_hash or 0) % (1 << 64) for head in heads], np.uint64
        )
        briefs = [n for n, head in enumerate(heads) if self._is_brief(head)]
        if briefs:
            identity[briefs] = _identify(
                identity[briefs], [heads[brief] for brief in briefs]
            )
        ranks = np.empty(len(heads), np.int64)
        ids = np.array([head.id for head in heads])
        ranks[np.lexsort((ids, identity))] = np.arange(len(heads))
        return ranks

    def _is_brief(self, member: Member) -> bool:
        least = self._parameters.brief_words
        # A character of a script without spaces counts as half a word.
        if least <= member.words < 2 * least:
            return self._weigh(member) < least
        return member.words < least


def _identify(
    folds: NDArray[np.uint64], briefs: Sequence[Member]
) -> NDArray[np.uint64]:
    titles = [_hash_headline(brief.headline) for brief in briefs]
    times = [span([epoch(brief.published)])[0] for brief in briefs]
    return identify_briefs(
        folds, np.array(titles, np.uint64), np.array(times, np.int64)
    )


# Briefs of one component have one headline.
@lru_cache(maxsize=256)
def _hash_headline(headline: str) -> int:
    return record("", headline).headline


def _is_tied(article: int, anchor: int, said: Collection[tuple[int, int]]) -> bool:
    """Whether it is the anchor, or a person called it the same as the anchor."""
    pair = (min(article, anchor), max(article, anchor))
    return article == anchor or pair in said


def _between_nodes(
    pairs: Sequence[StoredPair], node_of: Mapping[int, int]
) -> list[StoredPair]:
    return [pair for pair in pairs if node_of[pair.a] != node_of[pair.b]]


def _verified(pairs: Sequence[StoredPair], node_of: Mapping[int, int]) -> Verified:
    left = np.array([node_of[pair.a] for pair in pairs], np.uint32)
    right = np.array([node_of[pair.b] for pair in pairs], np.uint32)
    codes = np.array([_CODES[pair.verdict] for pair in pairs], np.uint8)
    # Whether an excerpt's whole is a digest is for the component to say, each time.
    codes[codes == _DIGEST] = _EXCERPT
    figures = np.array(
        [
            (pair.jaccard or 0, pair.containment_a or 0, pair.containment_b or 0)
            for pair in pairs
        ],
        np.float32,
    ).reshape(-1, 3)
    swap = left > right
    left[swap], right[swap] = right[swap], left[swap]
    figures[swap] = figures[swap][:, [0, 2, 1]]
    return Verified(
        left=left,
        right=right,
        verdicts=codes,
        reasons=np.zeros(len(pairs), np.uint8),
        figures=figures,
    )


def _changed(pairs: Sequence[StoredPair], found: Verified) -> tuple[StoredPair, ...]:
    """Return the excerpts that became digests' parts, and those that are none now."""
    reasons = {
        "digest": "holds excerpts of strangers",
        "excerpt": "one holds the other",
    }
    changed = []
    for pair, code in zip(pairs, found.verdicts.tolist(), strict=True):
        verdict = VERDICTS[code]
        if verdict != pair.verdict and pair.reason != REVIEWED:
            changed.append(replace(pair, verdict=verdict, reason=reasons[verdict]))
    return tuple(changed)
