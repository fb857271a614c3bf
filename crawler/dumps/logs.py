"""Tables that grow while the inputs are read: rejects and removed blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.dumps.writers import open_writer, output_format

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from dedupe.clean_column import Cut
    from dedupe.text_column import TextColumn
    from storage.dumps.dump import Row
    from storage.dumps.outputs import Outputs
    from storage.dumps.reject import Reject

_ROWS = 1000


class _Growing:
    """Writes rows as they come, or nothing where no file was asked for."""

    def __init__(
        self, outputs: Outputs, path: Path | None, names: tuple[str, ...]
    ) -> None:
        self._names = names
        self._held: list[Row] = []
        self._writer = None
        if path is not None:
            sample: Row = dict.fromkeys(names, "")
            form = output_format(path, "tsv")
            self._writer = open_writer(outputs, path, form, iter([[sample]]))

    def write_rows(self, rows: Iterable[Sequence[object]]) -> None:
        if self._writer is None:
            return
        for row in rows:
            self._held.append(dict(zip(self._names, row, strict=True)))
        if len(self._held) >= _ROWS:
            self._flush()

    def close(self) -> None:
        if self._writer is not None:
            self._flush()
            self._writer.close()

    def _flush(self) -> None:
        assert self._writer is not None
        self._writer.write(self._held)
        self._held = []


class RejectTable(_Growing):
    """One row for each row that was left out."""

    def __init__(self, outputs: Outputs, path: Path | None) -> None:
        super().__init__(outputs, path, ("file", "line", "reason", "detail"))

    def write(self, rejects: Sequence[Reject]) -> None:
        self.write_rows((r.file, str(r.line), r.reason, r.detail) for r in rejects)


class RemovedTable(_Growing):
    """One row for each block that was taken out of an article.

    *start* counts the bytes of the text as it came in: putting the texts of an
    article's rows back at their starts, in order, gives it again to the letter.
    """

    def __init__(self, outputs: Outputs, path: Path | None) -> None:
        names = ("id", "row", "start", "reason", "repeats", "text")
        super().__init__(outputs, path, names)

    def write(self, ids: TextColumn, first: int, cuts: Sequence[Cut]) -> None:
        self.write_rows(
            (
                ids[cut.article],
                str(first + cut.article + 1),
                str(cut.start),
                cut.reason,
                "" if cut.repeats is None else str(cut.repeats),
                cut.text,
            )
            for cut in cuts
        )

    def write_line(
        self, name: str, article: int, start: int, reason: str, text: str
    ) -> None:
        """Add one line that went because other articles have it too."""
        self.write_rows([(name, str(article + 1), str(start), reason, "", text)])
