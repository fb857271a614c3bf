"""Commands in processes of their own, forked from one that has loaded what they need.

Starting an interpreter and importing Scrapy, trafilatura and the kernels takes longer
than nearly every crawl here. The processes are real: they are killed, stopped and
waited for as any other, and their workers and writers are processes as well.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from multiprocessing import forkserver
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from multiprocessing.context import ForkServerProcess

PATIENCE = 180.0
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.preloading"])


class Child:
    """One running command; *folder* keeps what it prints."""

    def __init__(self, process: ForkServerProcess, folder: Path) -> None:
        self.process = process
        self._folder = folder

    @property
    def is_running(self) -> bool:
        return self.process.exitcode is None

    def wait(self, seconds: float = PATIENCE) -> subprocess.CompletedProcess[str]:
        """Wait for the end; raises TimeoutExpired after *seconds*, the child killed."""
        self.process.join(seconds)
        if self.is_running:
            self.process.kill()
            self.process.join()
            raise subprocess.TimeoutExpired(self.process.name, seconds, *self._prints())
        return subprocess.CompletedProcess(
            self.process.name, self.process.exitcode or 0, *self._prints()
        )

    def _prints(self) -> tuple[str, str]:
        out, err = (self._folder / name for name in ("out", "err"))
        return out.read_text("utf-8"), err.read_text("utf-8")


@contextmanager
def started(
    *arguments: str | Path, environ: Mapping[str, str] | None = None
) -> Iterator[Child]:
    """Start `wirecopy` with *arguments*; it is killed where the block leaves it running."""
    with _started(_wirecopy, tuple(map(str, arguments)), environ=environ) as child:
        yield child


def finished(
    function: Callable[..., None],
    *arguments: Any,
    environ: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run *function* in a process of its own to its end; raises TimeoutExpired."""
    with _started(function, *arguments, environ=environ) as child:
        return child.wait()


def run_wirecopy(
    *arguments: str | Path, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `wirecopy` with *arguments* to its end; raises TimeoutExpired."""
    with started(*arguments, environ=environ) as child:
        return child.wait()


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """Let no command that is started meanwhile make a file longer than *size* bytes.

    All its processes are forked from the server, and so are as limited as it is.
    """
    forkserver.ensure_running()
    server: int = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    usual = resource.prlimit(server, resource.RLIMIT_FSIZE)
    resource.prlimit(server, resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.prlimit(server, resource.RLIMIT_FSIZE, usual)


@contextmanager
def _started(
    function: Callable[..., None],
    *arguments: Any,
    environ: Mapping[str, str] | None = None,
) -> Iterator[Child]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        process = _CONTEXT.Process(
            target=_redirected,
            args=(folder, dict(environ or os.environ), function, arguments),
        )
        process.start()
        try:
            yield Child(process, folder)
        finally:
            if process.exitcode is None:
                process.kill()
                process.join()
            process.close()


def _redirected(
    folder: Path,
    environ: dict[str, str],
    function: Callable[..., None],
    arguments: tuple[Any, ...],
) -> None:
    from crawler import writing
    from crawler.children import WORKERS

    # A test of the workers may have started the server, out of reach of a stop.
    stops = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_UNBLOCK, stops)
    for number in stops:
        signal.signal(number, signal.SIG_DFL)
    # A crawl's own processes are forked from the same server, as it holds all they need;
    # left alone, the crawl starts a server of its own, which imports everything anew.
    writing.WRITERS = WORKERS
    forkserver.ensure_running = lambda: None
    forkserver._forkserver.ensure_running = lambda: None  # type: ignore[attr-defined]
    os.environ.clear()
    os.environ.update(environ)
    for number, name in ((1, "out"), (2, "err")):
        file = os.open(folder / name, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    function(*arguments)


def _wirecopy(arguments: tuple[str, ...]) -> None:
    from crawler.cli.main import main

    sys.argv = ["wirecopy", *arguments]
    main()
