"""Every definition, run with numbers, is the loop that its paper prints."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from symopt.language import DefinitionError, Optimizer, Schedule
from symopt.optimizers import catalogue, get, lookahead, with_schedule, with_weight_decay
from symopt.optimizers.adadelta import adadelta
from symopt.optimizers.adam import adam
from symopt.optimizers.asgd import asgd, asgd_polyak_juditsky
from symopt.optimizers.gradient_descent import sgd
from symopt.optimizers.heavy_ball import heavy_ball
from symopt.optimizers.momentum import momentum
from symopt.optimizers.nesterov import nesterov, nesterov_phi
from symopt.optimizers.nesterov_forms import nesterov_positive, nesterov_rewritten, nesterov_simplified
from symopt.optimizers.nesterov_sequences import nesterov_sequences
from symopt.optimizers.radam import radam
from symopt.optimizers.schedules import exponential_decay
from tests.optimizers.adaptive_references import ADAPTIVE
from tests.optimizers.library_references import LIBRARIES
from tests.optimizers.momentum_references import MOMENTUM
from tests.optimizers.references import LECTURES, Step
from tests.optimizers.stepping import Gradient, Number, Run
from tests.optimizers.strategies import STEPS, hyperparameters, oracles

mp.mp.dps = 40
START = mp.mpf(3) / 4

REFERENCES = LECTURES | MOMENTUM | ADAPTIVE | LIBRARIES
PLAIN = [o for o in catalogue().values() if isinstance(o, Optimizer) and "(" not in o.name]
UNDECAYED = [o for o in PLAIN if "lambda" not in {h.name for h in o.hyper}]
NESTEROV_FORMS = (
    nesterov, nesterov_phi, nesterov_positive, nesterov_rewritten, nesterov_simplified, nesterov_sequences,
)  # fmt: skip
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
@settings(max_examples=6)
@given(data=st.data(), gradient=oracles())
def test_definition_is_the_paper(optimizer: Optimizer, data: st.DataObject, gradient: Gradient) -> None:
    hyper = data.draw(hyperparameters(optimizer.hyper))
    expected = iterated(REFERENCES[optimizer.name](hyper), gradient)
    assert agree(Run(optimizer, hyper, gradient, START).params(STEPS), expected)


@pytest.mark.slow
@named(PLAIN)
@settings(max_examples=60)
@given(data=st.data(), gradient=oracles())
def test_definition_is_the_paper_on_many_runs(optimizer: Optimizer, data: st.DataObject, gradient: Gradient) -> None:
    test_definition_is_the_paper.hypothesis.inner_test(optimizer, data, gradient)


@pytest.mark.sampled(5)
@named(PLAIN)
@settings(max_examples=2)
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

    expected = iterated(step, gradient)
    assert agree(Run(wrapped, hyper, gradient, START).params(STEPS), expected)


@settings(max_examples=15)
@given(gradient=oracles(), data=st.data())
def test_lookahead_around_lookahead(gradient: Gradient, data: st.DataObject) -> None:
    """With both step sizes 1 every synchronisation changes nothing."""
    twice = lookahead(lookahead(sgd))
    hyper = data.draw(hyperparameters(twice.hyper)) | {"k": 2, "k_2": 3, "alpha": mp.mpf(1), "alpha_2": mp.mpf(1)}
    assert agree(Run(twice, hyper, gradient, START).params(STEPS), Run(sgd, hyper, gradient, START).params(STEPS))


@settings(max_examples=15)
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


@pytest.mark.sampled(5)
@named(UNDECAYED)
@settings(max_examples=2)
@given(data=st.data(), gradient=oracles())
def test_coupled_weight_decay_is_a_penalty_on_the_loss(
    optimizer: Optimizer, data: st.DataObject, gradient: Gradient
) -> None:
    decayed = with_weight_decay(optimizer, decoupled=False)
    hyper = data.draw(hyperparameters(decayed.hyper))
    penalised: Gradient = lambda step, point: gradient(step, point) + hyper["lambda"] * point  # noqa: E731 - shorter than a def
    expected = iterated(REFERENCES[optimizer.name](hyper), penalised)
    assert agree(Run(decayed, hyper, gradient, START).params(STEPS), expected)


@pytest.mark.sampled(5)
@named(UNDECAYED)
@settings(max_examples=2)
@given(data=st.data(), gradient=oracles())
def test_decoupled_weight_decay_follows_the_step(optimizer: Optimizer, data: st.DataObject, gradient: Gradient) -> None:
    decayed = with_weight_decay(optimizer, decoupled=True)
    hyper = data.draw(hyperparameters(decayed.hyper))
    inner = REFERENCES[optimizer.name](hyper)
    step: Step = lambda t, x, grad: inner(t, x, grad) - hyper["lambda"] * x  # noqa: E731 - shorter than a def
    expected = iterated(step, gradient)
    assert agree(Run(decayed, hyper, gradient, START).params(STEPS), expected)


@pytest.mark.slow
@named(UNDECAYED)
@pytest.mark.parametrize(
    "law",
    [test_coupled_weight_decay_is_a_penalty_on_the_loss, test_decoupled_weight_decay_follows_the_step],
    ids=["coupled", "decoupled"],
)
@settings(max_examples=15)
@given(data=st.data(), gradient=oracles())
def test_weight_decay_on_many_runs(law: Any, optimizer: Optimizer, data: st.DataObject, gradient: Gradient) -> None:
    law.hypothesis.inner_test(optimizer, data, gradient)


@pytest.mark.slow
@named(PLAIN)
@settings(max_examples=30)
@given(data=st.data(), gradient=oracles(), k=st.integers(1, 4))
def test_lookahead_on_many_runs(optimizer: Optimizer, data: st.DataObject, gradient: Gradient, k: int) -> None:
    test_lookahead_is_two_nested_loops.hypothesis.inner_test(optimizer, data, gradient, k)


@pytest.mark.sampled(5)
@named([o for o in UNDECAYED if "eta" in {h.name for h in o.hyper}])
@settings(max_examples=2)
@given(data=st.data(), gradient=oracles())
def test_decay_times_the_learning_rate_is_decay_by_the_product(
    optimizer: Optimizer, data: st.DataObject, gradient: Gradient
) -> None:
    decayed = with_weight_decay(optimizer, decoupled=True, times_rate=True)
    hyper = data.draw(hyperparameters(decayed.hyper))
    inner = REFERENCES[optimizer.name](hyper)
    step: Step = lambda t, x, grad: inner(t, x, grad) - hyper["eta"] * hyper["lambda"] * x  # noqa: E731 - shorter than a def
    expected = iterated(step, gradient)
    assert agree(Run(decayed, hyper, gradient, START).params(STEPS), expected)


@pytest.mark.parametrize(
    ("optimizer", "decoupled", "message"),
    [(adadelta, True, "adadelta: no learning rate"), (adam, False, "adam: only decoupled weight decay")],
)
def test_decay_is_multiplied_by_a_learning_rate_that_exists(
    optimizer: Optimizer, decoupled: bool, message: str
) -> None:
    with pytest.raises(DefinitionError, match=message):
        with_weight_decay(optimizer, decoupled=decoupled, times_rate=True)


@settings(max_examples=15)
@given(data=st.data(), gradient=oracles())
def test_averages_are_means_of_the_iterates(data: st.DataObject, gradient: Gradient) -> None:
    hyper = data.draw(hyperparameters(asgd.hyper))
    for optimizer, skipped in ((asgd, 1), (asgd_polyak_juditsky, 0)):
        run = Run(optimizer, hyper, gradient, START)
        iterates = [START, *run.params(STEPS)]
        means = [mp.fsum(iterates[skipped : n + skipped]) / n for n in range(1, STEPS + 1)]
        assert agree([run.value("thetabar", n) for n in range(1, STEPS + 1)], means)


@settings(max_examples=15)
@given(data=st.data(), gradient=oracles())
def test_nesterov_forms_are_one_method(data: st.DataObject, gradient: Gradient) -> None:
    """The velocity's sign does not matter, and the two sequences' y is the look-ahead point of the rewritten form."""
    hyper = data.draw(hyperparameters(nesterov.hyper))
    paths = {o.name: Run(o, hyper, gradient, START).params(STEPS) for o in NESTEROV_FORMS}
    assert agree(paths["nesterov-positive"], paths["nesterov"])
    for same in ("nesterov-rewritten", "nesterov-simplified", "nesterov-sequences"):
        assert agree(paths[same], paths["nesterov-phi"])


@settings(max_examples=15)
@given(data=st.data(), gradient=oracles())
def test_the_heavy_ball_is_momentum(data: st.DataObject, gradient: Gradient) -> None:
    hyper = data.draw(hyperparameters(heavy_ball.hyper))
    paths = [Run(o, hyper, gradient, START).params(STEPS) for o in (heavy_ball, momentum)]
    assert agree(*paths)


LEARNING_RATES = {
    "step-decay": lambda h, t: h["eta_0"] * h["gamma"] ** (t // int(h["T"])),
    "exponential-decay": lambda h, t: h["eta_0"] / mp.e ** (h["kappa"] * t),
    "inverse-time-decay": lambda h, t: h["eta_0"] / (1 + h["kappa"] * t),
    "cosine-annealing": lambda h, t: (
        (h["eta_max"] + h["eta_min"]) / 2 + (h["eta_max"] - h["eta_min"]) / 2 * mp.cospi(mp.mpf(t) / h["T"])
    ),
    "cosine-decay": lambda h, t: h["eta_0"] * mp.cospi(mp.mpf(t) / h["T"] / 2) ** 2,
    "linear-decay": lambda h, t: h["eta_0"] * (h["T"] - t) / h["T"],
    "linear-decay-to-floor": lambda h, t: (
        h["eta_T"] if t > h["T"] else h["eta_0"] + t * (h["eta_T"] - h["eta_0"]) / h["T"]
    ),
    "polynomial-decay": lambda h, t: h["eta_0"] * ((h["T"] - t) / h["T"]) ** h["p"],
    "polynomial-decay-to-end": lambda h, t: h["eta_T"] + ((h["T"] - t) / h["T"]) ** h["p"] * (h["eta_0"] - h["eta_T"]),
    "inverse-root-decay": lambda h, t: h["eta_0"] * mp.mpf(t) ** (mp.mpf(-1) / 2),
    "inverse-root-decay-scaled": lambda h, t: h["k"] * h["eta_0"] / mp.sqrt(t),
    "exponential-decay-by-time": lambda h, t: h["eta_0"] * mp.exp(-mp.mpf(t) / h["T"]),
    "inverse-time-decay-by-time": lambda h, t: h["eta_0"] * h["T"] / (h["T"] + t),
    "geometric-decay-by-time": lambda h, t: h["eta_0"] * mp.exp(mp.log(h["gamma"]) * t / h["T"]),
    "inverse-rate-decay-by-time": lambda h, t: h["eta_0"] * h["T"] / (h["T"] + h["kappa"] * t),
    "geometric-decay": lambda h, t: h["eta_0"] * h["gamma"] ** t,
    "inverse-power-decay": lambda h, t: h["eta_0"] / (1 + h["kappa"] * t) ** h["p"],
    "sigmoid-decay": lambda h, t: h["eta_0"] * (1 - mp.tanh(h["kappa"] * (t - h["s"]) / 2)) / 2,
    "linear-warmup": lambda h, t: h["eta_0"] * t / h["W"] if t < h["W"] else h["eta_0"],
    "warmup-inverse-root": lambda h, t: 1 / mp.sqrt(h["d"] * t) if t > h["W"] else t / mp.sqrt(h["d"] * h["W"] ** 3),
}


def test_every_schedule_has_a_reference() -> None:
    assert {s.name for s in SCHEDULES} == set(LEARNING_RATES)


@pytest.mark.sampled(5)
@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: s.name)
@pytest.mark.parametrize("name", ["sgd", "momentum", "nesterov", "adam"])
@settings(max_examples=2)
@given(data=st.data(), gradient=oracles())
def test_schedule_sets_the_learning_rate(
    name: str, schedule: Schedule, data: st.DataObject, gradient: Gradient
) -> None:
    optimizer = get(name)
    assert isinstance(optimizer, Optimizer)
    scheduled = with_schedule(optimizer, schedule)
    hyper = data.draw(hyperparameters(scheduled.hyper))
    hyper |= {"T": hyper["T"] + STEPS} if "T" in hyper else {}
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
