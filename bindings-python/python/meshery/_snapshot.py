"""Everything that is on a cluster at a time."""

import json
from typing import Any

from meshery import _native

__all__ = ["Snapshot"]


class Snapshot:
    """Everything that was on a cluster at a time: the proof of what is left, and what is not.

    ``len`` is the number of its objects.
    """

    def __init__(self, native: _native.Snapshot) -> None:
        self._native = native

    def compare(self, later: "Snapshot") -> dict[str, list[dict[str, Any]]]:
        """What a later one has ``added``, ``removed`` and ``changed``, by the objects' identities.

        What Kubernetes itself writes all the time, such as Events, does not count.
        """
        difference: dict[str, list[dict[str, Any]]] = json.loads(
            self._native.compare(later._native)
        )
        return difference

    def __len__(self) -> int:
        return len(self._native)

    def __repr__(self) -> str:
        return f"<Snapshot: {len(self)} objects>"
