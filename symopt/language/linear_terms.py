"""Expressions of vectors and matrices as terms: the order of factors is kept, inner products print as x^T y."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.language import terms as T
from symopt.language.convert import to_term
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
from symopt.language.symbols import At, Dot, Grad, Norm
from symopt.language.terms import Term

_CALLS: dict[type, str] = {Value: "f", Residual: "F", Jacobian: "F'", Hessian: "hessian", Draw: r"\text{draw}"}


def linear_term(expression: Any) -> Term:
    """The expression as a formula, factors in the order in which they stand."""
    e = expression
    match e:
        case IdentityMatrix() | Transposed() | Inverted() | Dot() | Norm() | Grad() | LineSearch():
            return _linear(e)
        case Value() | Residual() | Jacobian() | Hessian() | Draw():
            return T.call(_CALLS[type(e)], linear_term(e.args[0]))
        case sp.Add():
            return T.add(*(linear_term(a) for a in sorted(e.args, key=_place)))
        case sp.Mul():
            return _product(e)
        case sp.Max() | sp.Min():
            parts = sorted(e.args, key=lambda a: (a.is_number, sp.default_sort_key(a)))
            return T.call("max" if isinstance(e, sp.Max) else "min", *map(linear_term, parts))
        case sp.Piecewise():
            return Term("cases", tuple(linear_term(part) for row in e.args for part in row.args))
        case sp.core.relational.Relational():
            symbols: dict[Any, str] = {sp.StrictLessThan: "<", sp.Ne: "!=", sp.Eq: "=", sp.LessThan: "<="}
            symbol = symbols.get(type(e))
            if symbol is None:
                return to_term(e)
            return T.relation(symbol, linear_term(e.lhs), linear_term(e.rhs))
        case sp.Pow() if e.exp == -1:
            return T.number(1) / linear_term(e.base)
        case sp.Pow():
            return linear_term(e.base) ** linear_term(e.exp)
        case _:
            return to_term(e)


def _linear(e: Any) -> Term:
    first, *rest = [linear_term(a) for a in e.args] or [T.name("I")]
    match e:
        case Transposed():
            return T.call("transpose", first)
        case Inverted():
            return first ** T.neg(T.number(1))
        case Dot():
            return T.mul(T.call("transpose", first), *rest)
        case Norm():
            return T.call("norm", first)
        case Grad():
            return T.grad(first)
        case LineSearch():
            return T.call(rf"\text{{{e.condition} search}}", first, *rest)
        case _:
            return first


def _place(part: Any) -> tuple[Any, ...]:
    """Positive parts first; remembered values before new ones; the identity in front."""
    new = [a for a in part.atoms(At) if a.index == sp.Symbol("t", integer=True, positive=True)]
    return (
        not isinstance(part, IdentityMatrix),
        bool(part.could_extract_minus_sign()),
        bool(new),
        len(sp.Mul.make_args(part)),
        sp.default_sort_key(part),
    )


def _product(product: Any) -> Term:
    if product.could_extract_minus_sign() and (product.args[0] == -1 or product.args[0].is_negative):
        return T.neg(linear_term(-product))
    numbers, factors = product.args_cnc()
    top, bottom = sp.fraction(sp.Mul(*numbers))
    above = [linear_term(f) for f in (*sp.Mul.make_args(top), *factors) if f != 1] or [T.number(1)]
    whole = T.mul(*above)
    return whole if bottom == 1 else whole / linear_term(bottom)
