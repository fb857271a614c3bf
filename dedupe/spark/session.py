"""A Spark session with the settings that parcels need."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dedupe.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspark.sql import SparkSession

_SETTINGS = {
    "spark.sql.execution.arrow.maxBytesPerBatch": str(64 << 20),
    # A bucket is a partition.
    "spark.sql.adaptive.coalescePartitions.enabled": "false",
    "spark.sql.adaptive.optimizeSkewsInRebalancePartitions.enabled": "false",
    "spark.sql.shuffle.partitions": "16",
    "spark.ui.showConsoleProgress": "false",
    # The work is in kernels: compiling the little around them costs more than it saves.
    "spark.sql.codegen.wholeStage": "false",
}


def open_session(
    master: str | None = None, settings: Mapping[str, str] | None = None
) -> SparkSession:
    """Return the running session (spark-submit's), or start one on *master*.

    *settings* are Spark's own, over ours. Raises ClusterError, in one line, where
    Spark or Java is missing or does not start.
    """
    try:
        import pyspark
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise ClusterError(
            "pyspark is not installed: pip install 'wirecopy[spark]'"
        ) from error
    _require_java()
    os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("wirecopy dedupe")
    if master is not None:
        builder = builder.master(master)
    for name, value in {**_SETTINGS, **(settings or {})}.items():
        builder = builder.config(name, value)
    try:
        session: SparkSession = builder.getOrCreate()
    except Exception as error:
        # Py4J and Spark raise many kinds here, all with a page of Java.
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise ClusterError(f"Spark does not start on {master}: {reason}") from error
    return session


def _require_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if home and (Path(home) / "bin" / "java").exists():
        return
    if shutil.which("java") is None:
        raise ClusterError(
            "Spark needs Java 17 or later: install it, or set JAVA_HOME to where it is"
        )
