"""Moving averages: every one in the catalogue, and their numbers against sums written out."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symopt.derive import NotDerivable, bias_correction, effective_sample_size, expect, half_life, variance
from symopt.derive.averages import average
from symopt.language import Expect, t
from symopt.language.vocabulary import beta1, g, m
from symopt.optimizers import get
from tests.derive.iteration import close, value

ADAM = average(get("adam"), "m")
TOTAL, SQUARES = ADAM.total()[0], ADAM.squares()[0]
RATES = st.fractions(min_value=0, max_value=Fraction(99, 100), max_denominator=100)


@settings(max_examples=15)
@given(beta=RATES, last=st.integers(1, 9))
def test_weights_and_squares_add_up(beta: Fraction, last: int) -> None:
    weights = [(1 - beta) * beta ** (last - i) for i in range(1, last + 1)]
    assert close(value(TOTAL, {beta1: beta}, {}, last), sum(weights, Fraction(0)))
    assert close(value(SQUARES, {beta1: beta}, {}, last), sum((w * w for w in weights), Fraction(0)))


def test_the_mean_is_what_kingma_and_ba_print() -> None:
    derivation = expect(get("adam"), "m")
    assert derivation.proved
    assert derivation.value == (1 - beta1**t) * Expect(g[t])
    assert derivation.statement.lhs == Expect(m[t])


@pytest.mark.parametrize("result", [expect, bias_correction, variance, effective_sample_size, half_life])
def test_no_average_no_result(result) -> None:
    with pytest.raises(NotDerivable, match="adds its inputs up"):
        result(get("adagrad"), "r")
    with pytest.raises(NotDerivable, match="is not"):
        result(get("adam"), "mhat")
    with pytest.raises(NotDerivable, match="no sequence called"):
        result(get("adam"), "velocity")
