"""Sample applications: what to try a mesh on."""

from os import PathLike
from types import TracebackType
from typing import Any

from meshery import _native
from meshery._call import Progress, Spec, encode, read_list, read_object, run, run_async
from meshery._envoy import programs

__all__ = ["LocalSample", "sample_spec", "samples"]


def samples() -> list[dict[str, Any]]:
    """What is known of every sample application, each by the schema ``sample-info``.

    >>> import meshery
    >>> [sample["name"] for sample in meshery.samples()]
    ['bookinfo', 'echo', 'emojivoto', 'httpbin']
    """
    return read_list(_native.samples())


def sample_spec(spec: Spec | None = None, **fields: Any) -> dict[str, Any]:
    """The instance that a sample is on a cluster, for :meth:`meshery.Lifecycle.plan` and others.

    >>> import meshery
    >>> meshery.sample_spec(sample="echo", namespace="shop")["namespace"]
    'shop'

    Args:
        spec: What is wanted, by the schema ``sample-spec``.
        **fields: Fields of the specification, which go before those of ``spec``.

    Returns:
        By the schema ``instance-spec``.

    Raises:
        MesheryError: ``invalid_input`` at ``sample`` for one that there is not, at ``name`` and
            ``namespace`` for what Kubernetes does not take, and at ``settings`` for what the sample
            does not understand.
    """
    return read_object(_native.sample_spec(encode(spec, fields)))


class LocalSample:
    """A sample application as processes of this machine.

    It ends with ``with``, with :meth:`stop`, and with the program, however that ends.

    >>> import meshery
    >>> spec = {"sample": "echo", "settings": {"abort_percentage": 10}}
    >>> with meshery.LocalSample.start(spec) as echo:  # doctest: +SKIP
    ...     print("of ten requests one fails:", echo.url("/"))
    """

    def __init__(self, native: _native.LocalSample) -> None:
        self._native = native

    @classmethod
    def start(
        cls,
        spec: Spec | None = None,
        *,
        envoy: str | PathLike[str] | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> "LocalSample":
        """Starts a sample, and waits until it answers.

        Args:
            spec: Which sample with which settings, by the schema ``sample-spec``.
            envoy: Where Envoy is. Otherwise it is looked for.
            progress: Receives what happens.
            **fields: Fields of the specification, which go before those of ``spec``.

        Raises:
            MesheryError: ``invalid_input`` at ``sample`` for one that there is not, at ``settings``
                for what it does not understand, and at the field for what only a cluster has;
                ``unsupported`` for one that runs on clusters only; ``program_missing`` without an
                Envoy.
        """
        call = _native.start_sample(encode(spec, fields), programs(envoy))
        return run(call, cls, progress)

    @classmethod
    async def start_async(
        cls,
        spec: Spec | None = None,
        *,
        envoy: str | PathLike[str] | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> "LocalSample":
        """As :meth:`start`, for asyncio."""
        call = _native.start_sample(encode(spec, fields), programs(envoy))
        return await run_async(call, cls, progress)

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

    def __enter__(self) -> "LocalSample":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"LocalSample({self.entry!r})"
