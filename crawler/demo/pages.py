"""The pages, feeds and sitemaps that the demo's outlets serve."""

from __future__ import annotations

import json
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.demo.printing import DemoOutlet, Print

MORE = {"en": "More news", "ar": "مزيد من الأخبار", "ja": "ほかのニュース"}
CREDIT = {"en": "Source: {}", "ar": "المصدر: {}", "ja": "（{}）"}
SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def article_page(page: Print, others: Iterable[Print]) -> str:
    """Return the HTML page of one article, with links to *others* beside it."""
    outlet, headline = page.outlet, escape(page.headline)
    links = "".join(
        f'<li><a href="{other.path}">{escape(other.headline)}</a></li>'
        for other in others
    )
    aside = (
        f'<aside class="related"><h2>{MORE[outlet.language]}</h2>'
        f"<ul>{links}</ul></aside>"
    )
    return _document(
        outlet, f"{headline} | {escape(outlet.name)}", _head(page), _main(page) + aside
    )


def front_page(outlet: DemoOutlet, prints: Iterable[Print]) -> str:
    """Return the front page: the newest headlines, and a link to the feed."""
    links = "".join(
        f'<li><a href="{page.path}">{escape(page.headline)}</a></li>' for page in prints
    )
    head = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    body = f'<main><ul>{links}</ul><a href="/private/desk">Desk</a></main>'
    return _document(outlet, escape(outlet.name), head, body)


def feed(outlet: DemoOutlet, prints: Iterable[Print]) -> str:
    """Return the outlet's RSS 2.0 feed."""
    items = "".join(
        f"<item><title>{escape(page.headline)}</title><link>{_url(page)}</link>"
        f"<guid>{_url(page)}</guid>"
        f"<pubDate>{format_datetime(page.published)}</pubDate></item>"
        for page in prints
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>{escape(outlet.name)}</title><link>http://{outlet.host}/</link>"
        f"<description>{escape(outlet.name)}</description>{items}</channel></rss>"
    )


def sitemap_index(outlet: DemoOutlet) -> str:
    """Return the sitemap index, which names the news sitemap."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><sitemapindex {SITEMAP}>'
        f"<sitemap><loc>http://{outlet.host}/news-sitemap.xml</loc></sitemap>"
        "</sitemapindex>"
    )


def news_sitemap(outlet: DemoOutlet, prints: Iterable[Print]) -> str:
    """Return the news sitemap of the outlet's articles."""
    urls = "".join(
        f"<url><loc>{_url(page)}</loc><news:news><news:publication>"
        f"<news:name>{escape(outlet.name)}</news:name>"
        f"<news:language>{outlet.language}</news:language></news:publication>"
        f"<news:publication_date>{page.published.isoformat()}</news:publication_date>"
        f"<news:title>{escape(page.headline)}</news:title></news:news></url>"
        for page in prints
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {SITEMAP} {NEWS}>{urls}</urlset>'


def robots(outlet: DemoOutlet) -> str:
    """Return the robots.txt: all but /private/, and where the sitemap is."""
    return (
        "User-agent: *\nDisallow: /private/\n\n"
        f"Sitemap: http://{outlet.host}/sitemap.xml\n"
    )


def _document(outlet: DemoOutlet, title: str, head: str, body: str) -> str:
    direction = "rtl" if outlet.language == "ar" else "ltr"
    return (
        f'<!doctype html><html lang="{outlet.language}" dir="{direction}"><head>'
        f'<meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        f'<header><a href="/">{escape(outlet.name)}</a></header>{body}'
        f'<footer>© 2026 {escape(outlet.name)}. <a href="/terms">Terms</a></footer>'
        "</body></html>"
    )


def _head(page: Print) -> str:
    if page.outlet.look == "modern":
        data = json.dumps(
            {
                "@context": "https://schema.org",
                "@type": "NewsArticle",
                "headline": page.headline,
                "datePublished": page.published.isoformat(),
                "publisher": {"@type": "Organization", "name": page.outlet.name},
            },
            ensure_ascii=False,
        )
        return f'<script type="application/ld+json">{data}</script>'
    return (
        f'<meta property="og:type" content="article">'
        f'<meta property="og:title" content="{escape(page.headline)}">'
        f'<meta property="article:published_time" '
        f'content="{page.published.isoformat()}">'
    )


def _main(page: Print) -> str:
    headline, stamp = escape(page.headline), page.published.isoformat()
    byline = f'<p class="byline">{escape(page.outlet.byline or "")}</p>'
    time = f'<time datetime="{stamp}">{page.published:%Y-%m-%d %H:%M} UTC</time>'
    body = "\n".join(_body(page))
    if page.outlet.look == "table":
        return (
            f"<table><tr><td><h1>{headline}</h1>{byline}{time}"
            f'<div class="text">{body}</div></td></tr></table>'
        )
    return (
        f"<main><article><h1>{headline}</h1>{byline}{time}"
        f'<div class="article-body">{body}</div></article></main>'
    )


def _body(page: Print) -> list[str]:
    outlet, texts = page.outlet, [escape(text) for text in page.paragraphs]
    parts = [f"<p>{text}</p>" for text in texts]
    if outlet.habit == "caption":
        headline = escape(page.headline)
        figure = (
            f'<figure><img src="/picture.jpg" alt="{headline}">'
            f"<figcaption>{headline}</figcaption></figure>"
        )
        parts.insert(2, figure)
        parts.insert(0, figure)
    elif outlet.habit == "pullquote":
        parts.append(f"<blockquote><p>{texts[len(texts) // 2]}</p></blockquote>")
    elif outlet.habit == "lede":
        parts.insert(0, f'<p class="standfirst"><strong>{texts[0]}</strong></p>')
    if outlet.lines:
        parts.insert(2, f"<p>{escape(outlet.lines[0])}</p>")
    if page.agency and not outlet.agency:
        credit = CREDIT[outlet.language].format(page.agency)
        parts.append(f"<p>{escape(credit)}</p>")
    parts.extend(f"<p>{escape(line)}</p>" for line in outlet.lines[1:])
    return parts


def _url(page: Print) -> str:
    return f"http://{page.outlet.host}{page.path}"
