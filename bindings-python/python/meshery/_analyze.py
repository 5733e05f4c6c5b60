"""Checks of configuration."""

import json
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias, TypedDict

from meshery import _native
from meshery._error import ErrorReport

__all__ = ["Allowed", "Analysis", "Finding", "analyze"]


class _Place(TypedDict):
    file: str
    span: dict[str, dict[str, int]]


class _Found(TypedDict):
    code: str
    rule: str
    severity: str
    message: str
    location: _Place
    resource: str


class Finding(_Found, total=False):
    """A mistake, with its exact place: by the schema ``finding``."""

    cluster: str
    field: str
    help: str
    assumes: list[str]
    related: list[dict[str, Any]]
    fixes: list[dict[str, Any]]


class Allowed(TypedDict):
    """What was found and may be, and why."""

    finding: Finding
    reason: str


class _Analyzed(TypedDict):
    findings: list[Finding]
    errors: list[ErrorReport]


class Analysis(_Analyzed, total=False):
    """What an analysis found, and what it could not read."""

    allowed: list[Allowed]


_Path: TypeAlias = str | PathLike[str]


def analyze(sources: _Path | Iterable[_Path] | Mapping[str, str]) -> Analysis:
    """Applies every rule to Kubernetes YAML, all of it seen as one cluster.

    Args:
        sources: A file, several files, or texts by name.

    Raises:
        OSError: When a file cannot be read. A file that is not YAML is among the ``errors``.
    """
    analysis: Analysis = json.loads(_native.analyze(list(_contents(sources))))
    return analysis


def _contents(sources: Any) -> Iterable[tuple[str, bytes]]:
    if isinstance(sources, Mapping):
        return ((name, text.encode()) for name, text in sources.items())
    paths = [sources] if isinstance(sources, (str, PathLike)) else sources
    return ((str(path), Path(path).read_bytes()) for path in paths)
