"""Serving one database: datasette with our pages, and what is safe to publish."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from storage.errors import DatabaseError
from storage.opening import may_write, open_database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How to serve. *reviewers* are let in by a link each; none: no Review page.

    *sql* allows any query; *download* the whole file, if *immutable*. That is for a file
    that nothing writes while it is served, also on a read-only disk. *base_url* is the
    path under which a proxy serves the site.
    """

    host: str = "127.0.0.1"
    port: int = 8001
    sql: bool = False
    download: bool = False
    immutable: bool = False
    reviewers: tuple[str, ...] = ()
    base_url: str = "/"
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where the site is, and the one-use address of each reviewer."""

    database: str
    address: str
    sign_in: dict[str, str]


def build_site(path: Path, serving: Serving) -> Any:
    """Return datasette over *path*; raises DatabaseError where it is not ours."""
    from datasette.plugins import pm

    from storage.inspect import plugin
    from storage.inspect.counting import CountingDatabase
    from storage.inspect.live import LiveSite

    open_database(path, read_only=True, create=False).close()
    if serving.download and not serving.immutable:
        raise DatabaseError(
            f"{path} may change while it is downloaded: add --immutable"
        )
    if serving.immutable and serving.reviewers:
        raise DatabaseError(f"{path} is served immutable: no answer could be kept")
    if serving.reviewers and not may_write(path):
        raise DatabaseError(
            f"{path} cannot be written, so no answer could be kept: check the rights of the"
            " file and its folder"
        )
    if not all(name.strip() for name in serving.reviewers):
        raise DatabaseError(f"{path}: a reviewer has no name: say who will answer")
    if not pm.is_registered(plugin):
        pm.register(plugin)
    # datasette's own handler prints every 404 with its local variables; ours answers.
    if pm.has_plugin("datasette.handle_exception"):
        pm.unregister(name="datasette.handle_exception")
    files = {"immutables": [str(path)]} if serving.immutable else {"files": [str(path)]}
    site = LiveSite(**files, settings=_settings(serving), metadata=_metadata(serving))
    name = next(n for n, db in site.databases.items() if db.path == str(path))
    site.remove_database(name)
    is_mutable = not serving.immutable
    site.add_database(
        CountingDatabase(site, path=str(path), is_mutable=is_mutable), name=name
    )
    return site


def _settings(serving: Serving) -> dict[str, Any]:
    return {
        "default_allow_sql": serving.sql,
        "allow_download": serving.download,
        "suggest_facets": False,
        "facet_time_limit_ms": 1_000,
        # A view that adds up a million articles, on a busy machine.
        "sql_time_limit_ms": 10_000,
        "truncate_cells_html": 160,
        "default_page_size": 50,
        "cache_size_kb": 65_536,
        "base_url": serving.base_url,
    }


def _metadata(serving: Serving) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if serving.title:
        metadata["title"] = serving.title
    if serving.reviewers:
        allow = {"id": list(serving.reviewers)}
        metadata["plugins"] = {"wirecopy": {"review": allow}}
    return metadata


def _bind(config: Any) -> Any:
    """Return the socket to listen at; the one line that it cannot be had is ours."""
    told = logging.getLogger("uvicorn.error")
    told.disabled = True
    try:
        return config.bind_socket()
    except (OSError, SystemExit) as error:
        raise DatabaseError(
            f"{config.host}:{config.port} cannot be bound: choose another host or port"
        ) from error
    finally:
        told.disabled = False


def serve(
    path: Path, serving: Serving, started: Callable[[Served], None] | None = None
) -> Served:
    """Serve until interrupted; *started* is called once the port is bound.

    Port 0 takes a free one. Raises DatabaseError where the port cannot be bound.
    """
    import asyncio

    import uvicorn

    from storage.inspect.sign_in import sign_in_path

    site = build_site(path, serving)
    config = uvicorn.Config(
        site.app(),
        host=serving.host,
        port=serving.port,
        log_level="warning",
        lifespan="on",
        server_header=False,
    )
    bound = _bind(config)
    host, port = bound.getsockname()[:2]
    root = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    served = Served(
        database=str(path),
        address=root + serving.base_url,
        sign_in={n: root + sign_in_path(site, n) for n in serving.reviewers},
    )
    # The kernel keeps visitors waiting from here on, until uvicorn takes them.
    bound.listen()
    if started is not None:
        started(served)
    # Ctrl-C is how it is stopped; uvicorn has closed everything before it raises.
    with bound, suppress(KeyboardInterrupt):
        asyncio.run(uvicorn.Server(config).serve(sockets=[bound]))
    return served
