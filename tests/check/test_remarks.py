"""Sentences about an implementation are read off its recurrence, and say nothing of the method to the letter."""

from __future__ import annotations

import pytest
from sympy import Eq, Piecewise

from symopt.check import Comparison, Outcome, compare
from symopt.check.meant import ascending
from symopt.check.remarks import remarks
from symopt.decide import Equality, Status
from symopt.language import Optimizer, t
from symopt.language.vocabulary import eta, g, mu, theta
from symopt.language.vocabulary import velocity as v
from symopt.optimizers import catalogue, get
from symopt.rewrites import variants

OPTIMIZERS = [o for o in catalogue().values() if isinstance(o, Optimizer)]
BESIDE = ("Epsilon stands", "the step changes its form")
"""What is said of an implementation beside the method."""


def said(theirs: Optimizer, ours: Optimizer) -> str:
    return " ".join(remarks(Comparison(theirs, Outcome.EQUAL, ours, Equality(Status.PROVED))))


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: o.name)
def test_of_a_method_beside_itself_nothing_is_said_that_differs(optimizer: Optimizer) -> None:
    assert not any(words in said(optimizer, optimizer) for words in BESIDE)


@pytest.mark.parametrize(("name", "place"), [("adam", "inside"), ("rmsprop", "outside"), ("adagrad", "inside")])
def test_where_epsilon_stands_is_told_of_every_convention_that_moves_it(name: str, place: str) -> None:
    moved = [x.optimizer for x in variants(get(name)) if x.conventions == (f"epsilon {place} the root",)]
    assert moved
    for optimizer in moved:
        assert f"Epsilon stands {place} the root; in {get(name).title} it stands" in said(optimizer, get(name))


def test_the_learning_rate_of_a_velocity_is_inside_or_outside() -> None:
    assert "The learning rate is inside the velocity v" in said(get("momentum"), get("momentum"))
    assert "The learning rate is outside the velocity" in said(get("momentum-accumulated"), get("momentum"))
    assert "velocity" not in said(get("momentum-average"), get("momentum-average"))
    assert "velocity" not in said(get("adam"), get("adam"))
    assert "velocity" not in said(ascending(get("adam")), get("adam"))


def test_later_rectification_is_told_by_the_step_at_which_it_begins() -> None:
    found = said(get("radam-pytorch"), get("radam"))
    assert "the step changes its form at step 6; in RAdam at step 5" in found
    assert "uncorrected average" in found


def test_the_first_step_is_told() -> None:
    special = get("momentum-dampened-pytorch")
    assert "At the first step v[t] is g[t], not mu*v[t - 1] + (1 - tau)*g[t]." in said(
        special, get("momentum-dampened")
    )
    assert "At the first step" not in said(get("novograd"), get("novograd"))
    late = get("momentum").replace(
        name="late", update=[*get("momentum").update[:2], Eq(theta[t], theta[t - 1] - v[t - 1])]
    )
    assert "The first step leaves the parameters where they are" in said(late, get("momentum"))
    assert "The first step leaves" not in said(get("momentum"), get("momentum"))


def test_a_recurrence_of_ones_own_gets_sentences_too() -> None:
    mine = Optimizer(
        "mine", hyper=[eta, mu], init={v: 0},
        update=[
            get("momentum").update[0],
            Eq(v[t], Piecewise((g[t], Eq(t, 1)), (mu * v[t - 1] + g[t], True))),
            Eq(theta[t], theta[t - 1] - eta * v[t]),
        ],
    )  # fmt: skip
    assert any(r.startswith("At the first step v[t] is g[t]") for r in remarks(compare(mine, "momentum")))
