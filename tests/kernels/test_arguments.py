"""What kernels take: any shape and layout, sweeps, NaN; and what they say to what they cannot take."""

from __future__ import annotations

import pickle
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symopt
from symopt.kernels import KernelError, MissingExtra, State
from symopt.language import Optimizer
from symopt.optimizers import get
from symopt.testing import strategies
from symopt.testing.properties import given as given_gradient
from symopt.testing.properties import run, same
from tests.kernels.definitions import ELEMENTWISE

ONES = np.ones((2, 3))


def ready(name: str = "adam", **hyper: Any) -> tuple[Any, State]:
    kernel = symopt.kernel(name, **hyper)
    return kernel, kernel.init(ONES)


@pytest.mark.parametrize("optimizer", ELEMENTWISE, ids=lambda o: o.name)
@settings(max_examples=1)
@given(data=st.data())
def test_views_that_are_not_contiguous(optimizer: Optimizer, data: st.DataObject) -> None:
    hyper = data.draw(strategies.hyperparameters(optimizer))
    kernel = symopt.kernel(optimizer, **hyper)
    start = data.draw(strategies.starts((3, 4)))
    gradients = data.draw(strategies.gradients(3, (3, 4)))
    expected, _ = run(kernel, {}, start, gradients)
    backing = np.zeros((4, 6))
    params = backing[:, ::2].T
    params[...] = start
    state = kernel.init(params)
    for gradient in gradients:
        wide = np.repeat(gradient, 2, axis=1)[:, ::2]
        kernel.step(params, given_gradient(kernel, wide), state, out=(params, state))
    if kernel.plan.sums:
        assert np.allclose(params, expected, rtol=1e-9, atol=1e-9, equal_nan=True)
    else:
        assert same(params, expected)
    assert not backing[:, 1::2].any()


@pytest.mark.parametrize("optimizer", ELEMENTWISE, ids=lambda o: o.name)
def test_a_sweep_is_each_setting_by_itself(optimizer: Optimizer) -> None:
    hyper = {h.name: strategies.inside(h.domain)[-2:] for h in optimizer.hyper}
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=(2, 3)), rng.normal(size=(4, 2, 3))
    swept = {name: np.array([v[0], v[-1]]).reshape(2, 1) for name, v in hyper.items()}
    together, _ = run(symopt.kernel(optimizer), swept, start, list(gradients)) if swept else (start, None)
    for row in range(2 if swept else 0):
        numbers = {name: float(v[row, 0]) for name, v in swept.items()}
        alone, _ = run(symopt.kernel(optimizer), numbers, start[row], list(gradients[:, row]))
        assert np.allclose(together[row], alone, rtol=1e-12, atol=1e-14, equal_nan=True)


def test_a_gradient_that_is_the_parameters_themselves() -> None:
    for optimizer in ELEMENTWISE:
        hyper = {h.name: 0.01 if h.default is None else float(h.default) for h in optimizer.hyper}
        kernel = symopt.kernel(optimizer, **{k: 3 if k == "k" else v for k, v in hyper.items()})
        start = np.linspace(0.5, 2, 7)
        expected, _ = kernel.step(start, given_gradient(kernel, start.copy()), kernel.init(start))
        params, state = start.copy(), kernel.init(start)
        kernel.step(params, given_gradient(kernel, params), state, out=(params, state))
        assert same(params, expected), optimizer.name


@pytest.mark.parametrize("name", ["adam", "nadam-schedule", "radam", "heavy-ball", "lamb"])
def test_large_arrays_in_pieces(name: str) -> None:
    kernel = symopt.kernel(name, **{k: 0.01 for k in ("eta", "mu") if name == "heavy-ball"})
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=(3, 100_001)), list(rng.normal(size=(2, 3, 100_001)))
    expected, held = run(kernel, {}, start, gradients)
    params, state = start.copy(), kernel.init(start)
    for gradient in gradients:
        kernel.step(params, gradient, state, out=(params, state))
    assert same(params, expected)
    assert all(same(state[k], held[k]) for k in held)


def test_nan_and_infinity_pass_through() -> None:
    kernel, _ = ready("adam")
    start = np.zeros(3)
    params, state = kernel.step(start, np.array([np.nan, np.inf, 1.0]), kernel.init(start))
    assert np.isnan(params[:2]).all()
    assert np.isnan(state["m"][0])
    assert np.isinf(state["v"][1])
    assert params[2] == pytest.approx(-1e-3)


def test_a_run_is_a_trajectory() -> None:
    path = symopt.run("adam", lambda x: 2 * x, [1.0, -3.0], 500, eta=0.05)
    assert path.shape == (501, 2)
    assert np.abs(path[-1]).max() < 1e-2
    ahead = symopt.run("nesterov", lambda x: x, 1.0, 3, eta=0.1, mu=0.5)
    v, x = 0.0, 1.0
    for value in ahead[1:]:
        v = 0.5 * v - 0.1 * (x + 0.5 * v)
        x += v
        assert value == pytest.approx(x)
    swept = symopt.run("sgd", lambda x: x, 1.0, 2, eta=np.array([0.1, 0.5]))
    assert np.allclose(swept[-1], [0.81, 0.25])


def test_a_state_can_be_kept() -> None:
    _, state = ready()
    copy = pickle.loads(pickle.dumps(state))
    assert copy.optimizer == "adam"
    assert copy.keys() == state.keys()


WRONG: list[tuple[Any, str]] = [
    (lambda: symopt.kernel("adam", "nunpy"), "no backend is called 'nunpy'; did you mean numpy"),
    (lambda: symopt.kernel("adam", "c"), "source text only"),
    (lambda: symopt.kernel(get("exponential-decay")), "is a Schedule"),
    (lambda: symopt.kernel("adam", beta1=0.5), "adam: no hyperparameter is called 'beta1'; it has: eta, beta_1"),
    (lambda: symopt.kernel("adam", beta_1=1.0), r"adam: beta_1 must be in \[0, 1\), but it is 1.0"),
    (lambda: symopt.kernel("adam", eta=float("nan")), r"adam: eta must be in \(0, infinity\), but it is nan"),
    (lambda: symopt.kernel("adam", eta="fast"), "adam: eta must be a number"),
    (lambda: symopt.kernel("adam", eta=[0.1, -1]), r"adam: eta must be in \(0, infinity\), but it is -1.0"),
    (lambda: symopt.kernel("lookahead(sgd)", k=2.5), r"k must be in \{1, 2, ...\}, but it is 2.5"),
    (lambda: symopt.run("sgd", lambda x: x, [1.0], 3), r"sgd: eta has no default; give eta=..., in \(0, infinity\)"),
    (lambda: symopt.run("sgd", lambda x: x, [1.0], -3, eta=0.1), "steps must be a number of steps"),
    (lambda: symopt.kernel("adam").init(np.ones(3, int)), "adam: params must be an array of floats, but its type is"),
    (lambda: step(gradient=np.ones((2, 3), int)), "adam: gradient must be an array of floats"),
    (lambda: step(gradient=np.ones(3)), r"adam: gradient has shape \(3,\), but the parameters have \(2, 3\)"),
    (lambda: step(gradient=np.ones((2, 3), np.float32)), "adam: gradient is float32, but the parameters are float64"),
    (lambda: step(state=ready("yogi")[1]), "adam: state is one of yogi"),
    (lambda: step(state={"t": 0}), "adam: state must hold t, m, v, but it holds t"),
    (lambda: step(state=None), "adam: state must be a state from init or step, but it is a NoneType"),
    (lambda: step(state=symopt.kernel("adam").init(np.ones(3))), r"adam: state m has shape \(3,\)"),
    (lambda: step(out=ONES), r"adam: out must be a pair \(parameters, state\)"),
    (lambda: step(out=(np.ones(3), ready()[1])), r"adam: out's theta has shape \(3,\)"),
    (lambda: step(out=([1.0], ready()[1])), "adam: out's theta must be an array, but it is a list"),
]  # fmt: skip


def step(gradient: Any = ONES, **given: Any) -> Any:
    kernel, state = ready()
    return kernel.step(ONES, gradient, given.pop("state", state), **given)


@pytest.mark.parametrize(("wrong", "message"), WRONG, ids=[m[:40] for _, m in WRONG])
def test_wrong_arguments_are_named(wrong: Any, message: str) -> None:
    with pytest.raises(KernelError, match=message):
        wrong()


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(MissingExtra, match=r"the numba backend needs numba, .* pip install 'symopt\[numba\]'"):
        symopt.kernel("adam", "numba")
