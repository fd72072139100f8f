"""Closed forms, which are proved, and iterated runs are the same numbers."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import symopt
from symopt.language import At, t
from symopt.optimizers import get
from symopt.testing import strategies
from symopt.testing.properties import run

FORMS = [("adam", "m"), ("adam", "v"), ("momentum-average", "v"), ("momentum-accumulated", "v"), ("rmsprop", "r"),
         ("adagrad", "r"), ("lion", "m")]  # fmt: skip


@pytest.mark.parametrize(("name", "state"), FORMS)
@settings(max_examples=2)
@given(data=st.data())
def test_the_unrolled_state_is_the_iterated_one(name: str, state: str, data: st.DataObject) -> None:
    optimizer = get(name)
    assert isinstance(optimizer, symopt.Optimizer)
    found = symopt.unroll(optimizer, state)
    assert found.proved
    steps = data.draw(st.integers(1, 5))
    hyper = data.draw(strategies.hyperparameters(optimizer))
    gradients = data.draw(strategies.gradients(steps, (1,), np.float64, ("ordinary", "sparse")))
    _, after = run(symopt.kernel(optimizer), hyper, np.zeros(1), gradients)
    exact = found.statement.rhs.xreplace({t: sp.Integer(steps)}).doit()
    values = {a: sp.Float(float(gradients[int(a.index) - 1][0]), 30) for a in exact.atoms(At)}
    numbers = {h.symbol: sp.Float(hyper[h.name], 30) for h in optimizer.hyper}
    expected = float(exact.xreplace(values).xreplace(numbers))
    assert after[state][0] == pytest.approx(expected, rel=1e-12, abs=1e-300)
