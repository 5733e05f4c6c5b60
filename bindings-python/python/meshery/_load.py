"""Load tests."""

import json
from typing import Any

from meshery import _native
from meshery._call import Progress, Spec, encode, run, run_async

__all__ = ["run_load", "run_load_async"]


def run_load(
    spec: Spec | None = None, *, progress: Progress | None = None, **fields: Any
) -> dict[str, Any]:
    """Puts a load on a URL and measures it.

    Ctrl-C stops it: the ``KeyboardInterrupt`` has what was measured so far in its attribute
    ``partial``.

    Args:
        spec: The load, by the schema ``load-spec``.
        progress: Receives what happens.
        **fields: Fields of the specification, which go before those of ``spec``.

    Returns:
        The measurement, by the schema ``measurement``.

    Raises:
        MesheryError: ``invalid_input`` for a load that cannot be run, ``unreachable`` when no
            connection at all can be opened. What goes wrong later is counted in the measurement.
    """
    return run(_native.run_load(encode(spec, fields)), _read, progress)


async def run_load_async(
    spec: Spec | None = None, *, progress: Progress | None = None, **fields: Any
) -> dict[str, Any]:
    """As :func:`run_load`, for asyncio. Cancelling the task stops the load."""
    return await run_async(_native.run_load(encode(spec, fields)), _read, progress)


def _read(found: str) -> dict[str, Any]:
    measurement: dict[str, Any] = json.loads(found)
    return measurement
