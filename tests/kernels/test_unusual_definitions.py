"""Kernels of definitions that the catalogue has nothing like: clipping, cycles, norms kept, masks, resets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Eq, Max, Min, Mod, Piecewise, cos, sign, sqrt, tanh

from symopt.language import HyperSymbol, Optimizer, Sequence, Shape, dot, grad, norm, t
from symopt.language.vocabulary import beta, beta1, beta2, eps, eta, g, m, positive, theta, v
from symopt.testing.properties import PROPERTIES, in_place_is_functional, run
from tests.kernels.backends import on_arrays
from tests.kernels.test_properties import LIBRARIES, drawn, kernel_of

C = HyperSymbol("C", positive, "largest size")
gamma = HyperSymbol("gamma", sp.Interval.open(0, 1), "how fast bounds close")
s, w = Sequence("s", shape=Shape.SCALAR, sign="positive"), Sequence("w")
new, average = theta[t - 1], Eq(m[t], beta * m[t - 1] + (1 - beta) * g[t])
rate = eta * sqrt(1 - beta2**t) / (1 - beta1**t)


def _method(name: str, hyper: list[Any], *update: Any) -> Optimizer:
    init = {x: value for x, value in ((m, 0), (v, 0), (s, 1), (w, 0)) if any(eq.lhs == x[t] for eq in update)}
    return Optimizer(name, hyper=[eta(0.1), *hyper], init=init, update=[Eq(g[t], grad(theta[t - 1])), *update])


UNUSUAL = (
    _method("clipped norm", [C(1)], Eq(theta[t], new - eta * g[t] * Min(1, C / norm(g[t])))),
    _method("clipped value", [C(1)], Eq(theta[t], new - eta * Max(-C, Min(C, g[t])))),
    _method(
        "closing bounds", [beta1(0.9), beta2(0.999), eps(1e-8), gamma(1e-3), C(0.1)],
        Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]), Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * g[t] ** 2),
        Eq(theta[t], new - m[t] * Max(C * (1 - 1 / (gamma * t + 1)),
                                      Min(C * (1 + 1 / (gamma * t)), rate / (sqrt(v[t]) + eps)))),
    ),
    _method("kept norm", [], Eq(s[t], s[t - 1] / 2 + norm(g[t]) ** 2), Eq(theta[t], new - eta * g[t] / sqrt(1 + s[t]))),
    _method("cosine cycles", [], Eq(theta[t], new - eta * g[t] * (1 + cos(sp.pi * Mod(t, 10) / 10)) / 2)),
    _method("sign of the average", [beta(0.9)], average, Eq(theta[t], new - eta * sign(m[t]))),
    _method(
        "every third step", [],
        Eq(w[t], Piecewise((w[t - 1] + g[t], sp.Ne(Mod(t, 3), 0)), (0, True))),
        Eq(theta[t], new - Piecewise((eta * (w[t - 1] + g[t]), Eq(Mod(t, 3), 0)), (0, True))),
    ),
    _method("squashed", [], Eq(theta[t], new - eta * tanh(g[t]))),
    _method("masked", [beta(0.9)], average, Eq(theta[t], new - eta * Piecewise((m[t], m[t] * g[t] > 0), (0, True)))),
    _method(
        "projected", [beta(0.9)], average,
        Eq(theta[t], new - eta * (g[t] - dot(g[t], m[t]) / (norm(m[t]) ** 2 + 1) * m[t])),
    ),
)  # fmt: skip

every_definition = pytest.mark.parametrize("optimizer", UNUSUAL, ids=lambda o: o.name)


@every_definition
@settings(max_examples=3)
@given(data=st.data())
def test_numpy(optimizer: Optimizer, data: st.DataObject) -> None:
    kernel = kernel_of(optimizer, "numpy")
    for holds in (*PROPERTIES.values(), in_place_is_functional):
        holds(kernel, *drawn(data, optimizer))


@pytest.mark.library
@every_definition
@pytest.mark.parametrize("backend", LIBRARIES)
def test_backends_agree(backend: str, optimizer: Optimizer) -> None:
    """Compiling takes the time here, so there is one shape and one type."""
    start, gradients = np.array([1.0, -2.0, 0.5]), [np.array([0.3, -1.5, 4.0]) * k for k in (1, -2, 0.5, 3)]
    wanted, _ = run(kernel_of(optimizer, "numpy"), {}, start, gradients)
    found, _ = run(on_arrays(optimizer, backend), {}, start, gradients)
    np.testing.assert_allclose(found, wanted, rtol=1e-13)
