"""Arithmetic in documents: numbers that are equal, about equal, or neither."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symopt.audit import Judgement
from symopt.audit.numbers import arithmetic_opinion
from symopt.read.notation import read

RIGHT = (
    r"0.9^{10} \approx 0.35", r"0.9^{10} = 0.349", r"0.999^{1000} \approx 0.37", r"\sqrt{2} \approx 1.41",
    r"e^{-1} \approx 0.368", r"\exp(-1) = 0.37", r"2\pi \approx 6.28", r"\log_{10} 1000 = 3", r"1/(1-0.999) = 1000",
    r"10^{-3} \times 5 = 0.005", r"10^{-8} \approx 0", r"2^{-23} \approx 1.2 \cdot 10^{-7}",
)  # fmt: skip
WRONG = (
    (r"0.9^{10} \approx 0.53", "0.349"), (r"1/(1-0.98) \approx 20", "50"), (r"\sqrt{2} = 1.51", "1.41"),
    (r"3 \cdot 10^{-3} = 0.03", "0.003"),
    (r"0.5 \cdot 0.2 = 0.01", "0.1"), (r"\exp(-2) \approx 0.37", "0.135"),
)  # fmt: skip
# A rough value, a sign that says nothing exact, a logarithm of an unknown base, too large to work out.
LEFT_ALONE = (r"2^{10} \approx 1100", r"0.9^{10} \approx \frac{1}{e}", r"\log 1000 = 3", r"2^{2^{2^{2^{9}}}} = 1")


def judged(formula):
    (statement,) = read([formula])
    return arithmetic_opinion(statement, formula)


@pytest.mark.parametrize("formula", RIGHT)
def test_right(formula):
    opinion = judged(formula)
    assert (opinion.verdict, opinion.proof) == (Judgement.CORRECT, "proved")


@pytest.mark.parametrize(("formula", "mended"), WRONG)
def test_wrong(formula, mended):
    opinion = judged(formula)
    assert (opinion.verdict, opinion.proof) == (Judgement.ERRATUM, "refuted")
    assert mended in opinion.fix


@pytest.mark.parametrize("formula", LEFT_ALONE)
def test_left_alone(formula):
    assert judged(formula) is None


@given(value=st.fractions(min_value=Fraction(1, 50), max_value=50, max_denominator=50), places=st.integers(2, 5))
def test_what_is_rounded_is_right_and_half_of_it_wrong(value, places):
    side = rf"\frac{{{value.numerator}}}{{{value.denominator}}}"
    for symbol in ("=", r"\approx"):
        assert judged(f"{side} {symbol} {float(value):.{places}f}").verdict is Judgement.CORRECT
        assert judged(f"{side} {symbol} {float(value) / 2:.{places + 3}f}").verdict is Judgement.ERRATUM
