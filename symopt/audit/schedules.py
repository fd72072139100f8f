"""Learning rates that decay, or warm up, by their words and not by their formula.

A schedule is an equation by itself, and anybody may make up another; one that is a mistake away from a known one is
charged with it only where the text says that the rate decays, and the formula as written lets it grow, or does not
start where it says; or that it warms up, and the formula as written leaves what it should rise to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from math import isclose, isfinite
from typing import Any

import sympy as sp

from symopt.audit.explain import Explanation
from symopt.audit.match import Interpretation
from symopt.audit.runs import drawn
from symopt.audit.translate import statement
from symopt.language import Schedule, t
from symopt.optimizers import catalogue

_DECAYS = re.compile(
    r"\b(decay|anneal|decreas|reduc|shrink|lower|abkling|absenk|verringer|décroiss|diminu|disminu|decai|decre|reduz)"
    r"|\b(затуха|убыва|уменьша|сниж)|衰减|退火|下降|减小|降低|減衰|減少|下げ|감쇠|감소",
    re.IGNORECASE,
)
_WARMS = re.compile(r"\bwarm|aufwärm|échauff|calent|разогрев|прогрев|预热|ウォームアップ|웜업", re.IGNORECASE)
_GROWS = re.compile(
    r"\b(warm|increas|grow|ramp|finder|range test|cycl|rais|aufwärm|wachs|steig|croît|augment|crece|aumenta|cresce)"
    r"|\b(разогрев|прогрев|растёт|растет|увелич|возраст|цикл)|预热|增大|增加|上升|循环|周期|ウォームアップ|増加|増や|증가",
    re.IGNORECASE,
)
_NUMBERS = {"eta_0": 1.0, "eta_max": 1.0, "eta_min": 0.1, "eta_T": 0.1, "W": 4.0}
"""What a rate starts from, what it sinks to, and the steps that it warms up in."""
_STEPS = range(1, 9)


@cache
def schedules() -> frozenset[str]:
    """The systems that are schedules."""
    return frozenset(name for name, definition in catalogue().items() if isinstance(definition, Schedule))


def said(system: str, before: Sequence[str], line: str) -> bool:
    """Whether the text says of a rate what the schedule of that name does: that it decays, or that it warms up.

    Args:
        system: the schedule.
        before: the lines above it that a reader connects with it.
        line: its own line.
    """
    if system in _warming():
        return bool(_WARMS.search(" ".join([*before[-3:], line])))
    return bool(_DECAYS.search(" ".join([*before, line]))) and not _GROWS.search(" ".join([*before[-3:], line]))


@cache
def _warming() -> frozenset[str]:
    """The schedules that rise to their rate."""
    return frozenset(name for name in schedules() if "warmup" in name)


def refuses(reading: Interpretation, explanation: Explanation) -> bool:
    """Whether the mended formula decays from its initial rate, or rises to it and stays; the one written does not."""
    right = _course(reading, explanation, mended=True)
    wrong = _course(reading, explanation, mended=False)
    if right is None or wrong is None:
        return False
    does = next((way for way in (_decays, _rises) if way(right)), None)
    return does is not None and not does(wrong)


def _rises(course: tuple[float, list[float]]) -> bool:
    _, values = course
    return values[0] < 1 and isclose(values[-1], 1.0) and all(a <= b + 1e-12 for a, b in pairwise(values))


def _decays(course: tuple[float, list[float]]) -> bool:
    start, values = course
    falls = all(b <= a + 1e-12 for a, b in pairwise(values)) and values[-1] >= -1e-12
    return falls and (not isfinite(start) or isclose(start, 1.0))


def _course(reading: Interpretation, explanation: Explanation, *, mended: bool) -> tuple[float, list[float]] | None:
    """The rate at step 0, infinite where there is none, and at the first steps."""
    fact = explanation.fact if mended else replace(explanation.fact, claim=explanation.claim)
    try:
        expression: Any = statement(reading, fact).rhs
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
    numbers = {h.symbol: _NUMBERS.get(h.name, drawn(h.name, h.domain, 1)) for h in reading.model.optimizer.hyper}
    at = [_number(expression.subs(numbers), k) for k in (0, *_STEPS)]
    return (at[0], at[1:]) if all(isfinite(x) for x in at[1:]) else None


def _number(expression: Any, step: int) -> float:
    """Its value at a step; infinite where it has none."""
    try:
        found: Any = sp.N(expression.subs(t, step))
    except ValueError:  # what SymPy says of the larger of 1 and 1/0
        return float("inf")
    known = isinstance(found, sp.Float | sp.Rational) and found.is_finite
    return float(found) if known else float("inf")
