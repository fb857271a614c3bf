"""When texts are relatives and no strangers: one rule for dumps and for databases.

Apart from the kernels of a dump, which what adds to a database has no need to load.
"""

from __future__ import annotations

# The holders of a passage that are asked whether they are strangers.
SAMPLE = 12
# Texts are relatives when they share the headline, this part of the shorter one's
# passages, or so many bands: fewer may be a boilerplate's that fills half of both texts.
RELATED = 0.6
KIN_BANDS = 4
