"""Expressions in an optimizer's quantities that have the values of a sequence in a run: what to try to prove."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, product

import sympy as sp
from flint import fmpq

from symopt.decide import matchings
from symopt.decide.budget import Undecidable
from symopt.decide.evaluate import Number, ball, differ, multiply, subtract
from symopt.language.optimizer import Optimizer

_ZERO = fmpq(0)
_MEANINGS = 4
"""Expressions that one number is taken to stand for, at most."""


class Fits:
    """Looks for what has given values.

    Args:
        a: the optimizer in whose quantities the expressions are.
        value: an expression's value at a step of the run; raises Undecidable where it has none.
        last: the last step of the run.
    """

    def __init__(self, a: Optimizer, value: Callable[[sp.Expr, int], Number], last: int) -> None:
        self.value = value
        self.last = last
        self.bases = [(e, self._all(e)) for e in matchings.bases(a)]
        self.states = self.bases[: len(a.states)]
        constant = [(e, value(e, last)) for e in matchings.constant_factors(a)]
        self.constant = [signed for e, x in constant for signed in ((e, x), (-e, multiply(fmpq(-1), x)))]
        moving = [(e, x) for e in matchings.moving_factors(a) if (x := self._all(e)[last]) is not None]
        self.factors = [((f, m), multiply(x, y)) for m, y in moving for f, x in self.constant]

    def of(self, values: list[Number]) -> Iterator[sp.Expr]:
        """Expressions with these values at the steps from 0 on: one term, else two.

        One that has no value at step 0 is taken by the others.
        """
        single = [e for e in self._terms(values) if self._agrees(e, values)]
        yield from single or (e for e in self._sums(values) if self._agrees(e, values))

    def _terms(self, values: list[Number]) -> Iterator[sp.Expr]:
        for e, there in self.bases:
            ratio = _quotient(values[self.last], there[self.last])
            if ratio is not None:
                yield from (factor * moving * e for (factor, moving), x in self.factors if not differ(ratio, x))

    def _sums(self, values: list[Number]) -> Iterator[sp.Expr]:
        for (e, x), (f, y) in combinations(self.states, 2):
            found = _solved(x, y, values, self.last)
            if found is not None:
                options = [self._meanings(c) for c in found]
                yield from (c * e + d * f for c, d in product(*options))

    def _meanings(self, number: Number) -> list[sp.Expr]:
        return [e for e, x in self.constant if not differ(number, x)][:_MEANINGS]

    def _agrees(self, e: sp.Expr, values: list[Number]) -> bool:
        there = self._all(e)
        pairs = [(x, y) for x, y in zip(there, values, strict=True) if x is not None]
        return len(pairs) >= self.last and not any(differ(x, y) for x, y in pairs)

    def _all(self, e: sp.Expr) -> list[Number | None]:
        return [self._at(e, step) for step in range(self.last + 1)]

    def _at(self, e: sp.Expr, step: int) -> Number | None:
        try:
            return self.value(e, step)
        except Undecidable:
            return None


def _quotient(a: Number, b: Number | None) -> Number | None:
    if b is None or not differ(b, _ZERO):
        return None
    return a / b if isinstance(a, fmpq) and isinstance(b, fmpq) else ball(a) / ball(b)


def _solved(x: list[Number | None], y: list[Number | None], z: list[Number], last: int) -> tuple[Number, Number] | None:
    """(c, d) with c x + d y = z at the last two steps."""
    one, two = (last - 1, last)
    a, b, c, d = x[one], y[one], x[two], y[two]
    if a is None or b is None or c is None or d is None:
        return None
    size = subtract(multiply(a, d), multiply(b, c))
    first = subtract(multiply(z[one], d), multiply(b, z[two]))
    second = subtract(multiply(a, z[two]), multiply(z[one], c))
    left, right = _quotient(first, size), _quotient(second, size)
    return None if left is None or right is None else (left, right)
