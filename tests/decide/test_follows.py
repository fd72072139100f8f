"""Claims about a definition's sequences."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy import Sum, sqrt

from symopt.decide import follows, sign_invariant
from symopt.language import Expect, Optimizer, Sequence, grad, t
from symopt.language.vocabulary import beta1, beta2, eps, eta, g, m, mhat, mu, theta, v, velocity, vhat
from symopt.optimizers.adam import adam
from tests.decide.definitions import adagrad, descent, lookahead

i, j = sp.symbols("i j", integer=True)


def claim(left, right):
    return sp.Eq(left, right, evaluate=False)


FOLDED_RATE = eta * sqrt(1 - beta2**t) / (1 - beta1**t)

FOLLOWS = [
    (adam, m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
    (adam, m[t], beta1 * m[t - 1] + (1 - beta1) * grad(theta[t - 1])),
    (adam, m[t + 1], beta1 * m[t] + (1 - beta1) * grad(theta[t])),
    (adam, theta[t], theta[t - 1] - eta * mhat[t] / (sqrt(vhat[t]) + eps)),
    (adam, theta[t], theta[t - 1] - FOLDED_RATE * m[t] / (sqrt(v[t]) + eps * sqrt(1 - beta2**t))),
    (adam, m[t], beta1**2 * m[t - 2] + beta1 * (1 - beta1) * g[t - 1] + (1 - beta1) * g[t]),
    (adam, v[1], (1 - beta2) * g[1] ** 2), (adam, mhat[1], g[1]), (adam, m[0], sp.S.Zero),
    (adam, m[t], (1 - beta1) * Sum(beta1 ** (t - i) * g[i], (i, 1, t))),
    (adam, m[t], (1 - beta1) * Sum(beta1**j * g[t - j], (j, 0, t - 1))),
    (adam, m[10], (1 - beta1) * Sum(beta1 ** (10 - i) * g[i], (i, 1, 10))),
    (adam, m[t], (1 - beta1) * Sum(beta1 ** (t - i) * grad(theta[i - 1]), (i, 1, t))),
    (adam, v[t], (1 - beta2) * Sum(beta2 ** (t - i) * g[i] ** 2, (i, 1, t))),
    (adam, mhat[t], Sum(beta1 ** (t - i) * g[i], (i, 1, t)) / Sum(beta1 ** (t - i), (i, 1, t))),
    (adam, Expect(m[t]), (1 - beta1**t) * Expect(g[t])), (adam, Expect(mhat[t]), Expect(g[t])),
    (adam, Expect(v[t]), (1 - beta2**t) * Expect(g[t] ** 2)),
    (adam, Expect(m[t]), Expect((1 - beta1) * Sum(beta1 ** (t - i) * g[i], (i, 1, t)))),
    (adagrad, v[t], Sum(g[i] ** 2, (i, 1, t))),
    (adagrad, theta[t], theta[t - 1] - eta * g[t] / (sqrt(Sum(g[i] ** 2, (i, 1, t))) + eps)),
    (descent, theta[t], theta[0] - eta * Sum(grad(theta[i]), (i, 0, t - 1))),
    (lookahead, velocity[t], mu * velocity[t - 1] - eta * grad(mu * velocity[t - 1] + theta[t - 1])),
]  # fmt: skip

FAILS = [
    (adam, m[t], beta1 * m[t - 1] + (1 - beta1) * grad(theta[t])),
    (adam, theta[t], theta[t - 1] - FOLDED_RATE * m[t] / (sqrt(v[t]) + eps)),
    (adam, mhat[t], m[t] / (1 - beta1)), (adam, mhat[t], m[t] / (1 - beta2**t)),
    (adam, v[t], beta2 * v[t - 1] + (1 - beta2) * g[t]), (adam, v[1], g[1] ** 2),
    (adam, m[t], Sum(beta1 ** (t - i) * g[i], (i, 1, t))),
    (adam, m[t], (1 - beta1) * Sum(beta1 ** (t - i + 1) * g[i], (i, 1, t))),
    (adam, Expect(v[t]), (1 - beta2**t) * Expect(g[t]) ** 2),
    (adagrad, theta[t], theta[t - 1] - eta * g[t] / sqrt(Sum(g[i] ** 2, (i, 1, t)) + eps)),
    (descent, theta[t], theta[0] - eta * Sum(grad(theta[i]), (i, 1, t))),
    (lookahead, velocity[t], mu * velocity[t - 1] - eta * grad(theta[t - 1])),
]  # fmt: skip


@pytest.mark.parametrize(("optimizer", "left", "right"), FOLLOWS, ids=str)
def test_what_follows_is_proved(optimizer, left, right):
    verdict = follows(optimizer, claim(left, right))
    assert verdict.proved, verdict
    assert ("stationary" in verdict.argument) == (left.has(Expect))


@pytest.mark.parametrize(("optimizer", "left", "right"), FAILS, ids=str)
def test_what_does_not_follow_is_refuted(optimizer, left, right):
    verdict = follows(optimizer, claim(left, right))
    assert verdict.refuted, verdict
    assert verdict.witness.t in (None, 1, 2, 3)


def test_a_wrong_closed_form_is_refuted_by_numbers_a_lecturer_can_check():
    witness = follows(adam, claim(Expect(m[t]), (1 - beta1) * Expect(g[t]))).witness
    assert (witness.t, str(witness.assignments["beta_1"]), str(witness.assignments["g"])) == (2, "9/10", "1")
    assert (witness.left, witness.right) == ("19/100", "1/10")


def test_parameters_that_come_back_do_not_refute():
    """Steps that ask at one point draw different gradients; the claim does not say which it means."""
    assert not follows(descent, claim(theta[t], theta[0] - eta * Sum(grad(theta[i]), (i, 0, t - 1)))).refuted


def test_a_value_before_the_start_decides_nothing():
    wrong = claim(m[t], (1 - beta1) * Sum(beta1 ** (t - i) * g[i], (i, 0, t - 1)))
    assert follows(adam, wrong).status.value == "undecided"


def test_inequalities():
    assert follows(adam, sp.Ge(v[t], 0, evaluate=False)).proved
    assert follows(adam, sp.Ge(m[t], 0, evaluate=False)).refuted
    assert follows(adam, sp.Gt(v[t], 0, evaluate=False)).status.value == "undecided"


def test_declared_signs_are_invariants():
    assert sign_invariant(adam, v).proved
    wrong = Sequence("w", sign="nonnegative")
    definition = Optimizer(
        "wrong", hyper=[eta], init={wrong: 0},
        update=[sp.Eq(wrong[t], wrong[t - 1] + grad(theta[t - 1])), sp.Eq(theta[t], theta[t - 1] - eta * wrong[t])],
    )  # fmt: skip
    assert sign_invariant(definition, wrong).refuted
    # What is declared but not kept is not used.
    assert not follows(definition, sp.Ge(wrong[t - 1], 0, evaluate=False)).proved


def test_a_time_limit_makes_a_verdict_undecided():
    verdict = follows(adam, claim(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]), limit=0.0)
    assert verdict.status.value == "undecided"
    assert "time limit" in verdict.reason
