"""Tell the pages that are no article, and what they are instead.

The reasons, which are counted: "empty page", "front page", "section page",
"login wall", "error page", "bot check", "video shell", "no headline", and, where a page
is read, "not a page".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.errors import NotAnArticle
from crawler.extract.body_keys import key_of, size_of
from crawler.extract.heading import find_heading
from crawler.extract.jsonld import types_of
from crawler.extract.wording import element_text, split_url

if TYPE_CHECKING:
    from crawler.extract.body import Body
    from crawler.extract.page import Page

# A page with this much text of its own is no shell around something else.
_SHELL = 400  # letters
_STUB = 200  # letters
# An error page says so, and where else to look.
_NOTICE = 250  # letters
_TEASERS = 12
# What a brief has: a headline, and a sentence or two.
_HEADLINE = 25  # letters
_TOLD = 80  # letters
_SENTENCE_END = re.compile(r"[.!?…。！？؟۔।][\"'”’»」』)]*$")
_ARTICLE_TYPES = ("article", "posting", "review", "report")
_FRONT = re.compile(
    r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|home|default)\.\w+)?", re.IGNORECASE
)
_ERROR = re.compile(
    r"\b(?:404|410|50[0-4])\b(?!\s*(?:million|billion|people|km|kg))"
    r"|\b(?:page|article|story|content)\b.{0,30}\b(?:not found|doesn.t exist|unavailable)"
    r"|\bnot found\b|page (?:introuvable|non trouvée)|seite (?:wurde )?nicht gefunden"
    r"|página no encontrada|página não encontrada|pagina non trovata"
    r"|pagina niet gevonden|sayfa bulunamadı|страница не найдена|сторінку не знайдено"
    r"|الصفحة غير موجودة|لم يتم العثور|صفحه.{0,12}یافت نشد|पृष्ठ नहीं मिला|पेज नहीं मिला"
    r"|找不到(?:页面|網頁|您)|页面不存在|頁面不存在|ページが見つかりません|찾을 수 없습니다",
    re.IGNORECASE,
)
_BOT = re.compile(
    r"just a moment|attention required|are you (?:a )?(?:human|robot)|access denied"
    r"|verify you are human|checking your browser|security check|captcha",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"^(?:log|sign)[ -]?in\b|^(?:please )?(?:log|sign) in to|^login\b|anmelden|einloggen"
    r"|connexion|se connecter|iniciar sesión|fazer login|^entrar\b(?!.{25})|accedi\b|inloggen|giriş yap"
    r"|войти|вход\b|تسجيل الدخول|ورود به|登录|登入|ログイン|로그인|लॉग ?इन",
    re.IGNORECASE,
)


def refuse(page: Page, body: Body) -> None:
    """Raise NotAnArticle where *page* is something else."""
    reason = _reason(page, body)
    if reason:
        raise NotAnArticle(reason)


def _reason(page: Page, body: Body) -> str | None:
    declared = _is_declared(page)
    if _is_front(page.url) and not (declared and body.letters >= _SHELL):
        return "front page"
    if body.letters < _SHELL:
        shell = _shell(page, body, declared)
        if shell:
            return shell
    if not declared and _is_listing(body) and not _is_brief(page, body):
        return "section page"
    return None


def _shell(page: Page, body: Body, declared: bool) -> str | None:
    """What a page with little text of its own is; None where it is a short article."""
    title = " ".join((page.tree.findtext(".//title") or "").split())
    heading = next((h.text_content() for h in page.tree.iter("h1")), "")
    said = f"{title}\n{' '.join(heading.split())}"
    if _BOT.search(said):
        return "bot check"
    if body.letters < _NOTICE and _ERROR.search(said) and not declared:
        return "error page"
    if (not declared or body.letters < _STUB) and _asks_to_log_in(page, title):
        return "login wall"
    if body.letters < _STUB and _is_video(page) and not declared:
        return "video shell"
    return None if body.blocks else "empty page"


def _asks_to_log_in(page: Page, title: str) -> bool:
    if _LOGIN.search(title):
        return True
    inputs = page.tree.iter("input")
    asks = any((box.get("type") or "").lower() == "password" for box in inputs)
    heading = next(page.tree.iter("h1", "h2"), None)
    return asks and (heading is None or bool(_LOGIN.search(heading.text_content())))


def _is_front(url: str) -> bool:
    parts = split_url(url)
    return not parts.query and bool(_FRONT.fullmatch(parts.path))


def _is_declared(page: Page) -> bool:
    """Whether the page says of itself that it is an article."""
    if "article" in {kind.lower() for kind in page.meta.get("og:type", ())}:
        return True
    if "article:published_time" in page.meta:
        return True
    return any(
        name.endswith(_ARTICLE_TYPES)
        for record in page.jsonld
        for name in types_of(record)
    )


def _is_video(page: Page) -> bool:
    if any(kind.lower().startswith("video") for kind in page.meta.get("og:type", ())):
        return True
    if any("videoobject" in types_of(record) for record in page.jsonld):
        return True
    return next(page.tree.iter("video", "iframe"), None) is not None


def _is_brief(page: Page, body: Body) -> bool:
    """Whether few sentences stand under a headline, and no teasers among them."""
    if body.holders or body.letters >= _SHELL:
        return False
    heading = find_heading(page)
    said = size_of(key_of(element_text(heading))) if heading is not None else 0
    told = [block.text for block in body.blocks if _SENTENCE_END.search(block.text)]
    return said >= _HEADLINE and size_of(key_of("".join(told))) >= _TOLD


def _is_listing(body: Body) -> bool:
    """Whether the text is made of teasers: many links, and blocks far apart."""
    if body.links < _TEASERS:
        return False
    return body.letters < _SHELL or body.holders * 2 > len(body.blocks) > 4
