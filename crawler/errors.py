"""What can go wrong on the top floor.

CrawlerError
  x NotAnArticle        the page is something else; .reason says what
  x ExtractionError     a page broke the extraction; .reason says how
      x MachineError    the machine did, a full disk for instance
  x OutletError         an unknown outlet, or a catalogue that cannot be read
  x MissingExtraError   an optional library is not installed
"""


class CrawlerError(Exception):
    """Base of every error that crawler raises on purpose; its text is one line."""


class NotAnArticle(CrawlerError):
    """A page that holds no article; *reason* is a short fixed phrase that is counted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ExtractionError(CrawlerError):
    """A page took too long or killed its worker; *reason* is a short phrase."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MachineError(ExtractionError):
    """The disk failed the extraction; the page is as good as before."""


class OutletError(CrawlerError):
    """An outlet is unknown, or a catalogue cannot be read."""


class MissingExtraError(CrawlerError):
    """A command needs a library of an extra that is not installed."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(
            f"{library} is not installed: run pip install 'wirecopy[{extra}]'"
        )
