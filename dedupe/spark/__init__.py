"""A dump on a Spark cluster: the same functions, and Spark's own shuffles."""
