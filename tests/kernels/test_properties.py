"""Every kernel of every backend has every property; a new definition, backend or property is tested as it is."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import symopt
from symopt.decide import identity
from symopt.kernels import BACKENDS, Kernel
from symopt.kernels.plan import plan_of
from symopt.language import At, Grad, Optimizer
from symopt.testing import strategies
from symopt.testing.properties import PROPERTIES, errors, in_place_is_functional, run, same
from symopt.testing.properties import given as given_gradient
from symopt.testing.symmetries import Symmetry, scale_invariance, sign_symmetry
from tests.kernels.definitions import ELEMENTWISE, wrapped

RUNNING = tuple(b for b in BACKENDS if b != "c")  # C has source text only; see test_emit
IN_PLACE = {"numpy", "numba", "torch"}
LIBRARY = {"numba": "numba", "jax": "jax", "torch": "torch"}
STEPS = 4

every_definition = pytest.mark.parametrize("optimizer", ELEMENTWISE, ids=lambda o: o.name)


@cache
def kernel_of(optimizer: Optimizer, backend: str) -> Kernel:
    return symopt.kernel(optimizer, backend)


def drawn(data: st.DataObject, optimizer: Optimizer, kinds: tuple[str, ...] = strategies.KINDS) -> tuple[Any, Any, Any]:
    """Hyperparameters, a start and gradients, of one shape and type."""
    shape, dtype = data.draw(strategies.shapes), data.draw(strategies.dtypes)
    hyper = data.draw(strategies.hyperparameters(optimizer))
    start = data.draw(strategies.starts(shape, dtype))
    return hyper, start, data.draw(strategies.gradients(STEPS, shape, dtype, kinds))


@every_definition
@settings(max_examples=2)
@given(data=st.data())
def test_numpy(optimizer: Optimizer, data: st.DataObject) -> None:
    kernel = kernel_of(optimizer, "numpy")
    hyper, start, gradients = drawn(data, optimizer)
    for holds in (*PROPERTIES.values(), in_place_is_functional):
        holds(kernel, hyper, start, gradients)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", wrapped(), ids=lambda o: o.name)
@settings(max_examples=6)
@given(data=st.data())
def test_numpy_around_other_definitions(optimizer: Optimizer, data: st.DataObject) -> None:
    test_numpy.hypothesis.inner_test(optimizer, data)


@pytest.mark.library
@pytest.mark.parametrize("backend", sorted(LIBRARY))
@pytest.mark.parametrize("optimizer", ELEMENTWISE[::3], ids=lambda o: o.name)
def test_backends(optimizer: Optimizer, backend: str) -> None:
    pytest.importorskip(LIBRARY[backend])
    reference, kernel = kernel_of(optimizer, "numpy"), kernel_of(optimizer, backend)

    @settings(max_examples=5)
    @given(data=st.data())
    def hold(data: st.DataObject) -> None:
        hyper = data.draw(strategies.hyperparameters(optimizer, ordinary=True))
        dtype = np.dtype(np.float32 if backend == "jax" else np.float64)  # JAX's own setting
        start = data.draw(strategies.starts((2, 2), dtype))
        gradients = data.draw(strategies.gradients(STEPS, (2, 2), dtype, ("ordinary", "sparse")))
        expected, _ = run(reference, hyper, start, gradients)
        given_start, given_gradients = start, gradients
        if backend == "torch":
            import torch

            given_start, given_gradients = torch.from_numpy(start), [torch.from_numpy(g) for g in gradients]
        params, state = run(kernel, hyper, given_start, given_gradients)
        assert int(state["t"]) == STEPS
        assert np.asarray(params).dtype == dtype
        assert np.shape(params) == start.shape
        near = 1e-4 if dtype == np.float32 else 1e-10
        assert np.allclose(np.asarray(params), expected, rtol=near, atol=near, equal_nan=True) or decisive(optimizer)
        if backend == "numba":
            in_place_is_functional(kernel, hyper, start, gradients)

    hold()


def decisive(optimizer: Optimizer) -> bool:
    """Whether rounding may turn a sign that the whole step hangs on."""
    return any(eq.rhs.atoms(sp.sign) for eq in optimizer.update)


def test_backends_are_scanned() -> None:
    assert set(RUNNING) == {"numpy", *LIBRARY}


@every_definition
@settings(max_examples=2)
@given(data=st.data())
def test_a_step_is_exact_within_few_ulps(optimizer: Optimizer, data: st.DataObject) -> None:
    kernel = kernel_of(optimizer, "numpy")
    hyper = data.draw(strategies.hyperparameters(optimizer, ordinary=True))
    start = data.draw(strategies.starts((2,)))
    gradients = data.draw(strategies.gradients(STEPS, (2,)))
    for step in errors(kernel, hyper, start, gradients):
        for name, error in step.items():
            assert error <= LOOSE.get(optimizer.name, 4), name


LOOSE: dict[str, float] = {}
"""Definitions whose equations cancel, so that no evaluation in double precision is as near; see docs/performance.md."""

SYMMETRIES = [(o, find) for o in ELEMENTWISE for find in (sign_symmetry, scale_invariance)]


@pytest.mark.parametrize(
    ("optimizer", "find"), SYMMETRIES, ids=lambda x: getattr(x, "name", x.__name__ if callable(x) else "")
)
@settings(max_examples=2)
@given(data=st.data())
def test_symmetries(optimizer: Optimizer, find: Any, data: st.DataObject) -> None:
    found = find(plan_of(optimizer))
    if found is None:
        return
    kernel = kernel_of(optimizer, "numpy")
    hyper = data.draw(strategies.hyperparameters(optimizer))
    start = data.draw(strategies.starts((3,)))
    gradients = data.draw(strategies.gradients(STEPS, (3,), np.float64, ("ordinary", "sparse", "alternating")))
    params, _ = run(kernel, hyper, start, gradients)
    if found.kind == "sign":
        mirrored, _ = run(kernel, hyper, -start, [-g for g in gradients])
        assert same(mirrored, -params)
    else:
        scaled, _ = run(kernel, hyper, start, [g * 8 for g in gradients])
        assert same(scaled, params)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("optimizer", "find"), SYMMETRIES, ids=lambda x: getattr(x, "name", x.__name__ if callable(x) else "")
)
def test_symmetries_are_proved(optimizer: Optimizer, find: Any) -> None:
    found: Symmetry | None = find(plan_of(optimizer))
    if found is None:
        return
    if found.kind == "sign":
        unproved = [str(s) for s in statements(optimizer, found) if not identity(*s).proved]
        assert not unproved


def statements(optimizer: Optimizer, found: Symmetry) -> list[tuple[Any, Any]]:
    """Each kept equation's right side with every input's sign changed as the symmetry says, and what it must be."""
    own = {key[0]: degree for key, degree in found.degrees.items()}
    made = []
    inlined: dict[Any, Any] = {}
    for equation in optimizer.update:
        right = equation.rhs.xreplace(inlined)
        inlined[equation.lhs] = right
        name = equation.lhs.base.name
        if name not in own:
            continue
        signs = {a: (-1) ** int(own[a.base.name]) * a for a in right.atoms(At)}
        signs |= {q: -q for q in right.atoms(Grad)}
        made.append((right.xreplace(signs), (-1) ** int(own[name]) * right))
    return made


STEP_BOUNDS: dict[str, Any] = {
    "sign-sgd": lambda h: h["eta"],
    "signum": lambda h: h["eta"],
    "lion-undecayed": lambda h: h["eta"],
    "gradient-descent-clipped-value": lambda h: h["eta"] * h["c"],
    "gradient-descent-clipped-norm": lambda h: h["eta"] * h["c"],
    "gradient-descent-clipped-factor": lambda h: h["eta"] * h["c"],
    "rprop": lambda h: max(h["Delta_max"], h["Delta_0"], h["Delta_min"]),
}
"""How far one coordinate moves in one step at most."""


@pytest.mark.parametrize("name", sorted(STEP_BOUNDS))
@settings(max_examples=10)
@given(data=st.data())
def test_steps_are_bounded(name: str, data: st.DataObject) -> None:
    optimizer = next(o for o in ELEMENTWISE if o.name == name)
    kernel = kernel_of(optimizer, "numpy")
    hyper = data.draw(strategies.hyperparameters(optimizer))
    params = data.draw(strategies.starts((3,)))
    state = kernel.init(params, **hyper)
    for gradient in data.draw(strategies.gradients(STEPS, (3,))):
        after, state = kernel.step(params, given_gradient(kernel, gradient), state, **hyper)
        room = 8 * np.finfo(float).eps * (np.abs(params) + np.abs(after))
        assert np.all(~(np.abs(after - params) > STEP_BOUNDS[name](hyper) * (1 + 1e-12) + room))
        params = after
