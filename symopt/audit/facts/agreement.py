"""Whether two expressions agree up to a positive factor: tried on numbers first, then proved."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

import numpy as np
import sympy as sp

from symopt.audit.facts import class_scores, scores
from symopt.decide import Verdict, identity
from symopt.decide.kinks import identity_off_kinks
from symopt.language.symbols import At
from symopt.losses import classes
from symopt.losses.one_score import threshold

_DRAWS = 6
_CLASSES = 3
_PLACES = {classes.k: 2, classes.c: 1, class_scores.other: 3, classes.a: 3}
_DATA = (scores.x, scores.y, scores.z, scores.w, scores.size, scores.sign_of_w, scores.square, class_scores.hot)
_FUNCTIONS: Mapping[type, Any] = {
    sp.exp: np.exp, sp.log: np.log, sp.tanh: np.tanh, sp.sign: np.sign, sp.Abs: np.abs,
    sp.Max: lambda *a: np.maximum.reduce(np.broadcast_arrays(*a)),
    sp.Min: lambda *a: np.minimum.reduce(np.broadcast_arrays(*a)),
}  # fmt: skip


@cache
def _drawn(name: str) -> Any:
    random = np.random.default_rng(sum(map(ord, name)))
    return random.uniform(0.2, 1.4, _DRAWS) * random.permutation([1, -1, 1, -1, 1, 1])


@cache
def _constant(name: str) -> float:
    if name == threshold.name:
        return 0.8  # some errors are above it, some below
    return float(np.random.default_rng(sum(map(ord, name))).uniform(1.5, 4.5))


def numbers(e: Any, bound: Mapping[Any, int] | None = None) -> Any:
    """The expression at a few points, constants held fast."""
    at = {**_PLACES, **(bound or {})}
    match e:
        case sp.Integer() | sp.Rational() | sp.Float():
            return float(e)
        case sp.Symbol():
            return _drawn(e.name) if e in _DATA else _constant(e.name)
        case At():
            drawn = _drawn(f"{e.base.name}{at[e.index]}")
            return np.abs(drawn) if e.base == classes.y else drawn
        case sp.Sum():
            (index, _, _) = e.limits[0]
            return sum(numbers(e.function, {**at, index: j}) for j in range(1, _CLASSES + 1))
        case sp.Add():
            return sum(numbers(a, at) for a in e.args)
        case sp.Mul():
            return np.prod(np.broadcast_arrays(*(numbers(a, at) for a in e.args)), axis=0)
        case sp.Pow():
            return numbers(e.base, at) ** numbers(e.exp, at)
        case _ if e.func in _FUNCTIONS:
            return _FUNCTIONS[e.func](*(numbers(a, at) for a in e.args))
        case _:
            return _drawn(f"{e.func}{[at.get(a, a) for a in e.args]}")


@lru_cache(maxsize=2048)
def _at_points(e: Any) -> Any:
    return numbers(e)


def instance(e: Any) -> Any:
    """The expression for three classes, of which the first is the right one, and for one example."""
    made = e.xreplace({scores.over: sp.Integer(1), classes.K: sp.Integer(_CLASSES)}).subs(_PLACES)
    return made.replace(lambda x: isinstance(x, sp.Sum), lambda x: x.doit())


def ratio(value: Any, expected: Any) -> float | None:
    """The number by which one expression is a multiple of the other at all points; None where there is none."""
    with np.errstate(all="ignore"):
        a, b = np.broadcast_arrays(_at_points(value), _at_points(expected), np.zeros(_DRAWS))[:2]
        if not (np.isfinite(a).all() and np.isfinite(b).all()):
            return None
        live = np.abs(b) > 1e-12
        if not live.any() or np.abs(a[~live]).max(initial=0) > 1e-12:
            return None
        found = a[live] / b[live]
    return float(found[0]) if np.ptp(found) <= 1e-9 * abs(found[0]) else None


def multiple(value: Any, expected: Any) -> tuple[Any, Verdict] | None:
    """The factor by which a value is a multiple of what is expected, with the proof; None where it is not."""
    found = ratio(value, expected)
    if found is None:
        return None
    if abs(found - 1) < 1e-9:
        return sp.Integer(1), _proof(value, sp.Integer(1), expected)
    front = _front(value) / _front(expected)
    size = float(numbers(front))
    if not size:
        return None
    share = Fraction(found / size).limit_denominator(64)
    factor = front * sp.Rational(share.numerator, share.denominator)
    if not share or abs(float(numbers(factor)) - found) > 1e-9 * abs(found):
        return None
    return factor, _proof(value, factor, expected)


def _front(e: Any) -> Any:
    made = sp.factor_terms(e)
    return made.as_independent(*_DATA, *made.atoms(At), *made.atoms(sp.Sum), as_Add=False)[0]


def _proof(value: Any, factor: Any, expected: Any) -> Verdict:
    verdict = identity(value, factor * expected)
    if not verdict.proved and (value.has(sp.tanh) or expected.has(sp.tanh)):
        verdict = identity(*(side.rewrite(sp.exp) for side in (value, factor * expected)))
    if not verdict.proved and value.has(sp.sign, sp.Abs, sp.Max, sp.Min):
        off = identity_off_kinks(value, factor * expected)
        return off if off.proved or not verdict.refuted else verdict
    if verdict.proved or not value.has(sp.log):
        return verdict
    # Logarithms are compared by what they are logarithms of; targets of two values one by one.
    by_target = [{}] if scores.y not in value.free_symbols else [{scores.y: 0}, {scores.y: 1}]
    alone = sp.expand(value / factor)
    made = [identity(*(sp.exp(side.subs(at)) for side in (alone, expected))) for at in by_target]
    return made[0] if all(v.proved for v in made) else verdict
