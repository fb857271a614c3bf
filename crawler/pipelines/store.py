"""The last pipeline: articles go to the writer, with the state of their page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from scrapy import signals

from storage.article import Article

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class StorePipeline:
    """Stores articles; other items pass through."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        pipeline = cls(crawler)
        for refusal in (signals.item_dropped, signals.item_error):
            crawler.signals.connect(pipeline.dropped, signal=refusal)
        return pipeline

    def process_item(self, item: Any) -> Any:
        """Queue *item* for the writer, which commits it with its page."""
        if isinstance(item, Article):
            self._session.store_article(item)
        return item

    def dropped(self, item: Any) -> None:
        """A pipeline dropped the article, or failed at it: its page holds none."""
        if isinstance(item, Article):
            self._session.drop_article(item)

    @property
    def _session(self) -> Any:
        spider: Any = self.crawler.spider
        return spider.session
