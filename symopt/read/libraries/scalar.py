"""Python numbers that remember the expression they stand for, and the branches that were taken on them.

A library's own Python code runs on them unchanged: arithmetic makes new expressions, and a comparison
whose truth depends on the step, a state or a gradient asks the path which way to go.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from unittest.mock import patch

import sympy as sp

from symopt.decide.cases import Cases
from symopt.language import At, Grad, t

Condition = tuple[Any, bool]
"""A comparison, and whether it was taken as true."""


class CannotTrace(Exception):
    """The library did something that no expression follows; the message says what."""


@dataclass
class Path:
    """One way through the library's code.

    Args:
        cases: says which way to go where both are possible.
        taken: comparisons of states, gradients and the step, in order, as they were answered.
        assumed: comparisons of hyperparameters alone, answered by the numbers they have; two are never equal.
    """

    cases: Cases
    taken: list[Condition] = field(default_factory=list[Condition])
    assumed: list[Condition] = field(default_factory=list[Condition])

    def decide(self, condition: Any, holds: bool) -> bool:
        """The answer to a comparison; ``holds`` is its truth at the numbers at hand."""
        if condition == sp.true or condition == sp.false:
            return bool(condition)
        if not varies(condition):
            if isinstance(condition, sp.Eq | sp.Ne):  # a symbol is no one number, though its default may be
                holds = isinstance(condition, sp.Ne)
            elif _always(condition) is not None:
                return bool(_always(condition))
            self.assumed.append((condition, holds))
            return holds
        for known, answer in self.taken:
            if known in (condition, sp.Not(condition)):
                return answer == (known == condition)
        answer = self.cases.choose([str(condition), f"not {condition}"]) == 0
        self.taken.append((condition, answer))
        return answer


def _always(condition: Any) -> bool | None:
    """What a comparison of hyperparameters always says, where that does not depend on them."""
    if not isinstance(condition, sp.core.relational.Relational):
        return None
    left: Any = condition.lhs
    apart = sp.cancel(left - condition.rhs)
    return bool(condition.func(apart, 0)) if apart.is_number else None


def varies(e: Any) -> bool:
    """Whether the expression depends on the step, a state or a gradient."""
    return e.has(t) or bool(e.atoms(At, Grad))


def number(value: float) -> sp.Rational:
    """The rational that a decimal means, to the fifteen digits that a double holds: 1 - 0.9 is 1/10."""
    if not math.isfinite(value):
        raise CannotTrace(f"the number {value} takes part in the step")
    short = float(f"{value:.15g}")
    made: Any = sp.Rational(repr(short))
    return made


class Scalar(float):
    """A float that stands for an expression.

    Args:
        value: the number that library code sees.
        expression: what it stands for.
        path: where comparisons are answered.
    """

    expression: Any
    path: Path

    def __new__(cls, value: Any, expression: Any, path: Path) -> Scalar:
        made = super().__new__(cls, value)
        made.expression = expression
        made.path = path
        return made

    def __repr__(self) -> str:
        return f"Scalar({self.expression})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Scalar, (float(self), self.expression, self.path)

    def __deepcopy__(self, _: Any) -> Scalar:
        return self

    def _apply(
        self, numbers: Callable[[Any, Any], Any], expressions: Callable[[Any, Any], Any], other: Any, swap: bool = False
    ) -> Any:
        if not isinstance(other, int | float):
            return NotImplemented
        a, b = (float(other), float(self)) if swap else (float(self), float(other))
        x, y = (expression(other), self.expression) if swap else (self.expression, expression(other))
        return Scalar(_real(numbers, a, b), expressions(x, y), self.path)

    def _compare(self, numbers: Callable[[Any, Any], bool], relation: Any, other: Any) -> Any:
        if not isinstance(other, int | float):
            return NotImplemented
        if isinstance(other, float) and math.isinf(other):
            return numbers(0.0, other)  # every number here is finite
        return self.path.decide(relation(self.expression, expression(other)), numbers(float(self), float(other)))

    def __add__(self, other: Any) -> Any:
        return self._apply(lambda a, b: a + b, lambda a, b: a + b, other)

    def __radd__(self, other: Any) -> Any:
        return self._apply(lambda a, b: a + b, lambda a, b: a + b, other, swap=True)

    def __sub__(self, other: Any) -> Any:
        return self._apply(lambda a, b: a - b, lambda a, b: a - b, other)

    def __rsub__(self, other: Any) -> Any:
        return self._apply(lambda a, b: a - b, lambda a, b: a - b, other, swap=True)

    def __mul__(self, other: Any) -> Any:
        return self._apply(lambda a, b: a * b, lambda a, b: a * b, other)

    def __rmul__(self, other: Any) -> Any:
        return self._apply(lambda a, b: a * b, lambda a, b: a * b, other, swap=True)

    def __truediv__(self, other: Any) -> Any:
        return self._apply(lambda a, b: a / b, lambda a, b: a / b, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._apply(lambda a, b: a / b, lambda a, b: a / b, other, swap=True)

    def __floordiv__(self, other: Any) -> Any:
        return self._apply(lambda a, b: a // b, lambda a, b: sp.floor(a / b), other)

    def __mod__(self, other: Any) -> Any:
        return self._apply(lambda a, b: a % b, sp.Mod, other)

    def __pow__(self, other: Any, modulus: None = None) -> Any:
        return self._apply(lambda a, b: a**b, power, other)

    def __rpow__(self, other: Any, modulus: None = None) -> Any:
        return self._apply(lambda a, b: a**b, power, other, swap=True)

    def __neg__(self) -> Scalar:
        return Scalar(-float(self), -self.expression, self.path)

    def __pos__(self) -> Scalar:
        return self

    def __abs__(self) -> Scalar:
        return Scalar(abs(float(self)), sp.Abs(self.expression), self.path)

    def __bool__(self) -> bool:
        return self._compare(lambda a, b: a != b, sp.Ne, 0)

    def __eq__(self, other: object) -> Any:
        return self._compare(lambda a, b: a == b, sp.Eq, other)

    def __ne__(self, other: object) -> Any:
        return self._compare(lambda a, b: a != b, sp.Ne, other)

    def __lt__(self, other: Any) -> Any:
        return self._compare(lambda a, b: a < b, sp.Lt, other)

    def __le__(self, other: Any) -> Any:
        return self._compare(lambda a, b: a <= b, sp.Le, other)

    def __gt__(self, other: Any) -> Any:
        return self._compare(lambda a, b: a > b, sp.Gt, other)

    def __ge__(self, other: Any) -> Any:
        return self._compare(lambda a, b: a >= b, sp.Ge, other)

    def __hash__(self) -> int:
        return hash(float(self))


def expression(value: Any) -> Any:
    """What a Python number stands for."""
    if isinstance(value, Scalar):
        return value.expression
    if isinstance(value, bool | int):
        return sp.Integer(int(value))
    return number(float(value))


def power(base: Any, exponent: Any) -> Any:
    """base**exponent, where an exponent of one half is a root."""
    return sp.sqrt(base) if exponent == sp.Rational(1, 2) else base**exponent


def _real(numbers: Callable[[Any, Any], Any], a: float, b: float) -> float:
    """The number, or nan where there is none: on a path that the numbers at hand would not take, all is well."""
    try:
        value = numbers(a, b)
    except (ZeroDivisionError, OverflowError):
        return math.nan
    return value if isinstance(value, int | float) else math.nan


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sqrt": sp.sqrt, "exp": sp.exp, "log": sp.log, "pow": power, "fabs": sp.Abs, "sin": sp.sin, "cos": sp.cos,
    "tanh": sp.tanh,
}  # fmt: skip


@contextmanager
def symbolic_math() -> Generator[None]:
    """Python's own math functions, which would drop the expression, keep it inside."""
    with patch.dict(vars(math), {name: partial(_applied, getattr(math, name), f) for name, f in _FUNCTIONS.items()}):
        yield


def _applied(numbers: Callable[..., float], function: Callable[..., Any], *args: Any) -> Any:
    scalars = [a for a in args if isinstance(a, Scalar)]
    if not scalars:
        return numbers(*args)
    try:
        value = numbers(*map(float, args))
    except (ValueError, OverflowError):
        value = math.nan
    return Scalar(value, function(*map(expression, args)), scalars[0].path)
