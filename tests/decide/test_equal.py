"""Equality of optimizers under a change of variables."""

from __future__ import annotations

import pytest

from symopt.decide import Status, equal
from symopt.language import t
from symopt.language.vocabulary import beta, eta, mu, phi, theta, velocity
from symopt.optimizers.adam import adam
from tests.decide.definitions import accumulated, averaged, descent, folded, hatted, inside, lookahead, shifted

EQUAL = [
    (inside, accumulated, {"v": velocity[t] / eta}, {}),
    (accumulated, inside, {"v": eta * velocity[t]}, {}),
    (averaged, accumulated, {"v": velocity[t] / (1 - beta)}, {"eta": eta * (1 - beta), "mu": beta}),
    (accumulated, averaged, {"v": velocity[t] * (1 - mu)}, {"eta": eta / (1 - mu), "beta": mu}),
    (lookahead, shifted, {"phi": theta[t] + mu * velocity[t]}, {}),
    (shifted, lookahead, {"theta": phi[t] - mu * velocity[t]}, {}),
    (descent, accumulated, {"theta": theta[t]}, {"mu": 0}),
    (adam, folded, {"theta": theta[t]}, {}),
]


@pytest.mark.parametrize(("a", "b", "states", "hypers"), EQUAL, ids=str)
def test_equal_methods_are_matched(a, b, states, hypers):
    found = equal(a, b)
    assert found.proved, found.reason
    for name, e in states.items():
        assert (found.states[name] - e).expand() == 0
    for name, e in hypers.items():
        assert found.hypers[name] == e


@pytest.mark.parametrize(("a", "b"), [(adam, hatted), (accumulated, descent), (lookahead, inside)], ids=str)
def test_different_methods_are_not(a, b):
    assert equal(a, b).status is Status.UNDECIDED


def test_a_stated_matching_is_refuted_by_a_run():
    found = equal(adam, hatted, hypers={h.name: h.symbol for h in adam.hyper})
    assert found.status is Status.REFUTED
    assert found.witness.t == 1


def test_a_time_limit_makes_it_undecided():
    assert equal(adam, folded, limit=0.0).status is Status.UNDECIDED
