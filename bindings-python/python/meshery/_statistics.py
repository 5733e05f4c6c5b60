"""The statistics that verdicts rest on, one by one."""

import json
from collections.abc import Sequence
from typing import Any

from meshery import _native

__all__ = ["statistic", "statistics"]


def statistic(
    name: str, x: Sequence[float] = (), y: Sequence[float] | None = None, **settings: Any
) -> dict[str, Any]:
    """What a statistical method finds, as :func:`statistics` describes it.

    >>> statistic("welch", [1.0, 1.1, 0.9], [2.0, 2.1, 1.9])["p"] < 0.001
    True
    >>> statistic("quantile", [1.0, 2.0, 3.0], q=0.75, definition="rank")
    {'quantile': 3.0}

    Args:
        name: The method.
        x: The baseline, or the only sample; none for what takes settings alone.
        y: The candidate. For methods of pairs without it, ``x`` holds the differences.
        **settings: What the method can be told; each setting has a default.

    Returns:
        Its figures by name: a number, or a list of them. What a sample cannot support is left out.

    Raises:
        MesheryError: ``invalid_input`` for an unknown method or setting, and for samples that do
            not fit it.
    """
    figures: dict[str, Any] = json.loads(_native.statistic(name, x, y, json.dumps(settings)))
    return figures


def statistics() -> dict[str, str]:
    """Every statistical method with what it answers.

    >>> statistics()["mann-whitney"]
    'p of no dominance'
    """
    return dict(_native.statistics())
