"""What a step costs, counted from the recurrences: floating-point operations and numbers kept.

A sum of vectors and a vector times a number cost M each, an inner product 2 M - 1, a matrix times a vector
M (2 M - 1), a product of matrices M^2 (2 M - 1), a system of equations 2 M^3 / 3 + 2 M^2 (half the cubic part for a
symmetric positive definite one). Products are worked out from the right, as the kernels do, and inverses as
systems. What an oracle does inside is not counted: calls are listed instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import sympy as sp

from symopt.language import Optimizer, Shape, t
from symopt.language.dimensions import NUMBER, Dimensions, dimensions
from symopt.language.linear import ORACLES, Hessian, IdentityMatrix, Inverted, LineSearch, Transposed, Value
from symopt.language.symbols import At, Dot, Grad, HyperSymbol, Norm

M = sp.Symbol("M", integer=True, positive=True)
"""The number of parameters."""


@dataclass(frozen=True)
class Cost:
    """The cost of one step in M parameters.

    Args:
        flops: operations besides those of the oracles.
        storage: numbers that are kept from step to step, the parameters included.
        calls: how often each oracle is asked, by name.
    """

    flops: sp.Expr
    storage: sp.Expr
    calls: Mapping[str, int]


def cost(optimizer: Optimizer) -> Cost:
    """The cost of one step, by counting the operations of its recurrences as they are written."""
    flops = sum((_flops(eq.rhs) for eq in optimizer.update), sp.Integer(0))
    calls = Counter(type(e).__name__.lower() for eq in optimizer.update for e in eq.rhs.atoms(Grad, *ORACLES))
    return Cost(sp.expand(flops), sp.expand(_storage(optimizer)), dict(calls))


def _storage(optimizer: Optimizer) -> Any:
    """Each state once for every step that it is read back."""
    back: dict[Any, int] = {}
    for eq in optimizer.update:
        for a in eq.rhs.atoms(At):
            lag = sp.expand(t - a.index)
            if lag.is_Integer and lag > 0:
                back[a.base] = max(back.get(a.base, 0), int(lag))
    sizes = {Shape.SCALAR: sp.Integer(1), Shape.VECTOR: M, Shape.ELEMENTWISE: M, Shape.MATRIX: M**2}
    return sum((sizes[s.shape] * lags for s, lags in back.items()), sp.Integer(0))


def _size(shape: Dimensions) -> Any:
    return reduce(lambda total, d: total * (M if d == "n" else 1), shape, sp.Integer(1))


def _flops(e: Any) -> Any:
    match e:
        case At() | HyperSymbol() | sp.Number() | IdentityMatrix() | sp.Symbol():
            return sp.Integer(0)
        case Transposed() | Grad() | Value() | LineSearch() | Hessian():
            return sum((_flops(a) for a in e.args), sp.Integer(0))
        case Inverted():
            return _flops(e.args[0]) + 2 * M**3
        case Dot():
            return sum(map(_flops, e.args), sp.Integer(0)) + 2 * M - 1
        case Norm():
            return _flops(e.args[0]) + 2 * M
        case sp.Add():
            return sum(map(_flops, e.args), sp.Integer(0)) + (len(e.args) - 1) * _size(dimensions(e))
        case sp.Mul():
            return _product(e)
        case sp.Piecewise():
            return max((_flops(row.args[0]) for row in e.args), key=lambda c: sp.Poly(c, M).degree())
        case _:
            return sum((_flops(a) for a in e.args), sp.Integer(0)) + _size(dimensions(e))


def _product(e: Any) -> Any:
    numbers, factors = e.args_cnc()
    plain = [n for n in numbers if n not in (1, -1)]
    total = sum((_flops(n) for n in numbers), sp.Integer(0)) + max(len(plain) - 1, 0)
    if not factors:
        return total
    shape = dimensions(factors[-1])
    total += _flops(factors[-1])
    for factor in reversed(factors[:-1]):
        if isinstance(factor, Inverted):
            definite = isinstance(factor.args[0], Hessian)
            elimination = M**3 / 3 if definite else 2 * M**3 / 3
            total += _flops(factor.args[0]) + elimination + 2 * M * _size(shape)
            continue
        left = dimensions(factor)
        total += _flops(factor) + _times(left, shape)
        shape = NUMBER if (left[0], shape[1]) == ("1", "1") else (left[0], shape[1])
    return total + (_size(shape) if plain else 0)


def _times(left: Dimensions, right: Dimensions) -> Any:
    rows, inner, columns = (sp.Integer(1) if d == "1" else M for d in (left[0], left[1], right[1]))
    if NUMBER in (left, right):
        return _size(left) * _size(right)
    return rows * columns * (2 * inner - 1)
