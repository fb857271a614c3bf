"""Zones of a page that are not its article, read from names of elements."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.extract.body_candidates import Node

# Zones whose text is not the article's.
FOREIGN = frozenset(
    [
        "menu",
        "aside",
        "footer",
        "comments",
        "related",
        "share",
        "newsletter",
        "author",
        "advert",
        "player",
        "consent",
        "form",
        "tags",
        "tools",
        "byline",
    ]
)
_TAGS = {"nav": "menu", "aside": "aside", "footer": "footer", "form": "form"}
_NAMES = {
    "menu": r"nav|navbar|menu|breadcrumbs?|pagination|pager|skip-?link",
    "aside": r"aside|side-?bar|rail|right-?col(umn)?",
    "footer": r"footer|site-?info|colophon|copyright",
    "comments": r"comments?|comment-?(list|area|section|form)|disqus|respond",
    "related": r"related|recommend(ed|ations?)?|recirc(ulation)?|most-?(read|popular|viewed)"
    r"|popular|trending|teasers?|promo|outbrain|taboola|you-?may|also-?(read|like)"
    r"|more-?(on|from|stories|news|articles|like)|read-?(more|also|next)|see-?also"
    r"|next-?(article|up)|up-?next",
    "share": r"share|sharing|social|follow-?us|sns|toolbar",
    "newsletter": r"newsletters?|subscribe|subscription|sign-?up|mailing|opt-?in|donat(e|ion)",
    "author": r"author-?(box|bio|info|card|profile|desc(ription)?)|about-?(the-)?author|bio",
    "advert": r"ads?|advert(isement)?|advertising|sponsor(ed)?|dfp|promoted",
    "player": r"video|player|video-?player|vjs|jwplayer|slideshow|carousel",
    "tools": r"print(-?(header|only|title|wrap|info))?|email-[a-z-]+|toolbar|tools|modal|pop-?up"
    r"|overlay|lightbox|tooltip|toast",
    "consent": r"cookies?|consent|gdpr|cmp",
    "byline": r"byline|author|authors|timestamp|meta|post-?meta|entry-?meta|article-?meta"
    r"|publish(ed)?-?(date|time)|date|time|credits?",
    "tags": r"tags?|tag-?(list|cloud)|keywords|post-?tags|entry-?tags",
    "caption": r"(wp-)?caption(-text)?|figcaption|image-?caption|photo-?caption"
    r"|media-?(caption|info|title|desc(ription)?)|info-?text|cutline|image|photo|picture|img|legend|image-?(title|desc(ription)?)|photo-?desc(ription)?",
    "tagline": r"tag-?line|slogan|(site|blog)-?(description|desc|title|sub-?title)",
    "standfirst": r"stand-?first|sub-?(title|head|headline|heading)|dek|deck|lead"
    r"|chapo|chapeau|summary|excerpt|intro|abstract|teaser-?text|article-?lead"
    r"|article-?summary|article-?intro|description|lede|untertitel|vorspann|entradilla",
}
_PATTERNS = {
    zone: re.compile(rf"(?:^|[\s_/-])(?:{names})(?=$|[\s_/-])")
    for zone, names in _NAMES.items()
}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@lru_cache(maxsize=20_000)
def _named(names: str) -> frozenset[str]:
    flat = _CAMEL.sub("-", names).lower()
    return frozenset(
        zone for zone, pattern in _PATTERNS.items() if pattern.search(flat)
    )


def zones_of(node: Node) -> frozenset[str]:
    """The zones that the element of *node* itself opens."""
    element = node.element
    names = f"{element.get('class') or ''} {element.get('id') or ''}".strip()
    zones = _named(names) if names else frozenset()
    tag = _TAGS.get(node.tag)
    return zones | {tag} if tag else zones
