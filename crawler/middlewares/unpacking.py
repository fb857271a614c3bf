"""Unpacks bodies without guessing the charset of their packed bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import TextResponse

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response


class LeanCompressionMiddleware(HttpCompressionMiddleware):
    """Scrapy's own, which asks for the encoding of every response that it copies."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Return the response with its body unpacked."""
        is_packed = "Content-Encoding" in response.headers
        if is_packed and isinstance(response, TextResponse):
            # Guessed, it costs 10 ms of packed noise and is thrown away with the copy.
            response._cached_benc = "latin-1"
        return super().process_response(request, response)
