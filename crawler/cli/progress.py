"""Progress of a crawl on standard error, while it runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from crawler.crawling import CrawlReport
    from crawler.planning import CrawlPlan
    from crawler.session import Session


def crawl_with_progress(
    plan: CrawlPlan, db: Path, *, settings: Mapping[str, Any], settle: bool
) -> CrawlReport:
    """Run the crawl, and show how far it is where standard error is a terminal."""
    from crawler.crawling import crawl

    if not sys.stderr.isatty():
        return crawl(plan, db, settings=settings, settle=settle)
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting", total=None)

        def show(session: Session) -> None:
            progress.update(task, description=_line(session))

        return crawl(plan, db, settings=settings, settle=settle, watch=show)


def _line(session: Session) -> str:
    queues = session.frontier.queues.values()
    total: dict[str, int] = {}
    for queue in queues:
        for name in ("pages", "new", "copies", "errors"):
            total[name] = total.get(name, 0) + queue.counts[name]
    done = sum(queue.is_done for queue in queues)
    return (
        f"{done} of {len(session.plan.outlets)} outlets, {total.get('pages', 0)} pages,"
        f" {total.get('new', 0)} new articles, {total.get('copies', 0)} copies,"
        f" {total.get('errors', 0)} errors"
    )
