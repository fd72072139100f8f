"""Runs a definition with numbers, by the letter. Written for the tests; nothing else may use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import mpmath as mp
import sympy as sp

from symopt.language import At, Dot, Grad, HyperSymbol, Norm, Optimizer, t

Number = Any  # mpmath.mpf, for which mpmath has no types
Gradient = Callable[[int, Number], Number]

_FUNCTIONS: dict[type, Callable[..., Number]] = {
    sp.exp: mp.exp,
    sp.cos: mp.cos,
    sp.Abs: abs,
    Norm: abs,
    Dot: lambda a, b: a * b,
    sp.sign: mp.sign,
    sp.floor: mp.floor,
    sp.Mod: lambda a, b: a - b * mp.floor(a / b),
    sp.Min: min,
    sp.Max: max,
}
_RELATIONS: dict[type, Callable[..., bool]] = {
    sp.StrictGreaterThan: lambda a, b: a > b,
    sp.StrictLessThan: lambda a, b: a < b,
    sp.LessThan: lambda a, b: a <= b,
    sp.GreaterThan: lambda a, b: a >= b,
    sp.Eq: lambda a, b: a == b,
    sp.Ne: lambda a, b: a != b,
    sp.Or: lambda *conditions: any(conditions),
    sp.And: lambda *conditions: all(conditions),
}


@cache
def _lag(index: sp.Expr) -> int:
    return int(t - index)


class Run:
    """One run of a definition: values are computed when they are asked for, and only then.

    Args:
        optimizer: the definition.
        hyper: a number for each hyperparameter, by name.
        gradient: the oracle: (step, point) to a number; asked once for each call in a step.
        start: the parameters at step 0.
    """

    def __init__(self, optimizer: Optimizer, hyper: Mapping[str, Number], gradient: Gradient, start: Number) -> None:
        self.optimizer, self.hyper, self.gradient, self.start = optimizer, hyper, gradient, start
        self.known: dict[tuple[str, int], Number] = {}

    def params(self, steps: int) -> list[Number]:
        return [self.value(self.optimizer.params.name, n) for n in range(1, steps + 1)]

    def value(self, name: str, step: int) -> Number:
        if step <= 0:
            return self.start if name == self.optimizer.params.name else self.initial(name)
        if (name, step) not in self.known:
            self.known[name, step] = self.evaluate(self.optimizer.equations[name], step)
        return self.known[name, step]

    def initial(self, name: str) -> Number:
        return next(self.evaluate(x, 0) for s, x in self.optimizer.init.items() if s.name == name)

    def evaluate(self, e: Any, step: int) -> Number:
        """The number that an expression is at a step."""
        if isinstance(e, At):
            return self.value(e.base.name, step - _lag(e.index) if e.index.free_symbols else 0)
        if isinstance(e, Grad):
            return self.gradient(step, self.evaluate(e.point, step))
        if isinstance(e, HyperSymbol):
            return self.hyper[e.name]
        if isinstance(e, sp.Rational):
            return mp.mpf(e.p) / e.q
        if isinstance(e, sp.Piecewise):
            return next(self.evaluate(x, step) for x, condition in e.args if self.evaluate(condition, step))
        if e is t or e is sp.true:
            return step if e is t else True
        args = [self.evaluate(a, step) for a in e.args]
        if isinstance(e, sp.Add):
            return mp.fsum(args)
        if isinstance(e, sp.Mul):
            return mp.fprod(args)
        if isinstance(e, sp.exp):
            return mp.exp(args[0])
        if isinstance(e, sp.Pow):
            return mp.sqrt(args[0]) if e.exp == sp.Rational(1, 2) else mp.mpf(args[0]) ** args[1]
        return (_FUNCTIONS | _RELATIONS)[type(e)](*args)
