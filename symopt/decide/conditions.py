"""Functions with cases: sign, Max, Min and Piecewise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp
from flint import fmpq
from sympy.core.relational import Relational

from symopt.decide.budget import Undecidable
from symopt.decide.field import Poly, Ratio
from symopt.decide.ranges import MINUS, NONNEGATIVE, NONPOSITIVE, PLUS, ZERO, Range, Signs
from symopt.decide.signs import times

if TYPE_CHECKING:
    from symopt.decide.normal import Normalizer

_BETWEEN = Range(fmpq(-1), fmpq(1))
_TRUE_SIGNS: dict[type, tuple[Signs, Signs]] = {
    sp.StrictGreaterThan: (PLUS, NONPOSITIVE), sp.GreaterThan: (NONNEGATIVE, MINUS),
    sp.StrictLessThan: (MINUS, NONNEGATIVE), sp.LessThan: (NONPOSITIVE, PLUS),
    sp.Eq: (ZERO, PLUS | MINUS), sp.Ne: (PLUS | MINUS, ZERO),
}  # fmt: skip


def sign(n: Normalizer, e: Any) -> Ratio:
    """The sign of each irreducible factor, multiplied."""
    value = n(e.args[0])
    constant, factors = n.field.factors(value.num)
    others, divisors = n.field.factors(value.den)
    total = (constant > 0) - (constant < 0) if others > 0 else (constant < 0) - (constant > 0)
    try:
        for factor, exponent in factors + divisors:
            found = n.split(factor, (PLUS, ZERO, MINUS))
            total *= next(iter(found)) ** exponent
    except Undecidable:
        if not n.signs.everywhere:
            raise
        if constant * others < 0:  # sign(-u) = -sign(u): one generator for both
            return n.field.negative(n.applied("sign", (n.field.negative(value),), _BETWEEN))
        return n.applied("sign", (value,), _BETWEEN)
    return n.field.number(total)


def maximum(n: Normalizer, e: Any) -> Ratio:
    return _extreme(n, "Max", NONNEGATIVE, e.args)


def minimum(n: Normalizer, e: Any) -> Ratio:
    return _extreme(n, "Min", NONPOSITIVE, e.args)


def _extreme(n: Normalizer, head: str, first: Signs, args: tuple[Any, ...]) -> Ratio:
    values = [n(a) for a in args]
    best = values[0]
    try:
        for value in values[1:]:
            found = compare(n, best, value, (first, times(first, MINUS)))
            best = best if found <= first else value
    except Undecidable:
        if not n.signs.everywhere:
            raise
        return n.applied(head, tuple(sorted(values, key=lambda a: (str(a.num), str(a.den)))))
    return best


def piecewise(n: Normalizer, e: Any) -> Ratio:
    """The value of the first row whose condition holds."""
    try:
        for value, condition in e.args:
            if holds(n, condition):
                return n(value)
    except Undecidable:
        if not n.signs.everywhere:
            raise
        return _opaque(n, e.args)
    raise Undecidable("no row of a case distinction applies")


def _opaque(n: Normalizer, rows: tuple[Any, ...]) -> Ratio:
    """A case distinction that is not made: rows with equal values and conditions have equal values."""
    heads: list[str] = []
    args: list[Ratio] = []
    for value, condition in rows:
        args.append(n(value))
        heads.append("otherwise")
        if condition != sp.true:
            if not isinstance(condition, Relational):
                raise Undecidable(f"the condition {condition} is not a comparison")
            heads[-1] = type(condition).__name__
            args.append(n.field.subtract(n(condition.lhs), n(condition.rhs)))
    return n.applied(f"cases {' '.join(heads)}", tuple(args))


def holds(n: Normalizer, condition: Any) -> bool:
    """Whether the condition is true in this branch; a case distinction where that is unknown."""
    if condition == sp.true or condition == sp.false:
        return bool(condition)
    if isinstance(condition, sp.And):
        return all(holds(n, a) for a in condition.args)
    if isinstance(condition, sp.Or):
        return any(holds(n, a) for a in condition.args)
    if isinstance(condition, sp.Not):
        return not holds(n, condition.args[0])
    if isinstance(condition, Relational):
        true, false = _TRUE_SIGNS[type(condition)]
        return compare(n, n(condition.lhs), n(condition.rhs), (true, false)) <= true
    raise Undecidable(f"the condition {condition} is not a comparison")


def compare(n: Normalizer, left: Ratio, right: Ratio, options: tuple[Signs, ...]) -> Signs:
    """Which of the options the sign of left - right is in."""
    difference = n.field.subtract(left, right)
    if difference.num.is_zero():
        return ZERO
    known = n.signs.of_ratio(difference)
    for option in options:
        if known <= option:
            return known
    unknown, flip = signed_part(n, difference)
    if flip:
        return times(n.split(unknown, tuple(times(o, MINUS) for o in options)), MINUS)
    return n.split(unknown, options)


def signed_part(n: Normalizer, a: Ratio) -> tuple[Poly, bool]:
    """A polynomial that has, up to the flip, the sign of a wherever a is defined."""
    unknown, flip = n.field.one, False
    constant, factors = n.field.factors(a.num)
    under, divisors = n.field.factors(a.den)
    for factor, exponent in factors + divisors:
        signs = n.signs.of(factor)
        if signs == MINUS:
            flip ^= bool(exponent % 2)
        elif signs != PLUS:
            unknown = n.field.times(unknown, factor if exponent % 2 else n.field.poly_power(factor, 2))
    return unknown, flip ^ (constant * under < 0)
