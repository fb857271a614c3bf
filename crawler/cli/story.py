"""wirecopy story: merge, split and keep stories by hand."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING

import click

from crawler.cli.output import db_option, json_option, print_json

if TYPE_CHECKING:
    from pathlib import Path

    from storage.editing import StoryReport


# What SQLite can hold.
ID = click.IntRange(1, 2**63 - 1)


@click.group("story")
def command() -> None:
    """Change stories by hand; what you say holds through every later decision."""


@command.command("merge")
@click.argument("stories", nargs=-1, required=True, type=ID)
@db_option
@json_option
def merge(stories: tuple[int, ...], db: Path, *, as_json: bool) -> None:
    """Make one story of STORIES; the others' ids redirect to it."""
    from storage.editing import merge_stories
    from storage.store import Store

    with Store.open(db, create=False) as store:
        report = merge_stories(store, stories, reviewer=_user())
    _print(report, as_json=as_json)


@command.command("split")
@click.argument("story", type=ID)
@click.argument("articles", nargs=-1, required=True, type=ID)
@db_option
@json_option
def split(story: int, articles: tuple[int, ...], db: Path, *, as_json: bool) -> None:
    """Take ARTICLES out of STORY; those that stay are one story still, with its id."""
    from storage.editing import split_story
    from storage.store import Store

    with Store.open(db, create=False) as store:
        report = split_story(store, story, articles, reviewer=_user())
    _print(report, as_json=as_json)


@command.command("keep")
@click.argument("article", type=ID)
@db_option
@json_option
def keep(article: int, db: Path, *, as_json: bool) -> None:
    """Show ARTICLE for its story, whatever the keep rule says."""
    from storage.editing import keep_article
    from storage.store import Store

    with Store.open(db, create=False) as store:
        report = keep_article(store, article)
    _print(report, as_json=as_json)


def _user() -> str:
    """Return who asks; a container's user may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _print(report: StoryReport, *, as_json: bool) -> None:
    if as_json:
        stories = {str(story): ids for story, ids in report.stories.items()}
        print_json({"stories": stories})
        return
    for story, articles in report.stories.items():
        noun = "article" if len(articles) == 1 else "articles"
        click.echo(f"story {story} now: {noun} {', '.join(map(str, articles))}")
