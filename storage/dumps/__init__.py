"""Dumps of articles: one module per file format."""
