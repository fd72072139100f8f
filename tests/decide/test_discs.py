"""Jury's criterion against the roots that NumPy finds, and what is said of families of polynomials."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from symopt.decide import identity, recheck, root_beyond, roots_within
from symopt.decide.certificate import conjunction
from symopt.decide.discs import criterion
from symopt.language.vocabulary import eta, mu

z = sp.Symbol("z")
curvature = sp.Symbol("lambda", positive=True)
HEAVY_BALL = z**2 - (1 + mu - eta * curvature) * z + mu
quarters = st.integers(-9, 9).map(lambda k: sp.Rational(k, 4))


@given(st.lists(quarters, min_size=1, max_size=4), st.sampled_from([sp.S.One, sp.Rational(1, 2), sp.Rational(3)]))
def test_the_criterion_finds_the_roots(coefficients, radius):
    polynomial = z ** len(coefficients) + sum(c * z**k for k, c in enumerate(coefficients))
    largest = max(abs(np.roots([1.0, *map(float, reversed(coefficients))])), default=0.0)
    assume(abs(largest - float(radius)) > 1e-3)
    assert all(bool(c.func(c.lhs, c.rhs)) for c in criterion(polynomial, z, radius)) == (largest < float(radius))
    if largest < float(radius):
        assert roots_within(polynomial, z, radius).proved
    else:
        assert root_beyond(polynomial, z, radius).proved
        assert roots_within(polynomial, z, radius).refuted


@given(quarters, quarters)
def test_the_closed_criterion_lets_roots_on_the_circle_in(b, c):
    roots = np.roots([1.0, float(b), float(c)])
    assume(all(abs(abs(r) - 1) > 1e-3 for r in roots))
    polynomial = z**2 + b * z + c
    assert roots_within(polynomial, z, closed=True).proved == bool(max(abs(roots)) <= 1)


@pytest.mark.parametrize("double", [1, -1])
def test_a_root_on_the_circle_is_within_only_the_closed_disc(double):
    polynomial = (z - double) * (z - sp.Rational(1, 2))
    assert roots_within(polynomial, z, closed=True).proved
    assert not roots_within(polynomial, z).proved
    assert root_beyond(polynomial, z).proved


def test_heavy_ball_is_stable_exactly_within_its_region():
    bound = 2 * (1 + mu) / curvature
    inside = roots_within(HEAVY_BALL, z, assuming=[eta < bound])
    outside = root_beyond(HEAVY_BALL, z, assuming=[eta >= bound])
    for verdict in (inside, outside, conjunction([inside, outside])):
        assert verdict.proved
        assert verdict.certificate is not None
        assert recheck(verdict.certificate.to_json()).proved
    assert roots_within(HEAVY_BALL, z).refuted
    assert not root_beyond(HEAVY_BALL, z).proved


@pytest.mark.parametrize("polynomial", [sp.Integer(1), 2 * z + 1, z**9 + 1])
def test_what_is_not_decided_is_an_error(polynomial):
    with pytest.raises(ValueError, match="monic"):
        criterion(polynomial, z)


def test_a_conjunction_is_as_weak_as_its_weakest_part():
    true, false, open_ = identity(mu, mu), identity(mu, eta), identity(sp.Symbol("x", real=True) * mu, sp.cosh(mu))
    assert conjunction([true, true]).proved
    assert conjunction([true, open_]).status is open_.status
    assert conjunction([open_, false]).refuted
    assert not conjunction([]).proved
