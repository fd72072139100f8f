"""The rule for sums worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import prod

from symopt.language import terms as T
from symopt.language.terms import Path, Term
from symopt.rewrites.mechanism import Change, Rule
from symopt.rewrites.patterns import positions, put
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


class Weights(Rule):
    """The weights of an average, as numbers, one of which is not what the other leaves of 1: ``0.9 m + 0.9 g``."""

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        for path, node in positions(term):
            pair = _weights(node)
            if pair is not None and sum(w for _, w in pair) == 1:
                (_, first), (place, second) = pair
                yield (*path, *place), put(term, (*path, *place), T.number(first if first != second else second / 10))

    def mends(self, term: Term, roles: Roles) -> Iterator[Change]:
        for path, node in positions(term):
            pair = _weights(node)
            if pair is not None and sum(w for _, w in pair) != 1:
                for (place, _), (_, other) in (pair[::-1], pair):
                    yield (*path, *place), put(term, (*path, *place), T.number(1 - other))


def _weights(node: Term) -> tuple[tuple[Path, Fraction], tuple[Path, Fraction]] | None:
    """Where the two weights of a sum of two parts are, and what they are, if both are numbers below 1."""
    if node.head != "add" or len(node.args) != 2:
        return None
    found: list[tuple[Path, Fraction]] = []
    for i, part in enumerate(node.args):
        places = [j for j, a in enumerate(part.args) if a.value is not None and 0 < a.value < 1]
        if part.head == "mul" and len(places) == 1:
            found.append(((i, places[0]), part.args[places[0]].value or Fraction(0)))
    return (found[0], found[1]) if len(found) == 2 else None


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
