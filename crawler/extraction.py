"""Extraction beside the reactor: pages go to worker processes, articles come back."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

from crawler.extract.article import extract

if TYPE_CHECKING:
    from datetime import datetime

    from storage.article import Article


class ExtractionError(Exception):
    """The page was too much for a worker: it died, or its time was up."""


class Extraction:
    """A pool of processes that extract; each task has a time limit."""

    def __init__(self, workers: int, *, seconds: float) -> None:
        self.pool = ProcessPoolExecutor(
            workers or os.cpu_count() or 1,
            mp_context=multiprocessing.get_context("spawn"),
        )

    async def extract(
        self,
        body: bytes,
        url: str,
        *,
        content_type: str | None,
        fetched: datetime,
        outlet: str,
    ) -> Article:
        """Extract in a worker; raises NotAnArticle or ExtractionError."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self.pool, _extract, body, url, content_type, fetched, outlet
        )

    def close(self) -> None:
        """End the workers."""
        self.pool.shutdown(cancel_futures=True)


def _extract(
    body: bytes, url: str, content_type: str | None, fetched: datetime, outlet: str
) -> Article:
    return extract(body, url, content_type=content_type, fetched=fetched, outlet=outlet)
