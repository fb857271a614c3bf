"""A Spark session with the settings that parcels need."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
import warnings
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
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
    # A task costs more than the little that it does before its first row.
    "spark.sql.files.maxPartitionBytes": "256m",
    "spark.ui.showConsoleProgress": "false",
    # The work is in kernels: compiling the little around them costs more than it saves.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    # Hashes neither repeat nor compress.
    "spark.shuffle.compress": "false",
    # A task that runs again says the same, but may pack it in another order.
    "spark.sql.shuffle.orderIndependentChecksum.enabled": "false",
    # A task keeps parcels of a few kinds: it need not sort them to write one at a time.
    "spark.sql.maxConcurrentOutputFileWriters": "64",
    # Rows pass between Java and its workers without the network's checksums and copies.
    "spark.python.unix.domain.socket.enabled": "true",
}
# A driver only plans: compiling that well costs more than it saves.
_QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
# An executor moves bytes in a few loops: those alone are worth compiling well. Parcels
# are large and short-lived: in a small heap with little room for the young they are
# moved about, and all else with them.
_LOOPS = (
    "-XX:+UseSerialGC -XX:NewRatio=1 -XX:MinHeapFreeRatio=80 -XX:MaxHeapFreeRatio=90 "
    "-XX:Tier4InvocationThreshold=50000 "
    "-XX:Tier4MinInvocationThreshold=6000 -XX:Tier4CompileThreshold=150000 "
    "-XX:Tier4BackEdgeThreshold=400000"
)
_LEAST_JAVA = 17
_ON_ONE_MACHINE = {
    # Hadoop sums every 512 bytes of a local file and writes the sums beside it.
    "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
    # A shuffle's sums find what a network or a disk of another machine has damaged.
    "spark.shuffle.checksum.enabled": "false",
    # Memory that a worker gives back is cleared before it gets it again: it keeps it.
    "spark.executorEnv.MALLOC_MMAP_MAX_": "0",
    "spark.executorEnv.MALLOC_TRIM_THRESHOLD_": str(4 << 30),
    "spark.executorEnv.MALLOC_TOP_PAD_": str(16 << 20),
    "spark.driver.extraJavaOptions": _QUICK,
    "spark.executor.extraJavaOptions": _LOOPS,
}


@contextmanager
def spark_session(
    master: str | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[SparkSession]:
    """Give the running session, or one that is stopped in the end.

    Raises ClusterError as ``open_session`` does, and where a job fails or Spark's
    Java ends before the run.
    """
    require_spark()
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    known = SparkSession.getActiveSession()
    session = open_session(master, settings)
    logging.getLogger().addFilter(_is_not_py4j)
    try:
        yield session
    except PySparkException as error:
        raise ClusterError(f"Spark gave up: {told_in_one_line(error)}") from error
    except (Py4JError, ConnectionError) as error:
        raise ClusterError(
            "Spark's Java ended before the run did; run again with --resume"
        ) from error
    finally:
        if known is None:
            # A signal leaves half an answer on the connection of this thread.
            stopper = Thread(target=_stop, args=(session,))
            stopper.start()
            stopper.join()
        logging.getLogger().removeFilter(_is_not_py4j)


def _is_not_py4j(record: logging.LogRecord) -> bool:
    """Py4J logs, as the root, a traceback of what it raises as well."""
    return "py4j" not in record.pathname


def _stop(session: SparkSession) -> None:
    """Stop Spark where its Java still runs: a signal may have ended both."""
    from py4j.protocol import Py4JError

    with warnings.catch_warnings(), suppress(Py4JError, ConnectionError):
        warnings.simplefilter("ignore", RuntimeWarning)
        session.stop()


def told_in_one_line(error: Exception) -> str:
    """What an error of Spark comes to: a worker's own last words, or its first line."""
    lines = str(error).splitlines() or [type(error).__name__]
    for at, line in enumerate(lines):
        if line.strip().startswith("Traceback"):
            own = [one for one in lines[at + 1 :] if one and not one[0].isspace()]
            return (own or lines)[0].strip()
    return lines[0]


def open_session(
    master: str | None = None, settings: Mapping[str, str] | None = None
) -> SparkSession:
    """Return the running session (spark-submit's), or start one on *master*.

    *settings* are Spark's own, over the user's, and the user's over ours. Raises
    ClusterError, in one line, where Spark or Java is missing or does not start.
    """
    require_spark()
    import pyspark
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("wirecopy dedupe")
    if master is not None:
        builder = builder.master(master)
    try:
        for name, value in {**our_settings(master), **(settings or {})}.items():
            builder = builder.config(name, value)
        session: SparkSession = builder.getOrCreate()
    except Exception as error:
        # Py4J and Spark raise many kinds here, all with a page of Java.
        place = f" on {master}" if master else ""
        raise ClusterError(
            f"Spark does not start{place}: {told_in_one_line(error)}"
        ) from error
    return session


def our_settings(master: str | None) -> dict[str, str]:
    """Settings for Spark on *master*, but those that the user has set."""
    is_local = master is not None and master.startswith("local")
    ours = {**_SETTINGS, **(_ON_ONE_MACHINE if is_local else {})}
    said = _said_by_user()
    return {name: value for name, value in ours.items() if name not in said}


def _said_by_user() -> set[str]:
    """The names of the settings in spark-submit's --conf or spark-defaults.conf."""
    if "PYSPARK_GATEWAY_PORT" in os.environ:
        from pyspark import SparkContext

        # Spark-submit has put both among the properties of its Java.
        ours = (*_SETTINGS, *_ON_ONE_MACHINE)
        return {n for n in ours if SparkContext.getSystemProperty(n) is not None}
    folder = os.environ.get("SPARK_CONF_DIR") or f"{os.environ['SPARK_HOME']}/conf"
    try:
        lines = Path(folder, "spark-defaults.conf").read_text("utf-8").splitlines()
    except FileNotFoundError:
        return set()
    return {re.split(r"[\s=:]", line.strip(), maxsplit=1)[0] for line in lines}


def require_spark() -> None:
    """Raise ClusterError where PySpark, or what it needs here, is not installed."""
    for package in ("pyspark", "pyarrow", "pandas"):
        if find_spec(package) is None:
            raise ClusterError(
                f"{package} is not installed: pip install 'wirecopy[spark]'"
            )
    version = _java_version()
    if version is None:
        raise ClusterError(
            "Spark needs Java 17 or later: install it, or set JAVA_HOME to where it is"
        )
    if version < _LEAST_JAVA:
        raise ClusterError(
            f"Spark needs Java 17 or later, and this is Java {version}: "
            "install a later one, or set JAVA_HOME to where it is"
        )


def _java_version() -> int | None:
    """The major version of the Java that Spark will start; None where there is none."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else "java"
    try:
        told = subprocess.run(
            [java, "-version"], check=False, capture_output=True, text=True
        )
    except OSError:
        return None
    # Java 8 calls itself 1.8.
    found = re.search(r'version "(?:1\.)?(\d+)', told.stderr)
    return int(found[1]) if found else None
