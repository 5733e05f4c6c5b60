"""A real Kubernetes control plane for tests, and for trying things out."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from meshery import _native
from meshery._call import Progress, Spec, encode, run, run_async
from meshery._lifecycle import Lifecycle

__all__ = ["ControlPlane"]


class ControlPlane:
    """etcd, API server, controllers and scheduler as processes of this machine.

    Its nodes run nothing: pods become ready at once, or get the fate that they are destined to, and
    containers never start. It ends with ``with``, with :meth:`stop`, and with the program, however
    that ends.

    >>> import meshery
    >>> with meshery.ControlPlane.start() as plane:  # doctest: +SKIP
    ...     print(plane.version, plane.kubeconfig_path)
    """

    def __init__(self, native: _native.ControlPlane) -> None:
        self._native = native

    @classmethod
    def start(
        cls, spec: Spec | None = None, *, progress: Progress | None = None, **fields: Any
    ) -> "ControlPlane":
        """Starts a control plane, and waits until it is at work.

        Args:
            spec: What is asked of it, by the schema ``control-plane-spec``.
            progress: Receives what happens.
            **fields: Fields of the specification, which go before those of ``spec``.

        Raises:
            MesheryError: ``program_missing`` with how to get it, ``process_died`` and ``timeout``
                with a server's last words, ``unsupported`` elsewhere than on Linux.
        """
        return run(_native.start_control_plane(encode(spec, fields)), cls, progress)

    @classmethod
    async def start_async(
        cls, spec: Spec | None = None, *, progress: Progress | None = None, **fields: Any
    ) -> "ControlPlane":
        """As :meth:`start`, for asyncio."""
        return await run_async(_native.start_control_plane(encode(spec, fields)), cls, progress)

    @property
    def address(self) -> str:
        """Where the API server listens."""
        return self._native.address()

    @property
    def version(self) -> str:
        """The version that the API server says it is."""
        return self._native.version()

    @property
    def kubeconfig(self) -> str:
        """A kubeconfig for its administrator, as YAML."""
        return self._native.kubeconfig()

    @property
    def kubeconfig_path(self) -> Path:
        """The same as a file, that is removed with the control plane."""
        return self._native.kubeconfig_path()

    @property
    def processes(self) -> dict[str, int]:
        """The processes with their ids."""
        return dict(self._native.processes())

    def lifecycle(self) -> Lifecycle:
        """What installs, upgrades and removes on it, as its administrator."""
        return Lifecycle(self.kubeconfig)

    def destine(self, namespace: str, name_prefix: str, fate: str | Mapping[str, Any]) -> None:
        """What becomes of the pods of a namespace whose names begin so.

        Args:
            namespace: Their namespace.
            name_prefix: What their names begin with.
            fate: By the schema ``pod-fate``: ``"ready"``, ``"crash_loop"``, ``{"slow": "2s"}``.

        Raises:
            MesheryError: ``invalid_input`` for an unknown fate.
        """
        self._native.destine(namespace, name_prefix, json.dumps(fate))

    def cordon(self, node: str, cordoned: bool = True) -> None:
        """Takes a node out of service, or back into it: no new pod is scheduled on it."""
        run(self._native.cordon(node, cordoned), json.loads, None)

    def silence(self, node: str) -> None:
        """The node says nothing any more, as if its machine had gone down."""
        self._native.silence(node)

    def mark(self) -> int:
        """A place in the audit log after every request that has been answered by now."""
        mark: int = run(self._native.mark(), json.loads, None)
        return mark

    def requests(self, since: int = 0, until: int | None = None) -> list[dict[str, Any]]:
        """The requests between two places of the audit log, by the schema ``audited-request``."""
        requests: list[dict[str, Any]] = json.loads(self._native.requests(since, until))
        return requests

    def stop(self) -> None:
        """Ends everything: no process, port or file is left. Ending it twice is no error."""
        self._native.stop()

    def __enter__(self) -> "ControlPlane":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"ControlPlane({self.address!r}, version={self.version!r})"
