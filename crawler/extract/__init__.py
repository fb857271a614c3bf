"""From a page's bytes to an Article."""
