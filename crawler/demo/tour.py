"""The demo: crawl the embedded newsroom for real, and show what came of it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from crawler.demo.newsroom import serve_newsroom
from crawler.demo.printing import load_outlets
from storage.overview import load_overview
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from crawler.crawling import CrawlReport
    from crawler.planning import CrawlPlan
    from storage.overview import Overview

PROXIES = ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY")


def run_demo(
    db: Path, crawl: Callable[[CrawlPlan, Path], CrawlReport]
) -> tuple[CrawlReport, Overview]:
    """Crawl the newsroom into *db* with *crawl*; return its report and an overview.

    Raises StorageError where *db* cannot be written.
    """
    from crawler.planning import make_plan

    targets = [f"http://{outlet.host}/" for outlet in load_outlets().values()]
    with serve_newsroom() as proxy, proxied(proxy):
        report = crawl(make_plan(targets, argv=("demo",)), db)
    with Store.open(db, read_only=True) as store:
        return report, load_overview(store.db)


@contextmanager
def proxied(proxy: str) -> Iterator[None]:
    """Send this process's HTTP requests through *proxy*, whatever was set before."""
    before = {name: os.environ.pop(name, None) for name in PROXIES}
    os.environ["http_proxy"] = proxy
    try:
        yield
    finally:
        del os.environ["http_proxy"]
        os.environ.update({k: v for k, v in before.items() if v is not None})
