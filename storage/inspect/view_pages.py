"""Pages of views over a million rows: not counted, and kept where they add all up."""

from __future__ import annotations

import re
from typing import Any

from datasette.utils.asgi import BadRequest, Request
from datasette.views.table import TableView

from storage.inspect.remembering import remembered
from storage.views import VIEWS

# SQLite's integers end at 19 digits.
_NUMBER = re.compile(r"[0-9]{1,18}")
_ADD_UP = ("agency_use", "outlet_dependence")


class UncountedTableView(TableView):  # type: ignore[misc]
    """A view's rows without their number: SQLite would run every join to count."""

    async def data(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Return what the stock view returns for the same address with _nocount."""
        following = request.args.get("_next") or "0"
        if not _NUMBER.fullmatch(following):
            raise BadRequest("The pages of a view are numbered by their first row")
        if "_nocount" not in request.args:
            query = "&".join(filter(None, (request.query_string, "_nocount=1")))
            scope = {**request.scope, "query_string": query.encode("latin-1")}
            request = Request(scope, request.receive)
        return await super().data(request, *args, **kwargs)


def view_routes(datasette: Any) -> list[tuple[str, Any]]:
    """Return routes for the pages of our views; they stand before datasette's own."""
    stock = UncountedTableView.as_view(datasette)

    async def page(request: Any, datasette: Any) -> Any:
        return await stock(request, None)

    def route(names: list[str]) -> str:
        return (
            rf"/(?P<database>[^\/\.]+)/(?P<table>{'|'.join(names)})"
            r"(\.(?P<format>\w+))?$"
        )

    plain = [name for name in VIEWS if name not in _ADD_UP]
    return [(route(list(_ADD_UP)), remembered(page)), (route(plain), page)]
