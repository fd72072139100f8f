"""The field that identities are decided in.

Its elements are quotients of polynomials over the rationals in generators: symbols, powers
such as beta**(t - 1), opaque function values, and roots r with r**q = f for a polynomial f
in earlier generators. A polynomial is kept reduced: its degree in each root is below q.

Every relation used is true at every point where the expressions are defined. Relations that
exist between generators and are not known here make the field miss an identity; they cannot
make it find a false one.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from symopt.decide.budget import MAX_FACTOR_TERMS, MAX_GCD, MAX_TERMS, Budget, Overflow, Undecidable, Undefined
from symopt.decide.ranges import REAL, Range

Poly = fmpq_mpoly


class Ratio(NamedTuple):
    """An element of the field. The denominator is not the zero polynomial."""

    num: Poly
    den: Poly

    def __str__(self) -> str:
        return f"({self.num})/({self.den})"


@dataclass(slots=True)
class Generator:
    """One generator: what it stands for, where its values lie, and the relation it satisfies if it is a root."""

    name: str
    key: Hashable
    slot: int
    range: Range
    integer: bool = False
    order: int = 0
    radicand: Poly | None = None
    args: tuple[Ratio, ...] = ()
    power_of: Ratio | None = None
    real: bool = True


@lru_cache(maxsize=8)
def _context(size: int) -> tuple[Any, tuple[Poly, ...]]:
    context = fmpq_mpoly_ctx.get([f"x{i}" for i in range(size)], Ordering.lex)
    return context, tuple(context.gens())


class Field:
    """A field that grows a generator at a time, later ones greater in the lexicographic order."""

    def __init__(self, size: int, budget: Budget) -> None:
        self.budget = budget
        self.size = size
        self.context, self._gens = _context(size)
        self.generators: list[Generator] = []
        self._keys: dict[Hashable, Generator] = {}
        self._roots: list[tuple[int, int, Poly]] = []
        self.one: Poly = self.context.constant(1)
        self.zero: Poly = self.context.constant(0)

    # Generators

    def find(self, key: Hashable) -> Generator | None:
        return self._keys.get(key)

    def add_generator(self, key: Hashable, name: str, range: Range = REAL, **rest: Any) -> Generator:
        if len(self.generators) == self.size:
            raise Overflow(f"more than {self.size} quantities occur")
        made = Generator(name, key, self.size - 1 - len(self.generators), range, **rest)
        inside = [p for a in made.args for p in a] + ([made.radicand] if made.radicand is not None else [])
        made.real = made.real and all(self.real(p) for p in inside)
        self.generators.append(made)
        self._keys[key] = made
        return made

    def add_root(self, key: Hashable, name: str, order: int, radicand: Poly, range: Range, **rest: Any) -> Generator:
        made = self.add_generator(key, name, range, order=order, radicand=radicand, **rest)
        self._roots.append((made.slot, order, self._gens[made.slot] ** order - radicand))
        return made

    def poly(self, generator: Generator) -> Poly:
        return self._gens[generator.slot]

    def ratio(self, generator: Generator) -> Ratio:
        return Ratio(self._gens[generator.slot], self.one)

    def generator_at(self, slot: int) -> Generator:
        return self.generators[self.size - 1 - slot]

    def used(self, p: Poly) -> list[Generator]:
        """The generators that occur in p."""
        return [self.generator_at(slot) for slot, degree in enumerate(p.degrees()) if degree > 0]

    def real(self, p: Poly) -> bool:
        """Whether the polynomial's values are real numbers; the others have no sign."""
        return all(g.real for g in self.used(p))

    def number(self, value: Any) -> Ratio:
        return Ratio(self.context.constant(value), self.one)

    # Arithmetic of polynomials

    def reduce(self, p: Poly) -> Poly:
        for slot, order, relation in reversed(self._roots):
            degree = p.degrees()[slot]
            if degree >= order:
                self.budget.check_power(len(relation), 1, 1, max(1, degree // order))
                p = divmod(p, relation)[1]
        return p

    def times(self, p: Poly, q: Poly) -> Poly:
        self.budget.check_product(len(p) * len(q))
        product = p * q
        if self._roots:
            product = self.reduce(product)
        if len(product) > MAX_TERMS:
            raise Undecidable(f"a polynomial has more than {MAX_TERMS} terms")
        return product

    def poly_power(self, p: Poly, n: int) -> Poly:
        if n == 1:
            return p
        coefficients = p.coeffs()
        bits = max((_bits(c) for c in coefficients), default=1)
        self.budget.check_power(len(coefficients), max(p.degrees(), default=0), bits, n)
        return self.reduce(p**n)

    def factors(self, p: Poly) -> tuple[fmpq, list[tuple[Poly, int]]]:
        """A constant and irreducible factors with exponents (irreducible as polynomials, roots being variables)."""
        self.budget.check()
        if p.is_constant():
            return p.leading_coefficient() if p else fmpq(0), []
        if len(p) > MAX_FACTOR_TERMS:
            raise Undecidable(f"a polynomial of more than {MAX_FACTOR_TERMS} terms would have to be factored")
        constant, factors = p.factor()
        return fmpq(constant), [(f, int(e)) for f, e in factors]

    # Arithmetic of quotients

    def make(self, num: Poly, den: Poly) -> Ratio:
        """num / den in lowest terms, where they are small enough for that to be worth its price."""
        if den.is_zero():
            raise Undefined("a denominator is zero")
        if num.is_zero():
            return Ratio(self.zero, self.one)
        if den.is_constant():
            return Ratio(num / den, self.one)
        if len(num) * len(den) <= MAX_GCD:
            self.budget.check()
            common = num.gcd(den)
            if not common.is_constant():
                num, den = num / common, den / common
        lead = den.leading_coefficient()
        return Ratio(num / lead, den / lead) if lead != 1 else Ratio(num, den)

    def add(self, a: Ratio, b: Ratio) -> Ratio:
        if a.den == b.den:
            return self.make(a.num + b.num, a.den)
        if a.den.is_constant():
            return Ratio(self.times(a.num, b.den) + b.num, b.den)
        if b.den.is_constant():
            return Ratio(self.times(b.num, a.den) + a.num, a.den)
        num = self.times(a.num, b.den) + self.times(b.num, a.den)
        return self.make(num, self.times(a.den, b.den))

    def negative(self, a: Ratio) -> Ratio:
        return Ratio(-a.num, a.den)

    def subtract(self, a: Ratio, b: Ratio) -> Ratio:
        return self.add(a, Ratio(-b.num, b.den))

    def multiply(self, a: Ratio, b: Ratio) -> Ratio:
        num, den = self.times(a.num, b.num), self.times(a.den, b.den)
        return Ratio(num, den) if den.is_one() else self.make(num, den)

    def inverse(self, a: Ratio) -> Ratio:
        if a.num.is_zero():
            raise Undefined("a denominator is zero")
        lead = a.num.leading_coefficient()
        return Ratio(a.den / lead, a.num / lead)

    def divide(self, a: Ratio, b: Ratio) -> Ratio:
        return self.multiply(a, self.inverse(b))

    def power(self, a: Ratio, n: int) -> Ratio:
        if n == 0:
            return self.number(1)
        if n < 0:
            a, n = self.inverse(a), -n
        return self.make(self.poly_power(a.num, n), self.poly_power(a.den, n))

    def equal(self, a: Ratio, b: Ratio) -> bool:
        """Whether a and b are one element, by cross multiplication."""
        if a.num == b.num and a.den == b.den:
            return True
        return self.difference(a, b).is_zero()

    def difference(self, a: Ratio, b: Ratio) -> Poly:
        """The numerator of a - b over the product of the denominators, reduced."""
        return self.reduce(self.times(a.num, b.den) - self.times(b.num, a.den))


def _bits(value: fmpq) -> int:
    return max(int(value.p).bit_length(), int(value.q).bit_length())
