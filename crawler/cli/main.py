"""The wirecopy command: finds a subcommand's module when it is asked for."""

from __future__ import annotations

import gc
import importlib
import io
import os
import signal
import sys
from typing import Any

import click

from crawler.cli.output import EXIT_FAILED
from crawler.errors import CrawlerError
from crawler.kernel_cache import find_place
from dedupe.errors import DedupeError
from storage.errors import StorageError

# Name: module, and the line that --help shows. The modules import Scrapy, numba and
# datasketch, which take seconds; the table keeps --help under 0.3 s.
COMMANDS: dict[str, tuple[str, str]] = {
    "crawl": ("crawler.cli.crawl", "Crawl outlets into a database."),
    "outlets": ("crawler.cli.outlets", "List, show, add and check outlets."),
    "schedule": ("crawler.cli.schedule", "Crawl again and again, on a schedule."),
    "extract": ("crawler.cli.extract", "Take the articles out of pages."),
    "dedupe": ("crawler.cli.dedupe", "Find the stories in dumps of articles."),
    "explain": ("crawler.cli.explain", "Say why two articles are one story, or not."),
    "search": ("crawler.cli.search", "Search the articles of a database."),
    "serve": ("crawler.cli.serve", "Open a database in the browser."),
    "status": ("crawler.cli.status", "Show outlets, last runs and alarms."),
    "check": ("crawler.cli.check", "Check a database, and repair it."),
    "export": ("crawler.cli.export", "Write the clean articles to a file."),
    "keep": ("crawler.cli.keep", "Pick the shown article of every story anew."),
    "settle": ("crawler.cli.settle", "Re-derive what new knowledge made stale."),
    "rededupe": ("crawler.cli.rededupe", "Decide every story anew."),
    "reextract": ("crawler.cli.reextract", "Extract stored pages anew."),
    "story": ("crawler.cli.story", "Merge, split or keep stories by hand."),
    "merge": ("crawler.cli.merge", "Merge databases into one."),
    "forget": ("crawler.cli.forget", "Take an article down for good."),
    "prune": ("crawler.cli.prune", "Delete old pages, runs or rejected pairs."),
    "demo": ("crawler.cli.demo", "Crawl an embedded newsroom into demo.db."),
}


class LazyGroup(click.Group):
    """Imports a subcommand when it runs, and shows our own errors as one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (CrawlerError, StorageError, DedupeError) as error:
            click.echo(f"wirecopy: {error}", err=True)
            ctx.exit(EXIT_FAILED)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wirecopy", prog_name="wirecopy")
def cli() -> None:
    """Crawl news outlets, find who printed whose text, keep one record per story."""


def _stop_again(unraisable: Any) -> None:
    """Raise a stop anew that came inside a callback of C code, which swallows it."""
    stop = unraisable.exc_value
    if not isinstance(stop, SystemExit):
        sys.__unraisablehook__(unraisable)
        return
    code = stop.code
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(code))
    signal.setitimer(signal.ITIMER_REAL, 0.01)


def main() -> None:
    """Run the command; a closed pipe ends it quietly, a full disk in one line."""
    if sys.stderr is None:
        # The first file that is opened would take its place, and its messages.
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115
    if sys.stdout is None:
        sys.exit("wirecopy: standard output is closed: send it somewhere")
    # A stopped command clears up behind itself; a crawl has a handler of its own.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    sys.unraisablehook = _stop_again
    # A name in a script that the terminal cannot show must not end a command.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    # numpy starts threads that wait for matrices to multiply: here there are none.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    find_place()
    try:
        cli()
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(EXIT_FAILED)
    except OSError as error:
        where = error.filename or "standard output"
        sys.exit(f"wirecopy: {where}: {error.strerror}")
    finally:
        # The system takes back faster what was loaded than a last collection does.
        gc.freeze()
