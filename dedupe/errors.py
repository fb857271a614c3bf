"""What can go wrong on the ground floor.

DedupeError
  x ParameterError        a setting that cannot work
  x SettingsMismatchError  signatures made under other settings
  x ClusterError          a run on a cluster that cannot start or end
"""


class DedupeError(Exception):
    """Base of every error that dedupe raises on purpose."""


class ParameterError(DedupeError, ValueError):
    """A band, row, shingle or threshold setting that cannot work."""


class SettingsMismatchError(DedupeError):
    """Signatures of two schemes, seeds or lengths were about to be compared."""


class ClusterError(DedupeError):
    """A cluster cannot be reached, or does not come to an end."""
