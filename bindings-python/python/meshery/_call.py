"""The one door to long calls: specification in, events and result out, and every way to stop."""

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import PurePath
from typing import Any, TypeAlias, TypeVar

from meshery._error import MesheryError
from meshery._native import Call

__all__ = [
    "TICK",
    "Progress",
    "Spec",
    "encode",
    "read_list",
    "read_object",
    "run",
    "run_async",
]

Spec: TypeAlias = Mapping[str, Any]
"""A specification: a mapping by one of the published JSON Schemas."""

Progress: TypeAlias = Callable[[dict[str, Any]], object]
"""Receives events by the schema ``event``: every one of an operation, at most some ten a second of
a load."""

Found = TypeVar("Found")

# How often signals are served and events passed on while a call is under way.
TICK = 0.05


def encode(spec: Spec | None, fields: Spec) -> str:
    """A specification as JSON; fields go before what the mapping says."""
    return json.dumps({**(spec or {}), **fields}, default=_quantity, allow_nan=False)


def _quantity(value: object) -> str | dict[Any, Any] | list[Any]:
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, timedelta):
        return f"{value // timedelta(microseconds=1)}us"
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{value!r} cannot stand in a specification")


def read_object(document: str) -> dict[str, Any]:
    """A document that is an object."""
    found: dict[str, Any] = json.loads(document)
    return found


def read_list(document: str) -> list[dict[str, Any]]:
    """A document that is a list of objects."""
    found: list[dict[str, Any]] = json.loads(document)
    return found


def run(call: Call, read: Callable[[Any], Found], progress: Progress | None) -> Found:
    """Waits for a call; whatever interrupts the wait stops the call."""
    try:
        while not call.wait(TICK):
            _deliver(call, progress)
        _deliver(call, progress)
    except BaseException as stop:
        call.cancel()
        # A second Ctrl-C does not end the wait: what was set up has to be removed first.
        while not _quietly(call.wait, TICK):
            pass
        _keep(call, read, stop)
        raise
    return read(call.take())


async def run_async(call: Call, read: Callable[[Any], Found], progress: Progress | None) -> Found:
    """Waits for a call without blocking the event loop; whatever interrupts it stops the call."""
    try:
        while not call.wait(0):
            _deliver(call, progress)
            await asyncio.sleep(TICK)
        _deliver(call, progress)
    except (asyncio.CancelledError, KeyboardInterrupt, Exception) as stop:
        call.cancel()
        while not call.wait(0):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(TICK)
        _keep(call, read, stop)
        raise
    return read(call.take())


def _deliver(call: Call, progress: Progress | None) -> None:
    for event in call.events():
        if progress:
            progress(json.loads(event))


def _quietly(wait: Callable[[float], bool], seconds: float) -> bool:
    try:
        return wait(seconds)
    except KeyboardInterrupt:
        return False


def _keep(call: Call, read: Callable[[Any], object], stop: BaseException) -> None:
    """Puts what a stopped call has found into the exception that stopped it, as ``partial``."""
    try:
        partial = read(call.take())
    except MesheryError:
        partial = None
    vars(stop)["partial"] = partial
