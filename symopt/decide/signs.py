"""The signs a polynomial may have, from the ranges of its generators.

A polynomial is shown non-negative by substitution: each generator is written through
variables that run over the non-negative numbers (b in [0, 1] as z/(1 + z), t >= 1 as 1 + z, a
real generator through its square), and then every coefficient is non-negative. It is shown
positive when, besides, a term survives wherever variables reach an end that they attain.
"""

from __future__ import annotations

from collections.abc import Generator as Generating
from contextlib import contextmanager
from typing import NamedTuple

from flint import fmpq

from symopt.decide.budget import MAX_TERMS
from symopt.decide.field import Field, Generator, Poly, Ratio
from symopt.decide.ranges import ANY, MINUS, NONNEGATIVE, PLUS, ZERO, Range, range_of_signs
from symopt.decide.ranges import Signs as SignSet

MAX_ENDS = 6
"""Generators with two attained ends, each doubling the vertices to look at."""
MAX_SIGN_DEGREE = 24
MAX_SIGN_TERMS = 120


class End(NamedTuple):
    """A variable z of the substitution: whether z = 0 and z = infinity are attained, and the degree there."""

    slot: int
    at_zero: bool
    at_infinity: bool
    degree: int


class Signs:
    """Signs of polynomials of one field, and what a branch of a case distinction assumes about them."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.zeros: list[Poly] = []
        self.facts: dict[str, SignSet] = {}
        self._narrowed: dict[int, Range] = {}
        self._known: dict[tuple[str, bool], SignSet] = {}
        self._ranging: dict[int, Range] = {}
        self.everywhere = 0
        """Above 0, only what holds at every coordinate and step is used: no branch's assumption."""

    def of(self, p: Poly) -> SignSet:
        """The signs that p may have."""
        if p.is_constant():
            return ZERO if p.is_zero() else (PLUS if p.leading_coefficient() > 0 else MINUS)
        if not self.field.real(p):
            return ANY
        key = (str(p), bool(self.everywhere))
        if key not in self._known:
            self._known[key] = self._fact(p) & self._computed(p)
        return self._known[key]

    def of_ratio(self, a: Ratio) -> SignSet:
        """The signs that a may have: those of its irreducible factors, and what is known of them as a whole."""
        constant, factors = self.field.factors(a.num)
        signs = ZERO if constant == 0 else (PLUS if constant > 0 else MINUS)
        for factor, exponent in factors + self.field.factors(a.den)[1]:
            own = self.of(factor)
            signs = times(signs, own if exponent % 2 else squares(own))
        constant = self.field.factors(a.den)[0]
        signs = signs if constant > 0 else times(signs, MINUS)
        if a.den.is_constant() and not a.num.is_constant():
            whole = self._fact(a.num)
            signs &= whole if a.den.leading_coefficient() > 0 else times(whole, MINUS)
        return signs

    def assume(self, p: Poly, signs: SignSet) -> None:
        """Suppose, in this branch, that p has one of the signs."""
        signs = self.of(p) & signs
        key, flip = _key(p)
        self.facts[key] = times(signs, MINUS) if flip else signs
        self._known.clear()
        if signs == ZERO:
            self.zeros.append(p)
        used = self.field.used(p)
        if len(used) == 1 and p.total_degree() == 1:
            slope, offset = p.leading_coefficient(), _constant_term(p)
            half = range_of_signs(signs if slope > 0 else times(signs, MINUS))
            old = self._range(used[0])
            self._narrowed[used[0].slot] = old.within(_shift(half, -offset / slope))

    @contextmanager
    def ranging(self, generator: Generator, bounds: Range) -> Generating[None]:
        """The generator, one that counts, runs over the bounds inside: true at every step there is."""
        old, self._ranging = self._ranging, {**self._ranging, generator.slot: bounds}
        self._known.clear()
        try:
            yield
        finally:
            self._ranging = old
            self._known.clear()

    def _fact(self, p: Poly) -> SignSet:
        if not self.facts or self.everywhere:
            return ANY
        key, flip = _key(p)
        found = self.facts.get(key, ANY)
        return times(found, MINUS) if flip else found

    def _range(self, generator: Generator) -> Range:
        known = self._ranging.get(generator.slot, generator.range)
        return known if self.everywhere else self._narrowed.get(generator.slot, known)

    def _computed(self, p: Poly) -> SignSet:
        used = self.field.used(p)
        if len(p) == 1:
            signs = PLUS if p.leading_coefficient() > 0 else MINUS
            for generator in used:
                own = self._range(generator).signs()
                signs = times(signs, own if p.degrees()[generator.slot] % 2 else squares(own))
            return signs
        found = self._by_substitution(p, used)
        if found != ANY:
            return found
        return times(self._by_substitution(-p, used), MINUS)

    def _by_substitution(self, p: Poly, used: list[Generator]) -> SignSet:
        """PLUS or NONNEGATIVE where the substitution shows it, else ANY."""
        if len(p) > MAX_SIGN_TERMS or p.total_degree() > MAX_SIGN_DEGREE:
            return ANY
        ends: list[End] = []
        for generator in used:
            self.field.budget.check()
            bounds = self._range(generator)
            degree = p.degrees()[generator.slot]
            if degree == 0:
                continue
            if bounds.low is None and bounds.high is None:
                if any(m[generator.slot] % 2 for m in p.monoms()):
                    return ANY
                ends.append(End(generator.slot, True, False, degree))
                continue
            p = self._substituted(p, generator.slot, degree, bounds)
            ends.append(_end(generator.slot, degree, bounds))
            if len(p) > MAX_TERMS:
                return ANY
        if any(c < 0 for c in p.coeffs()):
            return ANY
        return PLUS if _survives(p.monoms(), ends) else NONNEGATIVE

    def _substituted(self, p: Poly, slot: int, degree: int, bounds: Range) -> Poly:
        if bounds.low == 0 and bounds.high is None:
            return p
        z = self.field.poly(self.field.generator_at(slot))
        if bounds.high is None:
            assert bounds.low is not None
            top, bottom = z + bounds.low, self.field.one
        elif bounds.low is None:
            top, bottom = bounds.high - z, self.field.one
        else:
            top, bottom = bounds.low + bounds.high * z, 1 + z
        parts: dict[int, dict[tuple[int, ...], fmpq]] = {}
        for monomial, coefficient in p.terms():
            rest = (*monomial[:slot], 0, *monomial[slot + 1 :])
            parts.setdefault(int(monomial[slot]), {})[rest] = coefficient
        total = self.field.zero
        for k, part in parts.items():
            total += self.field.context.from_dict(part) * top**k * bottom ** (degree - k)
        return total


def times(a: SignSet, b: SignSet) -> SignSet:
    """The signs of products."""
    return frozenset(x * y for x in a for y in b)


def squares(a: SignSet) -> SignSet:
    """The signs of squares."""
    return frozenset(x * x for x in a)


def _key(p: Poly) -> tuple[str, bool]:
    lead = p.leading_coefficient()
    return str(p / lead), bool(lead < 0)


def _constant_term(p: Poly) -> fmpq:
    return sum((c for m, c in p.terms() if not any(m)), fmpq(0))


def _shift(bounds: Range, by: fmpq) -> Range:
    low = None if bounds.low is None else bounds.low + by
    high = None if bounds.high is None else bounds.high + by
    return Range(low, high, bounds.low_open, bounds.high_open)


def _end(slot: int, degree: int, bounds: Range) -> End:
    if bounds.low is None:
        return End(slot, not bounds.high_open, False, degree)
    both = bounds.high is not None
    return End(slot, not bounds.low_open, both and not bounds.high_open, degree)


def _survives(monomials: list[tuple[int, ...]], ends: list[End]) -> bool:
    """Whether at each vertex of attained ends some monomial is not zero."""
    if sum(end.at_zero and end.at_infinity for end in ends) > MAX_ENDS:
        return False
    if not ends:
        return bool(monomials)
    end, rest = ends[0], ends[1:]
    vertices = [
        [m for m in monomials if attained(m[end.slot], end.degree)]
        for wanted, attained in (
            (end.at_zero, lambda power, _: power == 0),
            (end.at_infinity, lambda power, degree: power == degree),
            (not end.at_zero and not end.at_infinity, lambda *_: True),
        )
        if wanted
    ]
    return all(_survives(v, rest) for v in vertices)
