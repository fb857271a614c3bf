"""Verdicts on pairs: what joins, what is only linked, and why."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from dedupe.batch import find_stories
from dedupe.errors import ParameterError, SettingsMismatchError
from dedupe.parameters import Parameters
from dedupe.signature import Signer, estimate_jaccard
from dedupe.verify import record, verify
from tests.sentences import SMALL, sentence

HOUR = 3600
WEEK = 7 * 24 * HOUR
STORY = (
    "The ferry to the northern islands stopped before noon because the wind had "
    "turned. Passengers slept in the school hall while farmers brought bread and "
    "milk. The mayor said that the pier would open again once divers had looked at "
    "its pillars. Nobody was hurt, and the mail arrived by helicopter in the evening. "
)
SECOND = (
    "Three bakeries closed in the old town after rents had doubled within a year. "
    "Their owners met the council and asked for a market hall beside the station, "
    "where stalls would cost less and visitors would find them without a map. "
)
# Longer than half of the articles that it stands in.
IMPRINT = (
    "This service brings the news of seven harbours to your kitchen table, on paper "
    "each morning and by letter each night. Write to the desk when a street is wrong, "
    "a name is missing or a picture belongs to somebody else, and we print it again. "
    "Those who subscribe before the first snow receive the almanac with tides, moon "
    "and markets, a cloth bag and two tickets for the lantern boats in spring. "
)
TITLE = "Ferry stops as wind turns on islands"


def told(text: str, title: str | None, at: int | None, like: str, later: int | None):
    """Verdict on *text* and another one, published later under another headline."""
    a = record(text, title, published=at)
    return verify(a, record(like, "Nothing like the other headline", published=later))


def test_which_text_is_named_first_decides_nothing() -> None:
    rng = random.Random(7)
    for _ in range(100):
        story, common = [sentence(rng) for _ in range(6)], sentence(rng)
        a = record("\n".join(story[: rng.randint(3, 6)]))
        b = record("\n".join(rng.sample([*story[:4], common], 5)))
        found = verify(a, b, SMALL, masked=record(common).keys)
        back = verify(b, a, SMALL, masked=record(common).keys)
        turned = {
            "containment_a": back.containment_b,
            "containment_b": back.containment_a,
        }
        assert replace(back, **turned) == found


@pytest.mark.parametrize("spell", [str, str.upper, str.title])
def test_capitals_tell_no_names_where_every_word_has_one(spell) -> None:
    whole = f"{STORY}{SECOND}The council counts 12 boats with all of their crews."
    edited = whole
    for word in ("northern ", "bread ", "old ", "12 "):
        edited = edited.replace(word, "", 1)
    found = verify(record(spell(whole)), record(spell(edited)))
    assert (found.differences, found.numbers, found.names) == (4, 1, 0)
    assert found.verdict == "near"


def test_boilerplate_around_two_stories_does_not_join_them() -> None:
    pair = (STORY + IMPRINT, SECOND + IMPRINT)
    loose = Parameters(near_jaccard=0.3, run_jaccard=0.2)
    for at, later in ((0, WEEK), (None, None)):
        a = record(pair[0], TITLE, published=at)
        b = record(pair[1], "Bakeries close in old town", published=later)
        assert verify(a, b, loose).verdict == "follow-up"
    a = record(pair[0], TITLE, published=0)
    assert verify(a, record(pair[1], TITLE, published=WEEK), loose).verdict == "near"
    soon = record(pair[1], "Bakeries close in old town", published=HOUR)
    assert verify(a, soon, loose).verdict == "near"


def test_masked_lines_around_one_text_make_no_other_text() -> None:
    a = record(STORY + IMPRINT, TITLE, published=0)
    b = record(STORY + SECOND, "Wind keeps islanders at school", published=WEEK)
    loose = Parameters(near_jaccard=0.3, run_jaccard=0.2)
    around = np.concatenate([record(IMPRINT).keys, record(SECOND).keys])
    assert verify(a, b, loose).verdict == "follow-up"
    assert verify(a, b, masked=around).verdict == "near"
    assert verify(a, b, loose, masked=record(IMPRINT).keys).verdict == "follow-up"


def test_a_copy_may_be_wrapped_trimmed_or_edited_long_after() -> None:
    assert told(STORY, TITLE, 0, STORY + IMPRINT, WEEK).verdict == "excerpt"
    assert told(STORY + SECOND, TITLE, 0, STORY, WEEK).joins
    edited = (STORY + SECOND).replace("bread", "cheese").replace("rents", "prices")
    assert told(STORY + SECOND, TITLE, 0, edited, WEEK).verdict == "near"


def test_one_name_swapped_long_after_is_a_template() -> None:
    text = STORY + "They thanked Miller before the boats left."
    other = text.replace("Miller", "Hansen")
    assert told(text, TITLE, 0, other, WEEK).reason.startswith("a template")
    assert told(text, TITLE, 0, other, HOUR).verdict == "near"


def test_a_follow_up_is_linked() -> None:
    found = verify(record(STORY), record(STORY[:160] + SECOND + IMPRINT))
    assert found.verdict == "follow-up"
    assert not found.joins
    assert found.containment_a > found.containment_b
    assert found.longest >= 20


def test_a_digest_of_strangers_joins_none_of_them() -> None:
    whole = STORY + SECOND + IMPRINT
    stories = find_stories([STORY, SECOND, IMPRINT, whole])
    assert len(stories.canonical) == 4
    assert np.count_nonzero(stories.pairs.verdicts == 6) == 3


def test_another_text_under_the_same_headline_is_linked() -> None:
    found = verify(record(STORY, TITLE), record(SECOND, TITLE))
    assert found.verdict == "headline"
    assert found.same_headline


@pytest.mark.parametrize("keep", ["earliest", "longest"])
def test_a_story_shows_the_corrected_text(keep) -> None:
    wrong = STORY + "Twelve boats with all of their crews stayed out."
    right = STORY + "Fifteen boats with all of their crews stayed out."
    stories = find_stories(
        [wrong, right, wrong],
        [TITLE] * 3,
        published=[0, 9 * HOUR, 2 * HOUR],
        keep=keep,
    )
    assert stories.survivors.tolist() == [1]
    assert stories.verdict(0) == "correction"
    wished = find_stories(
        [wrong, right], [TITLE] * 2, published=[0, HOUR], outlets=["a", "b"], keep=["a"]
    )
    assert wished.survivors.tolist() == [1]


def test_explain_gives_verdict_figures_and_passages_of_both_texts() -> None:
    texts = [STORY + SECOND, IMPRINT + "\n\n" + STORY.upper()]
    stories = find_stories(texts, [TITLE, TITLE], published=[0, HOUR])
    found = stories.explain(0, 1)
    assert found.verdict == verify(
        record(texts[0], TITLE, published=0), record(texts[1], TITLE, published=HOUR)
    )
    assert found.verdict.hours == 1
    [passage] = found.passages
    assert texts[0][passage.start_a : passage.end_a] == STORY.rstrip(" .")
    assert texts[1][passage.start_b : passage.end_b] == STORY.upper().rstrip(" .")
    assert passage.words == len(STORY.split())
    back = stories.explain(1, 0)
    assert [(p.start_a, p.end_b) for p in back.passages] == [
        (passage.start_b, passage.end_a)
    ]
    assert back.verdict.containment_a == found.verdict.containment_b


def test_explain_finds_passages_of_scripts_without_spaces() -> None:
    texts = ["港の船は今日も出ませんでした。", "発表。港の船は今日も出ませんでした"]
    [passage] = find_stories(texts).explain(0, 1).passages
    shared = texts[0][passage.start_a : passage.end_a]
    assert shared == texts[1][passage.start_b : passage.end_b]
    assert shared == "港の船は今日も出ませんでした"


def test_settings_that_cannot_work_are_refused() -> None:
    with pytest.raises(ParameterError, match="permutations"):
        Parameters(bands=40, rows=4)
    with pytest.raises(ParameterError, match="own_share"):
        Parameters(own_share=1.5)
    with pytest.raises(ParameterError, match="hubs"):
        Parameters(hubs=1)
    with pytest.raises(ParameterError, match="bucket_cap"):
        Parameters(hubs=5, bucket_cap=4)


def test_signatures_of_two_lengths_are_not_compared() -> None:
    short = Parameters(num_perm=64, bands=16, rows=4)
    with pytest.raises(SettingsMismatchError, match="num_perm"):
        estimate_jaccard(Signer(short).sign(STORY), Signer().sign(STORY))
