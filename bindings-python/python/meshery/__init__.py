"""What does this mesh cost? Honest comparisons, load tests and configuration checks.

>>> import meshery
>>> comparison = meshery.compare(rounds=5)  # doctest: +SKIP
>>> comparison.verdict("envoy", "latency.p99")  # doctest: +SKIP
'regressed'

Specifications are dictionaries by the published JSON Schemas, or keyword arguments of the same
names. Quantities carry their unit: a duration is ``"2.5s"`` or a ``datetime.timedelta``, a rate is
``"2000/s"``.
"""

from meshery._analyze import (
    Allowed,
    Analysis,
    Finding,
    Order,
    Remark,
    Rule,
    Session,
    World,
    analyze,
    assert_no_findings,
    explain,
    order,
    rule,
    rules,
    test_rules,
)
from meshery._call import Progress, Spec
from meshery._campaign import Campaign, plan_campaign, run_campaign, run_campaign_async
from meshery._compare import Comparison, compare, compare_async
from meshery._control_plane import ControlPlane
from meshery._error import ErrorReport, MesheryError
from meshery._exchange import convert_result, export_measurement
from meshery._history import Entry, History
from meshery._lifecycle import Lifecycle
from meshery._load import run_load, run_load_async
from meshery._local import LocalMesh, LocalSample
from meshery._native import __version__
from meshery._operation import Operation
from meshery._plan import Plan
from meshery._sample import sample_spec, samples
from meshery._search import search, search_async
from meshery._snapshot import Snapshot
from meshery._statistics import statistic, statistics

__all__ = [
    "Allowed",
    "Analysis",
    "Campaign",
    "Comparison",
    "ControlPlane",
    "Entry",
    "ErrorReport",
    "Finding",
    "History",
    "Lifecycle",
    "LocalMesh",
    "LocalSample",
    "MesheryError",
    "Operation",
    "Order",
    "Plan",
    "Progress",
    "Remark",
    "Rule",
    "Session",
    "Snapshot",
    "Spec",
    "World",
    "__version__",
    "analyze",
    "assert_no_findings",
    "compare",
    "compare_async",
    "convert_result",
    "explain",
    "export_measurement",
    "order",
    "plan_campaign",
    "rule",
    "rules",
    "run_campaign",
    "run_campaign_async",
    "run_load",
    "run_load_async",
    "sample_spec",
    "samples",
    "search",
    "search_async",
    "statistic",
    "statistics",
    "test_rules",
]
