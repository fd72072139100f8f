"""Values by mpmath at 60 digits, written apart from the package's own evaluation."""

from __future__ import annotations

from random import Random
from typing import Any

import mpmath as mp
import sympy as sp

from symopt.language import At, HyperSymbol, t


class NotReal(ArithmeticError):
    """A root of a negative number."""


def value(e: Any, point: dict[Any, Any]) -> Any:
    """The value of e at a point, which is filled in where a quantity is first met."""
    if e.is_Rational:
        return mp.mpf(int(e.p)) / int(e.q)
    if isinstance(e, At) or e.is_Symbol:
        return point[e]
    if isinstance(e, sp.Sum):
        variable, low, high = e.limits[0]
        steps = range(int(value(low, point)), int(value(high, point)) + 1)
        return mp.fsum(value(e.function, {**point, variable: mp.mpf(k)}) for k in steps)
    if isinstance(e, sp.Piecewise):
        return next(value(a, point) for a, c in e.args if c == sp.true or _true(c, point))
    args = [value(a, point) for a in e.args]
    if e.is_Add:
        return mp.fsum(args)
    if e.is_Mul:
        return mp.fprod(args)
    if e.is_Pow:
        if args[1] == int(args[1]):
            return args[0] ** int(args[1])
        if args[0] < 0:
            raise NotReal
        return mp.power(*args)
    return {sp.Abs: abs, sp.Max: max, sp.Min: min, sp.sign: mp.sign}[e.func](*args)


def _true(c: Any, point: dict[Any, Any]) -> bool:
    a, b = value(c.lhs, point), value(c.rhs, point)
    return {">": a > b, ">=": a >= b, "<": a < b, "<=": a <= b}[c.rel_op]


def points(expressions: list[Any], rng: Random, count: int) -> list[dict[Any, Any]]:
    """Random points of the domains."""
    names = {a for e in expressions for a in e.atoms(At)} | {s for e in expressions for s in e.free_symbols}
    made = []
    for _ in range(count):
        point = {t: mp.mpf(rng.randint(1, 4))}
        for name in sorted(names - {t}, key=str):
            fraction = mp.mpf(rng.randint(1, 10**9)) / 10**9
            if isinstance(name, HyperSymbol) and name.domain.sup == 1:
                point[name] = fraction
            else:
                point[name] = 4 * fraction if name.is_nonnegative else 6 * fraction - 3
        made.append(point)
    return made


def compare(a: Any, b: Any, rng: Random, count: int = 6) -> str:
    """ "equal" (to 40 digits, at every point), "different" (clearly, at one), or "unknown"."""
    seen = 0
    with mp.workdps(60):
        for point in points([a, b], rng, count):
            try:
                left, right = value(a, point), value(b, point)
            except (ZeroDivisionError, NotReal):
                continue
            seen += 1
            if abs(left - right) > mp.mpf(10) ** -25 * (1 + abs(left)):
                return "different"
            if abs(left - right) > mp.mpf(10) ** -40 * (1 + abs(left)):
                return "unknown"
    return "equal" if seen >= 2 else "unknown"
