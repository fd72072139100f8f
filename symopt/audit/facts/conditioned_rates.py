"""Rates in the condition number: (kappa - 1)/(kappa + 1), its root's, 1 - mu/L, and errors that shrink by them.

The rates are derived: `symopt.derive.tuning` on quadratics, proofs/smooth_convex.py on strongly convex functions. One
that is none of them is left alone, for it may be a looser bound, or of another learning rate.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import sympy as sp

from symopt.audit.facts.rates import is_gap, step_before
from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.decide import identity
from symopt.derive.orders import best_rate
from symopt.derive.tuning import condition
from symopt.language.convert import to_sympy
from symopt.language.terms import Term
from symopt.read.notation import Statement

_largest, _smallest = sp.symbols("L mu", positive=True)
_LETTERS = {r"\kappa": _largest / _smallest, "L": _largest, r"\mu": _smallest, "M": _largest, "m": _smallest}
_RATES = frozenset({r"\rho", "q", "r", "c", r"\gamma"})
_RELATIONS = frozenset({"=", "<=", "~"})


def conditioned(content: Statement) -> Opinion | None:
    """What is to be said of a rate, or of a bound by a rate; None for anything else."""
    if len(content.steps) != 1 or content.steps[0][0] not in _RELATIONS:
        return None
    left, ((_, right),) = content.left, content.steps
    if left.name in _RATES and left.head == "name":
        return _judged(right, 1, ("distance", "value", "spectral"))
    if not is_gap(left):
        return None
    rate, power = _shrinking(left, right)
    return None if rate is None else _judged(rate, power, ("distance" if left.head == "call" else "value",))


def _judged(rate: Term, power: int, kinds: tuple[str, ...]) -> Opinion | None:
    value = _value(rate)
    if value is None:
        return None
    for kind in kinds:
        for system, known, sentence in _known(kind):
            if identity(value**power, known).proved:
                return Opinion(Judgement.CORRECT, system=system, explanation=sentence, proof="proved")
    return None


def _shrinking(left: Term, right: Term) -> tuple[Term | None, int]:
    """The rate in ``rate^k (f(x_0) - f^*)`` or ``rate (f(x_k) - f^*)``, and its power: 2 in ``rate^{2k}``."""
    if right.head != "mul" or len(right.args) != 2 or not is_gap(right.args[1]):
        return None, 1
    rate, gap = right.args
    if left.map(step_before) == gap:
        return rate, 1
    first = any(n.name.endswith(("_0", "_{0}")) or (n.head == "at" and n.args[0].value == 0) for n in gap.nodes())
    if rate.head != "pow" or not first:
        return None, 1
    base, exponent = rate.args
    twice = exponent.head == "mul" and len(exponent.args) == 2 and exponent.args[0].value == 2
    return (base, 2 if twice else 1) if twice or exponent.head == "name" else (None, 1)


def _value(rate: Term) -> Any:
    names = rate.names()
    if not names <= set(_LETTERS) or not (r"\kappa" in names or len(names) == 2):
        return None
    try:
        return to_sympy(rate, lambda part: _LETTERS.get(part.name) if part.head == "name" else None)
    except (TypeError, ValueError, ZeroDivisionError, AttributeError):
        return None


@cache
def _known(kind: str) -> tuple[tuple[str, Any, str], ...]:
    """The rates of the distance to the minimum, of the value, and of methods whose errors may grow at first."""
    ratio = _largest / _smallest
    steady = ("gradient-descent", 1 - _smallest / _largest, "It is a rate at the learning rate 1/L.")
    gradient, *others = (
        (name, best_rate(name).subs(condition, ratio), "It is the rate on a quadratic at the best hyperparameters.")
        for name in ("gradient-descent", "momentum", "nesterov")
    )
    name, rate, sentence = gradient
    match kind:
        case "distance":
            return steady, gradient
        case "value":
            return steady, gradient, (name, rate**2, sentence)
        case _:
            return tuple(others)
