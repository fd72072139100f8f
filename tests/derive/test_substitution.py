"""Changes of variables: there and back again, for any invertible linear substitution."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symopt import change_of_variables
from symopt.decide import Status, equal
from symopt.derive import NotDerivable
from symopt.language import Sequence, t
from symopt.language.vocabulary import mu, phi, theta
from symopt.language.vocabulary import velocity as v
from symopt.optimizers import get

SMALL = st.fractions(min_value=-3, max_value=3, max_denominator=3).map(
    lambda x: sp.Rational(x.numerator, x.denominator)
)
METHODS = ("momentum", "nesterov", "rmsprop-nesterov", "momentum-average", "nesterov-positive")


@settings(max_examples=8)
@given(name=st.sampled_from(METHODS), a=SMALL.filter(bool), b=SMALL, c=SMALL)
def test_there_and_back(name: str, a: sp.Rational, b: sp.Rational, c: sp.Rational) -> None:
    before = get(name)
    there = change_of_variables(before, phi, a * theta[t] + (b + c * mu if before.hyper[-1].symbol == mu else b) * v[t])
    assert there.verdict.status is Status.PROVED
    assert there.derivation.proved
    assert theta not in there.after.sequences
    back = change_of_variables(there.after, theta, there.inverse)
    assert back.verdict.status is Status.PROVED
    assert equal(back.after, before).proved


def test_nesterov_is_the_catalogues_phi_form() -> None:
    change = change_of_variables(get("nesterov"), phi, theta[t] + mu * v[t])
    assert change.after.query == phi[t - 1]
    assert equal(change.after, get("nesterov-phi")).proved


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (mu * theta[t] + v[t], "its coefficient mu may be 0"),
        (v[t] * theta[t], "is not linear in"),
        (theta[t - 1] + v[t], "in nesterov's states at step t"),
        (sp.Integer(1), "has no state"),
        (theta[t] - theta[t] + v[t] * theta[t] / v[t] - theta[t], "has no state"),
    ],
)
def test_what_cannot_be_solved_is_refused(expression: sp.Expr, message: str) -> None:
    with pytest.raises(NotDerivable, match=message):
        change_of_variables(get("nesterov"), phi, expression)


def test_names_and_replacements() -> None:
    with pytest.raises(NotDerivable, match="already has something called v"):
        change_of_variables(get("nesterov"), Sequence("v"), theta[t])
    with pytest.raises(NotDerivable, match="cannot be solved for it"):
        change_of_variables(get("nesterov"), phi, v[t], replaces=theta)
