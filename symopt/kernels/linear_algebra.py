"""Expressions of vectors and matrices made into functions that NumPy and SciPy work out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from scipy.linalg import LinAlgError, LinAlgWarning, cho_factor, cho_solve, solve

from symopt.kernels.line_search import step_length
from symopt.kernels.oracle import Array, BelowMinimum, IndefiniteHessian, Oracle, SingularMatrix, ZeroGradient
from symopt.language.dimensions import COLUMN, NUMBER, Dimensions, dimensions
from symopt.language.linear import (
    Draw,
    Hessian,
    IdentityMatrix,
    Inverted,
    Jacobian,
    LineSearch,
    Residual,
    Transposed,
    Value,
)
from symopt.language.symbols import At, Dot, Grad, HyperSymbol, Norm, t

_ASKED: dict[type, str] = {
    Grad: "gradient", Hessian: "hessian", Value: "value", Residual: "residual", Jacobian: "jacobian",
}  # fmt: skip
_COMPARE: dict[type, Callable[[Any, Any], Any]] = {
    sp.StrictLessThan: np.less, sp.LessThan: np.less_equal, sp.StrictGreaterThan: np.greater,
    sp.GreaterThan: np.greater_equal, sp.Ne: np.not_equal, sp.Eq: np.equal,
}  # fmt: skip


class CurvatureFailed(ArithmeticError):
    """y^T s is not positive: the pair says nothing that a positive definite matrix could have."""


@dataclass(frozen=True)
class Step:
    """What the expressions of one step are worked out from.

    Args:
        oracle: answers what the step asks.
        number: of the step, 1 at first; 0 for initial values.
        like: the parameters, whose size and type the identity and draws have.
        now: values made in this step, by name.
        before: earlier values, the newest first, by name.
        last: the function's value one step ago, for line searches.
    """

    oracle: Oracle
    number: int
    like: Array
    now: Mapping[str, Any]
    before: Mapping[str, tuple[Any, ...]]
    last: float | None = None


Function = Callable[[Step], Any]
_ROUNDINGS = 64
"""So many units of the last place may the function's value at its minimum be off."""


def compiled(e: Any, hypers: Mapping[str, float], indefinite: bool) -> Function:
    """The expression as a function of the step.

    Args:
        e: an expression of the definition language.
        hypers: the hyperparameters' values, by name.
        indefinite: whether an indefinite Hessian may be used.

    Raises:
        TypeError: something that has no arithmetic here.
    """
    return _Compiler(hypers, indefinite)(e)


class _Compiler:
    def __init__(self, hypers: Mapping[str, float], indefinite: bool) -> None:
        self.hypers, self.indefinite = hypers, indefinite

    def __call__(self, e: Any) -> Function:
        match e:
            case At():
                return _reader(e)
            case sp.Number() | HyperSymbol():
                number = float(e) if isinstance(e, sp.Number) else self.hypers[e.name]
                return lambda step: number
            case IdentityMatrix():
                return lambda step: np.eye(step.like.size, dtype=step.like.dtype)
            case Transposed():
                inner = self(e.args[0])
                return lambda step: _block(inner(step)).T
            case Inverted():
                solver = self.solver(e.args[0])
                return lambda step: solver(step, np.eye(step.like.size, dtype=step.like.dtype))
            case Dot() | LineSearch():
                a, b = self(e.args[0]), self(e.args[1])
                if isinstance(e, Dot):
                    return lambda step: float(a(step) @ b(step))
                return lambda step: step_length(e.condition, step.oracle, a(step), b(step), step.last)
            case Norm():
                inner = self(e.args[0])
                return lambda step: float(np.linalg.norm(inner(step)))
            case Draw():
                return _draw
            case Grad() | Hessian() | Value() | Residual() | Jacobian():
                inner, what = self(e.args[0]), _ASKED[type(e)]
                return lambda step: step.oracle.ask(what, np.asarray(inner(step)))
            case sp.Add() | sp.Max() | sp.Min() | sp.Mod():
                return self.joined(e)
            case sp.Mul():
                return self.product(e)
            case sp.Pow():
                return self.power(e)
            case sp.Piecewise():
                rows = [(self.condition(row.args[1]), self(row.args[0])) for row in e.args]
                return lambda step: next(value(step) for holds, value in rows if holds(step))
            case _ if e == t:
                return lambda step: float(step.number)
            case _:
                raise TypeError(f"no arithmetic for {e} of type {type(e).__name__}")

    def joined(self, e: Any) -> Function:
        least = _least(e)
        if least is not None:
            return _gap(self(e + least), least.name, self.hypers[least.name])
        parts: list[Function] = [self(a) for a in e.args]
        join = _JOINS[type(e)]
        return lambda step: join([part(step) for part in parts])

    def condition(self, condition: Any) -> Function:
        if condition in (sp.true, sp.false):
            return lambda step: condition == sp.true
        left, right, compare = self(condition.lhs), self(condition.rhs), _COMPARE[type(condition)]
        return lambda step: bool(compare(left(step), right(step)))

    def power(self, e: Any) -> Function:
        base, exponent, curvature = self(e.base), float(e.exp), _is_curvature(e.base)
        bends = isinstance(e.base, Hessian) and not self.indefinite
        along = self(e.base.args[0]) if _is_form(e.base) else None
        if dimensions(e.base) != NUMBER:
            return lambda step: np.linalg.matrix_power(base(step), int(exponent))

        def value(step: Step) -> Any:
            b = base(step)
            if exponent < 0:
                if curvature and not b > 0:
                    raise CurvatureFailed
                if along is not None and b <= 0 and along(step).any() and not (self.indefinite and b):
                    raise IndefiniteHessian(f"{e.base} is {b:.3g}: the matrix is not positive definite along this step")
                if bends and b < 0:
                    raise IndefiniteHessian(f"the second derivative is {b:.3g}: {_UPHILL}")
                if b == 0:
                    raise _zero_divisor(e.base)
            return b**exponent

        return value

    def product(self, e: Any) -> Function:
        """From the right, so that a matrix times a vector stays a vector; an inverse there is a solution."""
        numbers, factors = e.args_cnc()
        scales = [self(n) for n in numbers]
        shape = dimensions(e)
        last = self(factors[-1]) if factors else None
        others: list[tuple[Callable[..., Any], bool]] = [
            (self.solver(f.args[0]), True) if isinstance(f, Inverted) else (self(f), False)
            for f in reversed(factors[:-1])
        ]

        def value(step: Step) -> Any:
            scale: Any = 1.0
            for s in scales:
                scale = scale * s(step)
            if last is None:
                return scale
            right = _block(last(step))
            for function, solves in others:
                if solves:
                    right = function(step, right)
                    continue
                left = _block(function(step))
                right = left * right if 1 in (left.size, right.size) else left @ right
            return scale * _unblocked(right, shape)

        return value

    def solver(self, matrix: Any) -> Callable[..., Array]:
        """matrix^-1 right; a Hessian is also checked to be positive definite."""
        made = self(matrix)
        definite = isinstance(matrix, Hessian) and not self.indefinite

        def solved(step: Step, right: Array) -> Array:
            m = np.asarray(made(step))
            if definite:
                return _solved_definite(m, right)
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error", LinAlgWarning)  # a matrix that is singular to rounding
                    return solve(m, right)
            except (LinAlgError, LinAlgWarning) as error:
                raise SingularMatrix(f"{matrix} is singular: {error}") from error

        return solved


def _reader(e: At) -> Function:
    """A sequence's value now, or so many steps ago; before there is one, the first."""
    name: str = e.base.name
    lag = sp.expand(t - e.index)
    if lag == 0:
        return lambda step: step.now[name]
    if not lag.is_Integer:
        return lambda step: step.before[name][-1]
    place = int(lag) - 1
    return lambda step: step.before[name][min(place, len(step.before[name]) - 1)]


def _total(values: list[Any]) -> Any:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def _draw(step: Step) -> Array:
    random = np.random.default_rng([step.oracle.seed, step.number])
    return random.standard_normal(step.like.shape).astype(step.like.dtype)


def _solved_definite(hessian: Array, right: Array) -> Array:
    try:
        return cho_solve(cho_factor(hessian), right)
    except LinAlgError as error:
        lowest = float(np.linalg.eigvalsh(hessian)[0])
        size = float(np.abs(hessian).max(initial=0))
        if abs(lowest) <= np.finfo(hessian.dtype).eps * hessian.shape[0] * size:
            raise SingularMatrix("the Hessian is singular: Newton's step does not exist here") from error
        raise IndefiniteHessian(f"the Hessian has the eigenvalue {lowest:.3g}: {_UPHILL}") from error


_UPHILL = "the step would not go down; start nearer a minimum, or pass indefinite=True to look for any stationary point"


def _block(value: Any) -> Array:
    """Vectors as columns."""
    array = np.asarray(value)
    return array[:, np.newaxis] if array.ndim == 1 else array.reshape(1, 1) if array.ndim == 0 else array


def _unblocked(value: Array, shape: Dimensions) -> Any:
    """Columns as vectors, one by one as numbers where the expression is one; rows keep their shape."""
    if shape == NUMBER:
        return value[0, 0]
    return value[:, 0] if shape == COLUMN else value


def _is_curvature(e: Any) -> bool:
    """Whether a divisor is the product of two different vectors, as y^T s, and no length."""
    return isinstance(e, Dot) and all(isinstance(a, At) for a in e.args) and e.args[0] != e.args[1]


def _is_form(e: Any) -> bool:
    """Whether a divisor is a vector's quadratic form, as p^T A p."""
    if not isinstance(e, Dot):
        return False
    matrix, vector = e.args[1].as_two_terms() if isinstance(e.args[1], sp.Mul) else (None, None)
    return isinstance(matrix, At) and vector == e.args[0]


def _least(e: Any) -> HyperSymbol | None:
    """The smallest value that a function's value is held against, as f_min in f(x) - f_min."""
    parts = e.args if isinstance(e, sp.Add) and len(e.args) == 2 else ()
    others = [-part for part in parts if not isinstance(part, Value)]
    return others[0] if len(others) == 1 and isinstance(others[0], HyperSymbol) else None


def _gap(value: Function, name: str, least: float) -> Function:
    """f(x) - f_min, which is not negative; 0 where only rounding makes it so."""

    def gap(step: Step) -> Any:
        now = value(step)
        rounding = _ROUNDINGS * np.finfo(step.like.dtype).eps * max(abs(float(now)), abs(least))
        if now < least - rounding:
            raise BelowMinimum(f"the function is {now:.6g}, below {name}={least:.6g}; give {name} its smallest value, "
                               "or a lower bound")  # fmt: skip
        return max(now - least, now * 0)

    return gap


def _zero_divisor(e: Any) -> ArithmeticError:
    if isinstance(e, Hessian | Jacobian):
        return SingularMatrix(f"the derivative {e} is zero: Newton's step does not exist here")
    return ZeroGradient(f"{e} is zero: the gradient vanished, there is nothing left to do")


_JOINS: Mapping[type, Callable[[list[Any]], Any]] = {
    sp.Add: _total, sp.Max: max, sp.Min: min, sp.Mod: lambda parts: float(parts[0] % parts[1]),
}  # fmt: skip
