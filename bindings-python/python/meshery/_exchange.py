"""Formats of load-test results."""

import json
from collections.abc import Mapping
from typing import Any

from meshery import _native

__all__ = ["convert_result", "export_measurement"]


def export_measurement(measurement: Mapping[str, Any], target: str) -> str:
    """Writes a measurement in another format.

    Args:
        measurement: What :func:`run_load` has found.
        target: ``csv``, ``fortio``, ``hdr-log``, ``hgrm``, ``k6`` or ``openmetrics``.

    Raises:
        MesheryError: ``invalid_input`` for an unknown format, ``unsupported`` for one that is only
            read or asks for what is not known.
    """
    return _native.export_measurement(json.dumps(measurement), target)


def convert_result(text: str, source: str, target: str) -> str:
    """Turns a result of another tool into another format, as far as it says what that asks for.

    Args:
        text: The result.
        source: ``fortio``, ``k6``, ``oha`` or ``wrk2``, for example.
        target: As for :func:`export_measurement`.

    Raises:
        MesheryError: With the format and the field or line as its place.
    """
    return _native.convert_result(text, source, target)
