from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from crawler.committing import Order
from crawler.jobs import RobotsJob
from crawler.writing import Writer, WriterProcess
from storage.crawl_state import CrawlState, RobotsState
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class _StoppedAtStart(WriterProcess):
    """A process that gets a signal before it can have loaded anything."""

    sent: signal.Signals

    def start(self) -> None:
        super().start()
        assert self._process.pid is not None
        os.kill(self._process.pid, self.sent)


@pytest.mark.parametrize(
    ("sent", "is_ahead"), [(signal.SIGINT, True), (signal.SIGTERM, False)]
)
def test_a_stop_does_not_end_a_writer_that_still_loads(
    tmp_path: Path, sent: signal.Signals, is_ahead: bool
) -> None:
    db = tmp_path / "news.db"
    Store.open(db).close()
    committed: list[object] = []
    process = _StoppedAtStart(is_ahead=is_ahead)
    process.sent = sent
    writer = Writer(
        Order(db=db, run=1), process, notify=_at_once, on_error=committed.append
    )
    writer.start()
    robots = RobotsState(host="http://one.test", status=404, body="", fetched=1.0)
    writer.put(RobotsJob(robots=robots), committed.append)
    writer.close()
    assert committed == [None]
    assert writer.error is None
    with Store.open(db) as store:
        assert CrawlState(store.db).robots("http://one.test") == robots


def _at_once(call: Callable[[], None]) -> None:
    call()
