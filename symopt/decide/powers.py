"""Powers, roots, absolute values and exponentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flint import fmpq, fmpz

from symopt.decide.budget import MAX_STEPS, Undecidable, Undefined
from symopt.decide.field import Field, Poly, Ratio
from symopt.decide.ranges import (
    FROM_ONE,
    MINUS,
    NONNEGATIVE,
    NONNEGATIVE_RANGE,
    NONPOSITIVE,
    PLUS,
    POSITIVE,
    REAL,
    UNIT,
    Range,
)

if TYPE_CHECKING:
    from symopt.decide.normal import Normalizer

Monomial = tuple[int, ...]
_FACTOR_BITS = 64


# Roots


def root(n: Normalizer, a: Ratio, order: int) -> Ratio:
    """a**(1/order).

    sqrt(n/d) = sqrt(n d)/|d|, and the root of a product is split into roots of its factors
    where their signs are known; factors of unknown sign stay together under one root.
    """
    # Kept, so that what a branch assumes later does not give one root two forms.
    _check_real(n, a)
    key = (str(a), order, bool(n.signs.everywhere))
    if key not in n.roots:
        n.roots[key] = _root(n, a, order)
    return n.roots[key]


def _root(n: Normalizer, a: Ratio, order: int) -> Ratio:
    field = n.field
    if a.num.is_zero():
        return Ratio(field.zero, field.one)
    if order > 16:
        raise Undecidable(f"a root of order {order} is too high")
    radicand = field.times(a.num, field.poly_power(a.den, order - 1))
    constant, factors = field.factors(radicand)
    if order != 2 and not (constant > 0 and all(n.signs.of(f) <= NONNEGATIVE for f, _ in factors)):
        return n.applied(f"root {order}", (a,))
    outside, mixed = field.number(1), field.one
    for factor, exponent in factors:
        whole, rest = divmod(exponent, order)
        if whole:
            size = Ratio(factor, field.one) if whole % 2 == 0 and order == 2 else absolute(n, Ratio(factor, field.one))
            outside = field.multiply(outside, field.power(size, whole))
        if rest and n.signs.of(factor) <= NONNEGATIVE:
            outside = field.multiply(outside, field.power(_root_of(n, factor, order), rest))
        elif rest and n.signs.of(factor) <= NONPOSITIVE:
            outside, constant = field.multiply(outside, _root_of(n, -factor, order)), -constant
        elif rest:
            mixed = field.times(mixed, factor)
    if constant < 0:
        mixed = -mixed
    if mixed.is_constant() and not mixed.is_one():
        raise Undefined("a root of a negative number is taken")
    if not mixed.is_constant():
        outside = field.multiply(outside, _root_of(n, mixed, 2))
    size = absolute(n, Ratio(a.den, field.one)) if order == 2 else Ratio(a.den, field.one)
    return field.divide(field.multiply(outside, _root_of_number(n, abs(constant), order)), size)


def _root_of(n: Normalizer, radicand: Poly, order: int) -> Ratio:
    """The generator r >= 0 with r**order = radicand."""
    key = ("root", order, str(radicand))
    found = n.field.find(key)
    if found is None:
        with n.where():
            positive = n.signs.of(radicand) == PLUS
        name = f"sqrt({n.text(radicand)})" if order == 2 else f"({n.text(radicand)})**(1/{order})"
        found = n.field.add_root(key, name, order, radicand, POSITIVE if positive else NONNEGATIVE_RANGE)
    return n.field.ratio(found)


def _root_of_number(n: Normalizer, value: fmpq, order: int) -> Ratio:
    """(p/q)**(1/order) = (p q**(order-1))**(1/order) / q, with the roots of primes as generators."""
    p, q = fmpz(value.p), fmpz(value.q)
    total = n.field.number(fmpq(1, q))
    for prime, exponent in _factored(p * q ** (order - 1)):
        whole, rest = divmod(exponent, order)
        total = n.field.multiply(total, n.field.number(fmpq(prime) ** whole))
        if rest:
            r = _root_of(n, n.field.context.constant(prime), order)
            total = n.field.multiply(total, n.field.power(r, rest))
    return total


def _factored(value: fmpz) -> list[tuple[int, int]]:
    """Prime factors of a small number; a large one is left whole, up to its being a square."""
    if int(value).bit_length() <= _FACTOR_BITS:
        return [(int(p), int(e)) for p, e in value.factor()]
    half = value.isqrt()
    return [(int(half), 2)] if half * half == value else [(int(value), 1)]


def _check_real(n: Normalizer, a: Ratio) -> None:
    if not (n.field.real(a.num) and n.field.real(a.den)):
        raise Undecidable(f"{n.show(a)} may be complex: its roots and its size are not computed with")


def absolute(n: Normalizer, a: Ratio) -> Ratio:
    """|a|, factor by factor, with a case distinction on each sign that is unknown."""
    _check_real(n, a)
    field = n.field
    constant, factors = field.factors(a.num)
    under, divisors = field.factors(a.den)
    num, den = field.context.constant(abs(constant)), field.context.constant(abs(under))
    for factor, exponent in factors:
        num = field.times(num, field.poly_power(_absolute_factor(n, factor, exponent), exponent))
    for factor, exponent in divisors:
        den = field.times(den, field.poly_power(_absolute_factor(n, factor, exponent), exponent))
    return field.make(num, den)


def _absolute_factor(n: Normalizer, p: Poly, exponent: int) -> Poly:
    if exponent % 2 == 0:
        return p
    signs = n.signs.of(p)
    if n.signs.everywhere and not (signs <= NONNEGATIVE or signs <= NONPOSITIVE):
        # At other coordinates and steps the sign may be another: |p| is only the root of p**2.
        return _root_of(n, n.field.poly_power(p, 2), 2).num
    return p if n.split(p, (NONNEGATIVE, NONPOSITIVE)) <= NONNEGATIVE else -p


# Powers


def power(n: Normalizer, base: Ratio, exponent: Ratio) -> Ratio:
    """base**exponent, split along the exponent's terms: b**(2*t - 1) is (b**t)**2 / b."""
    field = n.field
    if base.num.is_zero():
        if n.signs.of_ratio(exponent) == PLUS:
            return base
        raise Undecidable("a power of zero")
    if not exponent.den.is_constant():
        return _opaque_power(n, base, exponent)
    terms = list(exponent.num.terms())
    with n.where():
        positive = n.signs.of_ratio(base) == PLUS
        nonnegative = positive or n.signs.of_ratio(base) <= NONNEGATIVE
    symbolic = [(m, c) for m, c in terms if any(m)]
    if not positive and any(not _whole(field, m) for m, _ in symbolic):
        return _opaque_power(n, base, exponent)
    if not nonnegative and symbolic and any(c.q != 1 for _, c in terms):
        return _opaque_power(n, base, exponent)
    total = rational_power(n, base, next((c for m, c in terms if not any(m)), fmpq(0)))
    for monomial, coefficient in symbolic:
        total = field.multiply(total, rational_power(n, _atom_power(n, base, monomial), coefficient))
    return total


def rational_power(n: Normalizer, base: Ratio, exponent: fmpq) -> Ratio:
    p, q = int(exponent.p), int(exponent.q)
    if q != 1:
        base = root(n, base, q)
    if p < 0:
        base, p = n.inverse(base), -p
    return n.field.power(base, p)


def _opaque_power(n: Normalizer, base: Ratio, exponent: Ratio) -> Ratio:
    return n.applied("power", (base, exponent))


def _whole(field: Field, monomial: Monomial) -> bool:
    return all(field.generator_at(s).integer for s, e in enumerate(monomial) if e)


def _atom_power(n: Normalizer, base: Ratio, monomial: Monomial) -> Ratio:
    """base**monomial, a product of powers of the base's irreducible factors."""
    field = n.field
    constant, factors = field.factors(base.num)
    under, divisors = field.factors(base.den)
    exponent = Ratio(field.context.from_dict({monomial: fmpq(1)}), field.one)
    total = field.number(1)
    constant = constant / under
    with n.where():
        both = factors + [(f, -e) for f, e in divisors]
        signed = [(-f, e, e % 2) if n.signs.of(f) == MINUS else (f, e, 0) for f, e in both]
    if sum(odd for _, _, odd in signed) % 2:
        constant = -constant
    if constant < 0:
        minus = field.find(("minus", monomial)) or field.add_root(
            ("minus", monomial), f"(-1)**({n.show(exponent)})", 2, field.one, Range(fmpq(-1), fmpq(1))
        )
        total = field.ratio(minus)
    numbers = [(prime, e) for prime, e in _factored(fmpz(abs(constant.p)))]
    numbers += [(prime, -e) for prime, e in _factored(fmpz(constant.q))]
    parts = [(field.context.constant(prime), e) for prime, e in numbers]
    for factor, e in parts + [(f, e) for f, e, _ in signed]:
        value = _factor_power(n, factor, exponent)
        total = field.multiply(total, field.power(value if e > 0 else n.inverse(value), abs(e)))
    return total


def _factor_power(n: Normalizer, factor: Poly, exponent: Ratio) -> Ratio:
    """factor**exponent; for an exponent t >= k as factor**k * factor**(t - k), whose bounds are the sharper ones."""
    field = n.field
    counted = _counted_from(field, exponent.num)
    key = ("power", str(factor), str(exponent.num))
    found = field.find(key)
    if found is None:
        base = n.text(factor) if len(factor) == 1 else f"({n.text(factor)})"
        name = f"{base}**({n.show(exponent)}{f' - {counted}' if counted else ''})"
        range = _power_range(n, factor, exponent, counted > 0)
        found = field.add_generator(
            key, name, range, args=(Ratio(factor, field.one), exponent), power_of=Ratio(factor, field.one)
        )
    value = field.ratio(found)
    return field.multiply(value, field.power(Ratio(factor, field.one), counted)) if counted else value


def _counted_from(field: Field, exponent: Poly) -> int:
    """k where the exponent is a generator that counts k, k + 1, ... from some k >= 1; else 0."""
    used = field.used(exponent)
    if len(used) == 1 and exponent.total_degree() == 1 and used[0].integer:
        low = used[0].range.low
        if low is not None and 1 <= low <= MAX_STEPS and exponent.leading_coefficient() == 1 and len(exponent) == 1:
            return int(low)
    return 0


def _power_range(n: Normalizer, factor: Poly, exponent: Ratio, counted: bool) -> Range:
    with n.where():
        signs = n.signs.of(factor)
        natural = counted or n.signs.of(exponent.num) <= NONNEGATIVE
        if signs <= NONNEGATIVE and natural and n.signs.of(1 - factor) <= NONNEGATIVE:
            return Range(fmpq(0), fmpq(1), signs == PLUS) if signs == PLUS else UNIT
        if natural and n.signs.of(factor - 1) <= NONNEGATIVE:
            return FROM_ONE
    if signs == PLUS:
        return POSITIVE
    return NONNEGATIVE_RANGE if signs <= NONNEGATIVE else REAL


# Exponentials


def exponential(n: Normalizer, a: Ratio) -> Ratio:
    """exp of a sum as a product: exp(2*x - y) is exp(x)**2 / exp(y)."""
    field = n.field
    if not a.den.is_constant():
        return n.applied("exp", (a,), POSITIVE)
    total = field.number(1)
    for monomial, coefficient in a.num.terms():
        p, q = int(coefficient.p), int(coefficient.q)
        part: Any = Ratio(field.context.from_dict({monomial: fmpq(1, q)}), field.one)
        value = n.applied("exp", (part,), POSITIVE)
        if p.bit_length() > 32:
            raise Undecidable("an exponent is too large")
        total = field.multiply(total, field.power(value if p > 0 else field.inverse(value), abs(p)))
    return total
