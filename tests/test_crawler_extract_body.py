from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import NotAnArticle
from crawler.extract.article import extract

URL = "http://post.test/2026/05/breakwater"
HEADLINE = "Council votes to repair the breakwater"
LINES = [
    "The harbour council voted on Tuesday to repair the old breakwater before winter.",
    "Engineers had warned for years that the wall would not outlast another storm.",
    "The work will cost nine million and is to begin in March, the mayor said.",
    "Fishing boats will have to use the northern basin until the end of summer.",
    "Owners of the berths nearest to the wall asked for lower fees in the meantime.",
    "A second vote, on the lights at the harbour mouth, was put off until June.",
]
TEXT = "".join(f"<p>{line}</p>" for line in LINES)


def page(body: str, head: str = "") -> str:
    return (
        f'<html lang="en"><head><title>{HEADLINE} | The Harbour Post</title>{head}'
        '</head><body><nav><ul><li><a href="/world">World news of the day</a></li></ul>'
        f"</nav><h1>{HEADLINE}</h1>{body}<footer>© The Harbour Post</footer></body></html>"
    )


def blocks(html: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in extract(html, URL).blocks]


def texts(html: str) -> list[str]:
    return [text for _, text in blocks(html)]


def outcome(html: str | bytes) -> str:
    """The body, or why there is none; any other error is a failure."""
    try:
        return extract(html, URL).body
    except NotAnArticle as refusal:
        return refusal.reason


def test_the_text_is_kept_in_order_and_nothing_else() -> None:
    assert blocks(page(TEXT)) == [("paragraph", line) for line in LINES]


FURNITURE = {
    "comments": "<p>I have sailed there for years, and it was a disgrace, he says.</p>",
    "newsletter-box": "<p>Sign up and get the best of the harbour every morning.</p>",
    "share-bar": "<p>Share this article with all your friends on the networks.</p>",
    "cookie-consent": "<p>We and our partners store cookies on your device today.</p>",
    "author-bio": "<p>Ana Serrano has written about the sea since she left school.</p>",
    "video-player": "<p>Your browser cannot play this video of the storm at sea.</p>",
    "related": "<h3><a href=/x>Lighthouse keeper retires</a></h3><p>He is ninety.</p>",
    "card": "<a href=/y>Ferry is cancelled again</a><p>The company blames the tide.</p>",
    "x": "<p><a href=/z>READ MORE: Ferry to the islands is cancelled again</a></p>",
}


@pytest.mark.parametrize("name", FURNITURE)
def test_what_pages_print_around_an_article_stays_out(name: str) -> None:
    furniture = f'<div class="{name}">{FURNITURE[name]}</div>'
    middle = len(TEXT) // 2
    cut = TEXT.index("<p>", middle)
    body = f'<div class="text">{TEXT[:cut]}{furniture}{TEXT[cut:]}</div>'
    assert texts(page(body)) == LINES
    assert texts(page(f'<div class="text">{TEXT}{furniture}</div>')) == LINES


def test_subheads_items_and_quotes_keep_their_kind() -> None:
    body = (
        f"<div><p>{LINES[0]}</p><h2>What it costs</h2><p>{LINES[2]}</p>"
        f"<ul><li>{LINES[1]}</li><li>{LINES[3]}</li></ul>"
        f"<blockquote><p>{LINES[4]}</p></blockquote><p>{LINES[5]}</p></div>"
    )
    assert blocks(page(body)) == [
        ("paragraph", LINES[0]),
        ("subhead", "What it costs"),
        ("paragraph", LINES[2]),
        ("list item", LINES[1]),
        ("list item", LINES[3]),
        ("quote", LINES[4]),
        ("paragraph", LINES[5]),
    ]


def test_paragraphs_parted_by_line_breaks_are_parted() -> None:
    assert texts(page(f"<div class=story>{'<br><br>'.join(LINES)}</div>")) == LINES
    assert texts(page(f"<div class=story>{'<br>'.join(LINES)}</div>")) == LINES


def test_a_line_break_inside_a_sentence_joins() -> None:
    broken = LINES[0].replace(" on Tuesday", "<br>on Tuesday")
    body = TEXT.replace(LINES[0], broken)
    assert texts(page(body)) == LINES


def test_text_split_over_two_containers_is_whole() -> None:
    half = '<div class="chunk"><p class="para">{}</p></div>'
    body = "<article>" + "".join(half.format(line) for line in LINES) + "</article>"
    assert texts(page(body)) == LINES


def test_the_standfirst_is_apart_from_the_body() -> None:
    stand = "Nine million are to save the wall that keeps the sea out of the old town."
    head = f'<meta name="description" content="{stand}">'
    article = extract(page(f'<p class="standfirst">{stand}</p>{TEXT}', head), URL)
    assert article.subheadline == stand
    assert [block.text for block in article.blocks] == LINES


def test_a_first_paragraph_that_is_also_the_description_stays() -> None:
    head = f'<meta name="description" content="{LINES[0]}">'
    assert texts(page(f"<div>{TEXT}</div>", head)) == LINES


@pytest.mark.parametrize(
    "line",
    [
        '<p class="subtitle">By Ana Serrano, reporter at the harbour</p>',
        '<p class="site-description">News of the sea and the coast, since 1901</p>',
    ],
)
def test_a_byline_or_the_outlets_motto_is_no_standfirst(line: str) -> None:
    article = extract(page(f"{line}{TEXT}"), URL)
    assert article.subheadline is None
    assert [block.text for block in article.blocks] == LINES


@pytest.mark.parametrize("label", ["You may also like", "Related stories", "为你推荐"])
def test_what_stands_under_a_label_for_other_articles_stays_out(label: str) -> None:
    teasers = "".join(
        f"<dd>{line}</dd>" for line in ("He is ninety.", "It is late now.")
    )
    shelf = f"<div><div><h3>{label}</h3></div><dl>{teasers}</dl></div>"
    assert texts(page(f"<div>{TEXT}{shelf}</div>")) == LINES
    assert texts(page(f"<div><p>{label}</p>{TEXT}</div>"))[-len(LINES) :] == LINES


def test_a_last_line_that_leads_to_nothing_goes() -> None:
    assert texts(page(f"{TEXT}<p>More on this in our archive:</p>")) == LINES


def test_an_interview_keeps_questions_and_answers() -> None:
    asked = "".join(
        f"<p><strong>Why is that, and who pays?</strong></p><p>{line}</p>"
        for line in LINES
    )
    assert texts(page(f"<div>{asked}</div>")).count("Why is that, and who pays?") == 6


def test_a_table_of_results_is_kept() -> None:
    rows = "".join(
        f"<tr><td>Harbour {n} United</td><td>{n} - 1</td></tr>" for n in range(4)
    )
    found = blocks(page(f"<div>{TEXT}<table>{rows}</table></div>"))
    assert ("cell", "Harbour 2 United") in found
    assert ("cell", "3 - 1") in found


def test_an_old_page_laid_out_in_tables_has_paragraphs() -> None:
    body = f"<table><tr><td width=100>Menu</td><td>{TEXT}</td></tr></table>"
    assert blocks(page(body)) == [("paragraph", line) for line in LINES]


def test_a_live_blog_keeps_every_post() -> None:
    posts = "".join(
        f'<div class="post"><h3>{n}.30</h3><p>{line}</p></div>'
        for n, line in enumerate(LINES)
    )
    found = texts(page(f'<div class="live">{posts}</div>'))
    assert [text for text in found if text in LINES] == LINES


def test_a_second_article_on_the_page_is_another() -> None:
    other = "".join(
        f"<p class=para>{line.replace('the', 'that')}</p>" for line in LINES[:3]
    )
    first = "".join(f"<p class=para>{line}</p>" for line in LINES)
    body = f"<article>{first}</article><article><h2>More</h2>{other}</article>"
    assert texts(page(body))[:6] == LINES


def test_text_for_screen_readers_stays_out_of_sentences() -> None:
    seen = LINES[0].replace(
        "breakwater", '<a href=/b>breakwater<span class="sr-only">, new tab</span></a>'
    )
    assert texts(page(TEXT.replace(LINES[0], seen))) == LINES


def test_a_body_that_only_a_script_holds_is_found() -> None:
    html = "".join(f'<p class=\\"x\\">{line}</p>' for line in LINES)
    body = f'<div id=app></div><script>window.state = {{"html": "{html}"}}</script>'
    article = extract(page(body), URL)
    assert [block.text for block in article.blocks] == LINES
    assert article.extractor == "script"


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        (
            "ar",
            "قال رئيس البلدية إن ترميم الميناء القديم سيبدأ في الربيع المقبل رقم {}.",
        ),
        ("fa", "شهردار گفت بازسازی موج‌شکن قدیمی بندر در بهار آینده آغاز می‌شود {}."),
        ("hi", "महापौर ने कहा कि पुराने बंदरगाह की मरम्मत अगले वसंत में शुरू होगी {}।"),
        (
            "zh",
            "市长星期二说，旧防波堤的修复工程将于明年春天开始，共需九百万元，第{}期。",
        ),
    ],
)
def test_other_scripts_are_read_alike(lang: str, line: str) -> None:
    lines = [line.format(n) for n in range(6)]
    body = "".join(f"<p>{text}</p>" for text in lines)
    html = f"<html lang={lang}><title>{lines[0][:20]}</title><div>{body}</div></html>"
    assert texts(html) == lines


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 5_000 + TEXT,
        "<table><tr><td>" * 1_000 + TEXT,
        f"<h1>{HEADLINE}</h1>" + "<table><tr><td>" * 1_000 + TEXT,
        TEXT + "\0" * 50,
        "&#x0;&#1114112;&#xD800;&nosuch;" * 50 + TEXT,
        '<script type="application/ld+json">' + "[" * 20_000 + "</script>" + TEXT,
        "\ud800" + TEXT,
        '<?xml version="1.0" encoding="utf-16"?>' + TEXT,
        "<frameset><frame src=x></frameset>",
        "<script>" + ('"' + "a" * 299 + "\\") * 20_000 + "</script>",
        f"<div class='{'a-b ' * 10_000}'>{TEXT}</div>",
        f"<p class='byline'>By {'<b>' * 5_000}Ana Serrano</p>{TEXT}",
        f"<div {' '.join(f'a{n}=x' for n in range(100_000))}>{TEXT}</div>",
    ],
)
def test_broken_pages_end_in_an_article_or_a_reason(html: str) -> None:
    whole = f"<title>{HEADLINE}</title>{html}"
    told = outcome(whole), outcome(whole.encode("utf-8", "replace"))
    assert all(told)


WHOLE = page(
    f'<div class="text">{TEXT}<ul><li>{LINES[0]}</li></ul><table><tr><td>1</td></tr>'
    "</table></div>",
    '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "A",'
    ' "author": [{"name": "B"}], "datePublished": "2026-05-01T10:00:00Z"}</script>',
)
PIECES = ["</div>", "<table>", "<p", ">", '"', "\0", "<!--", "]]>", "&", "</html>", "é"]


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(WHOLE)), st.integers(0, 40), st.sampled_from(PIECES)
        ),
        max_size=8,
    )
)
def test_a_mutated_page_never_raises_anything_else(
    edits: list[tuple[int, int, str]],
) -> None:
    html = WHOLE
    for place, length, piece in edits:
        html = html[:place] + piece + html[place + length :]
    try:
        article = extract(html.encode("utf-8", "replace"), URL)
    except NotAnArticle:
        return
    assert all(
        block.text and block.text == block.text.strip() for block in article.blocks
    )


@settings(max_examples=40)
@given(st.text(max_size=300) | st.binary(max_size=300))
def test_anything_is_an_article_or_refused(html: str | bytes) -> None:
    assert outcome(html)
