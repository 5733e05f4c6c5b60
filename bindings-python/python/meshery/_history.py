"""Results over time."""

import json
from dataclasses import dataclass
from os import PathLike
from typing import Any

from meshery import _native
from meshery._campaign import Campaign
from meshery._compare import Comparison

__all__ = ["Entry", "History"]


@dataclass(frozen=True)
class Entry:
    """A result in a history."""

    id: int
    """Its number."""
    release: str
    """The release's name."""
    recorded_unix_ns: int
    """When it was measured, in nanoseconds since the Unix epoch."""


class History:
    """Results over time in an SQLite file, which several processes may use at once.

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> history = History(folder.name + "/history.sqlite")
    >>> history.entries
    []
    >>> folder.cleanup()

    Raises:
        MesheryError: ``io`` or ``syntax`` for a file that cannot be used, ``busy`` when another
            process does not let go of it, ``version_unsupported`` for one of a later meshery.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self._native = _native.History(path)

    def add(self, result: Comparison | Campaign, release: str) -> int:
        """Adds the valid runs of a result under a release's name; the entry's number.

        Raises:
            MesheryError: ``invalid_input`` when no run can be trusted, or without a name.
        """
        return self._native.add(result._native, release)

    @property
    def entries(self) -> list[Entry]:
        """Every entry by the time it was measured."""
        return [Entry(*entry) for entry in self._native.entries()]

    @property
    def series(self) -> list[dict[str, Any]]:
        """Every series, by the schema ``history-series``."""
        series: list[dict[str, Any]] = json.loads(self._native.series())
        return series

    @property
    def html(self) -> str:
        """Every series with its lasting changes as a page of HTML."""
        return self._native.html()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Every value of every series as a row of an Arrow table: ``polars.DataFrame(history)``."""
        _ = requested_schema  # a wish, which the interface lets a producer pass over
        return self._native.arrow_stream()

    def review(self, entry: int) -> dict[str, Any]:
        """How a release stands among the ones before it, by the schema ``history-review``.

        Raises:
            MesheryError: ``invalid_input`` for an entry that is not there.
        """
        review: dict[str, Any] = json.loads(self._native.review(entry))
        return review

    def standing(
        self, result: Comparison | Campaign, baseline: str | None = None
    ) -> list[dict[str, Any]]:
        """How a result that is not in the history would stand.

        Args:
            result: The result.
            baseline: The name of the entry up to which to look; otherwise up to the latest.

        Returns:
            What stands under ``trends`` in the schema ``history-review``.

        Raises:
            MesheryError: ``invalid_input`` for a name that no entry has.
        """
        trends: list[dict[str, Any]] = json.loads(self._native.standing(result._native, baseline))
        return trends

    def set_baseline(self, name: str, entry: int) -> None:
        """Names an entry, such as ``main``; the name moves with each call."""
        self._native.set_baseline(name, entry)

    def baseline(self, name: str) -> int | None:
        """The entry of that name."""
        return self._native.baseline(name)

    def export_to(self, path: str | PathLike[str]) -> None:
        """Writes every entry as a line of JSON into a file."""
        self._native.export_to(path)

    def import_from(self, path: str | PathLike[str]) -> int:
        """Adds what :meth:`export_to` wrote, once; how many entries the file has."""
        return self._native.import_from(path)
