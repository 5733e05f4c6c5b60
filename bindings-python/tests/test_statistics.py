"""The statistics from Python, against the reference by the rules that all languages read."""

import json
import math
from collections import Counter
from typing import Any

import pytest

import meshery
import reference
from support import ROOT

GOLDEN: Any = json.loads(
    (ROOT / "meshery-core/tests/golden/documents/statistics.json").read_text(encoding="utf-8")
)
Samples = dict[str, tuple[list[float], list[float] | None]]


def look_up(value: Any, path: str) -> Any:
    """What stands at the end of a path; ``*`` maps over the members of a list."""
    if not path:
        return value
    step, _, rest = path.partition("/")
    if isinstance(value, list):
        if step == "*":
            return [look_up(item, rest) for item in value]
        value = dict(zip(map(str, range(len(value))), value, strict=True))
    return look_up(value.get(step), rest) if isinstance(value, dict) else None


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def roots(case: Any, path: str) -> list[tuple[str, Any]]:
    if not path.endswith("/*"):
        return [("", look_up(case, path))]
    members = look_up(case, path[:-2])
    return list(members.items()) if isinstance(members, dict) else []


def setting(case: Any, root: Any, key: str, given: Any) -> Any:
    if not isinstance(given, str):
        return given
    if given == "@key":
        return float(key)
    if given[0] in "@$":
        given = look_up(root if given[0] == "@" else case, given[1:])
    return GOLDEN["words"].get(given, given) if isinstance(given, str) else given


def expected(figure: Any, root: Any) -> Any:
    known = "when" not in figure or is_number(look_up(root, figure["when"]))
    return look_up(root, figure["expected"]) if known else None


def samples(rule: Any, case: Any, pairs: Any) -> tuple[list[float], list[float] | None] | None:
    if "pair" in rule:
        case = next((pair for pair in pairs if pair["id"] == look_up(case, rule["pair"])), None)
        rule = {"x": "x", "y": "y"}
    if case is None:
        return None  # some cases refer to samples that the open file does not hold
    x = reference.sample(look_up(case, rule["x"])) if "x" in rule else []
    return x, reference.sample(look_up(case, rule["y"])) if "y" in rule else None


class Answer:
    """What a method finds, and how near that is to the reference."""

    def __init__(self, tolerances: Any, rule: Any, root: Any, size: int) -> None:
        self.tolerances, self.rule, self.root, self.size = tolerances, rule, root, size
        self.found: Any = None

    def ask(self, x: list[float], y: list[float] | None, settings: dict[str, Any]) -> None:
        method, seeds = self.rule["method"], range(self.rule.get("seeds", 0))
        asked = [{**settings, "seed": seed} for seed in seeds] or [settings]
        answers = [json.dumps(meshery.statistic(method, x, y, **each)) for each in asked]
        self.found = json.loads(Counter(answers).most_common(1)[0][0])

    def tolerance(self, name: str) -> float:
        if name == "p":
            name = "p_rel_small_n" if self.size <= GOLDEN["small"] else "p_rel_asymptotic"
        if name == "hd":
            name = "hd_rel_100k" if self.size >= GOLDEN["large"] else "statistics_rel"
        known: float = {**self.tolerances, **GOLDEN["tolerances"]}[name]
        return known

    def is_close(self, figure: Any, found: Any, expected: Any) -> bool:
        if figure["tolerance"] == "listed":
            return found in expected
        scale = look_up(self.found, figure["scale"]) if "scale" in figure else 0.0
        if not isinstance(expected, list):
            return self.is_near(figure, found, expected, scale)
        scales = scale if isinstance(scale, list) else [scale] * len(expected)
        return len(found) == len(expected) and all(
            self.is_near(figure, *each) for each in zip(found, expected, scales, strict=True)
        )

    def is_near(self, figure: Any, found: Any, expected: float, scale: float) -> bool:
        if not is_number(found):
            return False
        name, expected = figure["tolerance"], expected * figure.get("factor", 1)
        distance = abs(found - expected)
        if name == "seeds":
            return bool(distance <= 6 * look_up(self.root, figure["sd"]) + 1e-12)
        if name == "exact":
            return bool(found == expected)
        if name.endswith("_abs"):
            return bool(distance <= self.tolerance(name))
        floor = 1e-300 if name == "p" or name.startswith("p_") else 1e-13
        return bool(distance <= self.tolerance(name) * (abs(expected) + abs(scale)) + floor)


def check(rule: Any, case: Any, whole: Any, drawn: Samples) -> int:
    """How many figures of a case are as expected."""
    made = 0
    for key, root in roots(case, rule["root"]):
        given = rule.get("settings", {}).items()
        settings = {name: setting(case, root, key, value) for name, value in given}
        figures = [figure for figure in rule["figures"] if expected(figure, root) is not None]
        if "when" in rule and not is_number(look_up(root, rule["when"])):
            continue
        if not figures or None in settings.values():
            continue
        name = case.get("pair", case.get("id"))
        place = json.dumps([rule["section"], name, rule.get("x"), rule.get("y")])
        if place not in drawn:
            found = samples(rule, case, whole["pairs"])
            if found is None:
                continue
            drawn[place] = found
        x, y = drawn[place]
        if rule.get("paired") and (y is None or len(x) != len(y)):
            continue
        answer = Answer(whole["tolerances"], rule, root, max(len(x), len(y or [])))
        answer.ask(x, y, settings)
        for figure in figures:
            if "short_of_one" in figure and abs(answer.found[figure["short_of_one"]]) > 1 - 1e-12:
                continue
            found_figure, wanted = look_up(answer.found, figure["figure"]), expected(figure, root)
            close = answer.is_close(figure, found_figure, wanted)
            what = f"{case.get('id')}: {rule['method']} {figure['figure']}"
            assert close, f"{what} {found_figure}, not {wanted}"
            made += 1
    return made


def test_every_rule_of_the_reference() -> None:
    whole = reference.load()
    drawn: Samples = {}
    for rule in GOLDEN["rules"]:
        made = sum(check(rule, case, whole, drawn) for case in whole[rule["section"]])
        assert made >= rule["least"], f"only {made} figures of {rule}"


def test_what_does_not_fit_is_refused() -> None:
    for name, x, y, settings, place in (
        ("tea-leaves", [1.0], None, {}, "name"),
        ("welch", [1.0, 2.0], None, {}, "y"),
        ("kpss", [1.0, 2.0], [1.0, 2.0], {}, "y"),
        ("quantile", [1.0, 2.0], None, {"tea": 1}, "settings"),
        ("quantile", [1.0, 2.0], None, {"q": "half"}, "q"),
        ("hdr-histogram", [], None, {"encoded": "AAAA"}, "encoded"),
    ):
        with pytest.raises(meshery.MesheryError) as caught:
            meshery.statistic(name, x, y, **settings)
        assert (caught.value.code, caught.value.place) == ("invalid_input", place)


def test_pairs_are_differences() -> None:
    x, y = [1.0, 2.0, 3.0, 4.0], [1.5, 2.25, 4.0, 4.125]
    differences = [b - a for a, b in zip(x, y, strict=True)]
    for method in ("paired-t", "signed-rank", "hodges-lehmann-paired"):
        assert meshery.statistic(method, x, y) == meshery.statistic(method, differences)


def test_every_method_answers() -> None:
    sample = [1.0 + (i * 7919 % 101) / 100 for i in range(130)]
    other = [value * 1.1 for value in reversed(sample)]
    shares = [value / 3 for value in sample]
    for name in meshery.statistics():
        if name == "hdr-histogram":
            continue  # it needs one; the reference has some
        attempts: list[list[list[float]]] = [[sample], [sample, other], [shares], [[]]]
        for given in attempts:
            try:
                found = meshery.statistic(name, *given)
            except meshery.MesheryError:
                continue
            break
        figures = [x for f in found.values() for x in (f if isinstance(f, list) else [f])]
        assert figures or name in ("change-points", "e-divisive", "hunter"), name
        assert all(math.isfinite(figure) for figure in figures), name
