"""What is done to an article before the transaction: clean, mask, analyse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dedupe.block import Block
from dedupe.blocks import CleanBody, clean
from dedupe.boilerplate import block_key, counted_keys, mask
from storage.articles import body_row, metadata_row
from storage.search_query import index_words
from storage.urls import article_key, url_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from storage.article import Article
    from storage.signing import Signed

    Sign = Callable[[str, str], Signed]
    SignAll = Callable[[Sequence[tuple[str, str]]], list[Signed]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An article with all that can be known of it without writing.

    *whole* is the body without its repeats, *body* also without the boilerplate
    known when it was prepared; *words* are what its headline and body are found by.
    *keys* are the block keys of *whole*, *counted* those
    that its outlet's lines are counted by, *masked* those that were boilerplate.
    *addresses* are its url_key and that of its own URL, *said* the columns of what its
    page says, *text* those of its headline and body.
    """

    article: Article
    whole: CleanBody
    body: CleanBody
    keys: frozenset[int]
    counted: frozenset[int]
    masked: frozenset[int]
    signed: Signed
    words: tuple[str, str]
    addresses: tuple[str, str]
    said: dict[str, Any]
    text: dict[str, Any]


def prepare_all(
    articles: Sequence[Article],
    known: Sequence[Collection[int]],
    sign_all: SignAll,
) -> list[Prepared]:
    """Clean and sign *articles*, each with the boilerplate keys of its outlet."""
    parts = [_clean(*each) for each in zip(articles, known, strict=True)]
    signed = sign_all([(part.article.headline, part.body.body) for part in parts])
    return [
        Prepared(
            article=part.article,
            whole=part.whole,
            body=part.body,
            keys=part.keys,
            counted=part.counted,
            masked=part.masked,
            signed=one,
            words=_words(part.article, part.body),
            addresses=_addresses(part.article),
            said=metadata_row(part.article),
            text=_text_row(part.article, part.body, one),
        )
        for part, one in zip(parts, signed, strict=True)
    ]


def clean_whole(article: Article) -> CleanBody:
    """Take out what an article repeats in itself."""
    return clean(article.headline, article.blocks, subheadline=article.subheadline)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cleaned:
    article: Article
    whole: CleanBody
    body: CleanBody
    keys: frozenset[int]
    counted: frozenset[int]
    masked: frozenset[int]


def _clean(article: Article, known: Collection[int]) -> _Cleaned:
    article = storable(article)
    whole = clean_whole(article)
    keys = frozenset(block_key(block.text) for block in whole.kept)
    masked = keys.intersection(known)
    body = mask(whole, masked) if masked else whole
    return _Cleaned(
        article=article,
        whole=whole,
        body=body,
        keys=keys,
        counted=counted_keys(whole.kept),
        masked=masked,
    )


def prepare_again(prepared: Prepared, known: Collection[int], sign: Sign) -> Prepared:
    """Mask anew, with the lines known by now; signs only where that differs."""
    masked = prepared.keys.intersection(known)
    if masked == prepared.masked:
        return prepared
    body = mask(prepared.whole, masked)
    signed = sign(prepared.article.headline, body.body)
    return replace(
        prepared,
        body=body,
        masked=masked,
        signed=signed,
        words=_words(prepared.article, body),
        text=_text_row(prepared.article, body, signed),
    )


def _addresses(article: Article) -> tuple[str, str]:
    return article_key(article.url, article.canonical_url), url_key(article.url)


def _text_row(article: Article, body: CleanBody, signed: Signed) -> dict[str, Any]:
    return {
        **body_row(body),
        "headline": article.headline,
        "words": signed.words,
        "text_hash": signed.fold,
        "headline_hash": signed.headline,
    }


def _words(article: Article, body: CleanBody) -> tuple[str, str]:
    return index_words(article.headline), index_words(body.body)


def storable(article: Article) -> Article:
    """Make every text one that UTF-8 and SQLite hold, and every block one line."""
    blocks = tuple(
        Block(text, block.kind)
        for block in article.blocks
        if (text := " ".join(_utf8(block.text).split()))
    )
    texts = {
        name: _utf8(value)
        for name in article.__slots__
        if isinstance(value := getattr(article, name), str)
    }
    texts["headline"] = " ".join(texts["headline"].split())
    lists = {
        name: tuple(map(_utf8, getattr(article, name)))
        for name in ("authors", "tags", "captions")
    }
    return replace(article, blocks=blocks, **lists, **texts)  # type: ignore[arg-type]


def _utf8(text: str) -> str:
    if text.isascii():
        return text.replace("\0", "")
    return text.encode(errors="replace").decode().replace("\0", "")
