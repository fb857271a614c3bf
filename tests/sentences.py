"""Made-up sentences of few words, and caps that small sets of them reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedupe.parameters import Parameters

if TYPE_CHECKING:
    import random

WORDS = [
    "river",
    "council",
    "bridge",
    "market",
    "storm",
    "vote",
    "harbour",
    "budget",
    "school",
    "minister",
    "strike",
    "train",
    "farmer",
    "court",
    "police",
    "garden",
    "winter",
    "border",
    "engine",
    "theatre",
    "doctor",
    "island",
    "letter",
    "museum",
    "pilot",
    "valley",
    "factory",
    "union",
    "harvest",
    "tunnel",
]
# Small caps, so that small sets reach them.
SMALL = Parameters(bucket_cap=4, hubs=2, stranger_groups=3)


def sentence(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(9, 14))).capitalize() + "."
