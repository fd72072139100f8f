"""Time is part of the expression; decimals are exact; symbols know their domains."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from symopt.language import HyperSymbol, Sequence, Shape, dot, exact, grad, norm, t
from symopt.language.vocabulary import beta, eta, m, period, v

LETTERS = st.sampled_from("abcxyz")
signs = st.sampled_from(["real", "nonnegative", "positive"])


@given(name=LETTERS, sign=signs, shift=st.integers(-3, 3), lag=st.integers(0, 3))
def test_a_shift_in_time_moves_every_value(name: str, sign: str, shift: int, lag: int) -> None:
    x = Sequence(name, sign=sign)
    moved = (x[t] * x[t - lag] + t).subs(t, t + shift)
    assert sp.expand(moved - (x[t + shift] * x[t - lag + shift] + t + shift)) == 0


@given(name=LETTERS, sign=signs)
def test_a_value_has_the_sign_of_its_sequence(name: str, sign: str) -> None:
    x = Sequence(name, sign=sign)
    assert x[t].is_real
    assert getattr(x[t - 1], f"is_{sign}")
    assert (sp.sqrt(x[t] ** 2) == x[t]) == (sign != "real")


def test_the_same_name_with_another_sign_is_another_sequence() -> None:
    assert Sequence("v") != Sequence("v", sign="nonnegative")
    assert Sequence("v", sign="nonnegative")[t] == v[t]


@pytest.mark.parametrize("shape", Shape)
@given(name=LETTERS)
def test_sequences_copy_and_pickle(shape: Shape, name: str) -> None:
    x = Sequence(name, r"\tilde{x}", shape=shape)
    for twin in (copy.deepcopy(x), pickle.loads(pickle.dumps(x)), pickle.loads(pickle.dumps(x[t - 1])).base):
        assert (twin, twin.shape, twin.latex) == (x, x.shape, x.latex)


def test_a_sequence_is_not_a_list() -> None:
    with pytest.raises(TypeError):
        iter(v)
    assert sp.Max(v[t], eta).args  # SymPy walks through what it takes for lists


def test_vectors_and_matrices_do_not_commute() -> None:
    a, b = Sequence("A", shape=Shape.MATRIX), Sequence("b", shape=Shape.VECTOR)
    assert a[t] * b[t] != b[t] * a[t]
    assert grad(b[t]).is_commutative is False
    assert dot(b[t], b[t]).is_commutative
    assert norm(b[t]).is_nonnegative


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000, places=9))
def test_decimals_are_read_exactly(x: Decimal) -> None:
    assert exact(str(x)) == sp.Rational(*x.as_integer_ratio())


@given(st.integers(1, 10**6), st.integers(0, 12))
def test_floats_mean_their_shortest_decimal(digits: int, places: int) -> None:
    assert exact(float(Decimal(digits).scaleb(-places))) == sp.Rational(digits, 10**places)


def test_hyperparameters_know_their_domains() -> None:
    assert eta.is_positive
    assert beta.is_nonnegative
    assert (period.is_integer, period.is_positive) == (True, True)
    assert beta.renamed("b") == HyperSymbol("b", beta.domain)
    twin = pickle.loads(pickle.dumps(beta))
    assert (twin, twin.domain, twin.meaning) == (beta, beta.domain, beta.meaning)
    assert beta(0.9).default == sp.Rational(9, 10)
    assert beta().default is None
    assert HyperSymbol("x", sp.Reals).is_positive is None


def test_the_oracle_keeps_its_point() -> None:
    assert grad(m[t - 1] + eta * v[t - 1]).subs(t, t + 1).point == m[t] + eta * v[t]
