"""What runs as processes of this machine: a sample application, or a mesh."""

import json
from collections.abc import Mapping
from os import PathLike
from types import TracebackType
from typing import Any, TypeVar

from meshery import _native
from meshery._call import Progress, Spec, encode, read_list, run, run_async
from meshery._envoy import programs

__all__ = ["LocalInstallation", "LocalMesh", "LocalSample"]

Own = TypeVar("Own", bound="LocalInstallation")


class LocalInstallation:
    """What :class:`meshery.LocalSample` and :class:`meshery.LocalMesh` share."""

    def __init__(self, native: _native.LocalInstallation) -> None:
        self._native = native

    @staticmethod
    def _begin(spec: str, programs: Mapping[str, str | PathLike[str]]) -> _native.Call:
        raise NotImplementedError

    @classmethod
    def start(
        cls: type[Own],
        spec: Spec | None = None,
        *,
        envoy: str | PathLike[str] | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> Own:
        """Starts it, and waits until it is at work.

        Args:
            spec: What is wanted, by the schema of the class.
            envoy: Where Envoy is. Otherwise it is looked for.
            progress: Receives what happens.
            **fields: Fields of the specification, which go before those of ``spec``.

        Raises:
            MesheryError: What the class says; ``program_missing`` with how to get it; and
                ``process_died`` and ``timeout`` with a process's last words.
        """
        return run(cls._begin(encode(spec, fields), programs(envoy)), cls, progress)

    @classmethod
    async def start_async(
        cls: type[Own],
        spec: Spec | None = None,
        *,
        envoy: str | PathLike[str] | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> Own:
        """As :meth:`start`, for asyncio."""
        return await run_async(cls._begin(encode(spec, fields), programs(envoy)), cls, progress)

    @property
    def entry(self) -> str:
        """Where clients connect to, ``HOST:PORT``."""
        return self._native.entry()

    def url(self, path: str = "/") -> str:
        """The URL of a path of it."""
        return self._native.url(path)

    @property
    def processes(self) -> dict[str, int]:
        """The processes with their ids."""
        return dict(self._native.processes())

    def stop(self) -> None:
        """Ends everything: no process, port or file is left. Ending it twice is no error."""
        self._native.stop()

    def __enter__(self: Own) -> Own:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.entry!r})"


class LocalSample(LocalInstallation):
    """A sample application as processes of this machine, wanted by the schema ``sample-spec``.

    It ends with ``with``, with :meth:`stop`, and with the program, however that ends.

    >>> import meshery
    >>> spec = {"sample": "echo", "settings": {"abort_percentage": 10}}
    >>> with meshery.LocalSample.start(spec) as echo:  # doctest: +SKIP
    ...     print("of ten requests one fails:", echo.url("/"))

    To start one that there is not is ``invalid_input`` at ``sample``, what it does not understand
    at ``settings``, what only a cluster has at the field; one that runs on clusters only is
    ``unsupported``.
    """

    _begin = staticmethod(_native.start_sample)


class LocalMesh(LocalInstallation):
    """A mesh as processes of this machine, wanted by the schema ``mesh-spec``.

    It ends with ``with``, with :meth:`stop`, and with the program, however that ends.

    >>> import meshery
    >>> spec = {"mesh": "istio-local", "upstream": "127.0.0.1:8080", "mtls": True}
    >>> with meshery.LocalMesh.start(spec) as mesh:  # doctest: +SKIP
    ...     print(all(check["passed"] for check in mesh.verify()), mesh.url("/"))

    To start one that there is not is ``invalid_input`` at ``mesh``, what it does not understand at
    ``settings``; one that runs on clusters only is ``unsupported``.
    """

    _begin = staticmethod(_native.start_mesh)

    def verify(self) -> list[dict[str, Any]]:
        """Proves that the mesh does what it promises.

        Returns:
            What came of each check, by the schema ``check-outcome``. One that fails is no error.

        Raises:
            MesheryError: ``invalid_input`` once it is stopped, and what kept a check from being
                made.
        """
        return run(self._native.verify(), read_list, None)

    async def verify_async(self) -> list[dict[str, Any]]:
        """As :meth:`verify`, for asyncio."""
        return await run_async(self._native.verify(), read_list, None)

    def propagation(self, changes: int) -> dict[str, Any] | None:
        """Changes the configuration so many times, and measures how long each takes to arrive.

        Returns:
            How long they took, by the schema ``propagation``; none for a mesh whose configuration
            does not change while it runs.

        Raises:
            MesheryError: ``invalid_input`` once it is stopped, and what kept a change from being
                made. One that does not arrive is counted, and no error.
        """
        return run(self._native.propagation(json.dumps(changes)), _read, None)

    async def propagation_async(self, changes: int) -> dict[str, Any] | None:
        """As :meth:`propagation`, for asyncio."""
        return await run_async(self._native.propagation(json.dumps(changes)), _read, None)


def _read(document: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = json.loads(document)
    return found
