"""Case distinctions kept small: those on the sign of one quantity become at most three rows."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from symopt.language import HyperSymbol

SIGNS = (1, -1, 0)
_HOLDS: dict[type, frozenset[int]] = {
    sp.StrictGreaterThan: frozenset({1}), sp.GreaterThan: frozenset({0, 1}), sp.StrictLessThan: frozenset({-1}),
    sp.LessThan: frozenset({-1, 0}), sp.Eq: frozenset({0}), sp.Ne: frozenset({-1, 1}),
}  # fmt: skip
_OF_SIGNS: dict[frozenset[int], Any] = {signs: relation for relation, signs in _HOLDS.items()}
SMALL = 2**31 - 1
"""Counters are taken to stay below this: a guard against overflow never applies."""


def is_condition(e: Any) -> bool:
    """Whether the expression is true or false, not a number. (To SymPy a symbol may be either.)"""
    return isinstance(e, Boolean) and not isinstance(e, sp.Symbol)


def relate(relation: Any, a: Any, b: Any) -> Any:
    """The comparison, with case distinctions and signs inside it resolved."""
    a, b = sp.sympify(a, strict=True), sp.sympify(b, strict=True)
    if b.is_Integer and abs(b) >= SMALL and not a.is_number:
        return sp.true if -1 in _HOLDS[relation] or relation is sp.Ne else sp.false
    if isinstance(a, sp.Piecewise):
        return _over_rows(a, lambda x: relate(relation, x, b))
    if isinstance(b, sp.Piecewise):
        return _over_rows(b, lambda x: relate(relation, a, x))
    if isinstance(a, sp.sign) and b == 0:
        return relation(a.args[0], 0)
    if isinstance(a, sp.sign) and b.is_Integer and abs(b) == 1 and relation is sp.Eq:
        return sp.Gt(a.args[0], 0) if b == 1 else sp.Lt(a.args[0], 0)
    if relation is sp.Eq and _apart(a, b):
        return sp.false
    return relation(a, b)


def _apart(a: Any, b: Any) -> bool:
    """Whether two hyperparameters, or one and a number, cannot be equal."""
    first, second = (x.domain if isinstance(x, HyperSymbol) else sp.FiniteSet(x) for x in (a, b))
    known = all(isinstance(x, HyperSymbol) or x.is_Rational for x in (a, b))
    return known and bool(first.is_disjoint(second))


def _over_rows(cases: sp.Piecewise, ask: Any) -> Any:
    """A comparison asked of each row."""
    before: Any = sp.true
    total: Any = sp.false
    for value, condition in _args(cases):
        total = sp.Or(total, sp.And(before, condition, ask(value)))
        before = sp.And(before, sp.Not(condition))
    found = signs_of(total)
    return total if found is None else _relation(*found)


def _relation(x: Any, signs: frozenset[int]) -> Any:
    if len(signs) in (0, 3):
        return sp.true if signs else sp.false
    return _OF_SIGNS[signs](x, 0)


def _args(e: Any) -> Any:
    return e.args


def signs_of(condition: Any) -> tuple[Any, frozenset[int]] | None:
    """(x, signs) where the condition says that x has one of the signs; None where it says more."""
    if isinstance(condition, Relational):
        left, right = _args(condition)
        x, signs = left - right, _HOLDS[type(condition)]
        if x.could_extract_minus_sign():
            return -x, frozenset(-s for s in signs)
        return x, signs
    if isinstance(condition, sp.Not):
        inner = signs_of(condition.args[0])
        return inner and (inner[0], frozenset(SIGNS) - inner[1])
    if isinstance(condition, sp.And | sp.Or):
        parts = [signs_of(a) for a in condition.args]
        known = [p for p in parts if p is not None]
        if len(known) == len(parts) and len({x for x, _ in known}) == 1:
            combine = frozenset.intersection if isinstance(condition, sp.And) else frozenset.union
            return known[0][0], combine(*(s for _, s in known))
    return None


def where(condition: Any, yes: Any, no: Any) -> Any:
    """The value ``yes`` where the condition holds, else ``no``."""
    if condition == sp.true or condition == sp.false:
        return yes if condition == sp.true else no
    yes, no = sp.sympify(yes, strict=True), sp.sympify(no, strict=True)
    found = signs_of(condition)
    if found is None:
        return yes if yes == no else sp.Piecewise((yes, condition), (no, True))
    x, signs = found
    rows = {s: _at_sign(yes if s in signs else no, x, s) for s in SIGNS}
    if rows[1] == rows[-1] == rows[0]:
        return rows[0]
    if rows[-1] == rows[0]:
        return sp.Piecewise((rows[1], sp.Gt(x, 0)), (rows[0], True))
    if rows[1] == rows[0]:
        return sp.Piecewise((rows[-1], sp.Lt(x, 0)), (rows[0], True))
    if rows[1] == rows[-1]:
        return sp.Piecewise((rows[0], sp.Eq(x, 0)), (rows[1], True))
    return sp.Piecewise((rows[1], sp.Gt(x, 0)), (rows[-1], sp.Lt(x, 0)), (rows[0], True))


def _at_sign(e: Any, x: Any, s: int) -> Any:
    """The expression where x has the sign s."""
    if not e.has(sp.Piecewise, sp.sign):
        return e
    if isinstance(e, sp.sign):
        (inner,) = _args(e)
        flipped = inner.could_extract_minus_sign()
        return sp.Integer(-s if flipped else s) if x == (-inner if flipped else inner) else e
    if isinstance(e, sp.Piecewise):
        rows: list[tuple[Any, Any]] = []
        for value, condition in _args(e):
            found = signs_of(condition)
            decided = sp.true if condition == sp.true else condition
            if found is not None and found[0] == x:
                decided = sp.true if s in found[1] else sp.false
            if decided != sp.false:
                rows.append((_at_sign(value, x, s), decided))
            if decided == sp.true:
                break
        return rows[0][0] if rows[0][1] == sp.true else sp.Piecewise(*rows)
    return e.func(*(_at_sign(a, x, s) for a in e.args))
