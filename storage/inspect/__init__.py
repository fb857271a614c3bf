"""The datasette plugin: the pages that a journalist opens."""
