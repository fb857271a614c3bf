"""Time every page of a served database: the first visit, and the median of 20 later ones.

python benchmarks/make_database.py big.db --articles 1000000
python benchmarks/measure_pages.py big.db

The first visit is made on a site that was opened just before and has answered nothing but
a page without rows, with the file dropped from the system's cache where --cold is given.
No page is a remembered one, since every visit has an address of its own; counts and facets
are, as on any site that is open for a while. CPU seconds stand beside, which a busy machine
lengthens less.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import time
from pathlib import Path

from storage.inspect.server import Serving, build_site

BAR_MS = 500
ROUNDS = 20
PAGES = (
    *("/-/today", "/-/stories", "/-/stories?agency=Agency+A", "/-/story/77"),
    *("/-/article/5", "/-/outlets", "/-/outlet/3", "/-/agencies", "/-/search?q=karen"),
    *("", "/articles", "/articles?_facet=outlet", "/articles?_facet=agency"),
    *("/articles?_facet=language", "/articles?_facet=section", "/articles?_facet=role"),
    *("/clean_articles", "/copies", "/agency_use", "/outlet_dependence", "/run_health"),
    *("/pairs", "/pairs?_facet=verdict", "/stories", "/stories?_facet=outlets"),
    *("/removed_blocks", "/removed_blocks?_facet=reason", "/pages"),
    *("/pages?_facet=outcome", "/-/stories?order=outlets", "/-/stories?language=ar"),
)


def drop_from_cache(path: Path) -> None:
    """Let the system read *path* from the disk again."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


async def visit(site, address: str, number: int) -> tuple[float, float]:
    """Return the milliseconds of one answer, and those of them that it computed."""
    joint = "&" if "?" in address else "?"
    start, own = time.perf_counter(), time.process_time()
    response = await site.client.get(f"{address}{joint}_visit={number}")
    assert response.status_code == 200, (address, response.status_code)
    return (time.perf_counter() - start) * 1000, (time.process_time() - own) * 1000


async def measure(path: Path, *, is_cold: bool) -> None:
    """Print each page's milliseconds, and whether both hold the bar."""
    for page in PAGES:
        address = f"/{path.stem}{page}"
        if is_cold:
            drop_from_cache(path)
        site = build_site(path, Serving())
        await site.invoke_startup()
        await site.client.get("/-/versions")
        first = await visit(site, address, 0)
        later = [await visit(site, address, number) for number in range(1, ROUNDS + 1)]
        median = [statistics.median(times) for times in zip(*later, strict=True)]
        over = "OVER" if max(first[0], median[0]) >= BAR_MS else ""
        print(
            f"{first[0]:6.0f} ({first[1]:4.0f}) {median[0]:6.0f} ({median[1]:4.0f})"
            f"  {over:4}  {address}",
            flush=True,
        )


def main() -> None:
    """Parse the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database", type=Path)
    parser.add_argument("--cold", action="store_true")
    args = parser.parse_args()
    print("milliseconds (CPU) of the first visit and of the median")
    asyncio.run(measure(args.database, is_cold=args.cold))


if __name__ == "__main__":
    main()
