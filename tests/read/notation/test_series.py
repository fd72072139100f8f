r"""Sums that trail off are the sums that they stand for, and keep what is printed wrong."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symopt.language.terms import Term
from symopt.read.notation import Statement, read

RECURRENCE = r"q_t = b q_{t-1} + a_t"


def right(formula: str) -> Term:
    found = read([RECURRENCE, formula])[1]
    assert isinstance(found, Statement)
    return found.steps[0][1]


def value(term: Term, numbers: dict[str, int], a: dict[int, int]) -> Fraction:
    match term.head:
        case "number":
            assert term.value is not None
            return term.value
        case "name":
            return Fraction(numbers[term.name])
        case "at":
            return Fraction(a[int(value(term.args[0], numbers, a))])
        case "add":
            return sum((value(x, numbers, a) for x in term.args), Fraction(0))
        case "neg":
            return -value(term.args[0], numbers, a)
        case "mul":
            product = Fraction(1)
            for x in term.args:
                product *= value(x, numbers, a)
            return product
        case "pow":
            return value(term.args[0], numbers, a) ** int(value(term.args[1], numbers, a))
        case "sum":
            low, high = (int(value(x, numbers, a)) for x in term.args[:2])
            return sum((value(term.args[2], {**numbers, term.name: i}, a) for i in range(low, high + 1)), Fraction(0))
        case _:
            raise AssertionError(term)


@pytest.mark.parametrize(
    "formula",
    [
        r"q_t = a_t + b a_{t-1} + b^2 a_{t-2} + \dots + b^{t-1} a_1",
        r"q_t = b^{t-1} a_1 + b^{t-2} a_2 + \cdots + a_t",
        r"q_t = a_t + b a_{t-1} + \ldots",
    ],
)
@given(b=st.integers(-3, 3), t=st.integers(4, 8), a=st.lists(st.integers(-5, 5), min_size=9, max_size=9))
def test_a_sum_that_trails_off_is_what_the_recurrence_gives(formula: str, b: int, t: int, a: list[int]) -> None:
    inputs = dict(enumerate(a))
    expected = 0
    for step in range(1, t + 1):
        expected = b * expected + inputs[step]
    assert value(right(formula), {"b": b, "t": t}, inputs) == expected


@given(b=st.integers(2, 3), t=st.integers(5, 8))
def test_a_last_summand_that_does_not_fit_stays_as_it_is_printed(b: int, t: int) -> None:
    ones = dict.fromkeys(range(9), 1)
    printed = right(r"q_t = a_t + b a_{t-1} + \dots + b^{t} a_1")
    assert value(printed, {"b": b, "t": t}, ones) == sum(b**k for k in range(t - 1)) + b**t


def test_dots_that_tell_of_no_series_stay_dots() -> None:
    assert any(n.name == "\\ldots" for _, n in right(r"q_t = a_t + c + \dots + z").walk())
