"""Results as data frames, through the Arrow capsule."""

import json
from pathlib import Path
from typing import Any

import polars
import pyarrow
import pytest

import meshery
from support import ROOT

DOCUMENT: dict[str, Any] = json.loads(
    (ROOT / "meshery-core/tests/golden/documents/comparison.json").read_text(encoding="utf-8")
)
# What stands in a row as it stands in the document.
COLUMNS = (
    ("arm", "baseline", "metric", "unit", "scale", "runs", "baseline_value", "arm_value"),
    ("difference", "p", "p_adjusted", "family", "margin", "detectable", "runs_needed"),
    ("verdict", "beyond_margin", "differs", "method"),
)


def comparison(**fields: Any) -> meshery.Comparison:
    return meshery.Comparison.from_dict({**DOCUMENT, **fields})


def test_a_comparison_is_a_frame_of_polars() -> None:
    effects = comparison().to_dict()["effects"]
    frame = polars.DataFrame(comparison())
    assert frame.height == len(effects)
    assert frame["workload"].unique().to_list() == [""]
    for row, effect in zip(frame.iter_rows(named=True), effects, strict=True):
        low, high = (effect["ci95"] or {}).get("low"), (effect["ci95"] or {}).get("high")
        assert (row["ci95_low"], row["ci95_high"]) == (low, high)
        for name in (name for names in COLUMNS for name in names):
            assert row[name] == effect[name], name
    kinds = {"runs": polars.UInt64, "p": polars.Float64, "verdict": polars.String}
    assert {name: frame.schema[name] for name in kinds} == kinds


def test_a_comparison_is_a_frame_of_pandas_and_a_table_of_pyarrow() -> None:
    table = pyarrow.table(comparison())
    pandas = pytest.importorskip("pandas", reason="pandas 3 needs Python 3.11")
    frame = pandas.DataFrame.from_arrow(comparison())
    assert list(frame.columns) == table.column_names
    assert len(frame) == table.num_rows == len(DOCUMENT["effects"])
    regressed = frame[frame["verdict"] == "regressed"]
    assert set(regressed["arm"]) <= {arm["name"] for arm in DOCUMENT["spec"]["arms"]}
    # Asked for a second time, it is there a second time.
    result = comparison()
    assert pyarrow.table(result) == pyarrow.table(result) == table


def test_a_campaign_names_its_cells() -> None:
    spec = {
        "arms": DOCUMENT["spec"]["arms"],
        "workloads": [{"name": "page"}],
        "points": [{"name": "slow", "pace": {"constant": "500/s"}}],
    }
    campaign = meshery.Campaign.from_dict(
        {
            "format": DOCUMENT["format"],
            "spec": spec,
            "plan": meshery.plan_campaign(spec),
            "seed": 1,
            "started_unix_ns": 0,
            "sessions": 1,
            "took": "1s",
            "cells": [
                {
                    "workload": "page",
                    "point": "slow",
                    "settled_early": False,
                    "comparison": DOCUMENT,
                }
            ],
            "warnings": [],
            "end": {"ended": "complete"},
        }
    )
    frame = polars.DataFrame(campaign)
    assert frame.select("workload", "point").unique().rows() == [("page", "slow")]
    assert frame.drop("workload", "point").equals(
        polars.DataFrame(comparison()).drop("workload", "point")
    )


def test_a_history_is_a_frame(tmp_path: Path) -> None:
    history = meshery.History(tmp_path / "history.sqlite")
    day = 86_400_000_000_000
    for number in range(3):
        started = DOCUMENT["started_unix_ns"] + number * day
        history.add(comparison(started_unix_ns=started), f"1.{number}")
    frame = polars.DataFrame(history)
    assert frame.height == 3 * len(history.series)
    assert frame["release"].unique().sort().to_list() == ["1.0", "1.1", "1.2"]
    assert frame.schema["recorded"] == polars.Datetime("ns", "UTC")
    recorded = frame["recorded"].unique().sort().dt.timestamp("ns").to_list()
    assert [at - DOCUMENT["started_unix_ns"] for at in recorded] == [0, day, 2 * day]
