"""What deciding every story anew would change, people's answers among the evidence."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from dedupe.batch import StoryBuilder
from dedupe.gathering import UNKNOWN_TIME
from dedupe.text_column import TextColumn
from dedupe.verify import VERDICTS
from storage.keeping import load_members
from storage.pairs import CONNECTING, StoredPair, answered
from storage.partition import Partition
from storage.reviews import answers_about
from storage.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlite_utils import Database

    from dedupe.outcome import PairTable
    from dedupe.parameters import Parameters

_BATCH = 2000
_UNCOUNTED = frozenset({"rejected", "headline"})
Pairs = dict[tuple[int, int], StoredPair]
Linked = defaultdict[int, dict[int, StoredPair]]


def decide_anew(db: Database, parameters: Parameters) -> dict[int, int]:
    """Return the story that each article would have, numbered from 0; writes nothing."""
    cursor = db.conn.execute(
        "SELECT id, headline, body, published FROM articles ORDER BY id"
    )
    ids: list[int] = []
    with StoryBuilder(parameters) as builder:
        while rows := cursor.fetchmany(_BATCH):
            ids += [row[0] for row in rows]
            builder.add(
                TextColumn.from_strings([row[2] for row in rows]),
                TextColumn.from_strings([row[1] for row in rows]),
                published=np.array([_seconds(row[3]) for row in rows], np.int64),
            )
        found = builder.finish()
    stories = dict(zip(ids, found.story.tolist(), strict=True))
    partition = Partition(parameters, Weights(db))
    _heed_answers(db, partition, stories, _linking(found.pairs, ids))
    return stories


def _heed_answers(
    db: Database, partition: Partition, stories: dict[int, int], pairs: Pairs
) -> None:
    """Divide those stories again that people's answers are about."""
    asked = [row[0] for row in db.conn.execute("SELECT DISTINCT a FROM reviews")]
    answers = {
        pair: decision
        for pair, answer in answers_about(db, asked).items()
        if (decision := answered(pair, answer)) is not None
    }
    linked, members = _linked((pairs | answers).values()), _members(stories)
    next_story = max(stories.values(), default=0) + 1
    left = {article for pair in answers for article in pair}
    while left:
        component = _reach(left.pop(), linked, members, stories)
        left -= component
        inside = {
            (pair.a, pair.b): pair
            for one in component
            for other, pair in linked[one].items()
            if other in component
        }
        found = partition(load_members(db, component), list(inside.values()))
        for group in found.groups:
            stories |= dict.fromkeys(group.members, next_story)
            next_story += 1


def _linking(table: PairTable, ids: Sequence[int]) -> Pairs:
    """Lay decisions out as the database would hold them, rejections left out."""
    columns = (table.a, table.b, table.verdicts, table.jaccard)
    found: Pairs = {}
    for a, b, code, jaccard, part, whole in zip(
        *(
            column.tolist()
            for column in (*columns, table.containment_a, table.containment_b)
        ),
        strict=True,
    ):
        if VERDICTS[code] not in _UNCOUNTED:
            found[ids[a], ids[b]] = StoredPair(
                a=ids[a],
                b=ids[b],
                verdict=VERDICTS[code],
                jaccard=jaccard,
                containment_a=part,
                containment_b=whole,
            )
    return found


def _linked(pairs: Iterable[StoredPair]) -> Linked:
    linked: Linked = defaultdict(dict)
    for pair in pairs:
        linked[pair.a][pair.b] = linked[pair.b][pair.a] = pair
    return linked


def _members(stories: Mapping[int, int]) -> defaultdict[int, set[int]]:
    members: defaultdict[int, set[int]] = defaultdict(set)
    for article, story in stories.items():
        members[story].add(article)
    return members


def _reach(
    start: int,
    linked: Linked,
    members: Mapping[int, set[int]],
    stories: Mapping[int, int],
) -> set[int]:
    """Return all that decides an article's story, and all of the stories met."""
    reached: set[int] = set()
    front = {start}
    while front:
        reached |= front
        near = {
            other
            for one in front
            for other, pair in linked[one].items()
            if pair.verdict in CONNECTING
        }
        for story in {stories[one] for one in front | near}:
            near |= members[story]
        front = near - reached
    return reached


def _seconds(text: str | None) -> int:
    return (
        UNKNOWN_TIME if text is None else int(datetime.fromisoformat(text).timestamp())
    )
