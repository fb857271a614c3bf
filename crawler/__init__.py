"""The top floor: Scrapy, extraction, schedule and the wirecopy command."""
