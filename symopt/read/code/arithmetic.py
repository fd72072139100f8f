"""Terms from a program's operations, with the step counter kept in a form that formulas have."""

from __future__ import annotations

import ast
import re
from fractions import Fraction

from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.read.code.functions import FUNCTIONS
from symopt.read.code.recurrence import CLOCK

ZERO, ONE = T.number(0), T.number(1)
_DIGITS = re.compile(r"(?i)[\d_]*\.?[\d_]*(?:e[-+]?\d{1,3})?")


def literal(text: str, value: object) -> Term | None:
    """A number as it is written (0.1 is a tenth); None for one that is none, or too long to be meant."""
    if isinstance(value, bool):
        return ONE if value else ZERO
    if isinstance(value, int):
        return T.number(value) if value.bit_length() < 256 else None
    if not isinstance(value, float) or len(text) > 40 or not text or not _DIGITS.fullmatch(text):
        return None
    try:
        return T.number(Fraction(text.replace("_", "")))
    except (ValueError, ZeroDivisionError):
        return None


def ticks(term: Term) -> int | None:
    """c for a term that is the step counter plus c; None for any other."""
    if term.head == "name" and term.name == CLOCK:
        return 0
    if term.head == "add" and len(term.args) == 2 and term.args[0].name == CLOCK and term.args[0].head == "name":
        return whole(term.args[1])
    return None


def whole(term: Term) -> int | None:
    """The whole number that a term is."""
    sign, digit = (-1, term.args[0]) if term.head == "neg" else (1, term)
    if digit.head == "number" and digit.value is not None and digit.value.denominator == 1:
        return sign * int(digit.value)
    return None


def clock(offset: int) -> Term:
    """The step counter plus a whole number."""
    now = T.name(CLOCK)
    if offset == 0:
        return now
    return T.add(now, T.number(offset) if offset > 0 else T.neg(T.number(-offset)))


def plus(a: Term, b: Term) -> Term:
    if a == ZERO:
        return b
    if b == ZERO:
        return a
    for x, y in ((a, b), (b, a)):
        counted, number = ticks(x), whole(y)
        if counted is not None and number is not None:
            return clock(counted + number)
    both = whole(a), whole(b)
    if both[0] is not None and both[1] is not None:
        total = both[0] + both[1]
        return T.number(total) if total >= 0 else T.neg(T.number(-total))
    return T.add(a, b)


def minus(a: Term, b: Term) -> Term:
    return plus(a, T.neg(b)) if b != ZERO else a


def times(a: Term, b: Term) -> Term:
    if a == ONE:
        return b
    if b == ONE:
        return a
    if ZERO in (a, b):
        return ZERO
    return T.mul(a, b)


def over(a: Term, b: Term) -> Term:
    return a if b == ONE else Term("div", (a, b))


def power(a: Term, b: Term) -> Term:
    return FUNCTIONS["pow"](a, b)


def binary(operator: ast.operator, a: Term, b: Term) -> Term | None:
    """The term that a binary operation means; None for one that is not arithmetic of numbers."""
    match operator:
        case ast.Add():
            return plus(a, b)
        case ast.Sub():
            return minus(a, b)
        case ast.Mult():
            return times(a, b)
        case ast.Div():
            return over(a, b)
        case ast.Pow():
            return power(a, b)
        case ast.FloorDiv():
            return T.call("floor", over(a, b))
        case ast.Mod():
            return T.call("mod", a, b)
        case _:
            return None


_RELATIONS: dict[type[ast.cmpop], str] = {
    ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "=", ast.NotEq: "!=",
}  # fmt: skip


def compared(operator: ast.cmpop, a: Term, b: Term) -> Term | bool | None:
    """The relation that a comparison means; whether it holds where both sides are numbers."""
    symbol = _RELATIONS.get(type(operator))
    if symbol is None:
        return None
    if a.value is not None and b.value is not None:
        x, y = a.value, b.value
        return {">": x > y, ">=": x >= y, "<": x < y, "<=": x <= y, "=": x == y, "!=": x != y}[symbol]
    return T.relation(symbol, a, b)
