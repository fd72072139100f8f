"""Whatever validation accepts has a kernel, or a named error."""

from __future__ import annotations

import json
import math
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import Eq

import symopt
from symopt.kernels import KernelError
from symopt.kernels.form import Form
from symopt.kernels.plan import plan_of
from symopt.language import Expect, Optimizer, Sequence, Shape, dot, grad, t
from symopt.language.domains import contains
from symopt.language.vocabulary import eta, g, m, mu, phi, theta, velocity
from symopt.optimizers import vector_methods
from symopt.rewrites.variants import variants
from symopt.testing.properties import given as given_gradient
from symopt.testing.strategies import inside
from tests.kernels.definitions import ELEMENTWISE, WRAPPED
from tests.optimizers.stepping import Run
from tests.optimizers.strategies import STEPS, hyperparameters, oracles

every_definition = pytest.mark.parametrize("optimizer", ELEMENTWISE, ids=lambda o: o.name)


@every_definition
@settings(max_examples=2)
@given(data=st.data(), gradient=oracles())
def test_a_run_is_the_definitions(optimizer: Optimizer, data: st.DataObject, gradient: Any) -> None:
    check_run(optimizer, data.draw(hyperparameters(optimizer.hyper)), gradient)


@pytest.mark.slow
@pytest.mark.parametrize("name", WRAPPED)
@settings(max_examples=10)
@given(data=st.data(), gradient=oracles())
def test_a_wrapped_run_is_the_definitions(name: str, data: st.DataObject, gradient: Any) -> None:
    optimizer = WRAPPED[name]()
    check_run(optimizer, data.draw(hyperparameters(optimizer.hyper)), gradient)


def surely(gradient: Any) -> Any:
    """The gradient, which ends the run where its sign is a matter of rounding: methods may step by the sign."""

    def asked(step: int, point: Any) -> Any:
        value, beside = gradient(step, point), gradient(step, point * (1 + mp.mpf(2) ** -40))
        if step > 1 and mp.sign(value) != mp.sign(beside):
            raise ZeroDivisionError("the gradient may have either sign")
        return value

    return asked


def check_run(optimizer: Optimizer, hyper: dict[str, Any], gradient: Any) -> None:
    floats = {name: float(value) for name, value in hyper.items()}
    exact = {name: mp.mpf(value) for name, value in floats.items()}
    run, expected = Run(optimizer, exact, surely(gradient), mp.mpf(0.75)), []
    for step in range(1, STEPS + 1):
        try:
            expected.append(run.params(step)[-1])
        except (ZeroDivisionError, TypeError):  # a root of a negative number, as in a schedule past its horizon
            break
    assume(expected)
    kernel = symopt.kernel(optimizer, **floats)
    params, state = np.array([0.75]), kernel.init(np.array([0.75]))
    for step, value in enumerate(expected, start=1):
        params, state = kernel.step(params, asked(kernel, params, state, gradient, step), state)
        if abs(value) > 1e12 or not isinstance(value, mp.mpf):
            return
        if mp.isnan(value):  # 0/0, of which nothing is claimed
            return
        assert abs(params[0] - value) <= 1e-6 * max(1, abs(value)), f"step {step}"


def asked(kernel: Any, params: Any, state: Any, gradient: Any, step: int) -> Any:
    """The gradients of a step, each at the point where the step wants it."""
    found: list[Any] = []
    for _ in range(kernel.gradients):
        point = kernel.query(params, state, *found)
        found.append(np.array([float(gradient(step, mp.mpf(float(point[0]))))]))
    return found[0] if len(found) == 1 else tuple(found) or np.zeros(1)


extragradient = Optimizer(
    "extragradient", hyper=[eta],
    update=[
        Eq(phi[t], theta[t - 1] - eta * grad(theta[t - 1])),
        Eq(theta[t], theta[t - 1] - eta * grad(phi[t])),
    ],
)  # fmt: skip
lagged = Optimizer(
    "lagged", hyper=[eta, mu], init={velocity: eta * theta[0]},
    update=[
        Eq(g[t], grad(theta[t - 1] + theta[0] / 8)),
        Eq(velocity[t], mu * velocity[t - 3] + g[t] + velocity[0]),
        Eq(theta[t], theta[t - 1] - eta * velocity[t] + mu * (theta[t - 2] - theta[t - 3])),
    ],
)  # fmt: skip
swapped = Optimizer(
    "swapped", hyper=[eta], init={m: 1, phi: 2},
    update=[Eq(m[t], phi[t - 1]), Eq(phi[t], m[t - 1]), Eq(theta[t], theta[t - 1] - eta * grad(theta[t - 1]) + m[t])],
)  # fmt: skip
still = Optimizer("still", hyper=[], update=[Eq(theta[t], theta[t - 1] / 2)])


@pytest.mark.parametrize("optimizer", [extragradient, lagged, swapped, still], ids=lambda o: o.name)
@settings(max_examples=15)
@given(data=st.data(), gradient=oracles())
def test_several_gradients_older_values_and_exchanges(optimizer: Optimizer, data: st.DataObject, gradient: Any) -> None:
    hyper = {name: float(v) for name, v in data.draw(hyperparameters(optimizer.hyper)).items()}
    expected = Run(optimizer, {k: mp.mpf(v) for k, v in hyper.items()}, gradient, mp.mpf(0.75)).params(STEPS)
    kernel = symopt.kernel(optimizer, **hyper)
    places, held = np.array([0.75]), kernel.init(np.array([0.75]))
    params, state = places.copy(), held.copy()
    for step, value in enumerate(expected, start=1):
        grads = asked(kernel, params, state, gradient, step)
        params, state = kernel.step(params, grads, state)
        kernel.step(places, grads, held, out=(places, held))
        assert abs(params[0] - value) <= 1e-9 * max(1, abs(value)), f"step {step}"
        assert places == params
        assert held == state


@every_definition
def test_a_form_can_be_kept(optimizer: Optimizer) -> None:
    form = plan_of(optimizer).form
    assert form.plain is not None
    assert Form.of(json.loads(json.dumps(form.plain))) == form
    for hyper, setting in zip(optimizer.hyper, form.settings, strict=True):
        for x in (*inside(hyper.domain), -1.0, 0.0, 0.5, 1.0, 2.5, math.inf, -math.inf, math.nan):
            assert (x in setting.domain) == contains(hyper.domain)(x)


@pytest.mark.slow
@every_definition
def test_every_convention_has_a_kernel(optimizer: Optimizer) -> None:
    for variant in variants(optimizer):
        made = variant.optimizer
        kernel = symopt.kernel(made)
        missing = [s.hyper for s in kernel.plan.settings if s.default is None]
        hyper = {h.name: 3.0 if h.symbol.is_integer else 0.01 for h in missing}
        params, state = kernel.step(
            np.ones(3), given_gradient(kernel, np.ones(3)), kernel.init(np.ones(3), **hyper), **hyper
        )
        assert params.shape == (3,)
        assert state["t"] == 1


@pytest.mark.parametrize("optimizer", vector_methods().values(), ids=lambda o: o.name)
def test_methods_of_vectors_say_where_their_steps_are(optimizer: Optimizer) -> None:
    with pytest.raises(KernelError, match=rf"{optimizer.name}: .* (a vector|a matrix|one number); .*vector_kernel"):
        symopt.kernel(optimizer)


def test_what_has_no_kernel_says_so() -> None:
    h = Sequence("H", shape=Shape.MATRIX)
    d = Sequence("d", shape=Shape.SCALAR)
    step = Eq(theta[t], theta[t - 1] - eta * grad(theta[t - 1]))
    matrix = Optimizer("matrix", hyper=[eta], init={h: 1}, update=[Eq(h[t], h[t - 1]), step])
    with pytest.raises(KernelError, match="matrix: H is a matrix"):
        symopt.kernel(matrix)
    expected = Optimizer("expected", hyper=[eta], init={m: 0}, update=[Eq(m[t], Expect(m[t - 1])), step])
    with pytest.raises(KernelError, match=r"expected: equation 1, .*expectation"):
        symopt.kernel(expected)
    scalar = Optimizer("scalar", hyper=[eta], update=[Eq(d[t], theta[t - 1]), step])
    with pytest.raises(KernelError, match=r"scalar: equation 1, .*declared a scalar"):
        symopt.kernel(scalar)
    inner = Optimizer("inner", hyper=[eta], update=[Eq(d[t], dot(eta, eta)), step])
    with pytest.raises(KernelError, match=r"inner: equation 1, .*dot\(eta\)"):
        symopt.kernel(inner)
