"""What a crawl is made of, each part alone; crawl.py measures them beside a crawl.

python benchmarks/crawl_parts.py < URLS   (fetch a JSON list with bare Scrapy)
python benchmarks/crawl_parts.py FOLDER   (extract one page, and store it there)
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

FETCH_BARE = (sys.executable, __file__)


def fetch_bare(urls: list[str]) -> float:
    """Fetch *urls* with Scrapy and nothing else; returns CPU seconds a request."""
    from scrapy import Spider
    from scrapy.crawler import AsyncCrawlerProcess

    class Bare(Spider):
        name = "bare"
        start_urls = urls

        def parse(self, response: Any) -> None:
            return

    settings = {"LOG_LEVEL": "ERROR", "ROBOTSTXT_OBEY": False, "COOKIES_ENABLED": False}
    settings |= {"CONCURRENT_REQUESTS": 32, "CONCURRENT_REQUESTS_PER_DOMAIN": 8}
    process = AsyncCrawlerProcess({**settings, "DOWNLOAD_DELAY": 0})
    process.crawl(Bare)
    began = time.process_time()
    process.start()
    return (time.process_time() - began) / max(1, len(urls))


def measure_start(work: Path, proxy: str) -> list[float]:
    """Return the CPU seconds from start to end of what every crawl has to load.

    A Scrapy that fetches nothing, and a process that extracts one page and stores it.
    """
    environ = {**os.environ, "http_proxy": proxy}
    return [
        cpu_to_the_end([*FETCH_BARE], environ, "[]"),
        cpu_to_the_end([sys.executable, __file__, str(work)], environ, ""),
    ]


def cpu_to_the_end(command: list[str], environ: dict[str, str], told: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command, env=environ, input=told.encode(), check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def store_one_page(work: Path) -> None:
    from crawler.extract.workers import warm_up
    from storage.article import Article
    from storage.store import Store

    article = warm_up()
    assert isinstance(article, Article)
    with Store.open(work / "one.db") as store:
        store.add(article)


def measure_parts(pages: list[dict[str, Any]], work: Path) -> tuple[float, float]:
    """Return CPU seconds a page of extract() alone and of the store alone."""
    from crawler.errors import NotAnArticle
    from crawler.extract.article import extract
    from storage.store import Store

    bodies = [
        (gzip.decompress(Path(page["file"]).read_bytes()), page["url"])
        for page in pages
    ]
    for body, url in bodies[:20]:
        with_article(extract, NotAnArticle, body, url)
    began = time.process_time()
    found = [with_article(extract, NotAnArticle, *body) for body in bodies]
    extracting = time.process_time() - began
    articles = [article for article in found if article is not None]
    with Store.open(work / "warm.db") as store:
        store.add_all(articles[:20])
    with Store.open(work / "alone.db") as store:
        began = time.process_time()
        for start in range(0, len(articles), 100):
            store.add_all(articles[start : start + 100])
        storing = time.process_time() - began
    return extracting / len(pages), storing / len(pages)


def with_article(extract: Any, refusal: type[Exception], body: bytes, url: str) -> Any:
    try:
        return extract(body, url)
    except refusal:
        return None


def main() -> None:
    if folder := sys.argv[1:]:
        store_one_page(Path(folder[0]))
    else:
        sys.stdout.write(str(fetch_bare(json.load(sys.stdin))))


if __name__ == "__main__":
    main()
