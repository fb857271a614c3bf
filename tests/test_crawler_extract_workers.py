from __future__ import annotations

import asyncio
import os
import signal
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crawler.errors import ExtractionError, NotAnArticle
from crawler.extract import workers
from crawler.extract.workers import ExtractionPool, Task

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection


PARAGRAPH = (
    "<p>The harbour council voted on Tuesday to repair the old breakwater before the"
    " winter storms, after engineers warned that it would not last another year.</p>"
)
PAGE = (
    "<html><head><title>Council votes to repair the breakwater</title></head><body>"
    f"<h1>Council votes to repair the breakwater</h1>{PARAGRAPH}"
    "<p>The work will cost nine million and is to begin in March, the mayor said, and"
    " fishing boats will have to use the northern basin until the summer.</p>"
    "</body></html>"
)


def _work_badly(pipe: Connection, seconds: float) -> None:
    extract_well = workers._extract
    workers._extract = lambda task: _hang_or_die(task, extract_well)
    workers._work(pipe, seconds)


def _hang_or_die(task: Task, extract_well: Callable[[Task], object]) -> object:
    if "hang" in task.url:
        while True:
            pass
    if "wait" in task.url:
        signal.pause()
    if "stop" in task.url:
        os.kill(os.getpid(), signal.SIGTERM)
    if "die" in task.url:
        os.kill(os.getpid(), signal.SIGKILL)
    return extract_well(task)


def test_pages_are_extracted_beside_the_event_loop() -> None:
    fetched = datetime(2026, 5, 1, tzinfo=UTC)
    tasks = [
        Task(html=PAGE.encode(), url=f"http://a.test/{n}", fetched=fetched)
        for n in range(5)
    ]

    async def run() -> list[object]:
        with ExtractionPool(2) as pool:
            jobs = [pool.extract(task) for task in tasks]
            empty = pool.extract(Task(html=b"", url="http://a.test/empty"))
            return await asyncio.gather(*jobs, empty, return_exceptions=True)

    *articles, empty = asyncio.run(run())
    assert [article.url for article in articles] == [task.url for task in tasks]
    assert {article.headline for article in articles} == {
        "Council votes to repair the breakwater"
    }
    assert {article.fetched for article in articles} == {fetched}
    assert isinstance(empty, NotAnArticle)
    assert empty.reason == "empty page"


def test_nothing_is_loaded_before_the_first_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def start(**_: object) -> None:
        raise AssertionError("a worker was started")

    monkeypatch.setattr(workers.WORKERS, "Process", start)
    with ExtractionPool(2):
        pass
    with (
        ExtractionPool(2) as pool,
        pytest.raises(AssertionError, match="a worker was started"),
    ):
        pool.submit(Task(html=PAGE, url="http://a.test/")).result()


def test_ending_a_pool_at_work_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_TARGET", _work_badly)
    pool = ExtractionPool(2, seconds=600.0)
    good = pool.submit(Task(html=PAGE, url="http://a.test/one"))
    assert good.result(timeout=60).headline
    stuck = [pool.submit(Task(html=PAGE, url="http://a.test/wait")) for _ in range(4)]
    pool.terminate()
    assert all(future.cancelled() or future.exception() for future in stuck)


def test_a_page_that_hangs_or_kills_fails_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "_TARGET", _work_badly)
    with ExtractionPool(2, seconds=4.0) as pool:
        urls = ["one", "hang", "two", "die", "three"]
        futures = {
            url: pool.submit(Task(html=PAGE, url=f"http://a.test/{url}"))
            for url in urls
        }
        reasons = {}
        for url, future in futures.items():
            error = future.exception(timeout=60)
            reasons[url] = error.reason if isinstance(error, ExtractionError) else error
    assert reasons == {
        "one": None,
        "hang": "took over 4 s",
        "two": None,
        "die": "killed its worker",
        "three": None,
    }


def test_a_stop_of_the_whole_group_is_left_to_the_parent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "_TARGET", _work_badly)
    with ExtractionPool(1) as pool:
        article = pool.submit(Task(html=PAGE, url="http://a.test/stop")).result(60)
    assert article.headline == "Council votes to repair the breakwater"


def test_a_worker_that_waits_for_ever_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "_TARGET", _work_badly)
    monkeypatch.setattr(workers, "_PATIENCE", 2)
    with ExtractionPool(1, seconds=0.5) as pool:
        future = pool.submit(Task(html=PAGE, url="http://a.test/wait"))
        with pytest.raises(ExtractionError, match="took over"):
            future.result(timeout=60)
