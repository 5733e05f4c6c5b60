"""Campaigns: arms under several loads, kept and resumed."""

import json
from os import PathLike
from typing import Any

from meshery import _native
from meshery._call import Progress, Spec, encode, run, run_async
from meshery._compare import Comparison
from meshery._envoy import programs

__all__ = ["Campaign", "plan_campaign", "run_campaign", "run_campaign_async"]


class Campaign:
    """The result of a campaign: every arm under every workload at every point of load.

    ``print`` shows it as tables, a notebook as a table of verdicts.
    """

    def __init__(self, native: _native.Campaign) -> None:
        self._native = native

    @classmethod
    def from_dict(cls, document: Spec) -> "Campaign":
        """A result from what :meth:`to_dict` gave, or from a ``result.json`` that was read.

        Raises:
            MesheryError: ``invalid_input`` for anything else.
        """
        return cls(_native.Campaign.from_json(encode(document, {})))

    def to_dict(self) -> dict[str, Any]:
        """The whole result, by the schema ``campaign``: what stands in ``result.json``."""
        document: dict[str, Any] = json.loads(self._native.render("json"))
        return document

    @property
    def cells(self) -> dict[tuple[str, str], Comparison]:
        """The comparison of every workload and point, by their names."""
        return {cell: self.cell(*cell) for cell in self._native.cells()}

    def cell(self, workload: str, point: str = "") -> Comparison:
        """The comparison of a workload at a point of load; without points that is ``""``.

        Raises:
            MesheryError: ``invalid_input`` when there is no such cell.
        """
        return Comparison(self._native.cell(workload, point))

    @property
    def table(self) -> str:
        """The verdicts of every cell as tables for a terminal."""
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
        """Writes every format into a directory, which is made if need be.

        Raises:
            MesheryError: ``io`` when that cannot be done.
        """
        self._native.save(directory)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Every effect of every cell as a row of an Arrow table: ``polars.DataFrame(campaign)``."""
        _ = requested_schema  # a wish, which the interface lets a producer pass over
        return self._native.arrow_stream()

    def __str__(self) -> str:
        return self.table

    def _repr_html_(self) -> str:
        return self._native.html_fragment()


def plan_campaign(spec: Spec | None = None, **fields: Any) -> dict[str, Any]:
    """What a campaign will take and show, by the schema ``campaign-plan``. Nothing is started.

    >>> plan = plan_campaign(rounds=12)
    >>> plan["runs"], plan["blocks"]
    (48, 12)

    Args:
        spec: By the schema ``campaign-spec``.
        **fields: Fields of the specification, which go before those of ``spec``.

    Raises:
        MesheryError: ``invalid_input`` with the field as its place.
    """
    plan: dict[str, Any] = json.loads(_native.plan_campaign(encode(spec, fields)))
    return plan


def run_campaign(
    spec: Spec | None = None,
    *,
    journal: str | PathLike[str],
    envoy: str | PathLike[str] | None = None,
    progress: Progress | None = None,
    **fields: Any,
) -> Campaign:
    """Makes all runs of a campaign that its journal does not hold yet, and judges all of them.

    Every run is in the journal before the next one starts. However a campaign ends, the same call
    goes on with it. Ctrl-C stops it as it stops :func:`meshery.compare`.

    Args:
        spec: What to compare under which loads, by the schema ``campaign-spec``.
        journal: A file that keeps what has been done.
        envoy: As for :func:`meshery.compare`.
        progress: Receives what happens.
        **fields: Fields of the specification, which go before those of ``spec``.

    Raises:
        MesheryError: What the code says: ``conflict`` when the journal is of another campaign,
            ``busy`` while another process writes it, ``invalid_input``, ``program_missing``…
    """
    call = _native.run_campaign(encode(spec, fields), journal, programs(envoy))
    return run(call, _read, progress)


async def run_campaign_async(
    spec: Spec | None = None,
    *,
    journal: str | PathLike[str],
    envoy: str | PathLike[str] | None = None,
    progress: Progress | None = None,
    **fields: Any,
) -> Campaign:
    """As :func:`run_campaign`, for asyncio. Cancelling the task stops the campaign."""
    call = _native.run_campaign(encode(spec, fields), journal, programs(envoy))
    return await run_async(call, _read, progress)


def _read(document: str) -> Campaign:
    return Campaign(_native.Campaign.from_json(document))
