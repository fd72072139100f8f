"""Equality of optimizers under a change of variables."""

from __future__ import annotations

import pytest
from sympy import Pow, simplify, sqrt

from symopt.decide import Status, equal
from symopt.language import t
from symopt.language.vocabulary import beta, eta, mu, phi, theta, v, velocity
from symopt.optimizers import get
from symopt.optimizers.adam import adam
from tests.decide.definitions import (
    accumulated,
    adagrad,
    averaged,
    by_counter,
    by_step,
    corrected,
    descent,
    folded,
    hatted,
    inside,
    lookahead,
    normalised,
    one_line,
    r,
    rooted,
    running,
    shifted,
    signs,
    two_signs,
    w,
)

EQUAL = [
    (inside, accumulated, {"v": velocity[t] / eta}, {}),
    (accumulated, inside, {"v": eta * velocity[t]}, {}),
    (averaged, accumulated, {"v": velocity[t] / (1 - beta)}, {"eta": eta * (1 - beta), "mu": beta}),
    (accumulated, averaged, {"v": velocity[t] * (1 - mu)}, {"eta": eta / (1 - mu), "beta": mu}),
    (lookahead, shifted, {"phi": theta[t] + mu * velocity[t]}, {}),
    (shifted, lookahead, {"theta": phi[t] - mu * velocity[t]}, {}),
    (descent, accumulated, {"theta": theta[t]}, {"mu": 0}),
    (adam, folded, {"theta": theta[t]}, {}),
    (by_step, by_counter, {"w": t}, {}),
    (by_counter, by_step, {"theta": theta[t]}, {}),
    (corrected, normalised, {"v": velocity[t] / (1 - mu), "w": (1 - mu**t) / (1 - mu)}, {}),
    (normalised, corrected, {"v": velocity[t] * (1 - mu)}, {}),
    (corrected, running, {"v": velocity[t] / (1 - mu**t)}, {}),
    (running, normalised, {"theta": theta[t]}, {}),
    (inside, one_line, {"w": theta[t] + velocity[t]}, {}),
    (one_line, accumulated, {"v": (w[t] - theta[t]) / eta}, {}),
    (adagrad, rooted, {"r": sqrt(v[t])}, {}),
    (rooted, adagrad, {"v": r[t] ** 2}, {}),
    (get("nesterov"), get("nesterov-sequences"), {"x": theta[t]}, {}),
    (get("nesterov-phi"), get("nesterov-sequences"), {"y": phi[t]}, {}),
    (get("nesterov-rewritten"), get("qhm"), {}, {"nu": mu, "beta": mu, "eta": eta / (1 - mu)}),
]


@pytest.mark.parametrize(("a", "b", "states", "hypers"), EQUAL, ids=str)
def test_equal_methods_are_matched(a, b, states, hypers):
    found = equal(a, b)
    assert found.proved, found.reason
    for name, e in states.items():
        assert simplify(found.states[name] - e) == 0
    for name, e in hypers.items():
        assert found.hypers[name] == e


@pytest.mark.parametrize(("a", "b"), [(adam, hatted), (accumulated, descent), (lookahead, inside)], ids=str)
def test_different_methods_are_not(a, b):
    assert equal(a, b).status is Status.UNDECIDED


def test_a_stated_matching_is_refuted_by_a_run():
    found = equal(adam, hatted, hypers={h.name: h.symbol for h in adam.hyper})
    assert found.status is Status.REFUTED
    assert found.witness.t == 1


@pytest.mark.parametrize(("a", "b"), [(signs, two_signs), (by_step, descent), (corrected, accumulated)], ids=str)
def test_a_run_in_which_they_part_is_found(a, b):
    found = equal(a, b, hypers={h.name: h.symbol for h in b.hyper})
    assert found.status is Status.REFUTED


# The first step of `running` forgets where it started.
STARTED = [(a, b) for a, b, *_ in EQUAL if len(b.states) > 1 and b is not running]


@pytest.mark.parametrize(("a", "b"), STARTED, ids=str)
def test_a_start_elsewhere_is_not_equal(a, b):
    """The same recurrences from other initial values: no matching may be proved that holds from the first step only."""
    state = next(s for s in b.states if s in b.init)
    moved = b.replace(init={**b.init, state: b.init[state] + 1})
    found = equal(a, moved)
    assert not found.proved or found.hypers.get("mu", found.hypers.get("beta")) == 0


def test_a_matching_has_a_value_for_all_hyperparameters():
    """x - y over eta mu would be the velocity, but for mu = 0 there is no such quotient."""
    found = equal(get("nesterov-sequences"), get("nesterov-rewritten"))
    assert all(Pow(mu, -1) not in e.atoms(Pow) for e in found.states.values())


def test_a_time_limit_makes_it_undecided():
    assert equal(adam, folded, limit=0.0).status is Status.UNDECIDED
