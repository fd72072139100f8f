"""Sums and products over a bound variable with symbolic bounds.

A sum is normalised so that equal sums become one element: factors free of the bound variable
are taken out, the variable is shifted so that sequences are read at it, terms are split off at
both ends until the bounds are 1 and the horizon, geometric sums and sums of powers get their
closed forms, and what is left is a generator for each kind of term.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import sympy as sp
from flint import fmpq

from symopt.decide import powers
from symopt.decide.budget import MAX_STEPS, Undecidable, Undefined
from symopt.decide.field import Field, Generator, Poly, Ratio
from symopt.decide.ranges import NONNEGATIVE, NONNEGATIVE_RANGE, PLUS, POSITIVE, REAL, Range
from symopt.language.symbols import At, Grad

if TYPE_CHECKING:
    from symopt.decide.normal import Normalizer


class Series(NamedTuple):
    """The terms body at variable = start + sign * j for j = low ... high, j being a generator."""

    body: Any
    variable: Any
    dummy: Ratio
    start: Ratio
    sign: int
    low: Ratio
    high: Ratio


def summation(n: Normalizer, e: Any) -> Ratio:
    """The sum's element. Raises Undecidable, never Undefined: a term split off may exist in no original sum."""
    try:
        return _summation(n, e)
    except Undefined as error:
        raise Undecidable(f"in a sum, {error}") from error


def product(n: Normalizer, e: Any) -> Ratio:
    """The product's element. Raises Undecidable, never Undefined."""
    try:
        return _product(n, e)
    except Undefined as error:
        raise Undecidable(f"in a product, {error}") from error


def _summation(n: Normalizer, e: Any) -> Ratio:
    inner, limits = _innermost(e, sp.Sum)
    finite = _written_out(n, inner, limits)
    if finite is not None:
        total = n.field.number(0)
        for value in finite:
            total = n.field.add(total, value)
        return total
    series = _series(n, inner, limits)
    general = _term(n, series, series.dummy)
    closed = _closed(n, series, general)
    if closed is not None:
        return closed
    series, ends = _trimmed(n, series)
    total = sum_of(n, general, series.dummy, series.low, series.high)
    for value, added in ends:
        total = (n.field.add if added else n.field.subtract)(total, value)
    return total


def _product(n: Normalizer, e: Any) -> Ratio:
    inner, limits = _innermost(e, sp.Product)
    finite = _written_out(n, inner, limits)
    total = n.field.number(1)
    if finite is not None:
        for value in finite:
            total = n.field.multiply(total, value)
        return total
    series, ends = _trimmed(n, _series(n, inner, limits))
    general = _term(n, series, series.dummy)
    count = n.field.add(n.field.subtract(series.high, series.low), n.field.number(1))
    constant, factors = n.field.factors(general.num)
    under, divisors = n.field.factors(general.den)
    free = n.field.number(constant / under)
    for factor, exponent in factors + [(f, -e) for f, e in divisors]:
        if depends(n.field, factor, series.dummy):
            value = _product_of(n, factor, series)
            total = n.field.multiply(total, n.field.power(value if exponent > 0 else n.inverse(value), abs(exponent)))
        else:
            value = Ratio(factor, n.field.one)
            value = n.field.power(value if exponent > 0 else n.inverse(value), abs(exponent))
            free = n.field.multiply(free, value)
    total = n.field.multiply(total, powers.power(n, free, count))
    for value, added in ends:
        total = n.field.multiply(total, value if added else n.inverse(value))
    return total


def _innermost(e: Any, kind: type) -> tuple[Any, tuple[Any, Any, Any]]:
    """The last limit, with the sum over the other limits as its term."""
    *others, last = e.limits
    if len(last) != 3:
        raise Undecidable("a sum without bounds")
    body = kind(e.function, *others) if others else e.function
    return body, tuple(last)


def _written_out(n: Normalizer, body: Any, limits: tuple[Any, Any, Any]) -> list[Ratio] | None:
    """The terms, where their number is known; else None."""
    variable, low, high = limits
    first, last = n(low), n(high)
    length = n.field.subtract(last, first)
    if not (length.num.is_constant() and length.den.is_constant()):
        return None
    count = length.num.leading_coefficient() + 1 if length.num else fmpq(1)
    if count.q != 1 or count < 0:
        raise Undecidable("a sum whose upper bound is below the lower one")
    if count > 4 * MAX_STEPS:
        raise Undecidable(f"a sum of more than {4 * MAX_STEPS} terms")
    terms: list[Ratio] = []
    for k in range(int(count)):
        with n.binding(variable, n.field.add(first, n.field.number(k))):
            terms.append(n(body))
    return terms


def _series(n: Normalizer, body: Any, limits: tuple[Any, Any, Any]) -> Series:
    """The terms, counted so that a sequence in them is read at the generator that counts."""
    variable, low, high = limits
    field = n.field
    first, last = n(low), n(high)
    with n.where():
        count = field.add(field.subtract(last, first), field.number(1))
        # The variables of the sums around this one lie within those sums' bounds.
        slack = [
            field.subtract(*pair)
            for around in n.around
            for pair in ((around.high, around.dummy), (around.dummy, around.low))
        ]
        if not any(n.signs.of_ratio(c) <= NONNEGATIVE for c in (count, *(field.subtract(count, x) for x in slack))):
            raise Undecidable(f"the sum from {low} to {high} may have fewer than no terms")
    dummy = bound_variable(n)
    start, sign = field.number(0), 1
    reads = _anchors(body, variable)
    with n.binding(variable, dummy):
        offsets = [_linear(n, n(index), dummy) for index in reads]
    found = sorted((o for o in offsets if o is not None), key=lambda o: (str(o[0]), o[1]))
    if found:
        rest, sign = found[0]
        # rest + sign * variable is the index read, so variable = sign * (index - rest).
        start = field.negative(rest) if sign > 0 else rest
        ends = [field.add(rest, x if sign > 0 else field.negative(x)) for x in (first, last)]
        first, last = ends if sign > 0 else reversed(ends)
    return Series(body, variable, dummy, start, sign, first, last)


def _anchors(e: Any, variable: Any) -> list[Any]:
    """The indices read in e that move with the variable; a gradient counts for the step after its point's."""
    if isinstance(e, At):
        return [e.index] if variable in e.index.free_symbols else []
    inside = [index for a in e.args for index in _anchors(a, variable)]
    return [index + 1 for index in inside] if isinstance(e, Grad) else inside


def bound_variable(n: Normalizer) -> Ratio:
    """The generator that counts: the first that no sum around this one counts by.

    A term at an end of a sum is split off with a plain value for the sum's variable, and sums in it count as if they
    stood alone.
    """
    values = [*n.env.values(), *(series.dummy for series in n.around)]
    taken = {d for value in values for p in (value.num, value.den) for d in _counting(n.field, p)}
    depth = next(d for d in range(len(taken) + 1) if d not in taken)
    return n.named(("dummy", depth), f"i{depth or ''}", integer=True)


def _counting(field: Field, p: Poly) -> set[int]:
    """The depths of the counting generators that p has, or its generators are made from."""
    found: set[int] = set()
    for g in field.used(p):
        if isinstance(g.key, tuple) and g.key[0] == "dummy":
            found.add(g.key[1])
        for inside in [x for a in g.args for x in a] + ([g.radicand] if g.radicand is not None else []):
            found |= _counting(field, inside)
    return found


def _linear(n: Normalizer, index: Ratio, dummy: Ratio) -> tuple[Ratio, int] | None:
    for sign in (1, -1):
        rest = n.field.subtract(index, dummy if sign > 0 else n.field.negative(dummy))
        if not depends(n.field, rest.num, dummy) and rest.den.is_constant():
            return rest, sign
    return None


def _term(n: Normalizer, series: Series, at: Ratio) -> Ratio:
    """The term that the counting generator's value ``at`` gives."""
    index = n.field.add(series.start, at if series.sign > 0 else n.field.negative(at))
    with n.binding(series.variable, index):
        if at is series.dummy:
            with n.where(), n.inside(series):
                return n(series.body)
        return n(series.body)


def _trimmed(n: Normalizer, series: Series) -> tuple[Series, list[tuple[Ratio, bool]]]:
    """The series from 1 (or its own first step) to the horizon, and the terms to add or take away."""
    ends: list[tuple[Ratio, bool]] = []
    horizon, one = n.world.horizon(n), n.field.number(1)
    low, high = series.low, series.high
    excess = _integer(n.field.subtract(high, horizon))
    missing = _integer(n.field.subtract(low, one))
    if excess is not None:
        for k in range(min(excess, 0), max(excess, 0)):
            ends.append((_term(n, series, n.field.add(horizon, n.field.number(k + 1))), excess > 0))
        high = horizon
    if missing is not None:
        for k in range(min(missing, 0), max(missing, 0)):
            ends.append((_term(n, series, n.field.number(k + 1)), missing < 0))
        low = one
    return series._replace(low=low, high=high), ends


def _integer(a: Ratio) -> int | None:
    if not (a.num.is_constant() and a.den.is_constant()):
        return None
    value = a.num.leading_coefficient() if a.num else fmpq(0)
    return int(value) if value.q == 1 and abs(value) <= MAX_STEPS else None


def depends(field: Field, p: Poly, on: Ratio) -> bool:
    """Whether a generator in p is, or is made from, the generator ``on``."""
    return any(generator_depends(field, g, on) for g in field.used(p))


def generator_depends(field: Field, g: Generator, on: Ratio) -> bool:
    if field.poly(g) == on.num:
        return True
    inside = [x for a in g.args for x in a] + ([g.radicand] if g.radicand is not None else [])
    return any(depends(field, p, on) for p in inside)


class Part(NamedTuple):
    """A term's part free of the counting generator, and the rest of it."""

    free: Ratio
    bound: Ratio


def parts_of(n: Normalizer, general: Ratio, dummy: Ratio) -> list[Part]:
    """The general term as a sum of parts, the bound factors of equal kind together."""
    field = n.field
    constant, divisors = field.factors(general.den)
    free_den, bound_den = field.context.constant(constant), field.one
    for factor, exponent in divisors:
        if depends(field, factor, dummy):
            bound_den = field.times(bound_den, field.poly_power(factor, exponent))
        else:
            free_den = field.times(free_den, field.poly_power(factor, exponent))
    bound_slots = {g.slot for g in field.used(general.num) if generator_depends(field, g, dummy)}
    groups: dict[tuple[int, ...], dict[tuple[int, ...], fmpq]] = {}
    for monomial, coefficient in general.num.terms():
        bound = tuple(e if s in bound_slots else 0 for s, e in enumerate(monomial))
        rest = tuple(0 if s in bound_slots else e for s, e in enumerate(monomial))
        groups.setdefault(bound, {})[rest] = coefficient
    made: list[Part] = []
    for bound, rest in groups.items():
        free = field.make(field.context.from_dict(rest), free_den)
        made.append(Part(free, field.make(field.context.from_dict({bound: fmpq(1)}), bound_den)))
    return made


def sum_of(n: Normalizer, general: Ratio, dummy: Ratio, low: Ratio, high: Ratio) -> Ratio:
    """The sum of the general term from low to high."""
    total = n.field.number(0)
    for free, bound in parts_of(n, general, dummy):
        value = _sum_of_part(n, bound, dummy, low, high)
        total = n.field.add(total, n.field.multiply(free, value))
    return total


def _closed(n: Normalizer, series: Series, general: Ratio) -> Ratio | None:
    """The closed form, where every part has one."""
    total = n.field.number(0)
    for free, bound in parts_of(n, general, series.dummy):
        value = _closed_part(n, bound, series.dummy, series.low, series.high)
        if value is None:
            return None
        total = n.field.add(total, n.field.multiply(free, value))
    return total


def _sum_of_part(n: Normalizer, bound: Ratio, dummy: Ratio, low: Ratio, high: Ratio) -> Ratio:
    closed = _closed_part(n, bound, dummy, low, high)
    if closed is not None:
        return closed
    with n.where():
        signs = n.signs.of_ratio(bound)
    range = NONNEGATIVE_RANGE if signs <= NONNEGATIVE else REAL
    name = f"Sum({n.show(bound)}, {n.show(dummy)}={n.show(low)}..{n.show(high)})"
    return n.named(("sum", str(bound), str(low), str(high)), name, range, args=(bound, low, high, dummy))


def _closed_part(n: Normalizer, bound: Ratio, dummy: Ratio, low: Ratio, high: Ratio) -> Ratio | None:
    field = n.field
    one = field.number(1)
    if bound.num.is_one() and bound.den.is_one():
        return field.add(field.subtract(high, low), one)
    if bound.den.is_one() and field.used(bound.num) == [field.used(dummy.num)[0]]:
        return _power_sum(n, int(bound.num.total_degree()), low, high)
    ratio = _geometric_ratio(n, bound, dummy)
    if ratio is None or field.equal(ratio, one):
        return None
    first, after = powers.power(n, ratio, low), powers.power(n, ratio, field.add(high, one))
    return field.divide(field.subtract(first, after), field.subtract(one, ratio))


def _geometric_ratio(n: Normalizer, bound: Ratio, dummy: Ratio) -> Ratio | None:
    """q where the part is q**i, else None."""
    total = n.field.number(1)
    for p, inverted in ((bound.num, False), (bound.den, True)):
        if len(p) != 1:
            return None
        for g in n.field.used(p):
            if g.power_of is None or not n.field.equal(g.args[1], dummy):
                return None
            base = n.field.power(g.power_of, int(p.degrees()[g.slot]))
            total = n.field.multiply(total, n.inverse(base) if inverted else base)
    return total


_FAULHABER: dict[int, tuple[tuple[int, fmpq], ...]] = {
    1: ((1, fmpq(1, 2)), (2, fmpq(1, 2))),
    2: ((1, fmpq(1, 6)), (2, fmpq(1, 2)), (3, fmpq(1, 3))),
    3: ((2, fmpq(1, 4)), (3, fmpq(1, 2)), (4, fmpq(1, 4))),
    4: ((1, fmpq(-1, 30)), (3, fmpq(1, 3)), (4, fmpq(1, 2)), (5, fmpq(1, 5))),
}
"""1**k + ... + m**k as a polynomial in m, by k: (exponent, coefficient)."""


def _power_sum(n: Normalizer, k: int, low: Ratio, high: Ratio) -> Ratio | None:
    if k not in _FAULHABER:
        return None
    before = n.field.subtract(low, n.field.number(1))
    ends: list[Ratio] = []
    for m in (high, before):
        total = n.field.number(0)
        for exponent, coefficient in _FAULHABER[k]:
            total = n.field.add(total, n.field.multiply(n.field.number(coefficient), n.field.power(m, exponent)))
        ends.append(total)
    return n.field.subtract(*ends)


def _product_of(n: Normalizer, factor: Poly, series: Series) -> Ratio:
    counts = n.field.used(series.dummy.num)[0]
    with n.where():
        low = _integer(series.low)
        if low is None and n.signs.of_ratio(series.low) == PLUS:
            low = 1  # the variable is an integer
        with n.signs.ranging(counts, counts.range if low is None else Range(fmpq(low))):
            range = POSITIVE if n.signs.of(factor) == PLUS else REAL
    name = f"Product({n.text(factor)}, {n.show(series.dummy)}={n.show(series.low)}..{n.show(series.high)})"
    key = ("product", str(factor), str(series.low), str(series.high))
    return n.named(key, name, range, args=(Ratio(factor, n.field.one), series.low, series.high))
