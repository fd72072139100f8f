"""RAdam's rectification against numbers: Gamma functions at 50 digits, and the length at every step."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import mpmath
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from symopt.decide import recheck
from symopt.derive import derivations
from symopt.derive import inverse_chi_square as psi
from symopt.derive.crossing import crossing
from symopt.language.vocabulary import beta2
from symopt.optimizers import get

LENGTHS = st.fractions(min_value=Fraction(401, 100), max_value=1000, max_denominator=100)


def function(e: sp.Expr) -> Callable[[mpmath.mpf], mpmath.mpf]:
    """The expression as a function of rho, with tau = 1."""
    return sp.lambdify(psi.RHO, e.replace(psi.GAMMA, sp.gamma).subs(psi.TAU, 1), "mpmath")


EXACT, SPREAD, SPREAD_SQUARE = map(function, (psi.exact().value, psi.SPREAD, psi.SPREAD_SQUARE))


@given(rho=LENGTHS)
def test_the_moments_are_the_integrals(rho: Fraction) -> None:
    with mpmath.workdps(50):
        r = mpmath.mpf(rho.numerator) / rho.denominator

        def moment(k: float) -> mpmath.mpf:
            return mpmath.gamma(r / 2 - k) / mpmath.gamma(r / 2) / mpmath.mpf(2) ** k

        assert mpmath.almosteq(moment(1), 1 / (r - 2), 1e-30)
        assert mpmath.almosteq(r**2 * (moment(2) - moment(1) ** 2), SPREAD_SQUARE(r), 1e-30)
        assert mpmath.almosteq(r * (moment(1) - moment(0.5) ** 2), EXACT(r), 1e-30)


@given(rho=LENGTHS)
def test_the_first_order_variance_is_off_by_no_more_than_is_said(rho: Fraction) -> None:
    with mpmath.workdps(50):
        r = mpmath.mpf(rho.numerator) / rho.denominator
        assert 0 <= SPREAD(r) - EXACT(r) <= 2 / ((r - 2) * (r - 4))


@given(step=st.integers(1, 40), beta=st.fractions(min_value=0, max_value=Fraction(99, 100), max_denominator=100))
@pytest.mark.parametrize("threshold", [4, 5])
def test_the_length_exceeds_the_threshold_where_the_sum_is_positive(step, beta, threshold) -> None:
    rho = 2 / (1 - beta) - 1 - 2 * step * beta**step / (1 - beta**step)
    total = sum(((2 * j + 1 - threshold) * beta**j for j in range(step)), Fraction(0))
    assert (rho > threshold) == (total > 0)
    assert total <= 0 or (step > threshold and beta > Fraction(threshold - 1, threshold + 1))


@pytest.mark.parametrize(("threshold", "first"), [(4, 5), (5, 6)])
def test_the_first_step_at_the_default(threshold, first) -> None:
    made = crossing(get("radam"), threshold)
    assert made.proved
    assert made.statement[1].lhs == sp.Function("rho")(first)
    assert made.steps[2].after.lhs.subs(beta2, sp.Rational(999, 1000)) > 0


def test_each_step_has_a_certificate_that_is_right() -> None:
    for made in derivations(get("radam"), "rectification"):
        assert made.proved, made
        for step in made.steps:
            assert step.verdict.certificate is not None
            assert recheck(step.verdict.certificate.to_json()).proved, (made.title, step.rule)
