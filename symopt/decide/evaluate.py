"""Values of expressions at given numbers: exact fractions where possible, else balls that enclose the value."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import sympy as sp
from flint import arb, ctx, fmpq, fmpz
from sympy.core.relational import Relational

from symopt.decide.budget import MAX_BITS, MAX_STEPS, Budget, Undecidable
from symopt.language.symbols import At, Dot, Expect, Grad, Norm

Number = fmpq | arb
PRECISION = 140
"""Bits of the balls' midpoints."""


class NoValue(Undecidable):
    """The expression has no value, or none that is certain, at the numbers tried."""


class Model(Protocol):
    """The numbers that symbols, sequences' values and gradients take."""

    def symbol(self, symbol: sp.Basic) -> Number: ...

    def at(self, base: Any, index: int) -> Number: ...

    def gradient(self, point: Number) -> Number: ...

    def expectation(self, e: Any) -> Number: ...


@contextmanager
def precision() -> Generator[None]:
    old = ctx.prec
    ctx.prec = PRECISION
    try:
        yield
    finally:
        ctx.prec = old


class Evaluator:
    """Evaluates expressions in a model."""

    def __init__(self, model: Model, budget: Budget, bound: Mapping[Any, fmpq] | None = None) -> None:
        self.model = model
        self.budget = budget
        self.bound: Mapping[Any, fmpq] = bound or {}

    def __call__(self, e: Any) -> Number:
        self.budget.check()
        if e in self.bound:
            return self.bound[e]
        for kind, evaluate in _EVALUATIONS:
            if isinstance(e, kind):
                return evaluate(self, e)
        raise NoValue(f"{type(e).__name__} is not evaluated")

    def under(self, symbol: sp.Basic, value: fmpq, e: Any) -> Number:
        old = self.bound
        self.bound = {**old, symbol: value}
        try:
            return self(e)
        finally:
            self.bound = old

    def integer(self, e: Any) -> int:
        value = self(e)
        if not isinstance(value, fmpq) or value.q != 1:
            raise NoValue(f"{e} is not an integer")
        return int(value.p)

    def holds(self, e: Any) -> bool:
        if e == sp.true or e == sp.false:
            return bool(e)
        if isinstance(e, sp.And):
            return all(self.holds(a) for a in e.args)
        if isinstance(e, sp.Or):
            return any(self.holds(a) for a in e.args)
        if isinstance(e, sp.Not):
            return not self.holds(e.args[0])
        if isinstance(e, Relational):
            return sign(subtract(self(e.lhs), self(e.rhs))) in _SIGNS[type(e)]
        raise NoValue(f"the condition {e} is not a comparison")


_SIGNS: dict[type, tuple[int, ...]] = {
    sp.Eq: (0,), sp.Ne: (-1, 1), sp.StrictGreaterThan: (1,), sp.GreaterThan: (0, 1), sp.StrictLessThan: (-1,),
    sp.LessThan: (-1, 0),
}  # fmt: skip


def checked(value: Number) -> Number:
    if isinstance(value, fmpq):
        if max(int(value.p).bit_length(), int(value.q).bit_length()) > MAX_BITS:
            raise NoValue("a number has too many bits")
    elif not value.is_finite():
        raise NoValue("a value is not finite")
    return value


def ball(value: Number) -> arb:
    return arb(value) if isinstance(value, fmpq) else value


def add(a: Number, b: Number) -> Number:
    return checked(a + b if isinstance(a, fmpq) and isinstance(b, fmpq) else ball(a) + ball(b))


def subtract(a: Number, b: Number) -> Number:
    return checked(a - b if isinstance(a, fmpq) and isinstance(b, fmpq) else ball(a) - ball(b))


def multiply(a: Number, b: Number) -> Number:
    if (isinstance(a, fmpq) and a == 0) or (isinstance(b, fmpq) and b == 0):
        return fmpq(0)
    return checked(a * b if isinstance(a, fmpq) and isinstance(b, fmpq) else ball(a) * ball(b))


def sign(a: Number) -> int:
    """The sign, if it is certain."""
    if isinstance(a, fmpq):
        return int(a > 0) - int(a < 0)
    if a > 0 or a < 0:
        return 1 if a > 0 else -1
    raise NoValue("a sign is not certain")


def power(a: Number, b: Number) -> Number:
    """a**b for real numbers; 0**0 is 1."""
    if isinstance(b, fmpq) and b.q == 1:
        return _integer_power(a, int(b.p))
    if isinstance(a, fmpq) and a == 0 and sign(b) > 0:
        return fmpq(0)
    if sign(a) < 0:
        raise NoValue("a negative number to a power that is not an integer")
    if isinstance(b, fmpq) and b.q == 2 and isinstance(a, fmpq):
        root = _exact_root(a)
        if root is not None:
            return _integer_power(root, int(b.p))
    if isinstance(b, fmpq) and b.q == 2:
        return _integer_power(ball(a).sqrt(), int(b.p))
    return checked((ball(b) * ball(a).log()).exp())


def _integer_power(a: Number, n: int) -> Number:
    if abs(n) > MAX_BITS:
        raise NoValue("a power is too large")
    if n < 0:
        if sign(a) == 0:
            raise NoValue("a quotient by zero")
        return _integer_power(fmpq(1) / a if isinstance(a, fmpq) else 1 / a, -n)
    if isinstance(a, fmpq) and n * max(int(a.p).bit_length(), int(a.q).bit_length()) > MAX_BITS:
        raise NoValue("a number has too many bits")
    return checked(a**n)


def _exact_root(a: fmpq) -> fmpq | None:
    p, q = fmpz(a.p).isqrt(), fmpz(a.q).isqrt()
    return fmpq(p, q) if p * p == a.p and q * q == a.q else None


def _fold(step: Callable[[Number, Number], Number]) -> Callable[[Evaluator, Any], Number]:
    def fold(ev: Evaluator, e: Any) -> Number:
        total = ev(e.args[0])
        for a in e.args[1:]:
            total = step(total, ev(a))
        return total

    return fold


def _extreme(wanted: int) -> Callable[[Number, Number], Number]:
    return lambda a, b: a if sign(subtract(a, b)) in (0, wanted) else b


def _absolute(a: Number) -> Number:
    return abs(a) if isinstance(a, fmpq) else a.abs_lower().union(a.abs_upper()) if a.contains(0) else abs(a)


def _floor(a: Number) -> fmpq:
    if isinstance(a, fmpq):
        return fmpq(int(a.p) // int(a.q))
    whole = a.floor().unique_fmpz()
    if whole is None:
        raise NoValue("a whole part is not certain")
    return fmpq(whole)


def _mod(ev: Evaluator, e: Any) -> Number:
    a, b = ev(e.args[0]), ev(e.args[1])
    quotient = multiply(a, power(b, fmpq(-1)))
    return subtract(a, multiply(b, _floor(quotient)))


def _piecewise(ev: Evaluator, e: Any) -> Number:
    for value, condition in e.args:
        if ev.holds(condition):
            return ev(value)
    raise NoValue("no row of a case distinction applies")


def _series(step: Callable[[Number, Number], Number], empty: int) -> Callable[[Evaluator, Any], Number]:
    def series(ev: Evaluator, e: Any) -> Number:
        *others, (variable, low, high) = e.limits
        body = e.func(e.function, *others) if others else e.function
        first, last = ev.integer(low), ev.integer(high)
        if not -1 <= last - first <= 8 * MAX_STEPS:
            raise NoValue("a sum is too long, or ends before it starts")
        total: Number = fmpq(empty)
        for k in range(first, last + 1):
            total = step(total, ev.under(variable, fmpq(k), body))
        return total

    return series


def _ball_function(name: str) -> Callable[[Evaluator, Any], Number]:
    def apply(ev: Evaluator, e: Any) -> Number:
        value = ev(e.exp if name == "exp" else e.args[0])
        if name == "log" and sign(value) <= 0:
            raise NoValue("the logarithm of a number that is not positive")
        return checked(getattr(ball(value), name)())

    return apply


def _rational(e: Any) -> fmpq:
    if max(int(e.p).bit_length(), int(e.q).bit_length()) > MAX_BITS:
        raise NoValue("a number has too many bits")
    return fmpq(int(e.p), int(e.q))


def _decimal(_: Evaluator, e: Any) -> Number:
    if not e.is_finite:
        raise NoValue(f"{e} is not a number")
    return _rational(sp.Rational(str(e)))


def _index(ev: Evaluator, e: Any) -> Number:
    return ev.model.at(e.base, ev.integer(e.index))


def _dot(ev: Evaluator, e: Any) -> Number:
    return multiply(ev(e.args[0]), ev(e.args[1]))


# A tensor with one coordinate is an instance: its norm is the absolute value, its inner product the product.
_EVALUATIONS: tuple[tuple[Any, Callable[[Evaluator, Any], Number]], ...] = (
    (sp.Rational, lambda _, e: _rational(e)), (sp.Float, _decimal), (At, _index),
    (sp.Symbol, lambda ev, e: ev.model.symbol(e)), (sp.Add, _fold(add)), (sp.Mul, _fold(multiply)),
    (sp.exp, _ball_function("exp")), (sp.Pow, lambda ev, e: power(ev(e.base), ev(e.exp))),
    (Grad, lambda ev, e: ev.model.gradient(ev(e.point))), (Expect, lambda ev, e: ev.model.expectation(e.args[0])),
    ((sp.Abs, Norm), lambda ev, e: _absolute(ev(e.args[0]))), (Dot, _dot),
    (sp.sign, lambda ev, e: fmpq(sign(ev(e.args[0])))), (sp.Max, _fold(_extreme(1))), (sp.Min, _fold(_extreme(-1))),
    (sp.Piecewise, _piecewise), (sp.Sum, _series(add, 0)), (sp.Product, _series(multiply, 1)),
    (sp.floor, lambda ev, e: _floor(ev(e.args[0]))),
    (sp.ceiling, lambda ev, e: -_floor(subtract(fmpq(0), ev(e.args[0])))), (sp.Mod, _mod),
    (sp.log, _ball_function("log")), (sp.sin, _ball_function("sin")), (sp.cos, _ball_function("cos")),
    (sp.tanh, _ball_function("tanh")), (type(sp.pi), lambda *_: arb.pi()), (type(sp.E), lambda *_: arb.const_e()),
)  # fmt: skip


def differ(a: Number, b: Number) -> bool:
    """Whether a and b are certainly different."""
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        return a != b
    return not ball(a).overlaps(ball(b))


def text(a: Number, digits: int = 12) -> str:
    """An exact fraction, or a decimal with its radius."""
    return str(a) if isinstance(a, fmpq) else a.str(digits)


def texts(a: Number, b: Number) -> tuple[str, str]:
    """Two numbers that differ, with as many digits as it takes to see it."""
    digits = 12
    while digits < 100 and _printed(a, digits).overlaps(_printed(b, digits)):
        digits *= 2
    return text(a, digits), text(b, digits)


def _printed(a: Number, digits: int) -> arb:
    return ball(a) if isinstance(a, fmpq) else arb(text(a, digits))
