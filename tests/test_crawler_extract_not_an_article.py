from __future__ import annotations

import pytest

from crawler.errors import NotAnArticle
from crawler.extract.article import extract

TEASER = (
    '<article><h3><a href="/2026/05/{n}">The council of district {n} debates its new'
    " budget</a></h3><p>Members of the council of district {n} met on Tuesday to talk"
    " about money, roads and a bridge that nobody wants.</p></article>"
)
MENU = "".join(f'<li><a href="/{n}">Section {n}</a></li>' for n in range(6))


def page(body: str, title: str = "The Harbour Post", head: str = "") -> str:
    return (
        f"<html><head><title>{title}</title>{head}</head><body>"
        f"<nav><ul>{MENU}</ul></nav>{body}<footer>© The Harbour Post</footer></body></html>"
    )


LISTING = page("<main>" + "".join(TEASER.format(n=n) for n in range(20)) + "</main>")
LOGIN = page(
    "<h1>Log in</h1><form><label>E-mail</label><input name=email>"
    "<input type=password name=secret><button>Log in</button></form>"
    "<p>Log in to read this article and all others of the Harbour Post.</p>",
    "Log in - The Harbour Post",
)
VIDEO = page(
    "<h1>Storm over the harbour</h1><video src=/storm.mp4></video><p>01:32</p>",
    "Storm over the harbour",
    '<meta property="og:type" content="video.other">',
)
ARTICLE = page(
    "<h1>Old breakwater is to be repaired</h1><p>The harbour council voted on Tuesday"
    " to repair the old breakwater before the winter storms.</p>",
    "Old breakwater is to be repaired",
)


@pytest.mark.parametrize(
    ("reason", "url", "html"),
    [
        ("front page", "http://post.test/", LISTING),
        ("front page", "http://post.test/ar/", LISTING),
        ("front page", "http://post.test/index.html", LISTING),
        ("section page", "http://post.test/world", LISTING),
        ("login wall", "http://post.test/2026/05/1", LOGIN),
        ("video shell", "http://post.test/video/7", VIDEO),
        (
            "error page",
            "http://post.test/2026/05/1",
            page("<h1>Page not found</h1><p>We looked everywhere.</p>", "404"),
        ),
        (
            "error page",
            "http://post.test/2026/05/1",
            page("<h1>الصفحة غير موجودة</h1><p>عذرا، لم نجد ما تبحث عنه.</p>"),
        ),
        (
            "error page",
            "http://post.test/2026/05/1",
            page("<p>您访问的内容可能已被删除。</p>", "页面不存在"),
        ),
        (
            "bot check",
            "http://post.test/2026/05/1",
            page("<p>Checking your browser before you go on.</p>", "Just a moment..."),
        ),
        ("empty page", "http://post.test/2026/05/1", ""),
        ("empty page", "http://post.test/2026/05/1", "\0\0<!-- -->"),
        ("empty page", "http://post.test/2026/05/1", "<html><body></body></html>"),
        ("no headline", "http://post.test/1", f"<p>{'Words of a text. ' * 40}</p>"),
    ],
)
def test_what_is_no_article_says_what_it_is(reason: str, url: str, html: str) -> None:
    with pytest.raises(NotAnArticle) as refusal:
        extract(html, url)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    "data", [b'{"headline": "Storm"}', b"%PDF-1.7 <p>Storm</p>", b"\xff\xd8\xff\xe0<p>"]
)
def test_what_is_no_page_says_so(data: bytes) -> None:
    with pytest.raises(NotAnArticle) as caught:
        extract(data, "http://post.test/2026/05/storm.html")
    assert caught.value.reason == "not a page"


def test_short_articles_are_articles() -> None:
    assert extract(ARTICLE, "http://post.test/2026/05/1").blocks


def test_an_article_about_passwords_is_an_article() -> None:
    text = "<p>Hundreds of people could not log in to the harbour's booking page.</p>"
    form = "<form><input type=password name=p></form>"
    html = page(
        f"<h1>Booking page fails for hundreds</h1>{text}{form}",
        "Booking page fails for hundreds",
        '<meta property="og:type" content="article">',
    )
    assert extract(html, "http://post.test/2026/05/2").blocks


def test_an_article_beside_many_teasers_is_an_article() -> None:
    paragraph = "<p>{} The council spoke for hours about the breakwater and money.</p>"
    text = "".join(paragraph.format(f"Speaker {n} agreed.") for n in range(12))
    rail = "<aside>" + "".join(TEASER.format(n=n) for n in range(20)) + "</aside>"
    html = page(
        f"<main><article><h1>Council speaks</h1>{text}</article>{rail}</main>",
        "Council speaks about the breakwater",
    )
    article = extract(html, "http://post.test/2026/05/3")
    assert len(article.blocks) == 12
