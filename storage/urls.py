"""The identity of an article across the many ways in which its URL is written.

Keys are stored for years, so they depend on no library whose rules change with a
release: the tables below are ours, and a change to them needs a migration.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

# Parameters that say where a reader came from, never which article it is.
_TRACKING = frozenset(
    {
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "yclid",
        "ysclid",
        "twclid",
        "ttclid",
        "igshid",
        "igsh",
        "mc_cid",
        "mc_eid",
        "mkt_tok",
        "_hsenc",
        "_hsmi",
        "__s",
        "oly_anon_id",
        "oly_enc_id",
        "vero_id",
        "s_cid",
        "icid",
        "ncid",
        "cmp",
        "cmpid",
        "campid",
        "campaign",
        "campaign_id",
        "xtor",
        "ref_src",
        "ref_url",
        "referer",
        "referrer",
        "refsrc",
        "smid",
        "soc_src",
        "soc_trk",
        "sr_share",
        "shared",
        "ftag",
        "taid",
        "feature",
        "spm",
        "at_medium",
        "at_campaign",
        "at_custom1",
        "at_custom2",
        "at_custom3",
        "at_custom4",
        "dicbo",
        "maca",
        "wt_mc",
        "wt_zmc",
        "partner",
        "partnerid",
        "ocid",
        "rss",
        "from_rss",
        "fromrss",
        "cn-reloaded",
        "__twitter_impression",
        "usqp",
        "guccounter",
        "guce_referrer",
    }
)
_TRACKING_PREFIX = ("utm_", "pk_", "mtm_", "piwik_", "hsa_", "matomo_", "ns_", "__cf_")
_SESSION = frozenset(
    {"phpsessid", "jsessionid", "aspsessionid", "sessionid", "session_id"}
)
# A campaign, session or source where it is a word; a number may be the article's own.
_UNLESS_NUMBER = frozenset({"cid", "sid", "feed", "share", "ref", "nx"})
# The same article in another dress: AMP, print, mobile, one page of several.
_DRESS = frozenset(
    {
        "amp",
        "amp_js_v",
        "amp_gsa",
        "print",
        "printable",
        "printmode",
        "printview",
        "mobile",
        "output",
        "outputtype",
        "view",
    }
)
_PAGING = frozenset({"page", "paged", "pagenum", "page_no", "pageno"})
_DRESS_VALUES = frozenset({"amp", "amphtml", "print", "printable", "mobile", "true"})
_HOST_DRESS = re.compile(r"^(?:www\d*|m|mobile|mobil|amp|wap|touch)\.(?=[^.]+\.)")
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.IGNORECASE)
_PATH_DRESS = re.compile(
    r"(?:/(?:amp|print|printable|mobile)(?=/|$)|(?<=.)\.amp(?=$|\.html?$)"
    r"|/page/\d+$|/(?:index|default)\.(?:html?|php|aspx?|jsp)$)",
    re.IGNORECASE,
)
_DEFAULT_PORT = {"http": 80, "https": 443}
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{0,4}(\d{5,19})(?![0-9A-Za-z])")
_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])$")


@lru_cache(maxsize=65536)
def url_key(url: str) -> str:
    """Name the article at *url*: host, path and the parameters that matter.

    Scheme, ``www.``, mobile and AMP hosts, tracking and session parameters, AMP, print
    and ``?page=`` variants, fragments, the order of parameters and the spelling of
    escapes make no difference. Never raises: what is no URL is its own key.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return url.strip()
    if parts.scheme.lower() not in _DEFAULT_PORT or not host:
        return url.strip()
    key = bare_host(host)
    if port and port != _DEFAULT_PORT[parts.scheme.lower()]:
        key += f":{port}"
    key += _path_key(parts.path)
    query = _query_key(parts.query)
    return f"{key}?{query}" if query else key


def bare_host(host: str) -> str:
    """Write *host* in lower case and ASCII, without ``www.`` and mobile prefixes."""
    host = host.lower().rstrip(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return host
    return _HOST_DRESS.sub("", host)


def host_of(url: str) -> str:
    """Return the host of *url* as an outlet is named by it; "" where there is none."""
    try:
        return bare_host(urlsplit(url.strip()).hostname or "")
    except ValueError:
        return ""


def source_key(url: str) -> str:
    """Name a feed, sitemap or section page: nothing but the fragment is dropped.

    The scheme stays in the key, so that it never equals the key of an article.
    """
    try:
        parts = urlsplit(url.strip())
        return parts._replace(netloc=parts.netloc.lower(), fragment="").geturl()
    except ValueError:
        return url.strip()


@lru_cache(maxsize=65536)
def article_id(url: str) -> str | None:
    """Find the number or UUID by which an outlet names the article in its URL.

    The last UUID, or the longest number of five digits or more (the last of equals)
    that is not a day; a hint that two URLs with different slugs are one article, to be
    verified on their texts.
    """
    try:
        path = urlsplit(url.strip()).path if "://" in url else url
    except ValueError:
        return None
    uuids: list[str] = _UUID.findall(path)
    if uuids:
        return uuids[-1].lower()
    numbers = [n for n in _NUMBER.findall(path) if not _DAY.fullmatch(n)]
    return max(reversed(numbers), key=len) if numbers else None


def article_key(url: str, canonical_url: str | None = None) -> str:
    """Name an article by its canonical link where that can be trusted, else by *url*.

    A canonical link is trusted when it stays on the host and shares the article's id
    or slug with *url*, or when *url* carries neither; templates that name the front
    page, a section or another article as canonical are common.
    """
    key = url_key(url)
    if not canonical_url or host_of(canonical_url) != host_of(url):
        return key
    canonical = url_key(canonical_url)
    if canonical == key or _is_shallow(canonical):
        return key
    return canonical if _same_article(key, canonical) else key


def _same_article(key: str, canonical: str) -> bool:
    ours, theirs = article_id(key), article_id(canonical)
    if ours or theirs:
        return ours == theirs
    slug = _slug(key)
    return slug == _slug(canonical) and len(slug) >= 12


def _slug(key: str) -> str:
    last = key.partition("?")[0].rpartition("/")[2]
    return last.rpartition(".")[0] or last


def _is_shallow(key: str) -> bool:
    path, _, query = key.partition("?")
    return not query and path.count("/") < 2 and len(_slug(path)) < 12


def _path_key(path: str) -> str:
    path = _PATH_SESSION.sub("", unquote(path))
    path = re.sub(r"/{2,}", "/", path)
    path = _PATH_DRESS.sub("", path.rstrip("/")).rstrip("/")
    return quote(path, safe="/:@!$&'()*+,;=~-._", errors="replace")


def _query_key(query: str) -> str:
    kept = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True)
        if not _is_noise(name.lower(), value.lower())
    ]
    return urlencode(sorted(kept), errors="replace")


def _is_noise(name: str, value: str) -> bool:
    if name in _UNLESS_NUMBER:
        return not value.isdigit()
    if name in _TRACKING or name in _SESSION or name.startswith(_TRACKING_PREFIX):
        return True
    if name in _PAGING:
        return not value or value.isdigit()
    return name in _DRESS and (value in {"", "1"} or value in _DRESS_VALUES)
