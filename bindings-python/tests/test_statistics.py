"""The statistics from Python, against SciPy's figures in the reference file."""

import json
import math
import os
from typing import Any

import pytest

import meshery
from support import ROOT

REFERENCE = ROOT.parent / "shared/stats/reference-open.json"

# The methods, and where the reference has their first figures: (method, path, tolerance).
FIGURES = (
    ("welch", ("welch", "p_two_sided"), 1e-6),
    ("student", ("student", "p_two_sided"), 1e-6),
    ("log-ratio", ("log_ratio", "p_two_sided"), 1e-6),
    ("cliffs-delta", ("cliffs_delta",), 1e-9),
    ("hodges-lehmann", ("hodges_lehmann", "shift"), 1e-9),
    ("brunner-munzel", ("brunner_munzel", "p_two_sided"), 1e-6),
)


def reference() -> Any:
    if REFERENCE.exists():
        return json.loads(REFERENCE.read_text(encoding="utf-8"))
    missing = f"the statistics reference is not at {REFERENCE}"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


def look_up(expected: Any, path: tuple[str, ...]) -> float | None:
    for name in path:
        expected = expected.get(name) if isinstance(expected, dict) else None
    return expected if isinstance(expected, float | int) else None


def test_figures_are_those_of_the_reference() -> None:
    compared = dict.fromkeys((method for method, _, _ in FIGURES), 0)
    for case in reference()["pairs"]:
        x, y = case["x"].get("literal"), case["y"].get("literal")
        if not (x and y):
            continue  # a recipe, which the tests in Rust draw
        for method, path, tolerance in FIGURES:
            expected = look_up(case["expected"], path)
            if expected is None:
                continue
            found = meshery.statistic(method, x, y)[0]
            close = math.isclose(found, expected, rel_tol=tolerance, abs_tol=1e-12)
            assert close, f"{case['id']}: {method} {found}, not {expected}"
            compared[method] += 1
    assert min(compared.values()) >= 10, compared


def test_what_does_not_fit_is_refused() -> None:
    for name, x, y, place in (
        ("tea-leaves", [1.0], None, "name"),
        ("welch", [1.0, 2.0], None, "y"),
        ("kpss", [1.0, 2.0], [1.0, 2.0], "y"),
    ):
        with pytest.raises(meshery.MesheryError) as caught:
            meshery.statistic(name, x, y)
        assert (caught.value.code, caught.value.place) == ("invalid_input", place)


def test_pairs_are_differences() -> None:
    x, y = [1.0, 2.0, 3.0, 4.0], [1.5, 2.25, 4.0, 4.125]
    differences = [b - a for a, b in zip(x, y, strict=True)]
    for method in ("paired-t", "signed-rank", "hodges-lehmann-paired"):
        assert meshery.statistic(method, x, y) == meshery.statistic(method, differences)


def test_every_method_answers() -> None:
    sample = [1.0 + (i * 7919 % 101) / 100 for i in range(130)]
    for name in meshery.statistics():
        try:
            found = meshery.statistic(name, sample)
        except meshery.MesheryError:
            found = meshery.statistic(name, sample, [value * 1.1 for value in reversed(sample)])
        assert all(math.isfinite(figure) for figure in found), name
