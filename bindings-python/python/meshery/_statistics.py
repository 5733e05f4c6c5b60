"""The statistics that verdicts rest on, one by one."""

from collections.abc import Sequence

from meshery import _native

__all__ = ["statistic", "statistics"]


def statistic(name: str, x: Sequence[float], y: Sequence[float] | None = None) -> list[float]:
    """The figures of a statistical method, as :func:`statistics` describes them.

    >>> p = statistic("welch", [1.0, 1.1, 0.9], [2.0, 2.1, 1.9])[0]
    >>> p < 0.001
    True

    Args:
        name: The method.
        x: The baseline, or the only sample.
        y: The candidate. For methods of pairs without it, ``x`` holds the differences.

    Returns:
        Its figures; what a sample cannot support is left out.

    Raises:
        MesheryError: ``invalid_input`` for an unknown method and for samples that do not fit it.
    """
    return _native.statistic(name, x, y)


def statistics() -> dict[str, str]:
    """Every statistical method with what it answers.

    >>> statistics()["mann-whitney"]
    'p of no dominance'
    """
    return dict(_native.statistics())
