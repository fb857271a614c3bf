"""What the server of the workers loads before it forks them."""

from __future__ import annotations

import gc
import signal

# Each child imports the module that the parent was started from.
import crawler.cli.main  # noqa: F401
from crawler.extract.workers import warm_up

# A stop may reach the whole group; the crawl ends its children in order.
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
# The tables of the extractor are made when the first page needs them.
warm_up()
# What is loaded by now stays: no collection, and no end, need walk through it.
gc.freeze()
