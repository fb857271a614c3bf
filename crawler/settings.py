"""Scrapy's settings, and those of wirecopy (WIRECOPY_...) with their defaults."""

from __future__ import annotations

import os

BOT_NAME = "wirecopy"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
USER_AGENT = "wirecopy/0.1 (news archive; contact: set WIRECOPY_CONTACT)"

# The database; without one, `scrapy crawl` keeps its state in a file that it deletes.
WIRECOPY_DB: str | None = None
# An address or page that an outlet's webmaster can complain to, for the user agent.
WIRECOPY_CONTACT = ""
# Processes that extract; 0 is one a core. Also an environment variable.
WIRECOPY_WORKERS = int(os.environ.get("WIRECOPY_WORKERS", "0"))
# Seconds after which the extraction of one page is given up.
WIRECOPY_EXTRACT_TIMEOUT = 10.0
# Requests at a time to one host that names no Crawl-delay, and pages a run takes of it.
WIRECOPY_HOST_CONCURRENCY = 2
WIRECOPY_HOST_BUDGET = 2000
# Seconds a run spends on one outlet, and pages under way at all outlets together.
WIRECOPY_OUTLET_SECONDS = 1800.0
WIRECOPY_PAGES_UNDER_WAY = 96
# Sources of one outlet that a round polls, once they are known.
WIRECOPY_POLLS_A_ROUND = 2
# Longest Crawl-delay and Retry-After that are waited for within a run, in seconds.
WIRECOPY_DELAY_CAP = 30.0
WIRECOPY_RETRY_AFTER_CAP = 60.0
# Seconds that a robots.txt may take, and that it is believed for.
WIRECOPY_ROBOTS_TIMEOUT = 10.0
WIRECOPY_ROBOTS_TTL = 86400.0
# Addresses of the operator's own network are refused unless this is set.
WIRECOPY_ALLOW_PRIVATE = False
# Links that one feed, sitemap or section page may add.
WIRECOPY_LINKS_A_SOURCE = 5000
# Folder that requests and responses are kept in as WARC, and the size of one file.
WIRECOPY_WARC_DIR: str | None = None
WIRECOPY_WARC_BYTES = 1_000_000_000

ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "wirecopy"
CONCURRENT_REQUESTS = 128
CONCURRENT_REQUESTS_PER_DOMAIN = WIRECOPY_HOST_CONCURRENCY
# One article comes of a page, and each of these is a task of its own.
CONCURRENT_ITEMS = 1
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
DNS_TIMEOUT = 20
RETRY_TIMES = 1
RETRY_HTTP_CODES = [500, 502, 504, 522, 524]
# No timeout among them: a host that stalls would hold its place twice as long.
RETRY_EXCEPTIONS = [
    "scrapy.exceptions.DownloadFailedError",
    "scrapy.exceptions.ResponseDataLossError",
]
REDIRECT_MAX_TIMES = 6
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 0.0
AUTOTHROTTLE_MAX_DELAY = 10.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 2.0
LOG_LEVEL = os.environ.get("WIRECOPY_LOG_LEVEL", "WARNING")
LOGSTATS_INTERVAL = 0
MEMUSAGE_ENABLED = False
STATS_DUMP = False
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
}

ITEM_PIPELINES = {"crawler.pipelines.store.StorePipeline": 800}
# In place of Scrapy's own list, which is imported whole, with what is switched off in it:
# a console, a remote control (aiohttp with it), a throttle that ours takes the place of.
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
    "scrapy.extensions.logstats.LogStats": 0,
}
EXTENSIONS = {
    "crawler.extensions.throttle.PoliteThrottle": 0,
    "crawler.extensions.watch.Watch": 0,
}
# Scrapy's own lists without what no crawl here uses: it would be imported (requests with
# the cookies), and called at every request.
SPIDER_MIDDLEWARES_BASE = {"scrapy.spidermiddlewares.start.StartSpiderMiddleware": 25}
DOWNLOADER_MIDDLEWARES_BASE = {
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": 300,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": 750,
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": 900,
}
DOWNLOADER_MIDDLEWARES = {
    "crawler.guard.GuardMiddleware": 50,
    "crawler.middlewares.robots.RobotsMiddleware": 100,
    "crawler.middlewares.unpacking.LeanCompressionMiddleware": 590,
    "crawler.middlewares.redirects.PoliteRedirectMiddleware": 600,
}
TWISTED_DNS_RESOLVER = "crawler.guard.GuardedResolver"
DOWNLOAD_HANDLERS = {
    "http": "crawler.guard.GuardedHandler",
    "https": "crawler.guard.GuardedHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
