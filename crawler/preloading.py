"""What the server of the workers loads before it forks them."""

from __future__ import annotations

import signal

from dedupe.slim_imports import kept

# A stop may reach the whole group; the crawl ends its children in order.
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
with kept():
    # Each child imports the module that the parent was started from.
    from crawler.extract.workers import warm_up

    # The tables of the extractor are made when the first page needs them.
    warm_up()
