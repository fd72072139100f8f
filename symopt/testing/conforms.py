"""Holds any NumPy-like implementation against a definition."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import mpmath
import numpy as np
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from symopt.kernels import definition
from symopt.kernels.plan import Plan, plan_of
from symopt.language import Optimizer
from symopt.testing import strategies
from symopt.testing.exact import ExactStep

_PATIENT = (
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
    HealthCheck.large_base_example,
)

StepFunction = Callable[..., tuple[Any, Any]]


class DoesNotConform(AssertionError):
    """An implementation that is not the definition: the smallest example found, and where it differs."""


def assert_conforms(
    step: StepFunction, optimizer: Optimizer | str, *, steps: int = 4, examples: int = 60, tolerance: float = 1e-9
) -> None:
    """Raise where the implementation and the definition differ.

    Args:
        step: ``step(params, gradient, state, **hyper) -> (params, state)`` on NumPy arrays. The state is whatever
            the function returns; before the first step it is None. Hyperparameters are passed by name to a function
            that takes them (``lambda_`` for lambda); the others keep the definition's defaults.
        optimizer: a definition, or the name of one.
        steps: of each run.
        examples: runs to try.
        tolerance: error that is allowed, relative to the largest step of the run.

    Raises:
        DoesNotConform: with the smallest example found, the step, the formula, and the first coordinate that differs.
    """
    if not callable(step):
        raise TypeError(f"step must be a function of parameters, gradient and state, but it is a {type(step).__name__}")
    if steps < 1 or examples < 1:
        raise ValueError(f"steps and examples must be at least 1, but they are {steps} and {examples}")
    plan = plan_of(definition(optimizer))
    accepted = _accepted(step, plan)
    chosen = settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, print_blob=False,
        phases=(Phase.generate, Phase.shrink), suppress_health_check=_PATIENT, report_multiple_bugs=False,
    )  # fmt: skip

    def hold(data: st.DataObject) -> None:
        hyper = data.draw(strategies.hyperparameters(plan.optimizer), label="hyper")
        hyper |= {s.hyper.name: s.default for s in plan.settings if s.name not in accepted and s.default is not None}
        start = data.draw(strategies.starts((2,)), label="start")
        run = data.draw(strategies.gradients(steps, (2,)), label="gradients")
        count = data.draw(st.integers(1, steps))
        _hold(step, plan, hyper, accepted, start, run[:count], tolerance)

    failure: DoesNotConform | None = None

    @chosen
    @given(st.data())
    def search(data: st.DataObject) -> None:
        nonlocal failure
        try:
            hold(data)
        except DoesNotConform as error:
            failure = error
            raise

    try:
        search()
    except DoesNotConform:
        assert failure is not None, "the search raised it"
        raise DoesNotConform(str(failure)) from None


def _accepted(step: StepFunction, plan: Plan) -> frozenset[str]:
    """The hyperparameters that the function takes, by their names in code."""
    parameters = inspect.signature(step).parameters.values()
    names = frozenset(s.name for s in plan.settings)
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return names
    found = names & {p.name for p in parameters}
    for setting in plan.settings:
        if setting.name not in found and setting.default is None:
            raise TypeError(
                f"{plan.optimizer.name}: {setting.name} has no default, so the function must take {setting.name}="
            )
    return found


def _hold(
    step: StepFunction,
    plan: Plan,
    hyper: Mapping[str, float],
    accepted: frozenset[str],
    start: Any,
    gradients: list[Any],
    tolerance: float,
) -> None:
    given = {s.name: hyper[s.hyper.name] for s in plan.settings if s.name in accepted}
    params, state = start.copy(), None
    exact: Any = start
    held = initial_state(plan, hyper, start)
    largest = mpmath.mpf(0)
    for number, gradient in enumerate(gradients, start=1):
        with np.errstate(all="ignore"):
            returned: Any = step(params.copy(), gradient.copy(), state, **given)
        if not isinstance(returned, tuple | list) or len(returned) != 2:
            raise TypeError(f"step must return a pair (parameters, state), but it returned {_told(returned)}")
        params, state = returned
        made = ExactStep(plan, hyper, held, exact, [gradient] * max(1, len(plan.points)))
        moved = [abs(a - b) for a, b in zip(np.ravel(made.params), np.ravel(_as_exact(exact)), strict=True)]
        assume(not made.close and all(mpmath.isfinite(x) and x < 1e100 for x in moved))
        largest = max([largest, *moved])
        size = max(abs(x) for x in [*np.ravel(made.params), *np.ravel(_as_exact(exact))])
        allowed = tolerance * largest + 64 * number * mpmath.mpf(np.finfo(float).eps) * size
        got = np.asarray(params)
        if got.shape != start.shape:
            raise DoesNotConform(f"{plan.optimizer.name}, step {number}: the parameters' shape is {got.shape}")
        if got.dtype.kind != "f":
            raise DoesNotConform(f"{plan.optimizer.name}, step {number}: the parameters' type is {got.dtype}")
        params = got
        for index in np.ndindex(got.shape):
            if not abs(mpmath.mpf(float(got[index])) - made.params[index]) <= allowed:
                report = _report(plan, number, index, got[index], made, state, hyper, start, gradients[:number])
                raise DoesNotConform(report)
        exact, held = made.params, made.state


def _told(returned: Any) -> str:
    kind = type(returned).__name__
    return f"a {kind} of {len(returned)}" if isinstance(returned, tuple | list) else f"a {kind}"


def _as_exact(value: Any) -> Any:
    return np.asarray(value, dtype=object)


def initial_state(plan: Plan, hyper: Mapping[str, Any], params: Any) -> dict[str, Any]:
    """The definition's state before the first step."""
    from symopt.kernels.backends.numpy import kernel

    made = kernel(plan.optimizer, dict(hyper))
    return dict(made.init(params))


def _report(
    plan: Plan,
    number: int,
    index: tuple[int, ...],
    got: Any,
    made: ExactStep,
    state: Any,
    hyper: Mapping[str, float],
    start: Any,
    gradients: list[Any],
) -> str:
    optimizer = plan.optimizer
    culprit = _culprit(plan, made, state)
    lines = [
        f"{optimizer.name}: differs at step {number}, coordinate {index[0] if len(index) == 1 else index}",
        f"  got      {float(got)!r}",
        f"  expected {mpmath.nstr(made.params[index], 17)}",
        f"  formula  {culprit}",
        "smallest example found:",
        *(f"  {name} = {value!r}" for name, value in hyper.items()),
        f"  start = {start.tolist()}",
        *(f"  gradient {i} = {g.tolist()}" for i, g in enumerate(gradients, start=1)),
        "the definition:",
        *(f"  {eq.lhs} = {eq.rhs}" for eq in optimizer.update),
    ]
    return "\n".join(lines)


def _culprit(plan: Plan, made: ExactStep, state: Any) -> str:
    """The first equation whose value the implementation's state, where it names it, has otherwise."""
    held: Mapping[str, Any] = state if isinstance(state, Mapping) else {}
    for equation in plan.optimizer.update:
        name = equation.lhs.base.name
        if name in held and equation.lhs.base != plan.optimizer.params:
            wanted = made.values[name]
            try:
                got = np.asarray(held[name], dtype=np.float64)
            except (TypeError, ValueError):  # it is something else, whatever its name
                continue
            scale = max([abs(x) for x in np.ravel(_as_exact(wanted))] or [1])
            if got.shape != np.shape(wanted) or not all(
                abs(mpmath.mpf(float(a)) - b) <= 1e-9 * scale
                for a, b in zip(np.ravel(got), np.ravel(_as_exact(wanted)), strict=True)
            ):
                return f"{equation.lhs} = {equation.rhs}"
    last = next(eq for eq in plan.optimizer.update if eq.lhs.base == plan.optimizer.params)
    return f"{last.lhs} = {last.rhs}"
