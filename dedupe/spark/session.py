"""A Spark session with the settings that parcels need."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from dedupe.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyspark.sql import SparkSession

_SETTINGS = {
    "spark.sql.execution.arrow.maxBytesPerBatch": str(64 << 20),
    # A bucket is a partition, and planning a step anew after each shuffle gains nothing.
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "16",
    "spark.ui.showConsoleProgress": "false",
    # The work is in kernels: compiling the little around them costs more than it saves.
    "spark.sql.codegen.wholeStage": "false",
}
# On one machine Java does little, and compiling that little well takes half of its time.
_QUICK = "-XX:TieredStopAtLevel=1"
_ON_ONE_MACHINE = {
    "spark.driver.extraJavaOptions": _QUICK,
    "spark.executor.extraJavaOptions": _QUICK,
}


@contextmanager
def spark_session(
    master: str | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[SparkSession]:
    """Give the running session, or one that is stopped in the end.

    Raises ClusterError as ``open_session`` does.
    """
    known = _running()
    session = open_session(master, settings)
    try:
        yield session
    finally:
        if known is None:
            session.stop()


def _running() -> SparkSession | None:
    require_spark()
    from pyspark.sql import SparkSession

    return SparkSession.getActiveSession()


def open_session(
    master: str | None = None, settings: Mapping[str, str] | None = None
) -> SparkSession:
    """Return the running session (spark-submit's), or start one on *master*.

    *settings* are Spark's own, over ours. Raises ClusterError, in one line, where
    Spark or Java is missing or does not start.
    """
    require_spark()
    import pyspark
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("wirecopy dedupe")
    if master is not None:
        builder = builder.master(master)
    ours = {**_SETTINGS, **(_ON_ONE_MACHINE if _is_local(master) else {})}
    for name, value in {**ours, **(settings or {})}.items():
        builder = builder.config(name, value)
    try:
        session: SparkSession = builder.getOrCreate()
    except Exception as error:
        # Py4J and Spark raise many kinds here, all with a page of Java.
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise ClusterError(f"Spark does not start on {master}: {reason}") from error
    return session


def _is_local(master: str | None) -> bool:
    return master is not None and master.startswith("local")


def require_spark() -> None:
    """Raise ClusterError where PySpark, or what it needs here, is not installed."""
    for package in ("pyspark", "pyarrow", "pandas"):
        if find_spec(package) is None:
            raise ClusterError(
                f"{package} is not installed: pip install 'wirecopy[spark]'"
            )
    home = os.environ.get("JAVA_HOME")
    if home and (Path(home) / "bin" / "java").exists():
        return
    if shutil.which("java") is None:
        raise ClusterError(
            "Spark needs Java 17 or later: install it, or set JAVA_HOME to where it is"
        )
