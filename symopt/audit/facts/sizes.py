"""Whether an expression fits a data matrix that is not square: n examples of d weights, as its rows or its columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from symopt.language.linear import IdentityMatrix, Inverted, Transposed
from symopt.language.symbols import At

Size = tuple[str, str]
_NUMBER: Size = ("1", "1")
_ANY: Size = ("?", "?")
"""The identity's, and zero's."""


class Unequal(Exception):
    """Sizes that do not fit."""


def fits(sides: tuple[Any, Any], matrix: Any, sizes: Mapping[Any, Size]) -> bool:
    """Whether both sides are defined and of one size, the matrix taken one way or the other.

    Args:
        sides: expressions.
        matrix: the data matrix.
        sizes: what rows and columns the vectors have.
    """
    for own in (("n", "d"), ("d", "n")):
        try:
            _alike([_size(side, {**sizes, matrix: own}) for side in sides])
        except Unequal:
            continue
        return True
    return False


def _size(e: Any, sizes: Mapping[Any, Size]) -> Size:
    match e:
        case At():
            return sizes.get(e.base, _NUMBER)
        case IdentityMatrix():
            return _ANY
        case Transposed():
            rows, columns = _size(e.args[0], sizes)
            return columns, rows
        case Inverted():
            own = _size(e.args[0], sizes)
            return own if own[0] == own[1] else _fail()
        case sp.Add():
            return _alike([_size(a, sizes) for a in e.args])
        case sp.Mul():
            return _product([_size(a, sizes) for a in e.args])
        case sp.Pow() if (own := _size(e.base, sizes)) != _NUMBER:
            return own if own[0] == own[1] else _fail()
        case _:
            return _ANY if e == 0 else _NUMBER


def _product(factors: list[Size]) -> Size:
    made = _NUMBER
    for own in factors:
        if own in (_NUMBER, _ANY):
            made = own if made == _NUMBER else made
        elif made in (_NUMBER, _ANY):
            made = own
        elif made[1] == own[0]:
            made = made[0], own[1]
        else:
            _fail()
    return made


def _alike(found: list[Size]) -> Size:
    known = [own for own in found if own != _ANY]
    if len(set(known)) > 1:
        _fail()
    return known[0] if known else _ANY


def _fail() -> Any:
    raise Unequal
