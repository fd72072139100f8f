"""One step of a definition with 50 digits, from any parameters, gradients and state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from symopt.kernels.plan import Plan
from symopt.language import At, Dot, Grad, HyperSymbol, Norm, t

DIGITS = 50
CLOSE = mpmath.mpf(10) ** -10
"""How near a decision's two sides may come, relative to their size, before rounding may turn it."""

Value = Any  # an mpmath number, or an object array of them

_mp: Any = mpmath.mp


def _elementwise(function: Callable[..., Any], count: int) -> Callable[..., Value]:
    made = np.frompyfunc(function, count, 1)
    return lambda *args: made(*args) if any(isinstance(a, np.ndarray) for a in args) else function(*args)


def _quotient(a: Any, b: Any) -> Any:
    if b != 0:
        return a / b
    return _mp.nan if a == 0 or _mp.isnan(a) else _mp.inf * _mp.sign(a)


def _power(a: Any, b: Any) -> Any:
    if a == 0 and b < 0:
        return _mp.inf
    made = _mp.power(a, b)
    return made if isinstance(made, mpmath.mpf) else _mp.nan


def _largest(a: Any, b: Any) -> Any:
    return _mp.nan if _mp.isnan(a) or _mp.isnan(b) else max(a, b)


def _least(a: Any, b: Any) -> Any:
    return _mp.nan if _mp.isnan(a) or _mp.isnan(b) else min(a, b)


_FUNCTIONS: dict[Any, Callable[..., Value]] = {
    sp.Abs: _elementwise(abs, 1), sp.exp: _elementwise(_mp.exp, 1), sp.log: _elementwise(_mp.log, 1),
    sp.sin: _elementwise(_mp.sin, 1), sp.cos: _elementwise(_mp.cos, 1), sp.tanh: _elementwise(_mp.tanh, 1),
    sp.floor: _elementwise(_mp.floor, 1), sp.ceiling: _elementwise(_mp.ceil, 1),
    sp.Mod: _elementwise(lambda a, b: a - b * _mp.floor(a / b), 2),
    sp.And: _elementwise(lambda a, b: a and b, 2), sp.Or: _elementwise(lambda a, b: a or b, 2),
    sp.Not: _elementwise(lambda a: not a, 1),
}  # fmt: skip
_RELATIONS: dict[Any, Callable[[Any, Any], bool]] = {
    sp.StrictGreaterThan: lambda a, b: a > b, sp.GreaterThan: lambda a, b: a >= b,
    sp.StrictLessThan: lambda a, b: a < b, sp.LessThan: lambda a, b: a <= b,
    sp.Eq: lambda a, b: a == b, sp.Ne: lambda a, b: a != b,
}  # fmt: skip


def numbers(array: Any) -> Value:
    """The floats, exactly, as numbers of 50 digits."""
    with np.errstate(all="ignore"):
        return np.frompyfunc(lambda x: mpmath.mpf(float(x)), 1, 1)(np.asarray(array))


class ExactStep:
    """One step of a definition: every equation's value with 50 digits.

    Args:
        plan: of the definition.
        hyper: a number for each hyperparameter, by the definition's name.
        state: ``t`` and the slots of the state before the step, by name, floats or numbers of 50 digits.
        params: before the step.
        gradients: one for each point that the step asks at.

    Attributes:
        values: each sequence at this step, by name.
        scales: the sizes of the terms that each is the sum of, by name.
        close: whether a decision was so near that rounding may turn it.
    """

    def __init__(
        self, plan: Plan, hyper: Mapping[str, Any], state: Mapping[str, Any], params: Any, gradients: Sequence[Any]
    ) -> None:
        self.plan = plan
        self.step = int(state["t"]) + 1
        self.hyper = {name: mpmath.mpf(value) for name, value in hyper.items()}
        self.before = {s.key: _exact(state[s.name]) for s in plan.slots} | {plan.params.key: _exact(params)}
        self.gradients = [_exact(g) for g in gradients]
        self.asked: list[Any] = []
        self.values: dict[str, Value] = {}
        self.close = False
        self.scales: dict[str, list[Value]] = {}
        with _mp.workdps(DIGITS), np.errstate(all="ignore"):
            for equation in plan.optimizer.update:
                terms = [self.value(term) for term in _terms(equation.rhs)]
                name = equation.lhs.base.name
                self.values[name] = sum(terms[1:], terms[0])
                self.scales[name] = [abs(term) for term in terms]

    @property
    def params(self) -> Value:
        return self._shaped(self.values[self.plan.params.key[0]])

    @property
    def state(self) -> dict[str, Value]:
        """The state after the step, by slots' names."""
        after: dict[str, Value] = {"t": self.step}
        for slot in self.plan.slots:
            name, lag = slot.key
            after[slot.name] = self.values[name] if lag == 1 else self.before[name, lag - 1 if lag else 0]
            if slot.array:
                after[slot.name] = self._shaped(after[slot.name])
        return after

    def _shaped(self, value: Value) -> Value:
        shape = np.shape(self.before[self.plan.params.key])
        return value if np.shape(value) == shape else np.full(shape, value, dtype=object)

    def value(self, e: Any) -> Value:
        match e:
            case At():
                return self._at(e)
            case Grad():
                return self._gradient(e)
            case HyperSymbol():
                return self.hyper[e.name]
            case _ if e == t:
                return mpmath.mpf(self.step)
            case sp.Rational():
                return mpmath.mpf(int(e.p)) / int(e.q)
            case sp.Number() | sp.NumberSymbol():
                return mpmath.mpf(str(e.n(DIGITS)))
            case sp.Piecewise():
                return self._piecewise(e)
            case Dot() | Norm():
                left, right = self.value(e.args[0]), self.value(e.args[-1])
                total = _mp.fsum(self._shaped(left * right).flat)
                return _mp.sqrt(total) if isinstance(e, Norm) else total
            case _:
                return self._compound(e)

    def _compound(self, e: Any) -> Value:
        if isinstance(e, sp.Mul):
            return self._product(e)
        args = [self.value(a) for a in e.args]
        if isinstance(e, sp.Add):
            return sum(args[1:], args[0])
        if isinstance(e, sp.Pow):
            return _elementwise(_power, 2)(*args)
        if isinstance(e, sp.Max | sp.Min):
            choose = _elementwise(_largest if isinstance(e, sp.Max) else _least, 2)
            made = args[0]
            for value in args[1:]:
                made = choose(made, value)
            return made
        if isinstance(e, sp.sign):
            self._watch(args[0], sum(abs(self.value(a)) for a in _terms(e.args[0])))
            return _elementwise(lambda x: x if _mp.isnan(x) else _mp.sign(x), 1)(*args)
        if e.func in _RELATIONS:
            if not isinstance(e, sp.Eq | sp.Ne):
                self._watch(args[0] - args[1], abs(args[0]) + abs(args[1]))
            return _elementwise(_RELATIONS[e.func], 2)(*args)
        return _FUNCTIONS[e.func](*args)

    def _product(self, e: Any) -> Value:
        top, bottom = mpmath.mpf(1), mpmath.mpf(1)
        for factor in e.args:
            base, exponent = factor.as_base_exp()
            if exponent.is_Rational and exponent.is_negative:
                bottom = bottom * self.value(base**-exponent)
            else:
                top = top * self.value(factor)
        return _elementwise(_quotient, 2)(top, bottom)

    def _watch(self, difference: Value, size: Value) -> None:
        small = _elementwise(lambda d, s: bool(s > 0 and abs(d) <= CLOSE * s), 2)(difference, size)
        self.close = self.close or bool(np.any(small))

    def _piecewise(self, e: Any) -> Value:
        made: Value = _mp.nan
        for value, condition in reversed(e.args):
            holds = True if condition == sp.true else self.value(condition)
            if isinstance(holds, np.ndarray):
                chosen = _elementwise(lambda c, a, b: a if c else b, 3)
                made = chosen(holds, self.value(value), made)
            elif holds:
                made = self.value(value)
        return made

    def _at(self, e: At) -> Value:
        lag = sp.expand(t - e.index)
        if lag == 0:
            return self.values[e.base.name]
        if lag.is_Integer:
            return self.before[e.base.name, int(lag)]
        if e.base == self.plan.optimizer.params:
            return self.before[e.base.name, 0]
        return self.value(self.plan.optimizer.init[e.base])

    def _gradient(self, e: Grad) -> Value:
        if e.point not in self.asked:
            self.asked.append(e.point)
        return self.gradients[min(self.asked.index(e.point), len(self.gradients) - 1)]


def _terms(e: Any) -> tuple[Any, ...]:
    return tuple(sp.Add.make_args(e))


def _exact(value: Any) -> Value:
    array = np.asarray(value)
    return value if array.dtype == object or isinstance(value, mpmath.mpf) else numbers(array)
