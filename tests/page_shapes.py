"""Shapes of pages: how a text may be laid out, folded away, or kept as data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.page_stories import STAMP, Story, document
from tests.page_systems import (
    amp,
    arc,
    drupal,
    gutenberg,
    hindi_portal,
    joomla,
    korean_portal,
    newspaper_theme,
    persian_agency,
    portal,
    preserved_lines,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def by_line_breaks(s: Story) -> str:
    return document(
        s,
        f'<div id="wrap"><div id="left"><h1>{s.headline}</h1><div class="date">{s.printed}</div><div class="txt"><b>{s.standfirst}</b><br><br>{"<br /><br />".join(s.lines)}<br><br></div></div>'
        f'<div id="right"><ul>{s.cards}</ul></div></div>',
        s.description,
    )


def single_breaks(s: Story) -> str:
    return document(
        s,
        f'<div class="post"><h1>{s.headline}</h1><span class="date">{s.printed}</span><div class="post-body">{"<br>".join(s.lines)}</div></div>',
    )


def divs(s: Story) -> str:
    """Every paragraph a div, as visual editors leave them."""
    body = "".join(f'<div dir="auto">{line}</div>' for line in s.lines)
    return document(
        s,
        f'<div class="news-details"><h1>{s.headline}</h1><div class="news-date">{s.printed}</div><div class="news-content"><div>{body}</div></div>'
        f'<div class="more-news"><h4>{s.related_label}</h4><ul>{s.cards}</ul></div></div>',
        s.description,
    )


def spans(s: Story) -> str:
    """Text pasted from a word processor: spans in spans in paragraphs."""
    body = "".join(
        f'<p dir="RTL" style="text-align:justify"><span style="font-size:14pt"><span style="font-family:Arial">{line}</span></span></p><p>&nbsp;</p>'
        for line in s.lines
    )
    return document(
        s,
        f'<section class="article"><h1>{s.headline}</h1><p class="date">{s.printed}</p><div class="article-text">{body}</div></section>',
        s.description,
    )


def tables(s: Story) -> str:
    """A page of the nineties, laid out in tables."""
    side = "".join(
        f'<tr><td><a href="/{n}">{t}</a></td></tr>' for n, t in enumerate(s.related)
    )
    return document(
        s,
        f'<table width="760"><tr><td width="150" valign="top"><table>{side}</table></td><td valign="top"><table><tr><td><font size="5"><b>{s.headline}</b></font></td></tr>'
        f'<tr><td><font size="1">{s.printed}</font></td></tr><tr><td><font size="2">{"<br><br>".join(s.lines)}</font></td></tr></table></td></tr></table>',
    )


def jsonld_only(s: Story) -> str:
    """An application shell whose text is in the JSON-LD alone."""
    body = "\n\n".join(s.lines)
    return document(
        s,
        '<div id="root"></div><noscript>JavaScript</noscript>',
        s.og() + s.jsonld(articleBody=body),
    )


def next_data(s: Story) -> str:
    """A React page whose text is in its state, block by block."""
    blocks = [{"type": "paragraph", "data": {"text": line}} for line in s.lines]
    state = {
        "props": {
            "pageProps": {
                "article": {
                    "title": s.headline,
                    "teaser": s.standfirst,
                    "content": blocks,
                },
                "related": [{"title": text} for text in s.related],
            }
        },
        "page": "/news/[slug]",
    }
    text = json.dumps(state, ensure_ascii=False)
    return document(
        s,
        f'<div id="__next"></div><script id="__NEXT_DATA__" type="application/json">{text}</script>',
        s.og() + s.jsonld(),
    )


def initial_state(s: Story) -> str:
    """The state of a single-page application, with the text as escaped HTML."""
    html = "".join(f'<p class="t">{line}</p>' for line in s.lines)
    state = {
        "news": {"detail": {"id": 18273, "title": s.headline, "content": html}},
        "ui": {},
    }
    text = json.dumps(state).replace("<", "\\u003c")
    return document(
        s,
        f'<div id="app"></div><script>window.__INITIAL_STATE__={text};(function(){{}}());</script>',
        s.og(),
    )


def state_of_strings(s: Story) -> str:
    """A state that holds the paragraphs as plain strings in a list."""
    state = {
        "article": {"headline": s.headline, "paragraphs": s.lines},
        "menu": list(s.tags),
    }
    text = json.dumps(state, ensure_ascii=False)
    return document(
        s,
        f'<div id="app"></div><script type="application/json">{text}</script>',
        s.og(),
    )


def read_more(s: Story) -> str:
    """The second half is folded away behind a button."""
    paragraphs = s.paragraphs()
    return document(
        s,
        f'<article><h1>{s.headline}</h1><time datetime="{STAMP}">{s.printed}</time><div class="article-body">{"".join(paragraphs[:3])}</div>'
        f'<button class="read-more-button">…</button><div class="article-body article-body--collapsed" style="display:none">{"".join(paragraphs[3:])}</div></article>'
        f'<div class="newsletter-signup"><p>{s.newsletter}</p></div>',
    )


def interview(s: Story) -> str:
    """Questions in bold, answers below."""
    asked = [
        f"<p><strong>{question}</strong></p><p>{s.lines[n]}</p><p>{s.lines[n + 3]}</p>"
        for n, question in enumerate(s.questions)
    ]
    return document(
        s,
        f'<article><h1>{s.headline}</h1><p class="byline">{s.byline}</p><div class="text">{"".join(asked)}</div></article>',
        s.og(),
    )


def live_blog(s: Story) -> str:
    posts = "".join(
        f'<article class="live-post" id="p{n}"><header><time datetime="2026-05-14T1{n}:30:00Z">1{n}:30</time><h2>{s.subhead} {n}</h2></header><div class="live-post__body"><p>{line}</p></div><div class="share-tools"><a href="#">{s.share}</a></div></article>'
        for n, line in enumerate(s.lines)
    )
    return document(
        s,
        f'<main><h1>{s.headline}</h1><p class="standfirst">{s.standfirst}</p><div class="live-feed">{posts}</div></main>',
        s.og() + s.jsonld().replace('"NewsArticle"', '"LiveBlogPosting"'),
    )


def listed(s: Story) -> str:
    """A list article: numbered subheads, a picture and a text each."""
    items = "".join(
        f'<h2>{n}. {s.tags[n]}</h2><figure><img src="/{n}.jpg"><figcaption>{s.credit}</figcaption></figure><p>{s.lines[2 * n]}</p><p>{s.lines[2 * n + 1]}</p>'
        for n in range(3)
    )
    return document(
        s,
        f'<article><h1>{s.headline}</h1><div class="body">{items}</div></article>',
        s.og(),
    )


def gallery(s: Story) -> str:
    """Pictures whose captions are the article."""
    slides = "".join(
        f'<figure class="gallery-slide"><img src="/{n}.jpg"><figcaption><p>{line}</p></figcaption></figure>'
        for n, line in enumerate(s.lines)
    )
    return document(
        s,
        f'<article class="photo-gallery"><h1>{s.headline}</h1><div class="gallery">{slides}</div></article>',
        s.og(),
    )


def paywalled(s: Story) -> str:
    """The opening, and an offer where the rest would stand."""
    return document(
        s,
        f'<article><h1>{s.headline}</h1><div class="article-body">{"".join(s.paragraphs()[:4])}</div>'
        f'<div class="paywall-offer"><h3>{s.outlet}</h3><p>{s.newsletter}</p><ul><li>€ 9.99</li></ul><a href="/login">Login</a></div></article>',
        s.og() + s.jsonld(isAccessibleForFree="False"),
    )


def wire(s: Story) -> str:
    """An agency's text: dateline in front, credit behind."""
    first, *rest = s.lines
    body = "".join(f"<p>{line}</p>" for line in [s.dateline + first, *rest])
    return document(
        s,
        f'<article><h1>{s.headline}</h1><div class="date">{s.printed}</div><div class="body">{body}<p>{s.closing}</p></div></article>',
        s.og(),
    )


def credited(s: Story) -> str:
    """The source in a line of its own below the text."""
    return document(
        s,
        f'<article><h1>{s.headline}</h1><div class="body">{"".join(s.paragraphs())}<p>{s.source}</p></div></article>',
        s.og(),
    )


def relative_only(s: Story) -> str:
    """The only time on the page is relative to the reader's."""
    return document(
        s,
        f'<article><h1>{s.headline}</h1><div class="meta"><span class="byline">{s.byline}</span> <span class="date">{s.relative}</span></div>{"".join(s.paragraphs())}</article>',
    )


SHAPES: dict[str, Callable[[Story], str]] = {
    shape.__name__: shape
    for shape in (
        *(gutenberg, newspaper_theme, drupal, arc, amp, joomla, portal, korean_portal),
        *(preserved_lines, persian_agency, hindi_portal, by_line_breaks, single_breaks),
        *(divs, spans, tables, jsonld_only, next_data, initial_state, state_of_strings),
        *(read_more, interview, live_blog, listed, gallery, paywalled, wire, credited),
        *(relative_only,),
    )
}
