"""What kernels take: any shape and layout, sweeps, NaN; and what they say to what they cannot take."""

from __future__ import annotations

import copy
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


READ_ONLY = np.broadcast_to(1.0, (2, 3))


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


@pytest.mark.parametrize("backend", ["numpy", pytest.param("numba", marks=pytest.mark.library)])
def test_what_is_written_may_lie_anywhere(backend: str) -> None:
    """Results may replace other inputs, shifted or exchanged ones among them, and plain dicts are states."""
    if backend == "numba":
        pytest.importorskip("numba")
    kernel = symopt.kernel("adam", backend)
    rng = np.random.default_rng(0)
    start, gradient = rng.normal(size=(2, 9))
    params, state = kernel.step(start, gradient, kernel.init(start))
    expected, after = kernel.step(params, gradient, state)

    def check(params: Any, gradient: Any, state: Any, out: Any) -> None:
        kernel.step(params, gradient, state, out=out)
        assert same(out[0], expected)
        assert all(same(out[1][k], after[k]) for k in after)

    held = dict(state.copy())
    check(params.copy(), gradient, held, (params.copy(), {**held, "m": held["v"], "v": held["m"]}))
    held = state.copy()
    check(params.copy(), gradient, held, (held["m"], State("adam", {**held, "m": params.copy()})))
    wide = np.zeros(10)
    wide[:9] = params
    check(wide[:9], gradient, state.copy(), (wide[1:], state.copy()))
    own = gradient.copy()
    check(params, own, state, (own, state.copy()))
    wide = np.zeros(18)
    check(params, gradient, state, (wide[::2], State("adam", {**state.copy(), "m": wide[1::2]})))
    check(list(params), list(gradient), {k: v if k == "t" else list(v) for k, v in state.items()}, (own, state.copy()))


@pytest.mark.library
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # PyTorch's own
def test_what_is_written_may_lie_anywhere_in_torch() -> None:
    torch = pytest.importorskip("torch")
    kernel = symopt.kernel("adam", "torch")
    start, gradient = torch.from_numpy(np.random.default_rng(0).normal(size=(2, 9)))
    params, state = kernel.step(start, gradient, kernel.init(start))
    expected, after = kernel.step(params, gradient, state)

    def check(gradient: Any, state: State, out: Any, params: Any = params) -> None:
        kernel.step(params, gradient, state, out=out)
        assert same(out[0], expected)
        assert all(same(out[1][k], after[k]) for k in after)

    held = State("adam", {k: v.clone() if torch.is_tensor(v) else v for k, v in state.items()})
    check(gradient, held, (params.clone(), State("adam", {**held, "m": held["v"], "v": held["m"]})))
    own = gradient.clone()
    fresh = kernel.init(params)
    check(own, state, (own, fresh))
    wrong = [
        (lambda: kernel.step(params, None, state), "gradient must be a tensor of floats, but its type is NoneType"),
        (lambda: kernel.step(params, params, {**state, "m": params[:2]}), "state m has shape"),
        (lambda: kernel.step(params, params, {**state, "t": -1}), "state t must be a number of steps"),
        (lambda: kernel.step(params, params, state, out=(params[:2], fresh)), "out's theta has shape"),
        (lambda: kernel.query(params, state, params), "all were given"),
    ]
    for call, message in wrong:
        with pytest.raises(KernelError, match=message):
            call()


@pytest.mark.library
def test_wrong_arguments_are_named_under_jax() -> None:
    jax = pytest.importorskip("jax")
    kernel = symopt.kernel("adam", "jax")
    params = jax.numpy.ones(3)
    state = kernel.init(params)
    wrong = [
        (lambda: kernel.step(params, None, state), "gradient must be an array of floats, but its type is NoneType"),
        (lambda: kernel.step(params, params, {**state, "m": params[:2]}), "state m has shape"),
        (lambda: kernel.step(params, params, {**state, "t": -1}), "state t must be a number of steps"),
        (lambda: kernel.step(params, params, state, lr=jax.numpy.float32(0.1)), "no hyperparameter is called 'lr'"),
        (lambda: kernel.query(params, state, params), "all were given"),
    ]
    for call, message in wrong:
        with pytest.raises(KernelError, match=message):
            call()


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "g", ">f8"])
def test_every_type_of_float(dtype: str) -> None:
    kernel = symopt.kernel("adam")
    params = np.linspace(-1, 1, 6).astype(dtype)  # none is zero: in half precision epsilon is
    made, state = kernel.step(params, params, kernel.init(params))
    assert made.dtype == np.dtype(dtype).newbyteorder("=")
    wanted = params.astype(float) - 1e-3 * np.sign(params.astype(float))
    assert np.allclose(made.astype(float), wanted, atol=1e-3)
    kernel.step(params, params, state if dtype != ">f8" else kernel.init(params), out=(params, kernel.init(params)))


def test_kernels_can_be_kept() -> None:
    kernel = symopt.kernel("adam", eta=0.5)
    for again in (pickle.loads(pickle.dumps(kernel)), copy.deepcopy(kernel)):
        assert same(again.step(ONES, ONES, again.init(ONES))[0], kernel.step(ONES, ONES, kernel.init(ONES))[0])


def test_a_state_can_be_kept() -> None:
    _, state = ready()
    copied = pickle.loads(pickle.dumps(state))
    assert copied.optimizer == "adam"
    assert copied.keys() == state.keys()


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
    (lambda: step(out=(READ_ONLY, ready()[1])), "adam: out's theta is read-only"),
    (lambda: step(out=(ONES.copy(), joined())), "adam: out's m and v share memory; give each an array of its own"),
    (lambda: symopt.kernel("adam").init([[1.0], [1.0, 2.0]]), "adam: params must be .* its rows are not alike"),
    (lambda: symopt.kernel("adam").init(np.ones(3, complex)), "adam: params must be .* its type is complex128"),
    (lambda: symopt.kernel("adam").init(np.ones(3, object)), "adam: params must be .* its type is object"),
    (lambda: step(gradient=np.ma.masked_array(ONES, ONES > 0)), r"adam: gradient is a masked array, .* \.filled"),
    (lambda: step(gradient=ONES.astype(ONES.dtype.newbyteorder())), "adam: gradient is .f8, but the parameters are"),
    (lambda: step(gradient=None), "adam: gradient must be an array of floats, but its type is object"),
    (lambda: step(state={**ready()[1], "t": "x"}), "adam: state t must be a number of steps, 0 or more, but it is 'x'"),
    (lambda: step(state={**ready()[1], "t": -1}), "adam: state t must be a number of steps, 0 or more, but it is -1"),
    (lambda: step(state={**ready()[1], "t": ONES}), "adam: state t must be a number of steps"),
    (lambda: step(state={**ready()[1], "m": None}), "adam: state m must be an array of floats, but its type is object"),
    (lambda: step(eta=np.ones(4)), r"adam: hyperparameters of shape \(4,\) do not broadcast with parameters of shape"),
    (lambda: step(eta=np.ones(3), epsilon=np.ones(2)), r"adam: hyperparameters' shapes do not broadcast: eta \(3,\), "),
    (lambda: step(eta=np.True_), r"adam: eta must be a number in \(0, infinity\), but it is np.True_"),
    (lambda: step(eta=np.array(["0.1"])), "adam: eta must be a number in"),
    (lambda: step(eta=1j), "adam: eta must be a number in"),
    (lambda: symopt.kernel("nesterov", eta=0.1, mu=0.9).query(ONES, State("nesterov", {"t": 0, "v": ONES[0]})),
     r"nesterov: state v has shape \(3,\), but the parameters have \(2, 3\)"),
    (lambda: symopt.run("sgd", [1.0], [1.0], 3, eta=0.1), "gradient must be a function of a point, but it is a list"),
]  # fmt: skip


def joined() -> State:
    """A state, two of whose arrays are one."""
    _, state = ready()
    state["v"] = state["m"]
    return state


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
