"""What is sent between the steps, row by row.

An article's number orders all articles; a node's number orders nodes as one machine
would number them.
"""

from __future__ import annotations

import numpy as np

from dedupe.parameters import DEFAULT
from dedupe.spark.parcels import Layout

_KEYS = (("keys", "<u8"),)
_U8, _I8, _U4, _I4, _U1 = "<u8", "<i8", "<u4", "<i4", "<u1"

# An article as the first reading leaves it, addressed by its text.
ARTICLE = Layout(
    1,
    np.dtype(
        [
            ("article", _U8), ("fold", _U8), ("headline", _U8), ("published", _I8),
            ("outlet", _U8), ("headline_words", _I4), ("weight", _I4),
            ("tokens", _I4), ("keys", _I4), ("bands", _U4, (DEFAULT.bands,)),
        ]
    ),
    _KEYS,
)  # fmt: skip
# The verification record's words.
TOKENS = Layout(
    2, np.dtype([("article", _U8), ("tokens", _I4)]), (("tokens", _U4),)
)  # fmt: skip
# A URL, addressed by its hash; *home* is the bucket of the article's text.
LINK = Layout(
    3,
    np.dtype(
        [
            ("article", _U8), ("hint", _U8), ("fold", _U8), ("published", _I8),
            ("home", _I4), ("url", _I4),
        ]
    ),
    (("url", _U1),),
)  # fmt: skip
# The names of articles; rejects and removed blocks, as JSON; rows in each split.
NAME = Layout(
    4, np.dtype([("article", _U8), ("id", _I4)]), (("id", _U1),)
)  # fmt: skip
REJECT = Layout(5, np.dtype([("json", _I4)]), (("json", _U1),))
REMOVED = Layout(
    6, np.dtype([("article", _U8), ("json", _I4)]), (("json", _U1),)
)  # fmt: skip
SPLIT = Layout(
    7, np.dtype([("file", _I8), ("start", _I8), ("rows", _I8), ("articles", _I8)])
)
# An earlier text of a URL, and the article that the URL is now.
REVISION = Layout(
    8, np.dtype([("article", _U8), ("latest", _U8), ("same", _U1)])
)  # fmt: skip

# A node, with the keys of the article that stands for it.
NODE = Layout(
    10,
    np.dtype(
        [
            ("node", _U4), ("article", _U8), ("fold", _U8), ("title", _U8),
            ("headline", _U8), ("first", _I8), ("last", _I8), ("weight", _I4),
            ("tokens", _I4), ("size", _I4), ("signed", _U1), ("keys", _I4),
            ("bands", _U4, (DEFAULT.bands,)),
        ]
    ),
    _KEYS,
)  # fmt: skip
MEMBER = Layout(
    11,
    np.dtype(
        [
            ("node", _U4), ("article", _U8), ("weight", _I4), ("published", _I8),
            ("outlet", _U8),
        ]
    ),
)  # fmt: skip
# How many nodes a bucket has, and pairs of articles inside them.
NODES = Layout(12, np.dtype([("bucket", _I4), ("nodes", _I8), ("twins", _I8)]))
# How many different keys a node has.
SIZE = Layout(13, np.dtype([("node", _U4), ("keys", _I4)]))

_KEYED = np.dtype([("key", _U8), ("node", _U4)])
PASSAGE, BAND, HEADLINE = Layout(20, _KEYED), Layout(21, _KEYED), Layout(22, _KEYED)
BRIEF = Layout(
    23,
    np.dtype(
        [
            ("fold", _U8), ("title", _U8), ("first", _I8), ("node", _U4),
            ("size", _I4), ("tokens", _I4),
        ]
    ),
)  # fmt: skip
# A passage that many nodes hold; *sample* names its first holders.
GROUP = Layout(
    24, np.dtype([("key", _U8), ("sample", _U8), ("members", _I4)]), (("members", _U4),)
)  # fmt: skip
SAMPLE = Layout(
    25, np.dtype([("sample", _U8), ("origin", _I4), ("members", _I4)]), (("members", _U4),)
)  # fmt: skip
STRANGER = Layout(26, np.dtype([("sample", _U8)]))
# A passage of a node that is no evidence; one that a node has nothing but.
MASK, ONLY = Layout(27, _KEYED), Layout(28, _KEYED)

PAIR = Layout(30, np.dtype([("left", _U4), ("right", _U4)]))
# The wish for a node's record (or its keys) to be sent to *target*.
WISH = Layout(31, np.dtype([("node", _U4), ("target", _I4)]))
KIN = Layout(
    32,
    np.dtype(
        [
            ("node", _U4), ("headline", _U8), ("all_keys", _I4), ("keys", _I4),
            ("bands", _U4, (DEFAULT.bands,)),
        ]
    ),
    _KEYS,
)  # fmt: skip
RECORD = Layout(
    33,
    np.dtype(
        [
            ("node", _U4), ("weight", _I4), ("size", _I4), ("headline", _U8),
            ("first", _I8), ("last", _I8), ("masked", _I4), ("tokens", _I4),
        ]
    ),
    (("masked", _U1), ("tokens", _U4)),
)  # fmt: skip
# A pair that was decided; lengths are in tokens, sizes in articles.
VERIFIED = Layout(
    34,
    np.dtype(
        [
            ("left", _U4), ("right", _U4), ("verdict", _U1), ("reason", _U1),
            ("figures", "<f4", (3,)), ("lengths", _I4, (2,)), ("sizes", _I4, (2,)),
        ]
    ),
)  # fmt: skip
COUNT = Layout(35, np.dtype([("reason", _I4), ("count", _I8)]))
# An edge to a node's lower neighbour; how many edges a round moved.
EDGE = Layout(36, np.dtype([("node", _U4), ("lower", _U4)]))
MOVED = Layout(37, np.dtype([("moved", _I8)]))

# Which anchor a node joined, by which verdict.
JOINED = Layout(
    40,
    np.dtype(
        [("node", _U4), ("anchor", _U4), ("verdict", _U1), ("reason", _U1), ("figures", "<f4", (3,))]
    ),
)  # fmt: skip
TOLD = Layout(
    41,
    np.dtype(
        [
            ("node", _U4), ("anchor", _U4), ("verdict", _U1), ("reason", _U1),
            ("figures", "<f4", (3,)), ("article", _U8), ("weight", _I4),
            ("published", _I8), ("outlet", _U8),
        ]
    ),
)  # fmt: skip
# What became of an article. *of* is 2**64 - 1 for a canonical.
STORY = Layout(
    42,
    np.dtype(
        [
            ("article", _U8), ("story", _U8), ("of", _U8), ("verdict", _U1),
            ("similarity", "<f4"), ("containment", "<f4"), ("outlet", _U8),
        ]
    ),
)  # fmt: skip
CANONICAL = 2**64 - 1

# An article of a node, sent to where the node's pairs are; a pair of articles.
HOLDER = Layout(43, np.dtype([("node", _U4), ("article", _U8)]))
MATCH = Layout(
    44,
    np.dtype(
        [
            ("a", _U8), ("b", _U8), ("verdict", _U1), ("reason", _U1),
            ("jaccard", "<f4"), ("containment_a", "<f4"), ("containment_b", "<f4"),
        ]
    ),
)  # fmt: skip
# A story's row with the name of its article, sent to where the name of *of* is.
NAMED = Layout(
    47,
    np.dtype(
        [
            ("article", _U8), ("story", _U8), ("of", _U8), ("verdict", _U1),
            ("similarity", "<f4"), ("containment", "<f4"), ("id", _I4),
        ]
    ),
    (("id", _U1),),
)  # fmt: skip
# How many articles a story has (in a parcel, or in all); how many stories have a size.
SIZED = Layout(
    48, np.dtype([("story", _U8), ("canonical", _U8), ("articles", _I8)])
)  # fmt: skip
SPREAD = Layout(49, np.dtype([("articles", _I8), ("stories", _I8)]))
# Rows of a split that survive, or whose text is cut, and these as bits.
MARK = Layout(45, np.dtype([("split", _U4), ("row", _U4), ("cut", _U1)]))
BITS = Layout(
    46, np.dtype([("split", _U4), ("cut", _U1), ("bits", _I4)]), (("bits", _U1),)
)  # fmt: skip

# The lines of an article, addressed by its number; a line, by its key.
LINED = Layout(
    50,
    np.dtype([("article", _U8), ("outlet", _U8), ("published", _I8), ("lines", _I4)]),
    (("lines", _U8),),
)
LINE = Layout(51, np.dtype([("key", _U8), ("article", _U8)]))
# A line of several articles, once for each time; the wish for an article's lines.
OFTEN = Layout(
    52, np.dtype([("key", _U8), ("articles", _I4)]), (("articles", _U8),)
)  # fmt: skip
ASKED = Layout(53, np.dtype([("article", _U8), ("target", _I4)]))
# A line that goes, at an outlet or everywhere.
BOILER = Layout(54, np.dtype([("key", _U8), ("outlet", _U8), ("everywhere", _U1)]))
