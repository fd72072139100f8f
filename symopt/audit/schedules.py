"""Learning rates that decay by their words and not by their formula.

A schedule is an equation by itself, and anybody may make up another; one that is a mistake away from a known one is
charged with it only where the text says that the rate decays, and the formula as written lets it grow, or does not
start where it says.
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

_DECAYS = re.compile(r"\b(decay|anneal|decreas|reduc|shrink|lower)", re.IGNORECASE)
_GROWS = re.compile(r"\b(warm|increas|grow|ramp|finder|range test|cycl|rais)", re.IGNORECASE)
_NUMBERS = {"eta_0": 1.0, "eta_max": 1.0, "eta_min": 0.1, "eta_T": 0.1}
"""What a rate starts from and what it sinks to."""
_STEPS = range(1, 9)


@cache
def schedules() -> frozenset[str]:
    """The systems that are schedules."""
    return frozenset(name for name, definition in catalogue().items() if isinstance(definition, Schedule))


def said_to_decay(before: Sequence[str], line: str) -> bool:
    """Whether the text says of a rate that it decays.

    Args:
        before: the lines above it that a reader connects with it.
        line: its own line.
    """
    return bool(_DECAYS.search(" ".join([*before, line]))) and not _GROWS.search(" ".join([*before[-3:], line]))


def refuses_to_decay(reading: Interpretation, explanation: Explanation) -> bool:
    """Whether the mended formula decays from its initial rate, and the one written does not."""
    right = _course(reading, explanation, mended=True)
    wrong = _course(reading, explanation, mended=False)
    if right is None or wrong is None or not _decays(right):
        return False
    return not _decays(wrong)


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
    at = [_number(expression.subs(numbers).subs(t, k)) for k in (0, *_STEPS)]
    return (at[0], at[1:]) if all(isfinite(x) for x in at[1:]) else None


def _number(value: Any) -> float:
    found: Any = sp.N(value)
    known = isinstance(found, sp.Float | sp.Rational) and found.is_finite
    return float(found) if known else float("inf")
