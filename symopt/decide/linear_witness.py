"""Small matrices at which two expressions of vectors and matrices differ."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from symopt.decide.verdict import Witness
from symopt.language.dimensions import SQUARE, dimensions
from symopt.language.linear import Hessian, IdentityMatrix, Inverted, Jacobian, LineSearch, Residual, Transposed, Value
from symopt.language.symbols import At, Dot, Grad, HyperSymbol, Norm

SIZES = (2, 2, 2, 3, 3, 3)
"""Dimensions, one for each try: some identities that are false in general hold in two dimensions."""
_ATOMS = (At, Grad, Hessian, Jacobian, Residual, Value, LineSearch, sp.Symbol)


class _NoValue(Exception):
    """Something without an exact value here."""


def find(left: Any, right: Any, symmetric: Iterable[Any]) -> Witness | None:
    """Whole numbers at which the sides differ, exactly; None where none were found."""
    same = frozenset(symmetric)
    for seed, size in enumerate(SIZES):
        values: dict[Any, Any] = {}
        draw = random.Random(seed)
        try:
            a, b = (_value(side, _World(values, draw, same, size)) for side in (left, right))
            a, b = _like(a, b), _like(b, a)
        except (_NoValue, ZeroDivisionError, ValueError):
            continue
        if a != b:
            place = next(i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y)
            return Witness(_named(values), None, str(a[place]), str(b[place]))
    return None


def _like(a: Any, b: Any) -> Any:
    """0 as the zero of the other side's shape."""
    return sp.zeros(*b.shape) if a.shape == (1, 1) and a[0] == 0 else a


def _named(values: Mapping[Any, Any]) -> dict[str, Fraction]:
    out: dict[str, Fraction] = {}
    for atom, matrix in values.items():
        rows, columns = matrix.shape
        name = str(atom)
        for i in range(rows):
            for j in range(columns):
                place = "" if matrix.shape == (1, 1) else f"_{i + 1}" if columns == 1 else f"_{i + 1}{j + 1}"
                out[name + place] = Fraction(int(matrix[i, j].p), int(matrix[i, j].q))
    return out


@dataclass(frozen=True)
class _World:
    values: dict[Any, Any]
    draw: random.Random
    symmetric: frozenset[Any]
    size: int


def _value(e: Any, world: _World) -> Any:
    def go(part: Any) -> Any:
        return _value(part, world)

    match e:
        case sp.Rational():
            return sp.Matrix([[e]])
        case IdentityMatrix():
            return sp.eye(world.size)
        case Transposed():
            return go(e.args[0]).T
        case Inverted():
            return _inverse(go(e.args[0]))
        case Dot():
            return go(e.args[0]).T * go(e.args[1])
        case sp.Add():
            parts = [go(a) for a in e.args]
            total = parts[0]
            for part in parts[1:]:
                if part.shape != total.shape:
                    raise _NoValue
                total = total + part
            return total
        case sp.Mul():
            product = sp.Matrix([[1]])
            for part in map(go, e.args):
                one = (1, 1) in (product.shape, part.shape)
                product = _scaled(product, part) if one else product * part
            return product
        case sp.Pow() if isinstance(e.base, Norm) and e.exp.is_even:
            return go(Dot(e.base.args[0], e.base.args[0])) ** (e.exp / 2)
        case sp.Pow() if e.exp.is_Integer:
            base = go(e.base)
            return _inverse(base) if e.exp == -1 else base**e.exp
        case _ if isinstance(e, _ATOMS) and not isinstance(e, Norm):
            if e not in world.values:
                world.values[e] = _drawn(e, world)
            return world.values[e]
        case _:
            return _greatest(e, world)


def _greatest(e: Any, world: _World) -> Any:
    """The maximum or minimum of numbers."""
    if not isinstance(e, sp.Max | sp.Min):
        raise _NoValue
    return sp.Matrix([[e.func(*(_one(_value(a, world)) for a in e.args))]])


def _one(value: Any) -> Any:
    if value.shape != (1, 1) or not value[0].is_Rational:
        raise _NoValue
    return value[0]


def _scaled(a: Any, b: Any) -> Any:
    return a[0] * b if a.shape == (1, 1) else a * b[0]


def _inverse(m: Any) -> Any:
    if m.det() == 0:
        raise ZeroDivisionError
    return m.inv()


def _drawn(atom: Any, world: _World) -> Any:
    draw = world.draw
    rows, columns = (world.size if d == "n" else 1 for d in dimensions(atom))
    if isinstance(atom, HyperSymbol):
        candidates = [sp.Rational(1, 2), sp.Rational(1, 3), sp.Integer(2)]
        inside = [c for c in candidates if c in atom.domain]
        if not inside:
            raise _NoValue
        return sp.Matrix([[draw.choice(inside)]])
    made = sp.Matrix(rows, columns, lambda i, j: sp.Integer(draw.randint(-3, 3)))
    if (rows, columns) == (1, 1):
        return sp.Matrix([[sp.Integer(draw.choice([1, 2, 3, 5]))]])
    if dimensions(atom) == SQUARE and (isinstance(atom, Hessian) or atom in world.symmetric):
        made = made + made.T
    return made
