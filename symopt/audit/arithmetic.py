"""Floating-point meaning of a term's head, on numbers and on arrays of candidates alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symopt.language.terms import Term


def _norm(x: Any) -> Any:
    """Over the coordinates, which are the last axis of every array; a number is its own only coordinate."""
    return np.abs(x) if np.ndim(x) == 0 else np.sqrt(np.sum(np.square(x), axis=-1, keepdims=True))


def _dot(x: Any, y: Any) -> Any:
    product = np.multiply(x, y)
    return product if np.ndim(product) == 0 else np.sum(product, axis=-1, keepdims=True)


_CALLS: dict[str, Callable[..., Any]] = {
    "sqrt": np.sqrt, "abs": np.abs, "sign": np.sign, "max": np.maximum, "min": np.minimum, "exp": np.exp,
    "log": np.log, "floor": np.floor, "ceil": np.ceil, "mod": np.mod, "sin": np.sin, "cos": np.cos, "tanh": np.tanh,
    "norm": _norm, "dot": _dot,
}  # fmt: skip
_RELATIONS: dict[str, Callable[..., Any]] = {
    "=": np.equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "!=": np.not_equal,
}  # fmt: skip


def apply(term: Term, args: Sequence[Any]) -> Any:
    """The value of a node whose arguments have the values ``args``.

    Raises:
        KeyError: a function or head that has no arithmetic.
    """
    return _HEADS[term.head](term, args)


def _number(term: Term, args: Sequence[Any]) -> Any:
    assert term.value is not None
    over, under = term.value.as_integer_ratio()
    return over / under


def _sum(term: Term, args: Sequence[Any]) -> Any:
    total = args[0]
    for x in args[1:]:
        total = total + x
    return total


def _product(term: Term, args: Sequence[Any]) -> Any:
    product = args[0]
    for x in args[1:]:
        product = product * x
    return product


def _power(term: Term, args: Sequence[Any]) -> Any:
    return np.power(np.asarray(args[0], dtype=float), args[1])


def _call(term: Term, args: Sequence[Any]) -> Any:
    result = args[0]
    function = _CALLS[term.name]
    if term.name not in ("max", "min", "mod", "dot"):
        return function(result)
    for x in args[1:]:
        result = function(result, x)
    return result


_HEADS: dict[str, Callable[[Term, Sequence[Any]], Any]] = {
    "number": _number, "add": _sum, "mul": _product, "pow": _power, "call": _call,
    "neg": lambda term, args: -args[0],
    "div": lambda term, args: np.divide(args[0], args[1]),
    "relation": lambda term, args: _RELATIONS[term.name](args[0], args[1]),
}  # fmt: skip
