"""The rule for sums worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import prod

from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.rewrites.mechanism import Change, Rule
from symopt.rewrites.patterns import put
from symopt.rewrites.roles import Roles

# Powers beyond this are not worked out: a document may hold 9^{9^9}.
_LARGEST_EXPONENT = 64


class Arithmetic(Rule):
    """An equation between numbers whose right side was miscalculated: ``0.01/0.008 = 0.0006``."""

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        if _is_calculation(term):
            value = value_of(term.args[1])
            if value is not None:
                yield (1,), put(term, (1,), _numeral(value / 10 if value else Fraction(1)))

    def mends(self, term: Term, roles: Roles) -> Iterator[Change]:
        if _is_calculation(term):
            value = value_of(term.args[0])
            if value is not None:
                yield (1,), put(term, (1,), _numeral(value))


def _is_calculation(term: Term) -> bool:
    return (
        term.head == "relation"
        and term.name == "="
        and value_of(term.args[0]) is not None
        and value_of(term.args[1]) is not None
    )


def _numeral(value: Fraction) -> Term:
    return T.number(value) if value >= 0 else T.neg(T.number(-value))


def value_of(term: Term) -> Fraction | None:
    """The exact number that a term of numbers stands for; None where it is none, or too large."""
    if term.head == "number":
        return term.value
    if term.head not in ("add", "mul", "neg", "div", "pow"):
        return None
    values = [v for a in term.args if (v := value_of(a)) is not None]
    if len(values) < len(term.args):
        return None
    match term.head:
        case "add":
            return sum(values, Fraction(0))
        case "mul":
            return prod(values, start=Fraction(1))
        case "neg":
            return -values[0]
        case "div":
            return values[0] / values[1] if values[1] else None
        case _:
            base, exponent = values
            small = exponent.denominator == 1 and abs(exponent) <= _LARGEST_EXPONENT
            return Fraction(base**exponent.numerator) if small and (base or exponent >= 0) else None
