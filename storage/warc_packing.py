"""What the bodies in WARC files are packed with, beyond what warcio unpacks."""

from __future__ import annotations

import brotli
import zstandard
from warcio.bufferedreaders import BufferedReader


class _Brotli:
    """Brotli's own object takes no attributes, which warcio sets."""

    unused_data = b""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def decompress(self, packed: bytes) -> bytes:
        unpacked = self._stream.process(packed)
        assert isinstance(unpacked, bytes)
        return unpacked

    def flush(self) -> bytes:
        return b""


def teach_unpacking() -> None:
    """Let warcio unpack Brotli and Zstandard."""
    BufferedReader.DECOMPRESSORS["br"] = _Brotli
    BufferedReader.DECOMPRESSORS["zstd"] = zstandard.ZstdDecompressor().decompressobj
