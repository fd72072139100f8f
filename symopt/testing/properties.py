"""Properties that every kernel has, and those that only some definitions have, each with its reason.

A property takes a kernel, hyperparameters, a start and a gradient for each step, and raises AssertionError where the
kernel does not have it. Symmetries hold where the definition has them; ``symmetries`` says which, and its statements
are identities that ``symopt.decide`` proves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.kernels.kernel import Kernel, State
from symopt.testing.exact import ExactStep
from symopt.testing.ulps import ulps

Array = NDArray[Any]
Hyper = Mapping[str, float]


def run(kernel: Kernel, hyper: Hyper, start: Any, gradients: Sequence[Any]) -> tuple[Any, State]:
    """The parameters and the state after one step for each gradient."""
    params, state = start, kernel.init(start, **hyper)
    for gradient in gradients:
        params, state = kernel.step(params, given(kernel, gradient), state, **hyper)
    return params, state


def given(kernel: Kernel, gradient: Any) -> Any:
    """The gradient as the kernel takes it: once for each point that a step asks at."""
    return gradient if kernel.gradients <= 1 else (gradient,) * kernel.gradients


def same(a: Any, b: Any) -> bool:
    """Whether two arrays are equal bit for bit, NaN and NaN alike."""
    return np.array_equal(np.asarray(a), np.asarray(b), equal_nan=True)


def keeps_shapes_and_types(kernel: Kernel, hyper: Hyper, start: Any, gradients: Sequence[Any]) -> None:
    """Parameters and elementwise states keep the parameters' shape and type; t counts the steps."""
    params, state = run(kernel, hyper, start, gradients)
    assert np.shape(params) == np.shape(start), "the parameters' shape"
    assert np.asarray(params).dtype == np.asarray(start).dtype, "the parameters' type"
    for slot in kernel.plan.arrays[1:]:
        assert np.shape(state[slot.name]) == np.shape(start), f"the shape of {slot.name}"
        assert np.asarray(state[slot.name]).dtype == np.asarray(start).dtype, f"the type of {slot.name}"
    assert int(state["t"]) == len(gradients), "the step count"


def leaves_arguments_alone(kernel: Kernel, hyper: Hyper, start: Any, gradients: Sequence[Any]) -> None:
    """The functional step changes nothing that it is given."""
    state = kernel.init(start, **hyper)
    params = start
    for gradient in gradients:
        kept = params.copy(), gradient.copy(), {k: np.copy(v) for k, v in state.items()}
        after = kernel.step(params, given(kernel, gradient), state, **hyper)
        assert same(params, kept[0]), "the parameters were changed"
        assert same(gradient, kept[1]), "the gradient was changed"
        assert all(same(state[k], kept[2][k]) for k in kept[2]), "the state was changed"
        params, state = after


def goes_on(kernel: Kernel, hyper: Hyper, start: Any, gradients: Sequence[Any]) -> None:
    """T steps and then U steps are T + U steps, also through a copy of the state."""
    half = len(gradients) // 2
    whole, _ = run(kernel, hyper, start, gradients)
    params, state = run(kernel, hyper, start, gradients[:half])
    state = State(state.optimizer, {k: np.array(v) if np.ndim(v) else v for k, v in state.items()})
    for gradient in gradients[half:]:
        params, state = kernel.step(params, given(kernel, gradient), state, **hyper)
    assert same(whole, params), "a run that was interrupted ends elsewhere"


def in_place_is_functional(kernel: Kernel, hyper: Hyper, start: Any, gradients: Sequence[Any]) -> None:
    """``out=`` gives what the functional form gives, to the arguments themselves and to other arrays."""
    params, state = start, kernel.init(start, **hyper)
    place, held = np.array(start), kernel.init(start, **hyper)
    other, apart = np.empty_like(start), kernel.init(start, **hyper)
    for gradient in gradients:
        gradient = given(kernel, gradient)
        kernel.step(params, gradient, state, out=(other, apart), **hyper)
        params, state = kernel.step(params, gradient, state, **hyper)
        kernel.step(place, gradient, held, out=(place, held), **hyper)
        for where, values in (("in place", held), ("elsewhere", apart)):
            written = place if where == "in place" else other
            assert same(written, params), f"written {where}, the parameters differ"
            assert all(same(values[k], state[k]) for k in state), f"written {where}, the state differs"


def acts_coordinate_by_coordinate(kernel: Kernel, hyper: Hyper, start: Any, gradients: Sequence[Any]) -> None:
    """Reshaping and permuting coordinates beforehand is the same as afterwards; norms up to their rounding."""
    params, _ = run(kernel, hyper, start, gradients)
    flat, _ = run(kernel, hyper, start.reshape(-1), [g.reshape(-1) for g in gradients])
    assert near(kernel, flat, params.reshape(-1), start), "reshaped, it goes elsewhere"
    order = np.arange(start.size)[::-1]
    mixed, _ = run(kernel, hyper, start.reshape(-1)[order], [g.reshape(-1)[order] for g in gradients])
    assert near(kernel, mixed, params.reshape(-1)[order], start), "permuted, it goes elsewhere"


def near(kernel: Kernel, a: Any, b: Any, start: Any) -> bool:
    """Whether the arrays are equal; where the step has a norm, up to rounding."""
    if not kernel.plan.sums:
        return same(a, b)
    small = 1024 * np.finfo(np.asarray(a).dtype).eps
    largest = max(float(np.max(np.abs(x), initial=0, where=np.isfinite(x))) for x in (b, start))
    return np.allclose(a, b, rtol=small, atol=small * largest, equal_nan=True)


def is_exact_within(kernel: Kernel, hyper: Hyper, start: Any, gradients: Sequence[Any]) -> float:
    """The largest error of one step in ulps, against 50 digits from the same state; see ``errors``."""
    return max((e for step in errors(kernel, hyper, start, gradients) for e in step.values()), default=0.0)


def errors(kernel: Kernel, hyper: Hyper, start: Any, gradients: Sequence[Any]) -> list[dict[str, float]]:
    """The error of each step in ulps, for the parameters and each state.

    The exact step starts from the kernel's own state, so that errors do not add up. The unit is that of the largest
    of the value before, the value after and the terms that are added, for they may cancel. Steps where a decision is
    too near are left out.
    """
    names = {s.hyper.name: s.name for s in kernel.plan.settings}
    values = kernel.hyper(hyper)
    exact_hyper = {name: values[code] for name, code in names.items()}
    params, state = start, kernel.init(start, **hyper)
    found: list[dict[str, float]] = []
    for gradient in gradients:
        points = [np.asarray(gradient)] * max(1, kernel.gradients)
        before = {k: np.asarray(v) for k, v in state.items()} | {"t": int(state["t"])}
        exact = ExactStep(kernel.plan, exact_hyper, before, np.asarray(params), points)
        after, next_state = kernel.step(params, given(kernel, gradient), state, **hyper)
        if not exact.close:
            wanted = exact.state
            own = kernel.plan.params
            step = {own.name: ulps(np.asarray(after), exact.params, np.asarray(params), *exact.scales[own.key[0]])}
            for slot in kernel.plan.slots:
                old, new = before[slot.name], np.asarray(next_state[slot.name])
                step[slot.name] = ulps(new, wanted[slot.name], old, *exact.scales[slot.key[0]])
            found.append(step)
        params, state = after, next_state
    return found


PROPERTIES: Mapping[str, Callable[[Kernel, Hyper, Any, Sequence[Any]], Any]] = {
    "shapes and types are kept": keeps_shapes_and_types,
    "arguments are left alone": leaves_arguments_alone,
    "a run can be interrupted": goes_on,
    "it acts coordinate by coordinate": acts_coordinate_by_coordinate,
}
"""What every kernel has, whatever its backend."""
