"""An operation under way, for asyncio."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Generator
from typing import Any

from meshery import _native
from meshery._call import TICK, read_object, run_async

__all__ = ["Operation"]


class Operation:
    """An operation under way: its events as they happen, and its report once it has ended.

    >>> async def install(lifecycle, spec):
    ...     operation = lifecycle.start_install(spec)
    ...     async for event in operation:
    ...         print(event["sequence"], event["happening"])
    ...     return await operation

    Every loop gets all events from the first on, and raises at their end what went wrong, if
    anything did. Leaving a loop does not stop the operation; :meth:`cancel` does, and so does
    cancelling the task that waits for it.
    """

    def __init__(self, begin: Callable[[], _native.Call]) -> None:
        # In this order: without a loop, nothing is begun.
        loop = asyncio.get_running_loop()
        self._events: list[dict[str, Any]] = []
        self._task = loop.create_task(run_async(begin(), read_object, self._events.append))

    def cancel(self) -> None:
        """Asks the operation to stop. It has ended once awaiting it raises ``CancelledError``."""
        self._task.cancel()

    def done(self) -> bool:
        """Whether it has ended."""
        return self._task.done()

    def __await__(self) -> Generator[Any, None, dict[str, Any]]:
        return self._task.__await__()

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        seen, ended = 0, False
        while not ended:
            ended = self._task.done()
            while seen < len(self._events):
                seen += 1
                yield self._events[seen - 1]
            if not ended:
                await self._wait()
        await self._task

    async def _wait(self) -> None:
        try:
            await asyncio.wait({self._task}, timeout=TICK)
        except asyncio.CancelledError:
            self._task.cancel()
            # Not before the operation has given back what it holds.
            with contextlib.suppress(Exception):
                await self._task
            raise

    def __repr__(self) -> str:
        return f"<Operation: {len(self._events)} events{', ended' if self.done() else ''}>"
