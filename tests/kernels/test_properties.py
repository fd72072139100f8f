"""Every kernel of every backend has every property; a new definition, backend or property is tested as it is."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symopt
from symopt.kernels import Kernel
from symopt.kernels.plan import plan_of
from symopt.language import Optimizer, t
from symopt.language.vocabulary import eps
from symopt.testing import assert_conforms, strategies
from symopt.testing.bounds import Bound, step_bound
from symopt.testing.properties import PROPERTIES, errors, in_place_is_functional, run, same
from symopt.testing.properties import given as given_gradient
from symopt.testing.symmetries import Symmetry, at_zero, proved, scale_invariance, sign_symmetry
from tests.kernels.backends import IN_PLACE, NEEDS, RUNNING, on_arrays
from tests.kernels.definitions import ELEMENTWISE, WRAPPED, numbers

LIBRARIES = sorted({*RUNNING} - {"numpy"})
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
@pytest.mark.parametrize("name", WRAPPED)
@settings(max_examples=6)
@given(data=st.data())
def test_numpy_around_other_definitions(name: str, data: st.DataObject) -> None:
    test_numpy.hypothesis.inner_test(WRAPPED[name](), data)


@pytest.mark.library
@pytest.mark.parametrize("backend", LIBRARIES)
@every_definition
def test_backends(optimizer: Optimizer, backend: str) -> None:
    kernel = on_arrays(optimizer, backend)
    assert_conforms(step_of(kernel), optimizer, examples=8)
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=(2, 2)), list(rng.normal(size=(STEPS, 2, 2)))
    properties = [*PROPERTIES.values(), *([in_place_is_functional] if backend in IN_PLACE else [])]
    for holds in properties:
        holds(kernel, numbers(optimizer), start, gradients)


def step_of(kernel: Any) -> Any:
    """The kernel as a step function that begins without a state."""

    def step(params: Any, gradient: Any, state: Any, **hyper: float) -> tuple[Any, Any]:
        before = kernel.init(params, **hyper) if state is None else state
        return kernel.step(params, given_gradient(kernel, gradient), before, **hyper)

    return step


@pytest.mark.library
@pytest.mark.parametrize("backend", sorted({*LIBRARIES} - {"numba"}))  # it has one kernel for both, compiled twice
@every_definition
def test_backends_in_single_precision(optimizer: Optimizer, backend: str) -> None:
    kernel = on_arrays(optimizer, backend)
    rng = np.random.default_rng(1)
    start, gradients = rng.normal(size=3).astype(np.float32), list(rng.normal(size=(2, 3)).astype(np.float32))
    for step in errors(kernel, numbers(optimizer), start, gradients):
        assert max(step.values()) <= 4, step


def test_backends_are_scanned() -> None:
    assert set(NEEDS) == set(RUNNING)


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


@cache
def symmetric(optimizer: Optimizer) -> tuple[tuple[Optimizer, Symmetry], ...]:
    """The symmetries of the definition, and those that it has where epsilon is zero."""
    at_end = at_zero(optimizer, eps)
    found = [(o, find(plan_of(o))) for o in (optimizer, at_end) if o for find in (sign_symmetry, scale_invariance)]
    return tuple((o, symmetry) for o, symmetry in found if symmetry is not None)


@every_definition
@settings(max_examples=2)
@given(data=st.data())
def test_symmetries(optimizer: Optimizer, data: st.DataObject) -> None:
    hyper = data.draw(strategies.hyperparameters(optimizer))
    start = data.draw(strategies.starts((3,)))
    gradients = data.draw(strategies.gradients(STEPS, (3,), np.float64, ("ordinary", "sparse", "alternating")))
    for definition, found in symmetric(optimizer):
        kernel, own = kernel_of(definition, "numpy"), {h.name: hyper[h.name] for h in definition.hyper}
        params, _ = run(kernel, own, start, gradients)
        if found.kind == "sign":
            mirrored, _ = run(kernel, own, -start, [-g for g in gradients])
            assert same(mirrored, -params)
        else:
            scaled, _ = run(kernel, own, start, [g * 8 for g in gradients])
            assert same(scaled, params)


@pytest.mark.slow
@every_definition
def test_symmetries_are_proved(optimizer: Optimizer) -> None:
    for definition, found in symmetric(optimizer):
        verdict = proved(definition, found)
        assert verdict.proved, f"{definition.name}, {found.kind}: {verdict.reason}"


def test_symmetries_are_found() -> None:
    odd = {o.name for o in ELEMENTWISE if any(s.kind == "sign" for _, s in symmetric(o))}
    assert odd >= {"sgd", "momentum", "nesterov", "adam", "radam", "lars", "adadelta", "irprop-minus", "uphill"}
    blind = {o.name for o in ELEMENTWISE if any(s.kind == "scale" for _, s in symmetric(o))}
    assert blind >= {"adam", "adagrad", "rmsprop", "sign-sgd", "lion", "rprop", "lamb", "fromage", "norm-moment"}
    assert not blind & {"sgd", "momentum", "adadelta", "gradient-descent-clipped-norm"}
    (_, adam), *_ = [x for x in symmetric(definition_of("adam")) if x[1].kind == "scale"]
    assert {key[0]: int(degree) for key, degree in adam.degrees.items()} == {"theta": 0, "m": 1, "v": 2}


def test_what_is_no_symmetry_is_not_proved() -> None:
    adam = definition_of("adam")
    at_end, scale = next(x for x in symmetric(adam) if x[1].kind == "scale")
    assert proved(adam, scale).refuted  # epsilon knows the scale
    wrong = Symmetry("scale", {key: degree / (2 if key[0] == "v" else 1) for key, degree in scale.degrees.items()})
    assert proved(at_end, wrong).refuted


def definition_of(name: str) -> Optimizer:
    return next(o for o in ELEMENTWISE if o.name == name)


BOUNDED = ("adagrad", "rmsprop", "adam", "sign-sgd", "signum", "lion-undecayed", "gradient-descent-clipped-value")
"""Definitions of which a bound is known to be found and proved."""

UNPROVED: dict[str, Any] = {
    "gradient-descent-clipped-norm": lambda h: h["eta"] * h["c"],
    "gradient-descent-clipped-factor": lambda h: h["eta"] * h["c"],
    "rprop": lambda h: max(h["Delta_max"], h["Delta_0"], h["Delta_min"]),
}
"""How far one coordinate moves in one step at most, where no proof is found: runs alone speak for it."""


@pytest.mark.parametrize("name", [*BOUNDED, *sorted(UNPROVED)])
@settings(max_examples=10)
@given(data=st.data())
def test_steps_are_bounded(name: str, data: st.DataObject) -> None:
    if name in UNPROVED:
        check_bound(definition_of(name), lambda hyper, step: UNPROVED[name](hyper), data)
    else:
        bound = bound_of(definition_of(name))
        assert bound is not None
        check_bound(definition_of(name), size_of(bound), data)


@pytest.mark.slow
@every_definition
def test_every_bound_that_is_found_holds(optimizer: Optimizer) -> None:
    bound = bound_of(optimizer)
    if bound is None:
        assert optimizer.name not in BOUNDED
        return
    settings(max_examples=30)(given(data=st.data())(lambda data: check_bound(optimizer, size_of(bound), data)))()


def test_what_is_no_bound_is_not_found() -> None:
    for name in (
        "gradient-descent",
        "momentum",
        "nesterov",
        "adamw",
    ):  # the larger the gradient or the weights, the farther
        assert bound_of(definition_of(name)) is None


@cache
def bound_of(optimizer: Optimizer) -> Bound | None:
    return step_bound(optimizer)


def size_of(bound: Bound) -> Any:
    """The bound as a function of hyperparameters and the step; None where its conditions do not hold."""

    def size(hyper: dict[str, float], step: int) -> float | None:
        values = {s: hyper[s.name] for s in bound.size.free_symbols - {t} | _free(bound)} | {t: step}
        if not all(condition.xreplace(values) == True for condition in bound.assuming):  # noqa: E712 - SymPy's
            return None
        return float(bound.size.xreplace(values))

    return size


def _free(bound: Bound) -> set[Any]:
    return {s for condition in bound.assuming for s in condition.free_symbols}


def check_bound(optimizer: Optimizer, size: Any, data: st.DataObject) -> None:
    kernel = kernel_of(optimizer, "numpy")
    hyper = data.draw(strategies.hyperparameters(optimizer))
    params = data.draw(strategies.starts((3,)))
    state = kernel.init(params, **hyper)
    for step, gradient in enumerate(data.draw(strategies.gradients(STEPS, (3,))), start=1):
        after, state = kernel.step(params, given_gradient(kernel, gradient), state, **hyper)
        limit = size(hyper, step)
        if limit is not None:
            room = 8 * np.finfo(float).eps * (np.abs(params) + np.abs(after))
            assert np.all(~(np.abs(after - params) > limit * (1 + 1e-9) + room))
        params = after
