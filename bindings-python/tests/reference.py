"""The statistics reference: its cases and the samples that its recipes draw."""

import json
import math
from collections.abc import Callable, Iterator
from typing import Any

from support import ROOT, missing

PATH = ROOT.parent / "shared/stats/reference-open.json"
_MASK = (1 << 64) - 1


def load() -> Any:
    """The whole file; without it the test is skipped, or fails in CI."""
    if not PATH.exists():
        missing(f"the statistics reference is not at {PATH}")
    return json.loads(PATH.read_text(encoding="utf-8"))


def sample(described: Any) -> list[float]:
    """A sample that is written out, or drawn by a recipe; the recipe's check values hold."""
    if isinstance(described, list):
        return described
    if "literal" in described:
        literal: list[float] = described["literal"]
        return literal
    values = list(_draw(described))
    assert values[:3] == described["check"]["first3"], described
    assert values[-1] == described["check"]["last"], described
    return values


def _units(seed: int) -> Iterator[float]:
    """SplitMix64, as numbers between 0 and 1."""
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & _MASK
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        yield (((z ^ (z >> 31)) >> 11) + 0.5) / (1 << 53)


def _draw(recipe: Any) -> Iterator[float]:
    units = _units(recipe["seed"])
    state: list[float] = []

    def normal() -> float:
        u, v = next(units), next(units)
        return math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * v)

    def autoregressive() -> float:
        rho, noise = recipe["rho"], normal()
        state[:] = [rho * state[0] + math.sqrt(1 - rho * rho) * noise if state else noise]
        return math.exp(recipe["mu"] + recipe["sigma"] * state[0])

    def mixture() -> float:
        mode = "2" if next(units) < recipe["p"] else ""
        return math.exp(recipe[f"mu{mode}"] + recipe[f"sigma{mode}"] * normal())

    draws: dict[str, Callable[[], float]] = {
        "uniform": lambda: recipe["a"] + (recipe["b"] - recipe["a"]) * next(units),
        "exponential": lambda: -recipe["scale"] * math.log(next(units)),
        "normal": lambda: recipe["mean"] + recipe["sd"] * normal(),
        "lognormal": lambda: math.exp(recipe["mu"] + recipe["sigma"] * normal()),
        "pareto": lambda: recipe["xm"] * next(units) ** (-1 / recipe["alpha"]),
        "ar1_lognormal": autoregressive,
        "mixture": mixture,
    }
    draw, unit = draws[recipe["dist"]], 10 ** recipe["decimals"]
    for _ in range(recipe["n"]):
        value = draw() * (recipe.get("scale_by") or 1)
        if recipe.get("tail_above") and value > recipe["tail_above"]:
            value *= recipe["tail_factor"]
        yield math.floor(value * unit + 0.5) / unit
