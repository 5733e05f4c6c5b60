"""The one exception of meshery."""

from typing import TypedDict

__all__ = ["ErrorReport", "MesheryError"]


class _Named(TypedDict):
    code: str
    message: str


class ErrorReport(_Named, total=False):
    """What an error says, as data: by the schema ``error``."""

    place: str
    expected: str
    found: str
    context: list[tuple[str, str]]


class MesheryError(Exception):
    """Something went wrong; ``code`` is the kind to branch on, the same in every language.

    Attributes:
        code: The kind, for example ``invalid_input``.
        message: What happened, in one sentence.
        place: Where: a field (``arms[1].mesh``), a file position or an address.
        expected: What would have been right.
        found: What was there instead.
        context: Further facts by name: a path, the end of a log, a command that helps.
    """

    def __init__(self, text: str, report: ErrorReport) -> None:
        super().__init__(text, report)
        self.code = report["code"]
        self.message = report["message"]
        self.place = report.get("place")
        self.expected = report.get("expected")
        self.found = report.get("found")
        self.context = dict(report.get("context", []))

    def __str__(self) -> str:
        return str(self.args[0])
