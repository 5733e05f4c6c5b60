"""The pytest plugin: comparisons as tests, with the habits of pytest-benchmark.

A test asks for the fixture ``mesh`` and compares; the result is shown at the end of the run, judged
by ``--mesh-fail-on``, kept by ``--mesh-save`` and held against the past by ``--mesh-baseline``::

    def test_sidecar(mesh):
        mesh.compare(arms=[...], rounds=10)

    pytest --mesh-fail-on regressed --mesh-fail-on "latency.p99 < 1ms" --mesh-save 1.2.0

A test that asks for ``control_plane`` has a real Kubernetes control plane, and with ``lifecycle``
what installs and removes on it::

    def test_the_manifests_come_and_go(lifecycle):
        before = lifecycle.snapshot()
        lifecycle.install(name="shop", sources=[{"path": "shop.yaml"}])
        assert all(check["passed"] for check in lifecycle.verify("shop"))
        lifecycle.uninstall("shop")
        assert not any(before.compare(lifecycle.snapshot()).values())
"""

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

import pytest

from meshery._call import Spec
from meshery._campaign import Campaign, run_campaign
from meshery._compare import Comparison, compare
from meshery._control_plane import ControlPlane
from meshery._history import History
from meshery._lifecycle import Lifecycle

__all__ = ["Mesh"]

_VERDICTS = ("improved", "regressed", "equivalent", "inconclusive", "invalid")
_SUSPECTED = "suspected"
Result = TypeVar("Result", Comparison, Campaign)
_RESULTS = pytest.StashKey[list[tuple[str, "Comparison | Campaign"]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options."""
    group = parser.getgroup("mesh", "comparisons of meshes")
    group.addoption(
        "--mesh-fail-on",
        action="append",
        default=[],
        metavar="RULE",
        help="a verdict that fails (regressed, invalid, ...), `suspected` for what stands out from "
        "the history, or a budget such as 'latency.p99 < 1ms'; may be repeated",
    )
    group.addoption(
        "--mesh-baseline",
        metavar="NAME",
        help="hold results against the history up to the entry of that name",
    )
    group.addoption(
        "--mesh-save", metavar="RELEASE", help="keep the results in the history under this name"
    )
    group.addoption(
        "--mesh-history",
        default=".mesh-history.sqlite",
        metavar="FILE",
        help="where the history is (default: %(default)s)",
    )
    group.addoption(
        "--mesh-report", metavar="DIR", help="write the reports of every result below this folder"
    )


class Mesh:
    """What the fixture ``mesh`` is: comparisons whose results are judged when the test ends."""

    def __init__(self, config: pytest.Config, name: str) -> None:
        self._config = config
        self._name = name
        self.results: list[Comparison | Campaign] = []

    def compare(self, spec: Spec | None = None, **fields: Any) -> Comparison:
        """As :func:`meshery.compare`."""
        return self._keep(compare(spec, **fields))

    def run_campaign(
        self, spec: Spec | None = None, *, journal: str | PathLike[str], **fields: Any
    ) -> Campaign:
        """As :func:`meshery.run_campaign`."""
        return self._keep(run_campaign(spec, journal=journal, **fields))

    def use(self, result: Result) -> Result:
        """Has a result judged that was made elsewhere."""
        return self._keep(result)

    def _keep(self, result: Result) -> Result:
        self.results.append(result)
        self._config.stash.setdefault(_RESULTS, []).append((self._name, result))
        return result

    def judge(self) -> list[str]:
        """What the rules of the command line find wrong with the results, in words."""
        rules: list[str] = self._config.getoption("--mesh-fail-on")
        verdicts = [rule for rule in rules if rule in _VERDICTS]
        budgets = [rule for rule in rules if rule not in (*_VERDICTS, _SUSPECTED)]
        wrong = []
        for result in self.results:
            answer = result.gate(fail_on=verdicts, budgets=budgets)
            wrong += [
                f"{note['cell']} {note['arm']}: {note['metric']} {note['found']} "
                f"(asked: {note['rule']})".strip()
                for note in answer["failures"]
            ]
            if _SUSPECTED in rules:
                wrong += self._suspected(result)
        return wrong

    def _suspected(self, result: Comparison | Campaign) -> list[str]:
        history = History(self._config.getoption("--mesh-history"))
        trends = history.standing(result, self._config.getoption("--mesh-baseline"))
        return [
            f"{trend['key']['arm']}: {trend['key']['metric']} stands out from "
            f"{trend['releases']} releases: suspected regression"
            for trend in trends
            if trend["standing"] == "suspected_regression"
        ]


@pytest.fixture
def mesh(request: pytest.FixtureRequest) -> Iterator[Mesh]:
    """Compares meshes; the results are judged, shown and kept as the command line says."""
    mesh = Mesh(request.config, request.node.nodeid)
    yield mesh
    wrong = mesh.judge()
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


@pytest.fixture(scope="session")
def control_plane() -> Iterator[ControlPlane]:
    """A real Kubernetes control plane, for all tests of the run that ask for it."""
    with ControlPlane.start() as plane:
        yield plane


@pytest.fixture(scope="session")
def lifecycle(control_plane: ControlPlane) -> Lifecycle:
    """What installs, upgrades and removes on the control plane of the run."""
    return control_plane.lifecycle()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Shows and keeps every result."""
    results = config.stash.get(_RESULTS, [])
    save, report = config.getoption("--mesh-save"), config.getoption("--mesh-report")
    for name, result in results:
        terminalreporter.section(f"mesh: {name}")
        terminalreporter.write_line(result.table)
        if save:
            entry = History(config.getoption("--mesh-history")).add(result, save)
            terminalreporter.write_line(f"kept as {save}, entry {entry}")
        if report:
            folder = Path(report) / "".join(c if c.isalnum() else "-" for c in name)
            result.save(folder)
            terminalreporter.write_line(f"reports in {folder}")
