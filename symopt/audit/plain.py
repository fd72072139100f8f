"""Formulas that need no definition to be judged: settings, notation, arithmetic, and what was not read."""

from __future__ import annotations

from fractions import Fraction

from symopt.audit.findings import Judgement
from symopt.audit.geometric import geometric_opinion
from symopt.audit.judge import Opinion
from symopt.language.terms import Term
from symopt.read.notation import Statement, Unread

GIVEN = Opinion(Judgement.GIVEN)
"""What is said of a formula that claims nothing."""


def plain_opinion(content: Statement | Unread, source: str) -> Opinion | None:
    """The verdict on a formula that can be judged by itself; None for one that claims something of a method."""
    if isinstance(content, Unread):
        return Opinion(Judgement.UNREAD, explanation=f"Column {content.offset + 1} of the formula: {content.reason}.")
    if not content.steps:
        return GIVEN
    worked = _arithmetic(content, source) or _geometric(content, source)
    if worked is not None:
        return worked
    return GIVEN if is_setting(content) or _counts_on(content) else None


def is_setting(content: Statement) -> bool:
    """Whether a formula only gives a symbol a value, a range or a name in words, or remarks on its size."""
    return all(_sets(content.left, symbol, right) for symbol, right in content.steps)


def starts(content: Statement | Unread) -> bool:
    """Whether a formula gives a sequence's first value by a number, or by another's first value."""
    if isinstance(content, Unread) or not content.steps:
        return False
    sides = [content.left, *(right for _, right in content.steps)]
    return _is_first(content.left) and all(
        symbol == "=" and (exact(side) is not None or _is_first(side)) for (symbol, _), side
        in zip(content.steps, sides[1:], strict=True)
    )  # fmt: skip


def _is_first(term: Term) -> bool:
    return term.head == "at" and all(a.value in (0, 1, -1) for a in term.args)


def _counts_on(content: Statement) -> bool:
    """Whether a formula only counts the steps: ``t = t + 1``."""
    return content.left.head == "name" and content.left.name in content.clocks and all(
        symbol == "=" and right.names() == frozenset({content.left.name}) for symbol, right in content.steps
    )  # fmt: skip


def _sets(left: Term, symbol: str, right: Term) -> bool:
    if symbol == "=":
        return left.head in ("name", "number") and (exact(right) is not None or _is_listing(right))
    return symbol != "propto" and (exact(right) is not None or right.head in ("name", "at"))


def _is_listing(term: Term) -> bool:
    """Words, or values listed: ``1, 2, \\dots``."""
    return (term.head == "name" and " " in term.name) or (term.head == "call" and term.name in ("list", "set"))


def _arithmetic(content: Statement, source: str) -> Opinion | None:
    """A chain of equalities in which two sides are numbers."""
    sides = [content.left, *(right for symbol, right in content.steps if symbol == "=")]
    if len(sides) < 2 or any(symbol != "=" for symbol, _ in content.steps):
        return None
    numbers = [(side, value) for side in sides if (value := exact(side)) is not None]
    worked = [(side, value) for side, value in numbers if side.head != "number" and side.head != "neg"]
    if len(numbers) < 2 or not worked:
        return None
    value = worked[0][1]
    for side, claimed in numbers:
        if abs(claimed - value) > _rounding(side, source):
            return _slip(side, claimed, value, source)
    return Opinion(Judgement.CORRECT, system="arithmetic", proof="proved")


def _geometric(content: Statement, source: str) -> Opinion | None:
    """A single equation between geometric sums and closed forms."""
    if len(content.steps) != 1 or content.steps[0][0] != "=" or content.also:
        return None
    return geometric_opinion(content.left, content.steps[0][1], source)


def _slip(side: Term, claimed: Fraction, value: Fraction, source: str) -> Opinion:
    start, end = side.span or (len(source), len(source))
    right = decimal(value)
    return Opinion(
        Judgement.ERRATUM,
        system="arithmetic",
        rewrite="arithmetic slip",
        explanation=f"The left side is {right}, not {decimal(claimed)}.",
        fix=source[:start] + right + source[end:],
        witness={"claimed": decimal(claimed), "correct": right},
        proof="refuted",
    )


def _rounding(side: Term, source: str) -> Fraction:
    """Half a unit in the last decimal place that was printed; 0 for a side that is not one decimal."""
    number = side.args[0] if side.head == "neg" else side
    if number.head != "number" or not number.span:
        return Fraction(0)
    text = source[slice(*number.span)]
    if "." not in text:
        return Fraction(0)
    places = len([c for c in text.split(".")[1] if c.isdigit()])
    return Fraction(1, 2 * 10**places)


def decimal(value: Fraction) -> str:
    """A fraction as a short decimal where it is one, else as it is."""
    for places in range(13):
        scaled = value * 10**places
        if scaled.denominator == 1:
            return f"{float(value):.{places}f}" if places else str(scaled.numerator)
    return str(value)


def exact(term: Term) -> Fraction | None:
    """The value of a term made of numbers alone; None for any other, or one too large to work out."""
    if term.head == "number":
        return term.value
    values = [exact(a) for a in term.args]
    if not values or any(v is None for v in values):
        return None
    numbers = [v for v in values if v is not None]
    match term.head:
        case "add":
            return sum(numbers, Fraction(0))
        case "neg":
            return -numbers[0]
        case "mul":
            product = Fraction(1)
            for n in numbers:
                product *= n
            return product
        case "div":
            return numbers[0] / numbers[1] if numbers[1] else None
        case "pow":
            base, power = numbers
            small = power.denominator == 1 and abs(power) <= 64 and (base or power > 0)
            return base ** int(power) if small and base.numerator.bit_length() < 256 else None
        case _:
            return None
