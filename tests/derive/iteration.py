"""Recurrences iterated exactly, and closed forms evaluated at 50 digits, independently of each other."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import mpmath
import sympy as sp

from symopt.language import At, Sequence, t
from symopt.language.roots import SumOverRoots

DIGITS = 50
Inputs = Mapping[Sequence, list[Fraction]]


class Run:
    """The values that iterating gives; ``run(x, k)`` is x[k]."""

    def __init__(self, values: dict[tuple[str, int], Fraction], first: int) -> None:
        self.values = values
        self.first = first

    def __call__(self, x: Sequence, step: int) -> Fraction:
        return self.values[x.name, step]


def iterated(equations: list[Any], parameters: Mapping[Any, Fraction], inputs: Inputs, last: int) -> Run:
    """The recurrences run step by step in fractions, from the inputs' values at the first steps."""
    names = [e.lhs.base for e in equations]
    depth = max([1, *(int(t - r.index) for e in equations for r in e.rhs.atoms(At) if r.base in names)])
    values = {(s.name, k): v for s, vs in inputs.items() for k, v in enumerate(vs) if s not in names or k < depth}
    for step in range(depth, max(last, depth) + 1):
        for e in equations:
            values[e.lhs.base.name, step] = _fraction(e.rhs, parameters, values, step)
    return Run(values, depth - 1)


def _fraction(e: Any, parameters: Mapping[Any, Fraction], values: dict[tuple[str, int], Fraction], step: int) -> Any:
    def go(part: Any) -> Any:
        return _fraction(part, parameters, values, step)

    match e:
        case sp.Rational():
            return Fraction(int(e.p), int(e.q))
        case At():
            return values[e.base.name, int(go(e.index))]
        case sp.Symbol():
            return Fraction(step) if e == t else parameters[e]
        case sp.Add():
            return sum(map(go, e.args), Fraction(0))
        case sp.Mul():
            product = Fraction(1)
            for part in e.args:
                product *= go(part)
            return product
        case sp.Pow():
            return go(e.base) ** int(go(e.exp))
        case sp.Mod():
            return go(e.args[0]) % go(e.args[1])
        case sp.Piecewise():
            return next(go(row.expr) for row in e.args if row.cond == sp.true or go(row.cond.lhs) == go(row.cond.rhs))
    raise TypeError(f"{type(e).__name__} {e}")


def value(form: Any, parameters: Mapping[Any, Fraction], inputs: Inputs, step: int) -> Any | None:
    """The closed form at a step as an mpmath number; None where it is not defined."""
    with mpmath.workdps(DIGITS):
        try:
            return _Evaluation(parameters, inputs)(form, {t: step})
        except ZeroDivisionError:
            return None


class _Evaluation:
    """A SymPy expression in mpmath numbers, sums and products written out; 0**0 is 1."""

    def __init__(self, parameters: Mapping[Any, Fraction], inputs: Inputs) -> None:
        self.parameters = parameters
        self.inputs = inputs

    def __call__(self, e: Any, bound: Mapping[Any, Any]) -> Any:
        match e:
            case sp.Rational():
                return _number(Fraction(int(e.p), int(e.q)))
            case sp.core.numbers.ImaginaryUnit():
                return mpmath.mpc(0, 1)
            case At():
                return _number(self.inputs[e.base][int(self(e.index, bound).real)])
            case sp.Symbol():
                return mpmath.mpmathify(bound[e]) if e in bound else _number(self.parameters[e])
            case SumOverRoots():
                polynomial = sp.Poly(e.polynomial, e.variable)
                roots = mpmath.polyroots([self(c, bound) for c in polynomial.all_coeffs()], maxsteps=500, extraprec=400)
                return mpmath.fsum(self(e.body, {**bound, e.variable: root}) for root in roots)
            case sp.Add():
                return mpmath.fsum(self(p, bound) for p in e.args)
            case sp.Mul():
                return self.product(self(p, bound) for p in e.args)
            case sp.Pow():
                return self.power(self(e.base, bound), self(e.exp, bound))
            case sp.Piecewise():
                return next(self(row.expr, bound) for row in e.args if self.holds(row.cond, bound))
            case sp.Sum() | sp.Product():
                variable, low, high = e.limits[0]
                steps = range(int(self(low, bound)), int(self(high, bound)) + 1)
                parts = [self(e.function, {**bound, variable: k}) for k in steps]
                return mpmath.fsum(parts) if isinstance(e, sp.Sum) else self.product(parts)
            case sp.Mod():
                return self(e.args[0], bound) % self(e.args[1], bound)
            case sp.FallingFactorial():
                return mpmath.ff(*(self(p, bound) for p in e.args))
        raise TypeError(f"{type(e).__name__} {e}")

    @staticmethod
    def product(parts: Any) -> Any:
        total = mpmath.mpf(1)
        for part in parts:
            total *= part
        return total

    @staticmethod
    def power(base: Any, exponent: Any) -> Any:
        if exponent == int(exponent.real):
            if exponent.real < 0 and base == 0:
                raise ZeroDivisionError
            return mpmath.mpf(1) if exponent == 0 else base ** int(exponent.real)
        return mpmath.power(base, exponent)

    def holds(self, condition: Any, bound: Mapping[Any, int]) -> bool:
        if condition in (sp.true, sp.false):
            return bool(condition)
        if isinstance(condition, sp.And):
            return all(self.holds(c, bound) for c in condition.args)
        difference = mpmath.chop(self(condition.lhs, bound) - self(condition.rhs, bound), 1e-30)
        if difference.imag:  # a root of a negative number: unequal, and in no order
            return isinstance(condition, sp.Ne)
        return bool(condition.func(sp.Integer(int(mpmath.sign(difference.real))), 0))


def _number(v: Fraction) -> Any:
    return mpmath.mpf(v.numerator) / v.denominator


def close(found: Any, exact: Fraction) -> bool:
    """Whether the number found is the exact one to 25 digits; a complex form's imaginary part is 0."""
    with mpmath.workdps(DIGITS):
        right = _number(exact)
        return bool(abs(found - right) <= mpmath.mpf(10) ** -25 * (1 + abs(right)))
