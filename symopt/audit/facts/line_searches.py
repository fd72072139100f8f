"""The conditions of line searches: sufficient decrease, curvature, their strong form, Goldstein's bounds.

Armijo 1966; Wolfe 1969; Goldstein 1965; Nocedal & Wright 2006, equations 3.4 to 3.11. Each is held against its
definition as one inequality between numbers: the function's value and its slope along the direction, at both points.
Sufficient decrease turned around is where backtracking goes on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symopt.audit.facts.spelling import spelling, split
from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.decide import identity
from symopt.language.convert import to_sympy
from symopt.language.terms import Term
from symopt.rewrites import mended_latex, mistake

now, new, slope, later = sp.symbols("f_0 f_1 s_0 s_1", real=True)
"""The function's value at the point and a step further, its slope along the direction at both."""
share, length, square = sp.symbols("c alpha |g|^2", positive=True)
_SHARES = frozenset({"c", r"\sigma", r"\rho", r"\beta", r"\gamma", r"\eta", r"\delta", r"\mu", r"\epsilon", r"\alpha"})
_DIRECTIONS = frozenset({"p", "d", "s", "v", r"\Delta x", "h"})
_WORDS = re.compile(r"Armijo|Wolfe|sufficient[ -]decrease|line[ -]?search|backtrack", re.IGNORECASE)
_CONDITIONS = {
    "armijo": new - now - share * length * slope,
    "armijo-steepest": new - now + share * length * square,
    "goldstein": now + (1 - share) * length * slope - new,
    "curvature": share * slope - later,
    "strong-curvature": sp.Abs(later) - share * sp.Abs(slope),
    "strong-curvature-down": sp.Abs(later) + share * slope,
}  # fmt: skip
"""What is at most 0 where the condition holds."""
_TITLES = {
    "armijo": "the condition of sufficient decrease", "goldstein": "Goldstein's lower bound",
    "curvature": "Wolfe's curvature condition", "strong": "the strong curvature condition",
}  # fmt: skip


class NotCondition(Exception):
    """A part that these conditions do not have."""


@dataclass(frozen=True)
class _Line:
    """What an inequality's letters are.

    Args:
        point: where the step starts.
        length: the step length's.
        direction: "" where the step goes down the gradient itself.
        when: the direction's index.
    """

    point: Term
    length: str
    direction: str
    when: tuple[object, ...] = ()


def line_search_opinion(left: Term, symbol: str, right: Term, source: str, text: str) -> Opinion | None:
    """What is to be said of an inequality of a line search; None for anything else."""
    if symbol not in ("<=", "<", ">=", ">"):
        return None
    line = _line((left, right))
    if line is None:
        return None
    value = _value(line, left, right)
    if value is None:
        return None
    excess = value if symbol[0] == "<" else -value
    for name, condition in _CONDITIONS.items():
        signs = (1, -1) if symbol == ">" and name.startswith("armijo") else (1,)
        forms = (sign * condition.subs(share, c) for sign in signs for c in (share, sp.Rational(1, 2)))
        if any(identity(excess, form).proved for form in forms):
            title = next(t for n, t in _TITLES.items() if name.startswith(n))
            return Opinion(Judgement.CORRECT, system="line-search", proof="proved", explanation=f"It is {title}.")
    return _turned_sign(line, left, symbol, right, source) if _WORDS.search(text) else None


def _line(sides: tuple[Term, Term]) -> _Line | None:
    """The step of the point ``x + alpha p`` at which the function is asked."""
    for node in (n for side in sides for n in side.nodes()):
        inner = node.args[0] if node.head in ("call", "grad") and len(node.args) == 1 else None
        if inner is None or inner.head != "add" or len(inner.args) != 2:
            continue
        point, step = inner.args[0].unspanned(), inner.args[1]
        down, step = step.head == "neg", step.args[0] if step.head == "neg" else step
        if step.head != "mul" or len(step.args) != 2:
            continue
        factor, along = step.args
        if down and along.head == "grad":
            return _Line(point, _letter(factor), "")
        if not down and _letter(along) in _DIRECTIONS:
            return _Line(point, _letter(factor), _letter(along), _index(along))
    return None


def _letter(term: Term) -> str:
    return split(term.name).base if term.head in ("name", "at") else ""


def _value(line: _Line, left: Term, right: Term) -> Any:
    try:
        made = [to_sympy(side, lambda part: _own(part, line)) for side in (left, right)]
    except (NotCondition, TypeError, ValueError, ZeroDivisionError, AttributeError):
        return None
    return made[0] - made[1]


def _own(part: Term, line: _Line) -> Any:
    match part.head:
        case "add" | "neg" | "div" | "number":
            return None
        case "mul":
            return _product(part, line)
        case "call" if part.name == "abs":
            return sp.Abs(to_sympy(part.args[0], lambda inner: _own(inner, line)))
        case "call" if len(part.args) == 1 and part.name not in ("transpose", "norm", "sqrt"):
            return new if _is_further(part.args[0], line) else now
        case "pow":
            return square if not line.direction and _is_squared_gradient(part) else _fail()
        case "name" | "at":
            letter = _letter(part)
            return length if letter == line.length else share if letter in _SHARES else _fail()
        case _:
            return _fail()


def _is_squared_gradient(power: Term) -> bool:
    base, exponent = power.args
    return base.name == "norm" and base.args[0].head == "grad" and exponent.value == 2


def _product(part: Term, line: _Line) -> Any:
    """A product, whose slope is a gradient, transposed, times the direction."""
    made: list[Any] = []
    factors = list(part.args)
    while factors:
        factor = factors.pop(0)
        gradient = factor.args[0] if factor.name == "transpose" else None
        if gradient is not None and factors and _letter(factors[0]) == line.direction != "":
            if _index(factors.pop(0)) != line.when:
                _fail()
            made.append(_slope(gradient, line))
        else:
            made.append(to_sympy(factor, lambda inner: _own(inner, line)))
    return sp.Mul(*made)


def _slope(gradient: Term, line: _Line) -> Any:
    if gradient.head == "grad":
        return later if _is_further(gradient.args[0], line) else slope
    if _letter(gradient) != "g" or _index(gradient) != _index(line.point):
        _fail()
    return slope


def _index(term: Term) -> tuple[object, ...]:
    found = spelling(term)
    return tuple(a.unspanned() for a in term.args) if found is None else found.indices


def _is_further(asked: Term, line: _Line) -> bool:
    """Whether something is asked a step further on; not at another point than these two."""
    if asked.head != "add" and asked.unspanned() != line.point:
        _fail()
    return asked.head == "add"


def _fail() -> Any:
    raise NotCondition


def _turned_sign(line: _Line, left: Term, symbol: str, right: Term, source: str) -> Opinion | None:
    """Sufficient decrease with its sign turned: a step may go up so far, since the slope is negative."""
    if right.head != "add" or len(right.args) != 2 or symbol not in ("<=", "<"):
        return None
    first, last = right.args
    turned = last.args[0] if last.head == "neg" else Term("neg", (last,))
    mended = Term("add", (first, turned))
    value, written = _value(line, left, mended), _value(line, left, right)
    armijo = [c for n, c in _CONDITIONS.items() if n.startswith("armijo")]
    if value is None or not any(identity(value, c).proved for c in armijo):
        return None
    refuted = identity(written, value)
    if not refuted.refuted or refuted.witness is None:
        return None
    start, end = right.span or (0, len(source))
    return Opinion(
        Judgement.ERRATUM, system="line-search", rewrite=mistake("sign flipped").name, proof="refuted",
        explanation="The slope along a descent direction is negative, so that this would allow the function to grow.",
        fix=f"{source[:start]}{mended_latex(right, mended, source)}{source[end:]}",
        witness={
            **{k: str(v) for k, v in refuted.witness.assignments.items()},
            "claimed": f"{refuted.witness.left} <= 0", "correct": f"{refuted.witness.right} <= 0",
        },
    )  # fmt: skip
