"""Plain arithmetic in a document: both sides are numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.decide import Status, Verdict, holds
from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.read.notation import Statement

LOOSE = Fraction(1, 4)
"""The share by which a number that is said to be about another may be off; less than a unit of its last place is."""
_MAX_POWER = 2000
UNDECIDED = Verdict(Status.UNDECIDED, reason="about is a matter of taste")


def arithmetic_opinion(content: Statement, source: str) -> Opinion | None:
    """The verdict on a chain of equalities, exact or approximate, in which two sides are numbers.

    A decimal stands for what rounds to it. After an approximate sign it is right within a unit of its last place, and
    wrong only if it is off by more than two and by a quarter of the value; what lies between is left alone.
    """
    symbols = {symbol for symbol, _ in content.steps}
    if not symbols or not symbols <= {"=", "~"}:
        return None
    steps = [("=", content.left), *content.steps]
    numbers = [(symbol, side, value) for symbol, side in steps if (value := number(side)) is not None]
    worked = [(side, value) for _, side, value in numbers if side.head != "number" and not _is_signed(side)]
    if len(numbers) < 2 or not worked:
        return None
    side, value = worked[0]
    verdicts: list[Verdict] = []
    for symbol, other, claimed in numbers:
        if other is side:
            continue
        loose = symbol == "~" or (other is content.left and content.steps[0][0] == "~")
        allowed = _allowed(other, source, loose)
        verdict = _within(claimed, value, allowed)
        if verdict.refuted and loose and _is_literal(other):
            verdict = _within(claimed, value, max(2 * allowed, LOOSE * abs(value)))
            verdict = verdict if verdict.refuted else UNDECIDED
        if verdict.refuted and not loose and _within(claimed, value, _cut(other, claimed, allowed)).proved:
            verdict = UNDECIDED
        if verdict.refuted and (_is_literal(other) or not loose):
            return _slip(other, claimed, value, source, verdict)
        verdicts.append(verdict)
    if not all(v.proved for v in verdicts):
        return None
    return Opinion(Judgement.CORRECT, system="arithmetic", proof="proved")


def _within(a: Any, b: Any, distance: Any) -> Verdict:
    if distance == 0:
        return holds(sp.Eq(a, b, evaluate=False))
    return holds(sp.Le(sp.Abs(a - b), distance, evaluate=False))


def _cut(side: Term, claimed: Any, allowed: Any) -> Any:
    """How far off a number may be that was cut off instead of rounded; a bare power of ten tells a size at most."""
    return abs(claimed) / 2 if side.head == "pow" and side.args[0] == T.number(10) else 2 * allowed


def _is_literal(term: Term) -> bool:
    return _digits(term) is not None


def _is_signed(term: Term) -> bool:
    return term.head == "neg" and term.args[0].head == "number"


def _digits(term: Term) -> tuple[Term, Any] | None:
    """(the number that is printed, the power of ten it is times) of a decimal: ``0.35``, ``-2``, ``1.2 * 10**-7``."""
    if term.head == "number":
        return term, sp.S.One
    if term.head == "neg":
        return _digits(term.args[0])
    if term.head == "mul" and len(term.args) == 2:
        printed, power = _digits(term.args[0]), term.args[1]
        if printed is not None and power.head == "pow" and power.args[0] == T.number(10):
            scale = number(power)
            return None if scale is None else (printed[0], printed[1] * scale)
    return None


def _allowed(side: Term, source: str, loose: bool) -> Any:
    """Half a unit in the last decimal place that was printed, a unit after an approximate sign; else nothing."""
    digits = _digits(side)
    if digits is None or not digits[0].span:
        return sp.S.Zero
    _, _, decimals = source[slice(*digits[0].span)].partition(".")
    unit = digits[1] / 10 ** sum(c.isdigit() for c in decimals)
    return unit if loose else unit / 2 if decimals else sp.S.Zero


def _slip(side: Term, claimed: Any, value: Any, source: str, verdict: Verdict) -> Opinion:
    start, end = side.span or (len(source), len(source))
    right = _shown(value, source[start:end])
    return Opinion(
        Judgement.ERRATUM,
        system="arithmetic",
        rewrite="arithmetic slip",
        explanation=f"The left side is {right}, not {_shown(claimed, '')}.",
        fix=source[:start] + right + source[end:],
        witness={"claimed": _shown(claimed, ""), "correct": right},
        proof=verdict.status.value,
    )


def _shown(value: Any, beside: str) -> str:
    """A number as a short decimal where it is one, else to the places of what stands beside it, and at least three."""
    if value.is_Rational:
        short = decimal(Fraction(int(value.p), int(value.q)))
        if len(short) <= 8 or not beside:
            return short
    places = sum(c.isdigit() for c in beside.partition(".")[2])
    size = max(0, 2 - int(sp.floor(sp.log(abs(value), 10)))) if value != 0 else 0
    return f"{float(sp.N(value, 20)):.{max(places, size)}f}"


def decimal(value: Fraction) -> str:
    """A fraction as a short decimal where it is one, else as it is."""
    for places in range(13):
        scaled = value * 10**places
        if scaled.denominator == 1:
            return f"{float(value):.{places}f}" if places else str(scaled.numerator)
    return str(value)


def exact(term: Term) -> Fraction | None:
    """The value of a term made of rational numbers alone; None for any other, or one too large to work out."""
    value = number(term)
    return Fraction(int(value.p), int(value.q)) if value is not None and value.is_Rational else None


def names_only(right: Term) -> bool:
    """Whether a side of a chain is no more than another name of what is given: a letter, ``f(x)``, a derivative."""
    letter = right.head == "call" and len(right.name) == 1 and all(a.head in ("name", "at") for a in right.args)
    return letter or right.head in ("name", "at", "grad") or exact(right) is not None


def number(term: Term) -> Any:
    """The real number that a term stands for, as an expression; None where it is none, or too large to work out.

    A logarithm without its base is none, since authors mean different bases by it.
    """
    if term.head == "number":
        assert term.value is not None
        return sp.Rational(term.value.numerator, term.value.denominator)
    if term.head == "name":
        return sp.pi if term.name == r"\pi" else None
    values = [number(a) for a in term.args]
    if not values or any(v is None for v in values):
        return None
    match term.head:
        case "add":
            return sp.Add(*values)
        case "neg":
            return -values[0]
        case "mul":
            return sp.Mul(*values)
        case "div":
            return values[0] / values[1] if values[1] != 0 else None
        case "pow":
            return _power(*values)
        case "call" if term.name in _FUNCTIONS:
            found = _FUNCTIONS[term.name](*values)
            return found if found.is_real and found.is_finite else None
        case _:
            return None


def _power(base: Any, exponent: Any) -> Any:
    if not (base.is_Rational and exponent.is_Rational) or abs(exponent) > _MAX_POWER:
        return None
    if int(base.p).bit_length() + int(base.q).bit_length() > 256 or (base == 0 and exponent <= 0):
        return None
    found = base**exponent
    return found if found.is_real else None


_FUNCTIONS: dict[str, Any] = {
    "sqrt": sp.sqrt,
    "abs": sp.Abs,
    "exp": sp.exp,
    "log_2": lambda x: sp.log(x, 2),
    "log_10": lambda x: sp.log(x, 10),
}
