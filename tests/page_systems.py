"""Pages as well-known publishing systems make them."""

from __future__ import annotations

import json

from tests.page_stories import STAMP, Story, between, document


def gutenberg(s: Story) -> str:
    """WordPress with its block editor and the usual plugins."""
    figure = (
        '<figure class="wp-block-image size-large"><img src="/w.jpg" class="wp-image-7">'
        f'<figcaption class="wp-element-caption">{s.caption}</figcaption></figure>'
    )
    heading = f'<h2 class="wp-block-heading">{s.subhead}</h2>'
    body = between(s.paragraphs(), f"{figure}{heading}", 3)
    return document(
        s,
        f'<main class="wp-block-group"><article class="post-18273 post type-post hentry category-region">'
        f'<header class="entry-header"><div class="entry-meta"><span class="cat-links"><a href="/c">{s.section}</a></span></div>'
        f'<h1 class="entry-title">{s.headline}</h1><div class="entry-meta"><span class="posted-on">'
        f'<time class="entry-date published updated" datetime="{STAMP}">{s.printed}</time></span>'
        f'<span class="byline"><span class="author vcard"><a class="url fn n" href="/author/x/">{s.author}</a></span></span></div></header>'
        f'<div class="entry-content wp-block-post-content is-layout-flow">{body}'
        f'<p class="wp-block-paragraph"><strong>{s.read_more}</strong></p>'
        f'<div class="sharedaddy sd-sharing-enabled"><div class="robots-nocontent sd-block sd-social"><h3 class="sd-title">{s.share}</h3>'
        '<ul><li><a href="#">Facebook</a></li><li><a href="#">X</a></li></ul></div></div>'
        f'<div id="jp-relatedposts" class="jp-relatedposts"><h3 class="jp-relatedposts-headline"><em>{s.related_label}</em></h3><ul>{s.cards}</ul></div></div>'
        f'<footer class="entry-footer"><span class="tags-links">{", ".join(s.tags)}</span></footer></article>'
        f'<div class="author-bio"><p>{s.bio}</p></div>'
        f'<div id="comments" class="comments-area"><h2 class="comments-title">{s.comments_label}</h2>'
        f'<ol class="comment-list"><li class="comment"><div class="comment-content"><p>{s.comment}</p></div></li></ol></div></main>',
        f"{s.og()}{s.jsonld()}",
    )


def newspaper_theme(s: Story) -> str:
    """WordPress with tagDiv's Newspaper theme, which half the world's small outlets use."""
    ad = '<div class="td-a-rec td-a-rec-id-content_inline"><span class="td-adspot-title">- Advertisement -</span></div>'
    related = "".join(
        f'<div class="td_module_related_posts td_mod_related_posts"><div class="item-details"><h3 class="entry-title td-module-title"><a href="/{n}">{t}</a></h3></div></div>'
        for n, t in enumerate(s.related)
    )
    return document(
        s,
        f'<div class="td-main-content-wrap td-container-wrap"><article class="post type-post">'
        f'<div class="td-post-header"><ul class="td-category"><li class="entry-category"><a href="/c">{s.section}</a></li></ul>'
        f'<header class="td-post-title"><h1 class="entry-title">{s.headline}</h1>'
        f'<p class="td-post-sub-title">{s.standfirst}</p>'
        f'<div class="td-module-meta-info"><div class="td-post-author-name"><div class="td-author-by">By</div> <a href="/author/a">{s.author}</a><div class="td-author-line"> - </div></div>'
        f'<span class="td-post-date"><time class="entry-date updated td-module-date" datetime="{STAMP}">{s.printed}</time></span>'
        '<div class="td-post-views"><i class="td-icon-views"></i><span class="td-nr-views-18273">1204</span></div></div></header></div>'
        f'<div class="td-post-sharing-top"><a href="#">Facebook</a><a href="#">WhatsApp</a></div>'
        f'<div class="td-post-content tagdiv-type"><div class="td-post-featured-image"><figure><a href="/w.jpg"><img src="/w.jpg"></a><figcaption class="wp-caption-text">{s.caption}</figcaption></figure></div>'
        f"{between(s.paragraphs(), ad)}</div>"
        f'<footer><div class="td-post-source-tags"><ul class="td-tags"><li><span>TAGS</span></li>{"".join(f"<li><a href=/t>{t}</a></li>" for t in s.tags)}</ul></div>'
        f'<div class="td-author-name vcard author"><a href="/author/a">{s.author}</a></div><div class="author-box-wrap"><div class="td-author-description">{s.bio}</div></div></footer></article>'
        f'<div class="td_block_wrap td_block_related_posts"><h4 class="td-related-title"><a class="td-related-left">{s.related_label}</a></h4>{related}</div>'
        f'<div class="td-pb-span4 td-main-sidebar"><aside class="widget"><p>{s.newsletter}</p><ul>{s.cards}</ul></aside></div></div>',
        s.og(),
    )


def drupal(s: Story) -> str:
    return document(
        s,
        f'<div class="layout-container"><main role="main"><div class="region region-content"><article class="node node--type-article node--view-mode-full">'
        f'<h1 class="page-title"><span class="field field--name-title">{s.headline}</span></h1>'
        f'<div class="field field--name-field-summary field--type-string-long">{s.standfirst}</div>'
        f'<div class="node__meta"><span class="field field--name-field-author">{s.author}</span> <time datetime="{STAMP}">{s.printed}</time></div>'
        f'<div class="node__content"><div class="field field--name-field-image"><img src="/w.jpg"><div class="field--name-field-caption">{s.caption}</div></div>'
        f'<div class="clearfix text-formatted field field--name-body field--type-text-with-summary field--label-hidden field__item">{"".join(s.paragraphs())}</div>'
        f'<div class="field field--name-field-tags field--label-above"><div class="field__label">Tags</div><div class="field__items">{"".join(f"<div class=field__item><a href=/t>{t}</a></div>" for t in s.tags)}</div></div>'
        f'<section class="field field--name-comment"><h2>{s.comments_label}</h2><article class="comment js-comment"><div class="comment__content"><p>{s.comment}</p></div></article></section></div></article></div></main>'
        f'<aside class="region region-sidebar-second"><div class="views-element-container block"><h2>{s.related_label}</h2><ul>{s.cards}</ul></div></aside></div>',
        s.og() + s.jsonld(),
    )


def arc(s: Story) -> str:
    """Arc XP, with class names of its blocks and its state in a script."""
    ad = '<div class="b-ads-block"><div id="ad-1" class="arcad"></div></div>'
    state = json.dumps(
        {"type": "story", "headlines": {"basic": s.headline}}, ensure_ascii=False
    )
    return document(
        s,
        f'<div class="b-right-rail"><section class="b-right-rail__main-right-rail-wrapper"><div class="b-right-rail__main">'
        f'<div class="c-overline"><a href="/r">{s.section}</a></div><h1 class="b-headline">{s.headline}</h1><h2 class="b-subheadline">{s.standfirst}</h2>'
        f'<div class="b-byline"><span class="b-byline__by">By</span><span class="b-byline__names"><a href="/staff/a">{s.author}</a></span></div><time class="b-date" datetime="2026-05-14T10:30:00Z">{s.printed}</time>'
        f'<figure class="c-media-item b-lead-art"><img src="/w.jpg"><figcaption class="c-media-item__fig-caption"><span class="c-media-item__caption">{s.caption}</span> <span class="c-media-item__credit">({s.credit})</span></figcaption></figure>'
        f'<article class="b-article-body">{between(s.paragraphs(" class=c-paragraph"), ad)}'
        f'<div class="c-stack b-promo"><h3>{s.related_label}</h3><a href="/1">{s.related[0]}</a></div></article>'
        f'<div class="b-newsletter"><p>{s.newsletter}</p></div></div>'
        f'<aside class="b-right-rail__rail"><ul>{s.cards}</ul></aside></section></div><script id="fusion-metadata">window.Fusion={{}};Fusion.globalContent={state};</script>',
        s.og() + s.jsonld(),
    )


def amp(s: Story) -> str:
    page = document(
        s,
        f'<amp-sidebar id="menu"><ul><li><a href="/s">{s.section}</a></li></ul></amp-sidebar><article class="amp-wp-article"><header class="amp-wp-article-header">'
        f'<h1 class="amp-wp-title">{s.headline}</h1><div class="amp-wp-meta amp-wp-byline"><span class="amp-wp-author author vcard">{s.author}</span></div>'
        f'<div class="amp-wp-meta amp-wp-posted-on"><time datetime="{STAMP}">{s.relative}</time></div></header>'
        f'<figure class="amp-wp-article-featured-image"><amp-img src="/w.jpg" width="9" height="6"></amp-img><p class="wp-caption-text">{s.caption}</p></figure>'
        f'<div class="amp-wp-article-content">{between(s.paragraphs(), "<amp-ad type=doubleclick></amp-ad>")}</div>'
        f'<footer class="amp-wp-article-footer"><div class="amp-wp-meta amp-wp-tax-tag">Tags: {", ".join(s.tags)}</div><amp-social-share type="x"></amp-social-share></footer></article>'
        f'<section class="related-posts"><h3>{s.related_label}</h3><ul>{s.cards}</ul></section>',
        s.jsonld(),
    )
    return page.replace("<html ", "<html amp ", 1)


def joomla(s: Story) -> str:
    return document(
        s,
        f'<div class="blog-wrap com-content-article item-page" itemscope itemtype="https://schema.org/Article"><meta itemprop="inLanguage" content="{s.code}">'
        f'<div class="page-header"><h1 itemprop="headline">{s.headline}</h1></div>'
        f'<dl class="article-info text-muted"><dt class="article-info-term">Details</dt><dd class="createdby" itemprop="author" itemscope><span itemprop="name">{s.author}</span></dd>'
        f'<dd class="category-name"><a href="/c">{s.section}</a></dd><dd class="published"><time datetime="{STAMP}" itemprop="datePublished">{s.printed}</time></dd><dd class="hits">Hits: 512</dd></dl>'
        f'<div itemprop="articleBody" class="com-content-article__body">{"".join(s.paragraphs())}</div>'
        f'<ul class="pager pagenav"><li class="previous"><a href="/p">{s.related[0]}</a></li><li class="next"><a href="/n">{s.related[1]}</a></li></ul></div>',
    )


def portal(s: Story) -> str:
    """A Chinese portal: indented paragraphs, the source above, the editor below."""
    return document(
        s,
        f'<div class="path"><a href="/">{s.outlet}</a> &gt; <a href="/s">{s.section}</a> &gt; </div>'
        f'<div class="main_content w1000"><h1 id="title">{s.headline}</h1>'
        f'<div class="info"><span class="time">{s.printed}</span><span class="source">{s.source}</span><span>{s.share}</span></div>'
        f'<div class="content" id="content">{"".join(s.paragraphs(indent="　　"))}'
        f'<p class="editor">{s.closing}</p><div class="qrcode"><img src="/q.png"><p>{s.follow}</p></div></div>'
        f'<div class="related-news"><h3>{s.related_label}</h3><ul>{s.cards}</ul></div>'
        f'<div class="comment-box"><h3>{s.comments_label}</h3><p>{s.comment}</p></div></div>',
    )


def korean_portal(s: Story) -> str:
    """A portal that prints an outlet's text by line breaks, with its own frame."""
    body = "<br><br>".join(s.lines)
    return document(
        s,
        f'<div id="ct" class="newsct"><div class="media_end_head go_trans"><div class="media_end_head_title"><h2 id="title_area" class="media_end_head_headline"><span>{s.headline}</span></h2></div>'
        f'<div class="media_end_head_info"><div class="media_end_head_info_datestamp"><span class="media_end_head_info_datestamp_time" data-date-time="2026-05-14 10:30:12">{s.printed}</span></div>'
        f'<em class="media_end_head_journalist_name">{s.byline}</em></div></div>'
        f'<div id="newsct_article" class="newsct_article _article_body"><article id="dic_area" class="go_trans _article_content"><span class="end_photo_org"><img src="/w.jpg"><em class="img_desc">{s.caption}</em></span><br><br>{body}</article></div>'
        f'<div class="byline"><span class="byline_s">{s.byline}</span></div><p class="copyright">{s.copyright}</p>'
        f'<div class="media_end_linked"><h3>{s.related_label}</h3><ul>{s.cards}</ul></div></div>',
        s.og(),
    )


def preserved_lines(s: Story) -> str:
    """White space that a style sheet preserves parts the paragraphs."""
    body = "\n\n".join(("　" if s.code == "ja" else "") + line for line in s.lines)
    return document(
        s,
        f'<main><article><header><h1 class="sc-1n9">{s.headline}</h1><time>{s.printed}</time></header>'
        f'<div class="article_body"><div class="sc-iMC"><p class="sc-gDy yjSlink">{body}</p></div></div>'
        f"<footer><button>{s.share}</button></footer></article><section><h2>{s.related_label}</h2><ul>{s.cards}</ul></section></main>",
        s.og() + s.jsonld(),
    )


def persian_agency(s: Story) -> str:
    """A Persian agency's site: right to left, the day by its own calendar."""
    return document(
        s,
        f'<main><article class="news-page"><div class="item-header"><div class="item-nav"><ul><li class="code">18273</li><li class="published">{s.printed}</li><li><a href="/s">{s.section}</a></li></ul></div>'
        f'<div class="item-title"><h1 class="first-title" itemprop="headline">{s.headline}</h1></div><p class="introtext" itemprop="description">{s.standfirst}</p></div>'
        f'<figure class="item-img"><img src="/w.jpg" title="{s.headline}"></figure><div class="item-body"><div class="item-text" itemprop="articleBody">{"".join(s.paragraphs())}</div></div>'
        f'<div class="item-footer"><ul class="tags">{"".join(f"<li><a href=/t>{t}</a></li>" for t in s.tags)}</ul><div class="short-link">https://outlet.test/x18273</div><div class="box"><h2>{s.related_label}</h2><ul>{s.cards}</ul></div>'
        f'<div class="comments"><form><input name="name"><textarea></textarea></form><ul><li><p>{s.comment}</p></li></ul></div></div></article></main>',
        s.description,
    )


def hindi_portal(s: Story) -> str:
    link = f'<p><strong><a href="/x">{s.read_more}</a></strong></p>'
    return document(
        s,
        f'<div class="container"><div class="row"><div class="col-8 article-detail"><ul class="breadcrumb"><li><a href="/">{s.outlet}</a></li><li><a href="/s">{s.section}</a></li><li>{s.headline}</li></ul>'
        f'<h1>{s.headline}</h1><div class="auth-detail"><span class="auth-name">{s.byline}</span> | <span class="dt">{s.printed}</span></div><div class="social-icons"><span>{s.share}</span></div>'
        f'<div class="image-holder"><img src="/w.jpg"><span class="img-caption">{s.caption}</span></div><h2 class="summary">{s.standfirst}</h2>'
        f'<div class="article-desc">{between(s.paragraphs(), link)}</div><div class="follow-strip"><a href="#">{s.follow}</a></div></div>'
        f'<div class="col-4 sidebar"><h3>{s.related_label}</h3><ul>{s.cards}</ul></div></div></div>',
        s.jsonld(),
    )
