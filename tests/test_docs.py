"""What a user reads names everything that there is."""

from __future__ import annotations

import dataclasses
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from crawler.cli.main import COMMANDS, cli
from crawler.dumps.writing import PAIR, STORY

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
EXAMPLE_PAGES = [
    "README.md",
    *(
        f"docs/{page}.md"
        for page in ("cluster", "dumps", "extraction", "inspecting", "operating")
    ),
]


@pytest.mark.parametrize("name", COMMANDS)
def test_readme_names_every_command(name):
    assert re.search(rf"wirecopy {name}\b", README)


@pytest.mark.parametrize(("option", "row"), [("stories", STORY), ("pairs", PAIR)])
def test_dumps_page_names_every_column(option, row):
    page = (ROOT / "docs/dumps.md").read_text("utf-8")
    columns = re.search(rf"\| `--{option}` \| (.*) \|", page)[1]
    assert re.sub(r" \([^)]*\)", "", columns).split(", ") == list(row)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_json(name):
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.help
    leaves = (
        command.commands.values() if isinstance(command, click.Group) else [command]
    )
    for leaf in leaves:
        options = {option for param in leaf.params for option in param.opts}
        assert "--json" in options, leaf.name
        for param in leaf.params:
            if isinstance(param, click.Option):
                assert param.help, f"{leaf.name} {param.name}"


def test_reference_is_in_step_with_the_commands():
    # Its own process: a command invoked by another test keeps that call's help names.
    rendered = subprocess.run(
        [sys.executable, "-m", "crawler.cli.reference"],
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
    ).stdout
    assert (ROOT / "docs/commands.md").read_text("utf-8") == rendered, (
        "run python -m crawler.cli.reference > docs/commands.md"
    )


def test_duplication_page_names_every_parameter():
    from dedupe.parameters import Parameters

    page = (ROOT / "docs/duplication.md").read_text("utf-8")
    missing = [
        field.name
        for field in dataclasses.fields(Parameters)
        if f"`{field.name}`" not in page
    ]
    assert not missing


def test_operating_page_names_every_setting():
    settings = (ROOT / "crawler/settings.py").read_text("utf-8")
    page = (ROOT / "docs/operating.md").read_text("utf-8")
    names = re.findall(r"^(WIRECOPY_\w+)", settings, re.MULTILINE)
    missing = [name for name in names if f"`{name}`" not in page]
    assert not missing


_EXAMPLE = re.compile(
    r"`wirecopy ([^`]+)`|^(?: +|\$ )?wirecopy ((?:.*\\\n)*.*)$", re.MULTILINE
)


def parse(
    command: click.Command, words: list[str], parent: click.Context | None = None
) -> None:
    """Parse *words* as the command line would, and run nothing."""
    context = command.make_context(command.name, list(words), parent)
    if isinstance(command, click.Group):
        _, sub, rest = command.resolve_command(context, words)
        assert sub is not None
        parse(sub, rest, context)


@pytest.mark.parametrize("name", EXAMPLE_PAGES)
def test_example_commands_lack_nothing_that_is_required(name):
    page = ROOT / name
    for found in _EXAMPLE.findall(page.read_text("utf-8")):
        words = shlex.split("".join(found).replace("\\\n", " "), comments=True)
        # A command's name alone is a mention, three dots stand for what is left out.
        if len(words) > 1 and "..." not in words:
            try:
                parse(cli, words)
            except click.MissingParameter as error:
                pytest.fail(f"wirecopy {shlex.join(words)}: {error.format_message()}")
            except click.BadParameter:
                continue  # a file that an example names is not there


def test_links_between_pages_lead_somewhere():
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(
            r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")
        ):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
