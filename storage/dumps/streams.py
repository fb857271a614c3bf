"""Bytes of a file, whatever it is packed with; one that ends too early says so."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import re
import zlib
from functools import partial
from typing import IO, TYPE_CHECKING, BinaryIO, Protocol, Self, cast

from storage.errors import DumpError, TruncatedDumpError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

PACKED = (".gz", ".zst", ".bz2", ".xz")
_MAGIC = {
    ".gz": re.compile(rb"\x1f\x8b"),
    ".zst": re.compile(rb"\x28\xb5\x2f\xfd"),
    ".bz2": re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"),
    ".xz": re.compile(rb"\xfd7zXZ\0"),
}
_MAGIC_SIZE = 10
_READ = 1 << 20
_PACKED_READ = 1 << 16
# Bytes that are unpacked at once. Zstandard knows no such limit: there it is packed
# bytes, which swell up to thirty thousandfold.
_UNPACKED, _ZSTD_PACKED = 1 << 20, 1 << 12
# What a dictionary may take of memory; xz -9 takes 65 MB.
_XZ_MEMORY = 192 << 20


class ByteSource(Protocol):
    """What fills a buffer and says with how many bytes, 0 at its end."""

    def readinto(self, buffer: memoryview, /) -> int: ...


class _Member(Protocol):
    """Unpacks one stream of those that a packed file may hold one after the other."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    @property
    def needs_input(self) -> bool: ...

    def decompress(self, packed: bytes, most: int, /) -> bytes: ...


class _Members:
    """Unpacks member after member: the libraries' own readers take a cut, or what
    follows the first one, for the end.
    """

    def __init__(self, raw: BinaryIO, unpacker: Callable[[], _Member]) -> None:
        self._raw = raw
        self._unpacker = unpacker
        self._member: _Member | None = None
        self._packed = b""
        self._unpacked = memoryview(b"")

    def readinto(self, buffer: memoryview, /) -> int:
        while not self._unpacked:
            if not self._next():
                return 0
        size = min(len(buffer), len(self._unpacked))
        buffer[:size] = self._unpacked[:size]
        self._unpacked = self._unpacked[size:]
        return size

    def _next(self) -> bool:
        packed = b""
        if self._member is None or self._member.needs_input:
            packed = self._packed or self._raw.read(_PACKED_READ)
            self._packed = b""
            if not packed:
                if self._member is not None:
                    raise EOFError
                return False
        if self._member is None:
            # Zeros may fill the room between members.
            packed = packed.lstrip(b"\0")
            if not packed:
                return True
            self._member = self._unpacker()
        self._unpacked = memoryview(self._member.decompress(packed, _UNPACKED))
        if self._member.eof:
            self._packed = self._member.unused_data
            self._member = None
        return True


def packing_of(path: Path) -> str:
    """Return the suffix of what *path* is packed with, "" for nothing.

    The name says it, or else, as of what came through a pipe, the first bytes.
    """
    suffix = path.suffix.lower()
    if suffix in PACKED:
        return suffix
    with path.open("rb", buffering=0) as raw:
        head = raw.read(_MAGIC_SIZE) if raw.seekable() else b""
    return next((name for name, magic in _MAGIC.items() if magic.match(head)), "")


class Source:
    """The unpacked bytes of *path*; counts the packed ones for progress.

    Messages call it *name*. Raises DumpError where the file cannot be read or is not
    what its suffix says, TruncatedDumpError where it ends before it should.
    """

    def __init__(self, path: Path, name: str | None = None) -> None:
        self.name = str(path) if name is None else name
        try:
            packing = packing_of(path)
            self._raw = path.open("rb", buffering=0)
        except OSError as error:
            raise DumpError(
                f"{self.name} cannot be opened: {error.strerror}"
            ) from error
        self._bytes = _unpacked(packing, cast("BinaryIO", self._raw))
        if packing and not os.fstat(self._raw.fileno()).st_size:
            self._raw.close()
            raise TruncatedDumpError(
                f"{self.name} is truncated: it is empty, and packed data never is; "
                "fetch it again"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._raw.close()

    @property
    def consumed(self) -> int:
        """How many bytes of the file were read."""
        return self._raw.tell()

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill *buffer* from its start; return how many bytes, 0 at the end."""
        try:
            return self._bytes.readinto(buffer)
        except EOFError as error:
            raise TruncatedDumpError(
                f"{self.name} is truncated: it ends inside its compressed data, "
                f"after byte {self.consumed}; fetch it again"
            ) from error
        except (OSError, zlib.error, lzma.LZMAError) as error:
            raise self._broken(error) from error
        except Exception as error:
            if type(error).__name__ != "ZstdError":
                raise
            raise self._broken(error) from error

    def _broken(self, error: Exception) -> DumpError:
        if "Memory usage limit" in str(error):
            return DumpError(
                f"{self.name} takes more than {_XZ_MEMORY >> 20} MB to unpack: unpack it "
                "first, with xz -d"
            )
        if "too much memory" in str(error):
            return DumpError(
                f"{self.name} takes more than 128 MB to unpack: unpack it first, with "
                "zstd -d --long=31"
            )
        return DumpError(f"{self.name} is not what its suffix says, or broken: {error}")

    def read(self, size: int = -1, /) -> bytes:
        """Return up to *size* bytes, all that is left by default."""
        if size < 0:
            return b"".join(iter(lambda: self.read(_READ), b""))
        buffer = bytearray(size)
        with memoryview(buffer) as view:
            got = self.readinto(view)
        del buffer[got:]
        return bytes(buffer)


def _unpacked(suffix: str, raw: BinaryIO) -> ByteSource:
    if suffix == ".gz":
        return cast("ByteSource", gzip.GzipFile(fileobj=raw))
    if suffix == ".bz2":
        return _Members(raw, bz2.BZ2Decompressor)
    if suffix == ".xz":
        unpacker = partial(lzma.LZMADecompressor, memlimit=_XZ_MEMORY)
        return _Members(raw, unpacker)
    return _Members(raw, _ZstdMember) if suffix == ".zst" else cast("ByteSource", raw)


class _ZstdMember:
    """Unpacks one frame, a few packed bytes at a time."""

    def __init__(self) -> None:
        import zstandard

        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._held = memoryview(b"")

    @property
    def eof(self) -> bool:
        return self._frame.eof

    @property
    def unused_data(self) -> bytes:
        return self._frame.unused_data + bytes(self._held)

    @property
    def needs_input(self) -> bool:
        return not self._held

    def decompress(self, packed: bytes, _: int, /) -> bytes:
        held = memoryview(packed) if packed else self._held
        self._held = held[_ZSTD_PACKED:]
        return self._frame.decompress(held[:_ZSTD_PACKED])


def open_sink(raw: IO[bytes], suffix: str) -> IO[bytes]:
    """Return a file that packs what is written to it into *raw*, by *suffix*."""
    packers: dict[str, Callable[[], object]] = {
        ".gz": lambda: gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6, mtime=0),
        ".bz2": lambda: bz2.BZ2File(raw, "wb"),
        ".xz": lambda: lzma.LZMAFile(raw, "wb", preset=1),  # noqa: SIM115
        ".zst": lambda: _zstd_writer(raw),
    }
    packer = packers.get(suffix)
    return raw if packer is None else cast("IO[bytes]", packer())


def _zstd_writer(raw: IO[bytes]) -> object:
    import zstandard

    packer = zstandard.ZstdCompressor(level=3, threads=-1)
    return packer.stream_writer(raw, closefd=False)
