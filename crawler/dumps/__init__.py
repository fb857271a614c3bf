"""A dump from files to files, step by step."""
