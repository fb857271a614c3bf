"""More layouts of pages: what stands in, beside and below a text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.page_stories import Story, document

if TYPE_CHECKING:
    from collections.abc import Callable


def text(s: Story, attributes: str = "") -> str:
    return "".join(s.paragraphs(attributes))


def boxed(s: Story) -> str:
    """Every paragraph in boxes of its own, with class names made by a build."""
    b = "".join(
        f'<div data-component="text-block" class="ssrcss-uf6wea-RichTextComponentWrapper"><div class="ssrcss-7uxr49-RichTextContainer"><p class="ssrcss-1q0x1qg-Paragraph">{l}</p></div></div>'
        for l in s.lines[:3]
    )
    b += f'<div data-component="image-block"><figure><img src=a.jpg><figcaption><span class="visually-hidden">Image caption, </span>{s.caption}</figcaption></figure></div>'
    b += f'<div data-component="links-block"><p>{s.related_label}</p><ul>{s.cards}</ul></div>'
    b += "".join(
        f'<div data-component="text-block" class="ssrcss-uf6wea-RichTextComponentWrapper"><div class="ssrcss-7uxr49-RichTextContainer"><p class="ssrcss-1q0x1qg-Paragraph">{l}</p></div></div>'
        for l in s.lines[3:]
    )
    return document(
        s,
        f'<main><article><h1>{s.headline}</h1>{b}<section data-component="tags"><h2>{s.related_label}</h2><ul>{s.cards}</ul></section></article></main>',
    )


def blocks(s: Story) -> str:
    """Every paragraph a block, related articles blocks among them."""
    b = "".join(
        f'<div class="article__block" data-type="text"><div class="article__text">{l}</div></div>'
        + (
            f'<div class="article__block" data-type="article"><div class="article__article"><a href="/x">{s.related[0]}</a><span>12:30</span></div></div>'
            if n == 2
            else ""
        )
        for n, l in enumerate(s.lines)
    )
    return document(
        s,
        f'<div class="article"><div class="article__header"><div class="article__info-date"><a>{s.printed}</a></div><h1 class="article__title">{s.headline}</h1><h2 class="article__second-title">{s.standfirst}</h2></div><div class="article__body">{b}</div></div>',
    )


def mixed(s: Story) -> str:
    """Bare text, line breaks, bold lines and adverts in one element."""
    l = s.lines
    return document(
        s,
        f'<div class="story"><h1>{s.headline}</h1><div class="storytext">{l[0]}<br><br>{l[1]}<div class="adbox"><script>x()</script></div>{l[2]}<br><br><b>{s.subhead}</b><br>{l[3]}<div id="taboola-mid"></div>{l[4]}<p>{l[5]}</p></div></div>',
    )


def headings(s: Story) -> str:
    """Every paragraph a heading."""
    return document(
        s,
        f'<div class="details"><h1>{s.headline}</h1><div class="desc">'
        + "".join(f'<h3 style="text-align:right">{l}</h3>' for l in s.lines)
        + "</div></div>",
    )


def infinite(s: Story) -> str:
    """The next article loaded below."""
    return document(
        s,
        f'<div class="feed"><article class="post"><h1>{s.headline}</h1><div class="content">{text(s)}</div></article><article class="post"><h1>{s.related[0]}</h1><div class="content"><p>{s.comment}</p><p>{s.bio}</p><p>{s.newsletter}</p></div></article></div>',
        s.og(),
    )


def comments(s: Story) -> str:
    """Many comments below a short article."""
    c = "".join(
        f'<li class="comment"><div class="comment-body"><p>{s.comment} {n}</p></div></li>'
        for n in range(20)
    )
    return document(
        s,
        f'<article><h1>{s.headline}</h1><div class="entry">{text(s)}</div></article><section id="comments"><ol>{c}</ol></section>',
    )


def reader_comments(s: Story) -> str:
    """The same, under a name that is not the usual one."""
    c = "".join(
        f'<div class="kommentar-text"><p>{s.comment} {n}</p></div>' for n in range(20)
    )
    return document(
        s,
        f'<div class=page><h1>{s.headline}</h1><div class="entry">{text(s)}</div><div class="reader-comments">{c}</div></div>',
    )


def brief(s: Story) -> str:
    """Two sentences beside a long list of links."""
    return document(
        s,
        f'<div class="wrap"><div class="left"><h1>{s.headline}</h1><p class="date">{s.printed}</p><p>{s.lines[0]}</p><p>{s.lines[1]}</p></div><div class="sidebar"><ul>{s.cards * 4}</ul><p>{s.newsletter}</p></div></div>',
    )


def builder(s: Story) -> str:
    """A page builder: containers in containers."""
    return document(
        s,
        f'<div class="elementor-widget elementor-widget-theme-post-title"><h1 class="elementor-heading-title">{s.headline}</h1></div><div class="elementor-element elementor-widget elementor-widget-theme-post-content"><div class="elementor-widget-container">{text(s)}</div></div><div class="elementor-widget elementor-widget-posts"><article class="elementor-post"><h3><a href=/1>{s.related[0]}</a></h3><div class="elementor-post__excerpt"><p>{s.comment}</p></div></article></div>',
        s.og(),
    )


def no_heading(s: Story) -> str:
    """A Chinese desk: no h1, the source beside the date."""
    return document(
        s,
        f'<div class="wrap"><div class="title">{s.headline}</div><div class="sub_title">{s.printed}　　{s.source}</div><div class="TRS_Editor"><div class="Custom_UnionStyle">'
        + "".join(
            f'<p align="justify" style="text-indent:2em">{l}</p>' for l in s.lines
        )
        + "</div></div></div>",
    )


def sectioned(s: Story) -> str:
    """Every paragraph a section."""
    return document(
        s,
        f"<main><h1>{s.headline}</h1>"
        + "".join(
            f'<section class="block-text"><div class="inner"><p>{l}</p></div></section>'
            for l in s.lines
        )
        + f'<section class="block-newsletter"><p>{s.newsletter}</p></section></main>',
    )


def spans_and_breaks(s: Story) -> str:
    """Spans parted by line breaks."""
    return document(
        s,
        f'<div class="n-body"><h1>{s.headline}</h1><div class="n-text"><span>{s.lines[0]}</span><br/><span>{s.lines[1]}</span><br/><span>{s.lines[2]}</span><br/><span>{s.lines[3]}</span><br/>{s.lines[4]}<br/>{s.lines[5]}</div></div>',
    )


def linked_words(s: Story) -> str:
    """A third of each paragraph is a link."""
    return document(
        s,
        f"<article><h1>{s.headline}</h1><div class=body>"
        + "".join(
            f'<p><a href="/t">{l[: len(l) // 3]}</a>{l[len(l) // 3 :]}</p>'
            for l in s.lines
        )
        + "</div></article>",
    )


def lists(s: Story) -> str:
    """Most of the text is a list."""
    return document(
        s,
        f"<article><h1>{s.headline}</h1><div class=body><p>{s.lines[0]}</p><ul>"
        + "".join(f"<li>{l}</li>" for l in s.lines[1:5])
        + f"</ul><p>{s.lines[5]}</p></div></article>",
    )


def more_links(s: Story) -> str:
    """Links to other articles in and below the text."""
    return document(
        s,
        f'<article><h1>{s.headline}</h1><div class=body>{"".join(s.paragraphs()[:3])}<ul class="links"><li><a href=1>{s.related[0]}</a></li><li><a href=2>{s.related[1]}</a></li></ul>{"".join(s.paragraphs()[3:])}<p>{s.related_label}: <a href=3>{s.related[2]}</a></p><p><a href="/tag">{s.tags[0]}</a>, <a href="/tag2">{s.tags[1]}</a></p><p>{s.follow}</p><p>{s.newsletter}</p></div></article>',
    )


def signed_inside(s: Story) -> str:
    """Author and date are paragraphs of the text."""
    return document(
        s,
        f"<article><h1>{s.headline}</h1><div class=body><p><strong>{s.byline}</strong></p><p>{s.printed}</p>{text(s)}</div></article>",
    )


def pushed_rows(s: Story) -> str:
    """The rows that React pushes."""
    st = "6:" + json.dumps(
        [
            "$",
            "article",
            None,
            {"body": [{"_type": "block", "children": [{"text": l}]} for l in s.lines]},
        ],
        ensure_ascii=False,
    )
    return document(
        s,
        f"<div id=root></div><script>self.__next_f.push([1,{json.dumps(st)}])</script>",
        s.og(),
    )


def rich_text(s: Story) -> str:
    """A rich text, cut into pieces by its marks."""
    st = {
        "data": {
            "story": {
                "body": [
                    {
                        "_type": "block",
                        "children": [
                            {"text": l[:20]},
                            {"text": l[20:], "marks": ["b"]},
                        ],
                    }
                    for l in s.lines
                ]
            }
        },
        "nav": [{"label": t} for t in s.tags],
    }
    return document(
        s,
        f"<div id=root></div><script>window.__NUXT__={json.dumps(st)}</script>",
        s.og(),
    )


def hidden_window(s: Story) -> str:
    """A window that is shown later stands first."""
    return document(
        s,
        f'<div id="modal" style="display:none"><p>{s.newsletter} {s.comment} {s.bio}</p></div><article><h1>{s.headline}</h1><div class=body>{text(s)}</div></article>',
    )


LAYOUTS: dict[str, Callable[[Story], str]] = {
    layout.__name__: layout
    for layout in (
        boxed,
        blocks,
        mixed,
        headings,
        infinite,
        comments,
        reader_comments,
        brief,
        builder,
        no_heading,
        sectioned,
        spans_and_breaks,
        linked_words,
        lists,
        more_links,
        signed_inside,
        pushed_rows,
        rich_text,
        hidden_window,
    )
}
