"""Every definition, run with numbers, is the loop that its paper prints."""

from __future__ import annotations

import mpmath as mp
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from symopt.language import DefinitionError, Optimizer, Schedule
from symopt.optimizers import catalogue, get, lookahead, with_schedule, with_weight_decay
from symopt.optimizers.adadelta import adadelta
from symopt.optimizers.adam import adam
from symopt.optimizers.gradient_descent import sgd
from symopt.optimizers.nesterov import nesterov, nesterov_phi
from symopt.optimizers.radam import radam
from symopt.optimizers.schedules import exponential_decay
from tests.optimizers.references import REFERENCES, Step
from tests.optimizers.stepping import Gradient, Number, Run
from tests.optimizers.strategies import STEPS, hyperparameters, oracles

mp.mp.dps = 40
START = mp.mpf(3) / 4

PLAIN = [o for o in catalogue().values() if isinstance(o, Optimizer) and "(" not in o.name]
UNDECAYED = [o for o in PLAIN if "lambda" not in {h.name for h in o.hyper}]
SCHEDULES = [s for s in catalogue().values() if isinstance(s, Schedule)]


def named(definitions: list[Optimizer]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("optimizer", definitions, ids=lambda o: o.name)


def iterated(step: Step, gradient: Gradient, start: Number = START) -> list[Number]:
    """The parameters after each step of a reference. Inputs at which it divides by zero are not judged."""
    x, path = start, []
    try:
        for t in range(1, STEPS + 1):
            x = step(t, x, lambda point, t=t: gradient(t, point))
            path.append(x)
    except ZeroDivisionError:
        assume(False)
    return path


def agree(left: list[Number], right: list[Number]) -> bool:
    tiny = mp.mpf(10) ** -25
    return all(mp.almosteq(a, b, rel_eps=tiny, abs_eps=tiny) for a, b in zip(left, right, strict=True))


def test_every_definition_has_a_reference() -> None:
    assert {o.name for o in PLAIN} == set(REFERENCES)


@named(PLAIN)
@settings(max_examples=30)
@given(data=st.data(), gradient=oracles())
def test_definition_is_the_paper(optimizer: Optimizer, data: st.DataObject, gradient: Gradient) -> None:
    hyper = data.draw(hyperparameters(optimizer.hyper))
    expected = iterated(REFERENCES[optimizer.name](hyper), gradient)
    assert agree(Run(optimizer, hyper, gradient, START).params(STEPS), expected)


@named(PLAIN)
@settings(max_examples=30)
@given(data=st.data(), gradient=oracles(), k=st.integers(1, 4))
def test_lookahead_is_two_nested_loops(optimizer: Optimizer, data: st.DataObject, gradient: Gradient, k: int) -> None:
    wrapped = lookahead(optimizer)
    hyper = data.draw(hyperparameters(wrapped.hyper)) | {"k": k}
    inner = REFERENCES[optimizer.name](hyper)
    slow = START

    def step(t: int, fast: Number, grad: Gradient) -> Number:
        nonlocal slow
        fast = inner(t, fast, grad)
        if t % k:
            return fast
        slow = slow + hyper["alpha"] * (fast - slow)
        return slow

    assert agree(Run(wrapped, hyper, gradient, START).params(STEPS), iterated(step, gradient))


@settings(max_examples=30)
@given(gradient=oracles(), data=st.data())
def test_lookahead_around_lookahead(gradient: Gradient, data: st.DataObject) -> None:
    """With both step sizes 1 every synchronisation changes nothing."""
    twice = lookahead(lookahead(sgd))
    hyper = data.draw(hyperparameters(twice.hyper)) | {"k": 2, "k_2": 3, "alpha": mp.mpf(1), "alpha_2": mp.mpf(1)}
    assert agree(
        Run(twice, hyper, gradient, START).params(STEPS), Run(sgd, hyper, gradient, START).params(STEPS)
    )


@settings(max_examples=30)
@given(data=st.data(), gradient=oracles())
def test_phi_form_follows_the_lookahead_point(data: st.DataObject, gradient: Gradient) -> None:
    hyper = data.draw(hyperparameters(nesterov.hyper))
    run = Run(nesterov, hyper, gradient, START)
    points = [theta + hyper["mu"] * run.value("v", n) for n, theta in enumerate(run.params(STEPS), start=1)]
    assert agree(Run(nesterov_phi, hyper, gradient, START).params(STEPS), points)


@pytest.mark.parametrize(("beta2", "rectified_from"), [("0.999", 5), ("0.9", 5), ("0.6", None), ("0.5", None)])
def test_radam_rectifies_once_the_average_is_long_enough(beta2: str, rectified_from: int | None) -> None:
    hyper = {"eta": mp.mpf(1), "beta_1": mp.mpf(0), "beta_2": mp.mpf(beta2)}
    run = Run(radam, hyper, lambda step, point: mp.mpf(10), START)
    steps = [before - after for before, after in zip([START, *run.params(11)], run.params(12), strict=True)]
    small = [n for n, size in enumerate(steps, start=1) if size < 5]
    assert small == ([] if rectified_from is None else list(range(rectified_from, 13)))


@named(UNDECAYED)
@settings(max_examples=30)
@given(data=st.data(), gradient=oracles())
def test_coupled_weight_decay_is_a_penalty_on_the_loss(
    optimizer: Optimizer, data: st.DataObject, gradient: Gradient
) -> None:
    decayed = with_weight_decay(optimizer, decoupled=False)
    hyper = data.draw(hyperparameters(decayed.hyper))
    penalised: Gradient = lambda step, point: gradient(step, point) + hyper["lambda"] * point  # noqa: E731
    expected = iterated(REFERENCES[optimizer.name](hyper), penalised)
    assert agree(Run(decayed, hyper, gradient, START).params(STEPS), expected)


@named(UNDECAYED)
@settings(max_examples=30)
@given(data=st.data(), gradient=oracles())
def test_decoupled_weight_decay_follows_the_step(optimizer: Optimizer, data: st.DataObject, gradient: Gradient) -> None:
    decayed = with_weight_decay(optimizer, decoupled=True)
    hyper = data.draw(hyperparameters(decayed.hyper))
    inner = REFERENCES[optimizer.name](hyper)
    step: Step = lambda t, x, grad: inner(t, x, grad) - hyper["lambda"] * x  # noqa: E731
    assert agree(Run(decayed, hyper, gradient, START).params(STEPS), iterated(step, gradient))


LEARNING_RATES = {
    "step-decay": lambda h, t: h["eta_0"] * h["gamma"] ** (t // int(h["T"])),
    "exponential-decay": lambda h, t: h["eta_0"] / mp.e ** (h["kappa"] * t),
    "inverse-time-decay": lambda h, t: h["eta_0"] / (1 + h["kappa"] * t),
}


def test_every_schedule_has_a_reference() -> None:
    assert {s.name for s in SCHEDULES} == set(LEARNING_RATES)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: s.name)
@pytest.mark.parametrize("name", ["sgd", "momentum", "nesterov", "adam"])
@settings(max_examples=30)
@given(data=st.data(), gradient=oracles())
def test_schedule_sets_the_learning_rate(
    name: str, schedule: Schedule, data: st.DataObject, gradient: Gradient
) -> None:
    optimizer = get(name)
    assert isinstance(optimizer, Optimizer)
    scheduled = with_schedule(optimizer, schedule)
    hyper = data.draw(hyperparameters(scheduled.hyper))
    inner = REFERENCES[name](hyper)

    def step(t: int, x: Number, grad: Gradient) -> Number:
        hyper["eta"] = LEARNING_RATES[schedule.name](hyper, t)
        return inner(t, x, grad)

    assert agree(Run(scheduled, dict(hyper), gradient, START).params(STEPS), iterated(step, gradient))


def test_a_schedule_needs_its_hyperparameter() -> None:
    with pytest.raises(DefinitionError, match="adadelta: exponential-decay replaces eta, which is not among"):
        with_schedule(adadelta, exponential_decay)


@pytest.mark.parametrize("default", [{"k": 0}, {"k": -1}, {"alpha": 0}, {"alpha": 1.5}])
def test_lookahead_refuses_defaults_outside_their_domains(default: dict[str, float]) -> None:
    with pytest.raises(DefinitionError, match="outside its domain"):
        lookahead(sgd, **default)


def test_wrappers_keep_the_defaults_of_what_they_wrap() -> None:
    wrapped = lookahead(adam, k=10, alpha=None)
    kept = {h.name: h.default for h in adam.hyper}
    assert {h.name: h.default for h in wrapped.hyper} == kept | {"k": 10, "alpha": None}
