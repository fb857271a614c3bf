"""Run by Spark as its daemon (spark.python.daemon.module)."""

from __future__ import annotations

from dedupe.spark.workers import serve

if __name__ == "__main__":
    serve("dedupe.spark.engine", "crawler.dumps.cluster_writing")
