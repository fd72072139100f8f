"""Rows and columns of expressions of vectors and matrices, so that what does not fit is refused when it is written."""

from __future__ import annotations

from typing import Any

import sympy as sp

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
from symopt.language.symbols import At, Dot, Expect, Grad, HyperSymbol, Norm, Sequence, Shape


class ShapeError(ValueError):
    """A sum of parts of different shapes, or a product of factors that do not fit."""


Dimensions = tuple[str, str]
NUMBER: Dimensions = ("1", "1")
COLUMN: Dimensions = ("n", "1")
SQUARE: Dimensions = ("n", "n")
_SHAPES = {Shape.VECTOR: COLUMN, Shape.MATRIX: SQUARE, Shape.SCALAR: NUMBER, Shape.ELEMENTWISE: COLUMN}


_FIXED: tuple[tuple[tuple[type, ...], Dimensions], ...] = (
    ((IdentityMatrix,), SQUARE),
    ((Draw,), COLUMN),
    ((HyperSymbol, sp.Number), NUMBER),
)


def dimensions(expression: Any) -> Dimensions:
    """Rows and columns of an expression of vectors and matrices, each "1" or "n".

    Raises:
        ShapeError: parts that do not fit, named.
    """
    e = sp.sympify(expression, strict=True)
    fixed = next((shape for kinds, shape in _FIXED if isinstance(e, kinds)), None)
    if fixed is not None:
        return fixed
    match e:
        case At():
            return _SHAPES[e.base.shape]
        case Sequence():
            return _SHAPES[e.shape]
        case Transposed():
            rows, columns = dimensions(e.args[0])
            return columns, rows
        case Inverted():
            return _square(e.args[0])
        case Hessian() | Jacobian():
            return SQUARE if dimensions(e.args[0]) == COLUMN else NUMBER
        case Grad() | Residual() | Expect():
            return dimensions(e.args[0])
        case Dot() | LineSearch() | Value() | Norm():
            return _fit(e, COLUMN)
        case sp.Add():
            return _sum(e)
        case sp.Mul():
            return _product(e)
        case sp.Pow():
            return _power(e)
        case sp.Piecewise():
            return _sum(sp.Tuple(*(row.args[0] for row in e.args)))
        case _:
            return _number(e)


def _power(e: Any) -> Dimensions:
    if dimensions(e.base) == NUMBER:
        return NUMBER
    if e.exp.is_Integer and e.exp >= -1:
        return _square(e.base)
    raise ShapeError(f"{e} is a power that is no product of matrices")


def _number(e: Any) -> Dimensions:
    for part in e.args:
        if dimensions(part) != NUMBER:
            raise ShapeError(f"{part} in {e} is not a number")
    return NUMBER


def _square(e: Any) -> Dimensions:
    found = dimensions(e)
    if found[0] != found[1]:
        raise ShapeError(f"{e} is a vector: it has no inverse and no powers")
    return found


def _fit(e: Any, wanted: Dimensions) -> Dimensions:
    for part in e.args:
        if dimensions(part) not in (wanted, NUMBER):
            raise ShapeError(f"{part} in {e} is not a vector")
    return NUMBER


def _sum(e: Any) -> Dimensions:
    found = {dimensions(part): part for part in e.args}
    if len(found) > 1:
        (a, x), (b, y) = list(found.items())[:2]
        raise ShapeError(f"{x} is {'x'.join(a)} and {y} is {'x'.join(b)}: they cannot be added")
    return next(iter(found))


def _product(e: Any) -> Dimensions:
    shape, so_far = NUMBER, sp.Integer(1)
    for part in e.args:
        rows, columns = dimensions(part)
        if (rows, columns) != NUMBER:
            if shape == NUMBER:
                shape = rows, columns
            elif shape[1] == rows:
                shape = shape[0], columns
            else:
                raise ShapeError(f"{so_far} times {part} does not fit: {shape[1]} columns against {rows} rows")
        so_far = so_far * part
    return shape
