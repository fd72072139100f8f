"""A formula of vectors and matrices, as written, into the definition language's linear side.

Every value in it is a *quantity*: a base name with an index that is so many steps from the clock, or none. What a
function is asked at a point counts as a quantity of the point's step: ``\\nabla f(x_k)`` is "grad" at k, ``f'(x_n)``
is "D1" at n, ``H_f(x_n)`` is "hess" at n, ``f(x_n)`` is "D0".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import sympy as sp

from symopt.audit.claims import offset
from symopt.audit.facts.spelling import DOT
from symopt.language import dot, identity, inverse, norm, transpose
from symopt.language.convert import to_sympy
from symopt.language.dimensions import COLUMN, NUMBER, ShapeError, dimensions
from symopt.language.linear import Transposed
from symopt.language.terms import Term

_STEP = re.compile(r"^(.*)_(?:\{)?([kntij])(?:([+-])(\d))?\}?$")
_PLAIN = re.compile(r"^\\(?:mathbf|mathrm|boldsymbol|bm|vec|mathit|mathsf)\{(.*)\}$")
_HESSIAN_OF = re.compile(r"^(?:H|\\mathbf\{H\})(?:_\{?[a-zA-Z]\}?)?$")


@dataclass(frozen=True)
class Quantity:
    """A value in a formula: its base name and how many steps from the clock it stands; None without an index."""

    base: str
    offset: int | None


class NotLinear(Exception):
    """A part of the formula that has no counterpart here."""


def quantity(term: Term, clocks: frozenset[str]) -> Quantity | None:
    """What a leaf, or a function asked at a point, stands for; None for a part that is made of others."""
    match term.head:
        case "name":
            found = _STEP.match(term.name)
            if found and found[1]:
                return Quantity(_bare(found[1]), int(found[4] or 0) * (-1 if found[3] == "-" else 1))
            return Quantity(_bare(term.name), None)
        case "at" if len(term.args) == 1:
            shift = offset(term.args[0], clocks)
            if shift is None and term.args[0].head == "name":
                shift = 0
            return None if shift is None else Quantity(_bare(term.name), shift)
        case "grad":
            return _asked("grad", term.args[0], clocks)
        case "call" if term.name == "hessian" and len(term.args) == 1:
            return _asked("hess", term.args[0], clocks)
        case "call" if len(term.args) == 1 and term.name not in (
            "transpose",
            "norm",
            "dot",
            "abs",
            "sqrt",
            "exp",
            "log",
        ):
            if _HESSIAN_OF.match(term.name):
                return _asked("hess", term.args[0], clocks)
            primes = len(term.name) - len(term.name.rstrip("'"))
            name = "jac" if term.name.startswith("J") else f"D{primes}"
            return _asked(name, term.args[0], clocks)
        case _:
            return None


def _asked(what: str, point: Term, clocks: frozenset[str]) -> Quantity | None:
    at = quantity(point, clocks)
    return None if at is None else Quantity(what, at.offset)


def _bare(name: str) -> str:
    found = _PLAIN.match(name)
    return found[1] if found else name


def quantities(term: Term, clocks: frozenset[str]) -> list[Quantity]:
    """Every quantity of the formula, in order, each once."""
    found: dict[Quantity, None] = {}

    def collect(t: Term) -> None:
        q = quantity(t, clocks)
        if q is not None:
            found[q] = None
            return
        for a in t.args:
            collect(a)

    collect(term)
    return list(found)


def points(term: Term, clocks: frozenset[str]) -> frozenset[str]:
    """The names of the variables at which functions are asked."""
    found: set[str] = set()
    for node in term.nodes():
        q = quantity(node, clocks) if node.head in ("grad", "call") else None
        if q is not None and q.base in ("grad", "hess", "jac", "D0", "D1", "D2", "D3"):
            inner = quantity(node.args[0], clocks)
            if inner is not None:
                found.add(inner.base)
    return frozenset(found)


def expression(term: Term, clocks: frozenset[str], meaning: Callable[[Quantity], Any]) -> Any:
    """The linear expression that a term means.

    Raises:
        NotLinear: a part without counterpart, or shapes that do not fit.
    """
    try:
        return _number(to_sympy(term, lambda part: _own(part, clocks, meaning)))
    except (ShapeError, ZeroDivisionError, TypeError, AttributeError) as error:
        raise NotLinear(str(error)) from error


def _own(term: Term, clocks: frozenset[str], meaning: Callable[[Quantity], Any]) -> Any:
    """What a quantity, or an operation that is another for vectors and matrices, means; None for sums and products."""

    def go(part: Term) -> Any:
        return to_sympy(part, lambda inner: _own(inner, clocks, meaning))

    own = quantity(term, clocks)
    if own is not None:
        return identity if own == Quantity("I", None) else meaning(own)
    match term.head:
        case "mul" if term.name == DOT:
            return reduce(_dotted, map(go, term.args))
        case "number" | "add" | "neg" | "mul":
            return None
        case "div":
            top, bottom = map(go, term.args)
            return top / _scalar(bottom)
        case "pow":
            return _power(go(term.args[0]), term.args[1])
        case "call" if term.name == "transpose":
            inner = go(term.args[0])
            return inner if dimensions(inner) == NUMBER else transpose(inner)
        case "call" if term.name == "norm":
            return norm(go(term.args[0]))
        case "call" if term.name == "dot":
            return dot(*map(go, term.args))
        case "call" if term.name in ("max", "min"):
            return (sp.Max if term.name == "max" else sp.Min)(*(_scalar(go(a)) for a in term.args))
        case _:
            raise NotLinear(f"no counterpart of {term.name or term.head}")


def _dotted(left: Any, right: Any) -> Any:
    return dot(left, right) if dimensions(left) == dimensions(right) == COLUMN else left * right


def _power(base: Any, exponent: Term) -> Any:
    value = exponent.args[0].value if exponent.head == "neg" else exponent.value
    if value is None or value.denominator != 1:
        raise NotLinear("a power that is no whole number")
    n = int(value) * (-1 if exponent.head == "neg" else 1)
    if dimensions(base) == NUMBER:
        return _scalar(base) ** n
    if n == -1:
        return inverse(base)
    raise NotLinear("a power of a matrix or a vector")


def _scalar(e: Any) -> Any:
    if dimensions(e) != NUMBER:
        raise NotLinear("a quotient by something that is no number")
    return _number(e)


def _number(e: Any) -> Any:
    """Products that begin with a row and end with a column as inner products, which commute."""
    if getattr(e, "is_commutative", True):
        return e
    if isinstance(e, sp.Add):
        return sp.Add(*(_number(a) for a in e.args))
    if not isinstance(e, sp.Mul):
        return e
    numbers, factors = e.args_cnc()
    kept: list[Any] = []
    scale = sp.Mul(*numbers)
    start: int | None = None
    for factor in factors:
        kept.append(factor)
        rows, columns = dimensions(factor)
        if rows == "1" and start is None:
            start = len(kept) - 1
        if columns == "1" and start is not None:
            row = kept[start]
            rest = sp.Mul(*kept[start + 1 :])
            left = row.args[0] if isinstance(row, Transposed) else transpose(row)
            scale = scale * dot(left, rest)
            del kept[start:]
            start = None
    return scale * sp.Mul(*kept)
