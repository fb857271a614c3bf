"""The page that a person reads after a dump was compared."""
