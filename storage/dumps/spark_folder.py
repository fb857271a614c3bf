"""Folders on any path that Spark writes: finished steps, and outputs that are there
whole or not at all.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from storage.dumps.spark import plain_path
from storage.errors import DumpError

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)
_DONE = "_SUCCESS"
# A value is megabytes of hashes: they neither repeat nor compress nor have an order,
# and a hundred of them, before a group's size is looked at, crowd the heap.
_WHOLE_VALUES = {
    "compression": "none",
    "parquet.enable.dictionary": "false",
    "parquet.column.statistics.enabled": "false",
    "parquet.page.write-checksum.enabled": "false",
    "parquet.page.size.row.check.min": "1",
    "parquet.block.size": str(16 << 20),
}


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that *session* reaches through Hadoop's file systems."""

    session: Any
    path: str

    def at(self, name: str) -> Folder:
        """A folder in it."""
        return Folder(self.session, f"{self.path.rstrip('/')}/{name}")

    def exists(self, name: str = "") -> bool:
        """Whether there is such a file in it, or the folder itself."""
        place = self._place(name)
        return bool(self._system(place).exists(place))

    def absolute(self) -> str:
        """The whole path, as inputs are named."""
        place = self._place()
        return plain_path(self._system(place).makeQualified(place).toString())

    def may_be_replaced(self) -> bool:
        """Whether nothing is here, or a file, or a folder that Spark wrote."""
        place = self._place()
        system = self._system(place)
        if not system.exists(place) or not system.getFileStatus(place).isDirectory():
            return True
        return self.exists(_DONE) or not len(system.listStatus(place))

    def delete(self) -> None:
        """Remove the folder and all in it; nothing happens where there is none."""
        place = self._place()
        self._system(place).delete(place, True)

    def write(self, data: bytes) -> None:
        """Put a file in the folder's place."""
        place = self._place()
        out = self._system(place).create(place, True)
        try:
            out.write(data)
        finally:
            out.close()

    def rename(self, path: str) -> None:
        """Give the folder another place, where nothing may be yet."""
        target = Folder(self.session, path)._place()
        system = self._system(target)
        if target.getParent() is not None:
            system.mkdirs(target.getParent())
        if not system.rename(self._place(), target):
            raise DumpError(f"{path} cannot be written: {self.path} is not moved there")

    def _place(self, name: str = "") -> Any:
        path = f"{self.path}/{name}" if name else self.path
        return self.session._jvm.org.apache.hadoop.fs.Path(path)

    def _system(self, place: Any) -> Any:
        return place.getFileSystem(self.session._jsc.hadoopConfiguration())


@dataclass(frozen=True, slots=True)
class FolderCheckpoints:
    """Keeps steps as Parquet; Spark commits a step whole, and marks it as done."""

    folder: Folder
    schema: str

    def keep(self, name: str, make: Callable[[], Any]) -> Any:
        """Return the rows kept as *name*; make and keep them where there are none."""
        place, session = self.folder.at(name), self.folder.session
        if place.exists(_DONE):
            _log.info("%(name)s is kept from before", {"name": name})
        else:
            _log.info("%(name)s begins", {"name": name})
            # Shown beside its jobs in Spark's pages and event log.
            session.sparkContext.setJobDescription(name)
            writer = make().write.mode("overwrite").partitionBy("kind")
            writer.options(**_WHOLE_VALUES).parquet(place.path)
        return session.read.schema(self.schema).parquet(place.path)
