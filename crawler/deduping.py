"""A dump from files to files: find the stories, write one article of each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from crawler.dumps.boilerplate import BoilerplateLines, find_boilerplate_lines
from crawler.dumps.counting import make_report
from crawler.dumps.logs import RejectTable, RemovedTable
from crawler.dumps.outcome import (
    Outcome,
    alone,
    find_revisions,
    settle,
    without_known,
)
from crawler.dumps.reading import Comparer, OpenInput, Tally, read_all
from crawler.dumps.request import DedupeReport, DedupeRequest
from crawler.dumps.units import HeadlineCollector, ParagraphCollector
from crawler.dumps.writing import (
    Names,
    Removal,
    article_format,
    write_articles,
    write_pairs,
    write_stories,
)
from dedupe.batch import StoryBuilder
from dedupe.deciding import AT_ONCE
from dedupe.kernels.urls import hash_words
from dedupe.text_column import TextColumn
from storage.dumps.fields import Fields, find_fields
from storage.dumps.formats import PAGES, Input, expand, open_dump, readable
from storage.dumps.laying_out import Layout, iter_rows
from storage.dumps.outputs import Outputs
from storage.dumps.writers import output_format, refuse_unwritable, split_table
from storage.errors import DumpError
from storage.spill import FileSpill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from crawler.dumps.columns import Columns
    from dedupe.clean_column import Cut
    from dedupe.deciding import Keep
    from storage.article import Article
    from storage.dumps.formats import Format
    from storage.dumps.reject import Reject

# All that stays of about 4,000 articles.
_IN_MEMORY = 16 << 20
# Of more lines, boilerplate is looked for before the stories are: both take memory,
# the lines up to 64 bytes each.
_LINES_BESIDE = 1 << 24
_LINE = 64
# Pairs verified at a time where memory is short: twice as many take 60 MB more.
_FEW_AT_ONCE = 2048
PRINTED_BEFORE = "a paragraph printed before"

_STORED = Fields(text="body", headline="headline", id="id", url="url", date="published")

# Called while the run goes on: what is done, how far (0 to 1 or None), how many articles.
Watch = "Callable[[str, float | None, int], None]"


def dedupe_dump(
    request: DedupeRequest,
    *,
    clock: Callable[[], float],
    watch: Callable[[str, float | None, int], None] | None = None,
) -> DedupeReport:
    """Run *request*; *clock* counts seconds, *watch* hears of the progress.

    Raises DumpError or one of its kinds, with no output written.
    """
    started = clock()
    with ExitStack() as stack:
        run = _Run(request, stack, watch or (lambda *_: None))
        report = run.run()
    return replace(report, seconds=round(clock() - started, 2))


class _Run:
    """One run, from inputs to outputs; also what hears of rejects and removals."""

    def __init__(
        self,
        request: DedupeRequest,
        stack: ExitStack,
        watch: Callable[[str, float | None, int], None],
    ) -> None:
        self._request = request
        self._watch = watch
        self._layout = stack.enter_context(Layout(request.spill))
        limit = _IN_MEMORY if request.memory is None else request.memory // 10
        self._spill = stack.enter_context(FileSpill(limit, request.spill))
        self._outputs = stack.enter_context(Outputs())
        self._builder = stack.enter_context(
            StoryBuilder(
                spill=self._spill,
                threads=request.threads,
                at_once=AT_ONCE if request.memory is None else _FEW_AT_ONCE,
            )
        )
        self._tally = Tally(request.strict)
        self._comparer = _comparer_of(request, self._builder)
        self._items = expand(request.inputs, request.format)
        self._sizes: list[int] = []
        self._line_reason = "boilerplate"

    def run(self) -> DedupeReport:
        request = self._request
        self._refuse_clashes()
        self._reject_table = RejectTable(self._outputs, request.rejects)
        if request.into is not None:
            return self._load(request.into)
        self._removed_table = RemovedTable(self._outputs, request.removed)
        inputs = [self._open(item) for item in self._items]
        if request.against is not None:
            inputs.insert(0, self._open_database(request.against))
        columns = read_all(
            inputs,
            self._comparer,
            self,
            self._spill,
            clean=request.only != "across",
            threads=request.threads,
        )
        self._spill.release()
        self._watch("comparing", None, len(columns))
        outcome, boilerplate = self._compare(columns)
        self._spill.release()
        if request.against is not None:
            outcome = without_known(outcome, columns.firsts[1])
        self._watch("writing", None, len(columns))
        names = Names(columns, [opened.dump.name for opened in inputs])
        self._removal = Removal(
            # Column after column: their articles are searched often.
            cuts=np.asfortranarray(columns.cuts),
            boilerplate=boilerplate,
            listen=self._boilerplate_cut(names) if request.removed else None,
        )
        with _told_as_output():
            self._write(inputs, columns, outcome, names)
        report = make_report(request, inputs, columns, outcome, names, self._tally)
        if request.report is not None:
            from crawler.report.page import write_report

            write_report(
                self._outputs, request.report, report, inputs, columns, outcome, names
            )
        self._reject_table.close()
        self._removed_table.close()
        self._outputs.commit()
        return report

    def _load(self, path: Path) -> DedupeReport:
        from datetime import UTC, datetime

        from crawler.dumps.loading import load_into

        verdicts = load_into(
            path,
            [self._articles(item) for item in self._items],
            argv=(
                "dedupe",
                *map(readable, self._request.inputs),
                "--into",
                readable(path),
            ),
            now=lambda: datetime.now(UTC),
            rejected=self.rejected,
            loaded=lambda articles: self._watch("loading", None, articles),
        )
        self._reject_table.close()
        self._outputs.commit()
        rejects = dict(self._tally.rejects.most_common())
        new = verdicts.pop("new", 0)
        return DedupeReport(
            inputs=tuple(item.name for item in self._items),
            output=readable(path),
            rows=new + sum(verdicts.values()) + sum(rejects.values()),
            survivors=new,
            copies=dict(verdicts.most_common()),
            rejects=rejects,
            stories=new,
            seconds=0.0,
        )

    def _articles(self, item: Input) -> Iterator[Article | Reject]:
        """Return the articles of a dump; those of pages keep every field."""
        if item.format in {"html", "warc"}:
            from crawler.page_rows import extract_articles
            from storage.dumps.laying_out import iter_pages

            laid_out = self._layout.from_stream(item)
            return extract_articles(iter_pages(item, laid_out))
        from crawler.dumps.loading import articles_of

        return articles_of(self._open(item))

    def rejected(self, rejects: Sequence[Reject]) -> None:
        self._reject_table.write(rejects)
        self._tally.count_rejects(rejects)

    def removed(self, ids: TextColumn, first: int, cuts: Sequence[Cut]) -> None:
        self._removed_table.write(ids, first, cuts)
        self._tally.count_removed(cuts)

    def read(self, dump: int, consumed: int, articles: int) -> None:
        total = sum(self._sizes)
        done = sum(self._sizes[:dump]) + min(consumed, self._sizes[dump])
        self._watch("reading", done / total if total else None, articles)

    def _refuse_clashes(self) -> None:
        """An output would replace what is read or another output, or cannot be there."""
        request = self._request
        read = [item.path for item in self._items if not item.is_stdin]
        read += filter(None, (request.against, request.into))
        places = {path.resolve() for path in read}
        files = set()
        for path, form in self._places():
            file = split_table(path)[0].resolve()
            if path.resolve() in places or file in files:
                raise DumpError(
                    f"{path} is an input or another output: name another file"
                )
            if str(path) != "-":
                refuse_unwritable(path, form)
            files.add(file)

    def _places(self) -> Iterator[tuple[Path, Format | None]]:
        """Yield where something is written, and in which format; None is a page."""
        request = self._request
        if request.output is not None:
            read = self._items[0].format
            yield request.output, article_format(request.output, request.format, read)
        for path in (request.stories, request.pairs, request.removed, request.rejects):
            if path is not None:
                yield path, output_format(path, "tsv")
        if request.report is not None:
            yield request.report, None

    def _open_database(self, path: Path) -> OpenInput:
        """Read a database's articles as one more dump, ahead of the others."""
        dump = open_dump(Input(path=path, format="sqlite", table="articles"))
        self._sizes.insert(0, path.stat().st_size)
        return OpenInput(
            dump=dump, fields=find_fields(_STORED, dump.field_names(), dump.name)
        )

    def _open(self, item: Input) -> OpenInput:
        rejects: list[Reject] = []
        laid_out = self._layout.from_stream(item)
        if item.format in PAGES:
            from crawler.page_rows import extract_pages

            headline = self._request.first_line_is_headline
            rows = iter_rows(
                item, laid_out, extract_pages, first_line_is_headline=headline
            )
            laid_out, rejects = self._layout.from_rows(rows)
        dump = open_dump(item, laid_out)
        names = dump.field_names()
        self._sizes.append(dump.path.stat().st_size)
        fields = self._request.fields
        if names:
            fields = find_fields(fields, names, dump.name)
        return OpenInput(dump=dump, fields=fields, rejects=tuple(rejects))

    def _compare(self, columns: Columns) -> tuple[Outcome, BoilerplateLines]:
        if isinstance(self._comparer, ParagraphCollector):
            outcome, lines = self._comparer.finish()
            self._tally.removed[PRINTED_BEFORE] = len(lines.lines)
            self._line_reason = PRINTED_BEFORE
            return outcome, lines
        if isinstance(self._comparer, HeadlineCollector):
            return self._comparer.finish(), BoilerplateLines.none(len(columns))
        if self._comparer is None:
            return alone(len(columns)), self._boilerplate(columns)
        if len(columns.line_keys) > self._lines_beside():
            lines = self._boilerplate(columns)
            return self._stories(columns), lines
        with ThreadPoolExecutor(1, "lines") as pool:
            boilerplate = pool.submit(self._boilerplate, columns)
            return self._stories(columns), boilerplate.result()

    def _lines_beside(self) -> int:
        memory = self._request.memory
        return _LINES_BESIDE if memory is None else memory // 4 // _LINE

    def _stories(self, columns: Columns) -> Outcome:
        revisions = find_revisions(columns)
        self._spill.release()
        ignored = np.zeros(len(columns), np.bool_)
        ignored[revisions.earlier] = True
        rule, preference = self._keep(columns)
        stories = self._builder.finish(
            keep=rule,
            preference=preference,
            ignored=ignored,
            list_pairs=self._request.lists_pairs,
        )
        folds = self._builder.folds
        same = folds[revisions.earlier] == folds[revisions.latest]
        return settle(stories, revisions, same)

    def _boilerplate(self, columns: Columns) -> BoilerplateLines:
        if self._request.only == "across":
            return BoilerplateLines.none(len(columns))
        found = find_boilerplate_lines(
            columns.line_keys, columns.line_counts, columns.outlets, columns.published
        )
        if len(found.lines):
            self._tally.removed["boilerplate"] = len(found.lines)
        return found

    def _boilerplate_cut(self, names: Names) -> Callable[[int, int, str], None]:
        def listen(article: int, start: int, text: str) -> None:
            self._removed_table.write_line(
                names[article], article, start, self._line_reason, text
            )

        return listen

    def _keep(self, columns: Columns) -> tuple[Keep, NDArray[np.int64] | None]:
        keep = self._request.keep
        if keep == "longest":
            return "longest", None
        if keep == "earliest":
            return "earliest", None
        wanted = TextColumn.from_strings(name.strip() for name in keep.split(","))
        hashes = np.empty(len(wanted), np.uint64)
        hash_words(wanted.data, wanted.offsets, hashes)
        ranks = np.full(len(columns), len(hashes), np.int64)
        for rank, outlet in reversed(list(enumerate(hashes))):
            ranks[columns.outlets == outlet] = rank
        if len(ranks) and ranks.min() == len(hashes):
            raise DumpError(
                f"--keep {keep}: no row is of that outlet: say earliest, longest, or"
                " outlets as the rows name them"
            )
        return "earliest", ranks

    def _write(
        self,
        inputs: Sequence[OpenInput],
        columns: Columns,
        outcome: Outcome,
        names: Names,
    ) -> None:
        request, outputs = self._request, self._outputs
        known = 0 if request.against is None else columns.firsts[1]
        if request.output is not None:
            write_articles(
                outputs,
                request.output,
                article_format(request.output, request.format, self._items[0].format),
                inputs,
                columns,
                outcome,
                names,
                self._removal,
                annotate=request.annotate,
                known=known,
            )
        if request.stories is not None:
            write_stories(outputs, request.stories, outcome, names, known)
        if request.pairs is not None:
            write_pairs(outputs, request.pairs, outcome.pairs, names)


@contextmanager
def _told_as_output() -> Iterator[None]:
    """A full disk is a DumpError; a reader of standard output that left is not."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise DumpError(f"the output cannot be written: {error.strerror}") from error


def _comparer_of(request: DedupeRequest, builder: StoryBuilder) -> Comparer | None:
    if request.only == "inside":
        return None
    if request.unit == "headline":
        return HeadlineCollector()
    return ParagraphCollector() if request.unit == "paragraph" else builder
