"""Methods that do something else every k steps: what rounds make of the states, against runs of the definition."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import symopt
from symopt.derive import Derivation, NotDerivable, unroll_rounds
from symopt.derive.periodic import ROUND
from symopt.language import At, Optimizer
from symopt.optimizers import get, lookahead

WRAPPED = {"sgd": lookahead(get("sgd")), "momentum": lookahead(get("momentum"))}


@cache
def rounds(name: str) -> Derivation:
    return unroll_rounds(WRAPPED[name], "theta")


@pytest.mark.parametrize("name", WRAPPED)
@settings(max_examples=5)
@given(k=st.integers(1, 4), count=st.integers(1, 3), seed=st.integers(0, 99))
def test_the_form_is_what_a_run_gives(name: str, k: int, count: int, seed: int) -> None:
    optimizer: Optimizer = WRAPPED[name]
    gradients = np.random.default_rng(seed).integers(-9, 9, k * count + 1).astype(float)
    steps = iter(gradients[1:])
    values = {"eta": 0.25, "alpha": 0.5, "mu": 0.75, "k": k}
    named = {h.name: values[h.name] for h in optimizer.hyper}
    path = symopt.run(optimizer, lambda x: np.full_like(x, next(steps)), [2.0], k * count, **named).ravel()
    put = {h.symbol: sp.Rational(values[h.name]) for h in optimizer.hyper} | {ROUND: count}
    form = rounds(name).value.subs(put).doit()
    known = {a: gradients[int(a.index)] if a.base.name == "g" else 2.0 if a.base.name == "theta" else 0.0
             for a in form.atoms(At)}  # fmt: skip
    assert path[-1] == pytest.approx(float(form.xreplace(known)))


@pytest.mark.parametrize("name", WRAPPED)
def test_every_step_is_proved(name: str) -> None:
    assert rounds(name).proved


def test_what_has_no_rounds_is_said_so() -> None:
    with pytest.raises(NotDerivable, match="does nothing every k steps"):
        unroll_rounds(get("adam"), "m")
