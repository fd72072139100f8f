"""Moving averages: every one in the catalogue, and their numbers against sums written out."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symopt.derive import NotDerivable, bias_correction, effective_sample_size, expect, half_life, unroll, variance
from symopt.derive.averages import average
from symopt.language import Expect, HyperSymbol, Optimizer, Sequence, grad, t
from symopt.language.vocabulary import beta1, eta, g, m, theta
from symopt.optimizers import get
from tests.derive.iteration import close, value

ADAM = average(get("adam"), "m")
TOTAL, SQUARES = ADAM.total()[0], ADAM.squares()[0]
BETA = HyperSymbol("beta", sp.Interval.Ropen(0, 1))
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


def _gathered() -> Optimizer:
    """An average of an average, and a sum."""
    p, q, r = Sequence("p"), Sequence("q"), Sequence("r")
    return Optimizer(
        "gathered",
        hyper=[BETA(0.9), eta(0.1)],
        init={p: 0, q: 0, r: 0},
        update=[
            sp.Eq(g[t], grad(theta[t - 1])),
            sp.Eq(p[t], BETA * p[t - 1] + (1 - BETA) * g[t]),
            sp.Eq(q[t], BETA * q[t - 1] + (1 - BETA) * p[t]),
            sp.Eq(r[t], r[t - 1] + g[t] ** 2),
            sp.Eq(theta[t], theta[t - 1] - eta * q[t] / (1 - BETA**t) / sp.sqrt(1 + r[t])),
        ],
    )


@settings(max_examples=15)
@given(beta=RATES, last=st.integers(0, 9), name=st.sampled_from("pqr"))
def test_means_are_those_of_constant_gradients(beta: Fraction, last: int, name: str) -> None:
    optimizer = _gathered()
    derivation = expect(optimizer, name)
    assert derivation.proved
    p = q = r = Fraction(0)
    for _ in range(last):
        p = beta * p + (1 - beta) * 3
        q = beta * q + (1 - beta) * p
        r += 9
    means = {Expect(g[t]): 3, Expect(g[t] ** 2): 9}
    assert close(value(derivation.value.xreplace(means), {BETA: beta}, {}, last), {"p": p, "q": q, "r": r}[name])


@pytest.mark.parametrize("name", ["p", "q", "r"])
def test_what_it_is_divided_by_makes_it_unbiased(name: str) -> None:
    corrected = bias_correction(_gathered(), name)
    assert corrected.proved
    assert corrected.value in (Expect(g[t]), Expect(g[t] ** 2))


def test_a_sum_of_sums_that_is_not_decided_is_unrolled_once() -> None:
    assert unroll(_gathered(), "q").proved
    assert unroll(_gathered(), "theta").proved


@pytest.mark.parametrize("result", [variance, effective_sample_size, half_life])
def test_no_average_no_result(result) -> None:
    with pytest.raises(NotDerivable, match="adds its inputs up"):
        result(get("adagrad"), "r")
    with pytest.raises(NotDerivable, match="is not"):
        result(get("adam"), "mhat")
    with pytest.raises(NotDerivable, match="no sequence called"):
        result(get("adam"), "velocity")


@pytest.mark.parametrize("result", [expect, bias_correction])
def test_no_mean_no_result(result) -> None:
    with pytest.raises(NotDerivable, match="no state"):
        result(get("adam"), "mhat")
    with pytest.raises(NotDerivable, match="not of this step's gradient alone"):
        result(get("adabelief"), "s")
    with pytest.raises(NotDerivable, match="not linear"):
        result(get("adamax"), "u")
    with pytest.raises(NotDerivable, match="no sequence called"):
        result(get("adam"), "velocity")
