"""Run a script until its standard input ends: it does not outlive who started it.

python benchmarks/until_closed.py SCRIPT ARGUMENT...
"""

from __future__ import annotations

import os
import runpy
import sys
import threading


def end_with_the_parent() -> None:
    # The system closes the other end of a pipe also for one that is killed.
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    threading.Thread(target=end_with_the_parent, daemon=True).start()
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
