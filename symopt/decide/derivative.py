"""Derivatives of expressions with sums of symbolic length: by a number, or by one value of a sequence.

The rules are those of the calculus: sums, products, powers, and the chain rule through the functions of the table.
A sum over all indices of a sequence feels its value ``z[k]`` twice at most: where the summand reads ``z[k]`` itself,
and where the index of summation is k:

    d/dz[k]  sum_j f(z[j], z[k])  =  sum_j f_2(z[j], z[k])  +  f_1(z[k], z[k])

so the index k is supposed to be one of those summed over. ``z[i]`` and ``z[k]`` at two other indices are one value if
i = k and two if not: KroneckerDelta. |u|, sign u and max are differentiated where they have derivatives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from symopt.decide.budget import Undecidable
from symopt.decide.identity import identity
from symopt.decide.verdict import Status, Verdict
from symopt.language.symbols import At


def derivative(e: Any, by: Any) -> Any:
    """The derivative of an expression.

    Args:
        e: of symbols, values of sequences, and sums over ranges that contain ``by``'s index.
        by: a symbol, or a sequence's value.

    Raises:
        Undecidable: a part with no rule.
    """
    e = sp.sympify(e, strict=True)
    if not _depends(e, by):
        return sp.Integer(0)
    match e:
        case _ if e == by:
            return sp.Integer(1)
        case At():
            return sp.KroneckerDelta(e.index, by.index)
        case sp.Add():
            return sp.Add(*(derivative(a, by) for a in e.args))
        case sp.Mul():
            return sp.Add(*(sp.Mul(*e.args[:i], derivative(a, by), *e.args[i + 1 :]) for i, a in enumerate(e.args)))
        case sp.Sum():
            return _of_sum(e, by)
        case sp.Max() | sp.Min():
            return _of_extreme(e, by)
        case _:
            return _chain(e, by)


def differentiates(e: Any, by: Any, claimed: Any, *, given: Mapping[Any, Any] | None = None) -> Verdict:
    """Whether ``claimed`` is the derivative of ``e`` by ``by``, wherever it has one.

    Args:
        e, by: as `derivative` takes them.
        claimed: an expression.
        given: values of sums, such as that of probabilities, which is 1.
    """
    try:
        made = derivative(e, by)
    except Undecidable as error:
        return Verdict(Status.UNDECIDED, reason=str(error))
    return identity(*(_plain(side.xreplace(dict(given or {}))) for side in (made, sp.sympify(claimed, strict=True))))


def _plain(e: Any) -> Any:
    """The expression with each KroneckerDelta as a number of its own, which it is for each choice of indices."""
    deltas = {d: sp.Symbol(f"[{d.args[0]} = {d.args[1]}]", nonnegative=True) for d in e.atoms(sp.KroneckerDelta)}
    return e.xreplace(deltas)


def _depends(e: Any, by: Any) -> bool:
    if isinstance(by, At):
        return any(value.base == by.base for value in e.atoms(At))
    return e.has(by)


def _of_sum(e: Any, by: Any) -> Any:
    *inner, (index, low, high) = e.limits
    body = _renamed(sp.Sum(e.function, *inner) if inner else e.function, index)
    if _depends(low, by) or _depends(high, by) or index in by.free_symbols:
        raise Undecidable(f"the range of {e} depends on {by}")
    if not isinstance(by, At):
        return _total(derivative(body, by), index, low, high)
    own = by.base[index]
    held = sp.Dummy("held", real=True)
    if any(
        value.base == by.base and value not in (own, by) and index in value.free_symbols for value in body.atoms(At)
    ):
        raise Undecidable(f"{e} reads {by.base} at a shifted index")
    rest = derivative(body.xreplace({own: held}), by).xreplace({held: own})
    there = derivative(body.xreplace({own: held}), held).xreplace({held: own}).subs(index, by.index)
    return _total(rest, index, low, high) + there


def _renamed(e: Any, index: Any) -> Any:
    """The expression with another index for each sum inside that has the same one."""

    def fresh(total: Any) -> Any:
        own = sp.Dummy(f"{index}'", integer=True, positive=True)
        limits = [(own if i == index else i, low, high) for i, low, high in total.limits]
        return sp.Sum(total.function.xreplace({index: own}), *limits)

    return e.replace(lambda x: isinstance(x, sp.Sum) and any(i == index for i, _, _ in x.limits), fresh)


def _total(body: Any, index: Any, low: Any, high: Any) -> Any:
    """The sum, what does not depend on the index in front of it."""
    free, bound = sp.sympify(body, strict=True).as_independent(index, as_Add=False)
    return 0 if body == 0 else free * sp.Sum(bound, (index, low, high))


def _of_extreme(e: Any, by: Any) -> Any:
    first, *rest = e.args
    if len(rest) != 1:
        raise Undecidable(f"{e} is of more than two")
    (second,) = rest
    sign = sp.sign(first - second) if isinstance(e, sp.Max) else sp.sign(second - first)
    return (1 + sign) / 2 * derivative(first, by) + (1 - sign) / 2 * derivative(second, by)


def _chain(e: Any, by: Any) -> Any:
    if isinstance(e, sp.Pow):
        base, exponent = e.args
        made: Any = exponent * base ** (exponent - 1) * derivative(base, by) if _depends(base, by) else 0
        return made + (e * sp.log(base) * derivative(exponent, by) if _depends(exponent, by) else 0)
    if len(e.args) != 1:
        raise Undecidable(f"no rule for the derivative of {e}")
    inside = derivative(e.args[0], by)
    match e:
        case sp.exp():
            return e * inside
        case sp.log():
            return inside / e.args[0]
        case sp.Abs():
            return sp.sign(e.args[0]) * inside
        case sp.tanh():
            return (1 - e**2) * inside
        case sp.sign():
            return sp.Integer(0)
        case _:
            raise Undecidable(f"no rule for the derivative of {e}")
