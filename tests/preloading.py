"""What the server of the commands loads before it forks them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import crawler.cli.crawl
import crawler.cli.dedupe
import crawler.committing
import crawler.crawling
import crawler.deduping
import crawler.spiders.outlets  # noqa: F401
from crawler.extract.article import extract
from storage.settle import settle
from storage.store import Store
from tests.crawled_outlets import article

# Kernels and models load when they are first used.
with (
    tempfile.TemporaryDirectory() as folder,
    Store.open(Path(folder) / "news.db") as store,
):
    for outlet in ("one", "two"):
        page = article("warm.example", 1)
        store.add(extract(page, f"http://{outlet}.example/bridge-1-of-the-warm"))
    settle(store)
