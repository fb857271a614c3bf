from __future__ import annotations

from crawler.extract.article import extract
from dedupe.blocks import clean

HEADLINE = "Council votes to repair the breakwater"
LEDE = (
    "The harbour council voted on Tuesday to repair the old breakwater before the"
    " winter storms, after engineers warned that it would not last another year."
)
NEXT = (
    "The work will cost nine million and is to begin in March, the mayor said, and"
    " fishing boats will have to use the northern basin until the summer."
)


def _page(*parts: str) -> str:
    return (
        f"<title>{HEADLINE} | The Harbour Post</title><article><h1>{HEADLINE}</h1>"
        f"<div class='text'>{''.join(parts)}</div></article>"
    )


def _figure(caption: str) -> str:
    return f"<figure><img src='/a.jpg'><figcaption>{caption}</figcaption></figure>"


def test_the_headline_as_caption_is_removed_on_record() -> None:
    page = _page(
        _figure(HEADLINE), f"<p>{LEDE}</p>", _figure(HEADLINE), f"<p>{NEXT}</p>"
    )
    article = extract(page, "http://a.test/breakwater")
    cleaned = clean(article.headline, article.blocks)
    assert [block.text for block in cleaned.kept] == [LEDE, NEXT]
    assert [(gone.reason, gone.block.kind) for gone in cleaned.removed] == [
        ("headline", "caption"),
        ("headline", "caption"),
    ]
    assert article.captions == ()


def test_a_caption_of_its_own_stands_beside_the_body() -> None:
    page = _page(f"<p>{LEDE}</p>", _figure("The wall in winter."), f"<p>{NEXT}</p>")
    article = extract(page, "http://a.test/breakwater")
    assert [block.text for block in article.blocks] == [LEDE, NEXT]
    assert article.captions == ("The wall in winter.",)


def test_a_closing_source_line_is_removed_on_record() -> None:
    page = _page(f"<p>{LEDE}</p>", f"<p>{NEXT}</p>", "<p><a href='/x'>المصدر</a></p>")
    cleaned = clean(HEADLINE, extract(page, "http://a.test/breakwater").blocks)
    assert [gone.reason for gone in cleaned.removed] == ["source line"]


def test_the_captions_of_a_gallery_are_its_text() -> None:
    views = [
        f"The breakwater seen from pier {n}, in the last storm." for n in (1, 2, 3)
    ]
    page = _page(
        "<p>Pictures of a wall that will not stand for long, by our readers.</p>",
        *map(_figure, views),
    )
    article = extract(page, "http://a.test/breakwater")
    assert [b.text for b in article.blocks if b.kind == "caption"] == views
    assert article.captions == ()
