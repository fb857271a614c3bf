"""Links that let a named reviewer in: signed, for one use, while the server runs."""

from __future__ import annotations

import secrets
from typing import Any
from weakref import WeakKeyDictionary

from datasette.utils.asgi import Forbidden, Response
from itsdangerous import BadSignature

_NAMESPACE = "wirecopy-sign-in"
_used: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


def sign_in_path(datasette: Any, name: str) -> str:
    """Return the path that signs *name* in once."""
    token = datasette.sign(
        {"name": name, "nonce": secrets.token_urlsafe(8)}, _NAMESPACE
    )
    path: str = datasette.urls.path(f"/-/sign-in?token={token}")
    return path


async def sign_in(request: Any, datasette: Any) -> Response:
    """Set datasette's own signed cookie for the name in the token."""
    token = request.args.get("token") or ""
    used = _used.setdefault(datasette, set())
    try:
        who = datasette.unsign(token, _NAMESPACE)
    except BadSignature:
        raise Forbidden("This link is not one of this server's") from None
    if who["nonce"] in used:
        raise Forbidden("This link has been used: start the server again for another")
    used.add(who["nonce"])
    response = Response.redirect(datasette.urls.instance())
    response.set_cookie(
        "ds_actor",
        datasette.sign({"a": {"id": who["name"]}}, "actor"),
        secure=request.scheme == "https",
        httponly=True,
    )
    return response
