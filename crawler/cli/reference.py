"""Writes docs/commands.md from the commands themselves.

Run ``python -m crawler.cli.reference > docs/commands.md`` after a change of an option;
a test compares the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawler.cli.main import COMMANDS, cli

if TYPE_CHECKING:
    from collections.abc import Iterator

INTRODUCTION = """# Commands

Every command prints its result to standard output, progress and logs to standard error,
and its report as one JSON object with `--json`. It exits with 0 when it is done, 1 when
it failed (one line says what, where and what to do), 2 when it was called wrongly, and
3 when it is done but a person should look.
"""


def render_reference() -> str:
    """Return the reference of all commands as Markdown."""
    root = click.Context(cli, info_name="wirecopy")
    sections = [INTRODUCTION]
    for name in COMMANDS:
        command = cli.get_command(root, name)
        assert command is not None
        sections.extend(_render(command, click.Context(command, root, name)))
    return "\n".join(sections)


def _render(command: click.Command, ctx: click.Context) -> Iterator[str]:
    level = "##" if ctx.parent and ctx.parent.parent is None else "###"
    yield f"{level} {ctx.command_path}\n"
    yield f"{' '.join((command.help or '').split())}\n"
    pieces = " ".join(command.collect_usage_pieces(ctx))
    yield f"```\n{ctx.command_path} {pieces}\n```\n"
    options = [
        parameter.get_help_record(ctx)
        for parameter in command.get_params(ctx)
        if isinstance(parameter, click.Option) and not parameter.hidden
    ]
    rows = [f"| `{record[0]}` | {_cell(record[1])} |" for record in options if record]
    yield "\n".join(["| option | what it does |", "|---|---|", *rows, ""])
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            child = command.get_command(ctx, name)
            assert child is not None
            yield from _render(child, click.Context(child, ctx, name))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    click.echo(render_reference(), nl=False)
