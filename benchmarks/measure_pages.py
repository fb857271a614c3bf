"""Time every page of a served database: the median of 20 after two to warm up.

python benchmarks/make_database.py big.db --articles 1000000
python benchmarks/measure_pages.py big.db
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from pathlib import Path

from storage.inspect.server import Serving, build_site

BAR_MS = 500
ROUNDS = 20
PAGES = (
    *("/-/today", "/-/stories", "/-/stories?agency=Agency+A", "/-/story/77"),
    *("/-/article/5", "/-/outlets", "/-/outlet/3", "/-/agencies", "/-/search?q=karen"),
    *("", "/articles", "/articles?_facet=outlet", "/clean_articles", "/copies"),
    *("/agency_use", "/outlet_dependence", "/run_health", "/pairs", "/stories"),
    *("/removed_blocks", "/pages"),
)


async def measure(path: Path) -> None:
    """Print the median of each page in milliseconds, and whether it holds the bar."""
    site = build_site(path, Serving())
    await site.invoke_startup()
    for page in PAGES:
        address = f"/{path.stem}{page}"
        taken = []
        for _ in range(ROUNDS + 2):
            start = time.perf_counter()
            response = await site.client.get(address)
            taken.append((time.perf_counter() - start) * 1000)
            assert response.status_code == 200, (address, response.status_code)
        median = statistics.median(taken[2:])
        print(f"{median:6.0f} ms  {'' if median < BAR_MS else 'OVER'}  {address}")


def main() -> None:
    """Parse the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database", type=Path)
    asyncio.run(measure(parser.parse_args().database))


if __name__ == "__main__":
    main()
