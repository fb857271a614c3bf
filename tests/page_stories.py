"""One invented story in thirteen languages, and what stands around it on a page."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

STORIES = tomllib.loads(
    (Path(__file__).parent / "data" / "stories.toml").read_text("utf-8")
)
URL = "https://www.outlet.test/news/breakwater-18273.html"
STAMP = "2026-05-14T10:30:00+00:00"
RTL = {"ar", "fa"}


@dataclass(frozen=True)
class Story:
    """An invented story in one language; *told* is its table in stories.toml."""

    code: str
    told: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        return self.told[name]

    @property
    def description(self) -> str:
        return f'<meta name="description" content="{self.standfirst}">'

    @property
    def cards(self) -> str:
        """Links to other articles, as lists beside and below an article have them."""
        return "".join(
            f'<li class="item"><a href="/n/{n}"><img src="/{n}.jpg"><span>{text}</span></a></li>'
            for n, text in enumerate(self.related)
        )

    def paragraphs(self, attributes: str = "", *, indent: str = "") -> list[str]:
        return [f"<p{attributes}>{indent}{line}</p>" for line in self.lines]

    def jsonld(self, **more: Any) -> str:
        record = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": self.headline,
            "datePublished": STAMP,
            "author": {"@type": "Person", "name": self.author},
            "publisher": {"@type": "Organization", "name": self.outlet},
            **more,
        }
        text = json.dumps(record, ensure_ascii=False)
        return f'<script type="application/ld+json">{text}</script>'

    def og(self) -> str:
        return (
            f'<meta property="og:title" content="{self.headline}">'
            f'<meta property="og:site_name" content="{self.outlet}">'
            '<meta property="og:type" content="article">'
            f'<meta property="og:description" content="{self.standfirst}">'
        )


def stories() -> list[Story]:
    return [Story(code, told) for code, told in STORIES.items()]


def document(s: Story, body: str, head: str = "", *, title: str = "") -> str:
    direction = ' dir="rtl"' if s.code in RTL else ""
    menu = "".join(f'<li><a href="/{n}">{t}</a></li>' for n, t in enumerate(s.tags))
    return (
        f'<!doctype html><html lang="{s.code}"{direction}><head><meta charset="utf-8">'
        f"<title>{title or f'{s.headline} | {s.section} | {s.outlet}'}</title>{head}</head>"
        f'<body class="single"><header class="site-header"><a href="/">{s.outlet}</a>'
        f'<nav class="main-menu"><ul><li><a href="/s">{s.section}</a></li>{menu}</ul></nav>'
        f"</header>{body}"
        f'<footer class="site-footer"><p>{s.copyright}</p><ul>{menu}</ul></footer></body></html>'
    )


def between(parts: Iterable[str], extra: str, at: int = 2) -> str:
    listed = list(parts)
    return "\n".join([*listed[:at], extra, *listed[at:]])
