"""The value of a formula of vectors and matrices at numbers; what does not fit together has none."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from symopt.audit.facts.spelling import DOT
from symopt.audit.facts.translate import Quantity, quantity
from symopt.language.terms import Term

Array = np.ndarray[Any, np.dtype[np.float64]]
"""Two-dimensional always: a number is one by one, a vector a column."""
Lookup = Callable[[Quantity], Array]
_NUMBER = (1, 1)
_POWERS = 4


class NoValue(Exception):
    """A part that is not known here, or parts whose shapes disagree."""


_quantity = lru_cache(maxsize=1 << 14)(quantity)


def number(x: float) -> Array:
    """A number as an array."""
    return np.full(_NUMBER, x)


def value(term: Term, clocks: frozenset[str], lookup: Lookup) -> Array:
    """The value of a term.

    Args:
        term: a side of an equation.
        clocks: the time variables.
        lookup: the value of each quantity.

    Raises:
        NoValue: what has no value.
    """
    found = _quantity(term, clocks)
    if found is not None:
        return lookup(found)
    if term.head == "number":
        assert term.value is not None
        return number(float(term.value))
    if term.head == "pow":
        return _power(value(term.args[0], clocks, lookup), term.args[1])
    args = [value(a, clocks, lookup) for a in term.args]
    match term.head:
        case "add":
            return _sum(args)
        case "neg":
            return -args[0]
        case "mul":
            return _product(args, dotted=term.name == DOT)
        case "div" if args[1].shape == _NUMBER and args[1][0, 0] != 0:
            return args[0] / args[1][0, 0]
        case "call" if args:
            return _call(term.name, args)
        case _:
            raise NoValue


def _sum(args: list[Array]) -> Array:
    shapes = {a.shape for a in args if a.shape != _NUMBER or a[0, 0] != 0}
    if len(shapes) > 1:
        raise NoValue
    return np.sum([a for a in args if a.shape in shapes], axis=0) if shapes else args[0]


def _product(args: list[Array], *, dotted: bool) -> Array:
    made = args[0]
    for right in args[1:]:
        if _NUMBER in (made.shape, right.shape):
            made = made * right
        elif dotted and made.shape == right.shape and right.shape[1] == 1:
            made = made.T @ right
        elif made.shape[1] == right.shape[0]:
            made = made @ right
        else:
            raise NoValue
    return made


def _power(base: Array, exponent: Term) -> Array:
    whole = exponent.args[0] if exponent.head == "neg" else exponent
    if whole.value is None or whole.value.denominator != 1 or whole.value > _POWERS:
        raise NoValue
    n = int(whole.value) * (-1 if exponent.head == "neg" else 1)
    if base.shape[0] != base.shape[1] or (n < 0 and abs(np.linalg.det(base)) < 1e-9):
        raise NoValue
    return np.linalg.matrix_power(base, n)


def _call(name: str, args: list[Array]) -> Array:
    first, *rest = args
    match name:
        case "transpose":
            return first.T
        case "norm" if first.shape[1] == 1:
            return number(float(np.linalg.norm(first)))
        case "dot" if len(rest) == 1 and first.shape == rest[0].shape and first.shape[1] == 1:
            return first.T @ rest[0]
        case "max" | "min" if all(a.shape == _NUMBER for a in args):
            return number((max if name == "max" else min)(float(a[0, 0]) for a in args))
        case "sqrt" if first.shape == _NUMBER and first[0, 0] >= 0:
            return np.sqrt(first)
        case "abs" if first.shape == _NUMBER:
            return np.abs(first)
        case _:
            raise NoValue
