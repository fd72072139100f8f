"""Sums over the roots of a polynomial: power sums at numbers, and reduction modulo the polynomial at symbols.

With q the polynomial, made monic, of degree d: a sum of r**k over its roots is Newton's power sum, a polynomial in the
coefficients. Where the exponent has a symbolic part e, r**(e + k) is r**(e - B) times the rest of r**(k + B) modulo q;
the sums of r**(e - B + j) for j < d are quantities of their own, between which nothing but that is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp
from flint import fmpq

from symopt.decide.budget import Undecidable, Undefined
from symopt.decide.field import Ratio
from symopt.decide.ranges import REAL

if TYPE_CHECKING:
    from symopt.decide.normal import Normalizer

_BASE = 16
"""B: exponents are counted from the symbolic part less this, so that remainders have no negative powers."""
_MAX_POWER = 200


def sum_over_roots(n: Normalizer, e: Any) -> Ratio:
    """The element that a `SumOverRoots` is. Raises Undecidable where its body is no sum of powers of the root."""
    ring = _Quotient(n, e.polynomial, e.variable)
    total = n.field.number(0)
    expanded: Any = sp.expand(e.body)
    for term in sp.Add.make_args(expanded):
        coefficient, exponent = _separated(term, e.variable)
        factor = n(coefficient)
        if not factor.num.is_zero():
            total = n.field.add(total, n.field.multiply(factor, ring.power_sum(n(exponent))))
    return total


def _separated(term: Any, variable: Any) -> tuple[Any, Any]:
    """(c, k) where the term is c r**k."""
    coefficient, exponent = sp.S.One, sp.S.Zero
    for factor in sp.Mul.make_args(term):
        base, power = factor.as_base_exp()
        if base == variable:
            exponent += power
        elif factor.has(variable):
            raise Undecidable(f"{str(factor)[:60]} is no power of the root")
        else:
            coefficient *= factor
    return coefficient, exponent


class _Quotient:
    """Polynomials in r modulo q, with coefficients in the field."""

    def __init__(self, n: Normalizer, polynomial: Any, variable: Any) -> None:
        parts = sp.Poly(polynomial, variable)
        self.n, self.field = n, n.field
        leading = n.inverse(n(parts.LC()))
        # c[k] is the coefficient of r**(d - k); c[0] = 1.
        self.c = [self.field.multiply(n(a), leading) for a in parts.all_coeffs()]
        self.degree = int(parts.degree())
        if self.degree < 1:
            raise Undecidable("a constant has no roots")
        self.key = "; ".join(str(a) for a in self.c)

    def power_sum(self, exponent: Ratio) -> Ratio:
        """The sum of r**exponent over the roots."""
        shift, symbolic = self._split(exponent)
        if symbolic is None:
            if shift < 0:
                raise Undefined("a negative power of a root is taken")
            return self._newton(shift)
        total = self.field.number(0)
        for j, coefficient in enumerate(self._remainder(shift + _BASE)):
            name = f"Sum(r**({self.n.show(symbolic)} + {j - _BASE}))"
            quantity = self.n.named(("roots", self.key, str(symbolic), j), name, REAL, args=(symbolic, *self.c))
            total = self.field.add(total, self.field.multiply(coefficient, quantity))
        return total

    def _split(self, exponent: Ratio) -> tuple[int, Ratio | None]:
        """(the whole number in the exponent, the rest; None where there is none)."""
        if not exponent.den.is_one():
            raise Undecidable("an exponent of a root is a quotient")
        constant = fmpq(0)
        for monomial, coefficient in exponent.num.terms():
            if not any(monomial):
                constant = coefficient
        if constant.q != 1 or abs(int(constant.p)) > _MAX_POWER:
            raise Undecidable("an exponent of a root is no whole number, or too large")
        rest = self.field.subtract(exponent, self.field.number(constant))
        return int(constant.p), None if rest.num.is_zero() else rest

    def _newton(self, k: int) -> Ratio:
        sums = [self.field.number(self.degree)]
        for m in range(1, k + 1):
            total = self.field.number(0)
            for j in range(1, min(m - 1, self.degree) + 1):
                total = self.field.add(total, self.field.multiply(self.c[j], sums[m - j]))
            if m <= self.degree:
                total = self.field.add(total, self.field.multiply(self.field.number(m), self.c[m]))
            sums.append(self.field.negative(total))
        return sums[k]

    def _remainder(self, k: int) -> list[Ratio]:
        """The coefficients of r**k modulo q, from that of r**0 on."""
        if k < 0:
            raise Undecidable("a root is raised to too low a power")
        rest = [self.field.number(int(j == 0)) for j in range(self.degree)]
        for _ in range(k):
            top = rest[-1]
            rest = [self.field.number(0), *rest[:-1]]
            # r**d = -(c_1 r**(d - 1) + ... + c_d)
            rest = [
                self.field.subtract(a, self.field.multiply(top, self.c[self.degree - j])) for j, a in enumerate(rest)
            ]
        return rest
