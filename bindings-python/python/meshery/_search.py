"""The highest rate that keeps a goal."""

import json
from typing import Any

from meshery import _native
from meshery._call import Progress, Spec, encode, run, run_async

__all__ = ["search", "search_async"]


def search(
    spec: Spec | None = None, *, progress: Progress | None = None, **fields: Any
) -> dict[str, Any]:
    """Searches for the highest rate that keeps each of several goals.

    Ctrl-C stops it: the ``KeyboardInterrupt`` has what was found so far in its attribute
    ``partial``, its goals marked as not complete.

    Args:
        spec: The search, by the schema ``search-spec``.
        progress: Receives what happens.
        **fields: Fields of the specification, which go before those of ``spec``.

    Returns:
        An interval for each goal, and latency against rate: by the schema ``search-result``.

    Raises:
        MesheryError: ``invalid_input`` for what cannot be searched, ``unreachable`` when no
            connection at all can be opened.
    """
    return run(_native.search(encode(spec, fields)), _read, progress)


async def search_async(
    spec: Spec | None = None, *, progress: Progress | None = None, **fields: Any
) -> dict[str, Any]:
    """As :func:`search`, for asyncio. Cancelling the task stops the search."""
    return await run_async(_native.search(encode(spec, fields)), _read, progress)


def _read(found: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(found)
    return result
