"""Identities of expressions: what is proved, what is refuted, and what must not be."""

from __future__ import annotations

import time

import pytest
import sympy as sp
from sympy import Abs, Eq, Max, Min, Mod, Piecewise, Product, Sum, exp, log, sign, sqrt

from symopt.decide import identity
from symopt.language import Expect, Hyper, HyperSymbol, Norm, grad, t
from symopt.language.vocabulary import beta, beta1, beta2, eps, eta, g, m, period, theta, v, weight_decay

x, y, z = sp.symbols("x y z", real=True)
p, q = sp.symbols("p q", positive=True)
i, j = sp.symbols("i j", integer=True)

ADAM = theta[t - 1] - eta * (m[t] / (1 - beta1**t)) / (sqrt(v[t] / (1 - beta2**t)) + eps)
TRACED = theta[t - 1] - (eta / (1 - beta1**t)) * m[t] / (sqrt(v[t]) / sqrt(1 - beta2**t) + eps)
FOLDED = theta[t - 1] - eta * sqrt(1 - beta2**t) / (1 - beta1**t) * m[t] / (sqrt(v[t]) + eps * sqrt(1 - beta2**t))

TRUE = [
    (TRACED, ADAM), (FOLDED, ADAM),
    (sqrt(x**2), Abs(x)), (sqrt((x - y) ** 2), Abs(y - x)), (Abs(x * y), Abs(x) * Abs(y)),
    (Max(x, y), (x + y + Abs(x - y)) / 2), (sign(x) * Abs(x), x), (g[t] / sqrt(g[t] ** 2), sign(g[t])),
    (1 / (sqrt(p) + 1), (sqrt(p) - 1) / (p - 1)), ((p ** sp.Rational(1, 3)) ** 3, p), (sqrt(x) ** 2, x),
    (p**x * p**y, p ** (x + y)), (exp(x + y), exp(x) * exp(y)), (exp(2 * x - y), exp(x) ** 2 / exp(y)),
    (2 ** (t + 1), 2 * 2**t), (sp.Pow(-1, t) ** 3, sp.Pow(-1, t)), (p ** (t / 2), sqrt(p**t)),
    ((1 - eta * weight_decay) ** (t + 1), (1 - eta * weight_decay) ** t * (1 - eta * weight_decay)),
    (Sum(beta ** (t - i), (i, 1, t)), (1 - beta**t) / (1 - beta)),
    (Sum(beta**j, (j, 0, t - 1)), (1 - beta**t) / (1 - beta)),
    (Sum(beta ** (t - i) * g[i], (i, 1, t)), Sum(beta**j * g[t - j], (j, 0, t - 1))),
    (Sum(beta ** (t - i) * g[i], (i, 1, t)), g[t] + beta * Sum(beta ** (t - 1 - i) * g[i], (i, 1, t - 1))),
    (Sum(i, (i, 1, t)), t * (t + 1) / 2), (Sum(eta * g[i], (i, 1, t)), eta * Sum(g[j + 1], (j, 0, t - 1))),
    (Product(beta, (i, 1, t)), beta**t),
    (Product(2 * g[i], (i, 1, t)), 2**t * Product(g[i], (i, 1, t))),
    (Piecewise((x, x > 0), (-x, True)), Abs(x)),
    (Piecewise((x, x >= 0), (-x, True)), Piecewise((x, x > 0), (-x, True))),
    (Piecewise((x, Eq(Mod(t, period), 0)), (y, True)), Piecewise((y, sp.Ne(Mod(t, period), 0)), (x, True))),
    (grad(x + x * y), grad(x * (1 + y))), (Norm(x + x * y), Norm(x * (1 + y))),
    (Expect(beta * m[t] + (1 - beta) * g[t]), beta * Expect(m[t]) + (1 - beta) * Expect(g[t])),
]  # fmt: skip

FALSE = [
    (TRACED, theta[t - 1] - eta * (m[t] / (1 - beta1**t)) / sqrt(v[t] / (1 - beta2**t) + eps)),
    (TRACED, theta[t - 1] - eta * (m[t] / (1 - beta1)) / (sqrt(v[t] / (1 - beta2**t)) + eps)),
    (sqrt(x**2), x), (sqrt((x - y) ** 2), x - y), (sign(x) ** 2, sp.Integer(1)), (beta1**t, beta2**t),
    (Max(x, y), (x + y + Abs(x + y)) / 2), (Sum(beta**i, (i, 0, t)), (1 - beta**t) / (1 - beta)),
    (Sum(beta ** (t - i) * g[i], (i, 1, t)), g[t] + Sum(beta ** (t - 1 - i) * g[i], (i, 1, t - 1))),
    (Piecewise((x, x > 1), (-x, True)), Abs(x)), (Piecewise((1, x >= 0), (2, True)), Piecewise((1, x > 0), (2, True))),
    (grad(x), grad(y)), (log(p), log(q)), (sign(beta) * beta ** (t - 1), beta ** (t - 1)), (0 * x + 1, sp.Integer(0)),
    (Abs(x + y), Abs(x) + Abs(y)), (beta ** (2 * t), beta ** (t**2)), (Min(x, y), Max(x, y)),
    (sqrt(p + q), sqrt(p) + sqrt(q)),
]  # fmt: skip

# True for some, false for others, or true only under a convention: neither may be claimed.
OPEN = [
    (sqrt(x * y), sqrt(x) * sqrt(y)),
    (Expect(g[t] ** 2), Expect(g[t]) ** 2),
    (1 / (x - x * sp.Float(1)), sp.Integer(1)),
    # With one coordinate the norm is the absolute value; with more it is not.
    (Norm(Max(x, 0)), Piecewise((Norm(x), x > 0), (0, True))),
    (Norm(x) ** 2, x**2),
    # One side has no value on a half-line.
    (1 / Max(x, 0), 1 / x),
    # Signs at one step say nothing of the others.
    (sign(x) * Sum(sign(x) * g[i], (i, 1, t)), Sum(g[i], (i, 1, t))),
]


@pytest.mark.parametrize(("left", "right"), TRUE, ids=str)
def test_true_identities_are_proved(left, right):
    assert identity(left, right).proved
    assert identity(right, left).proved


@pytest.mark.parametrize(("left", "right"), FALSE, ids=str)
def test_false_identities_are_refuted(left, right):
    verdict = identity(left, right)
    assert verdict.refuted, verdict
    assert verdict.witness.left != verdict.witness.right


@pytest.mark.parametrize(("left", "right"), OPEN, ids=str)
def test_what_is_open_is_not_decided(left, right):
    verdict = identity(left, right)
    assert verdict.status.value == "undecided", verdict
    assert verdict.reason


def test_assumptions_and_domains_are_used():
    free = sp.Symbol("gamma", real=True)
    half = HyperSymbol("gamma", sp.Interval.Ropen(0, 1))
    assert identity(sqrt((1 - free) ** 2), 1 - free).refuted
    assert identity(sqrt((1 - free) ** 2), 1 - free, hypers=[half]).proved
    assert identity(sqrt((1 - free) ** 2), 1 - free, hypers=[Hyper(half)]).proved
    assert identity(sqrt((1 - free) ** 2), 1 - free, assuming=[free < 1]).proved
    assert identity(Abs(x - y), x - y, assuming=[x >= y]).proved
    assert identity(x, y, assuming=[Eq(x, y)]).proved
    assert not identity(x, y, assuming=[x > 0, x < 0]).proved


def test_a_wrong_bias_correction_is_refuted_by_numbers_a_lecturer_can_check():
    witness = identity(m[t] / (1 - beta1**t), m[t] / (1 - beta1)).witness
    assert witness.t == 2
    assert str(witness.assignments["beta_1"]) == "9/10"
    assert (witness.left, witness.right) == ("100/19", "10")


HOSTILE = [
    sp.Pow(x, 10**6), sp.Pow(10, sp.Pow(10, 10, evaluate=False), evaluate=False), (x + y + z + 1) ** 300,
    sp.Pow(x, sp.Rational(1, 10**9)), sp.Pow(2, 10**30, evaluate=False), g[t + 10**9],
    sp.Pow(sp.Pow(x + y + 1, 99, evaluate=False) + 1, 99, evaluate=False), beta ** (10**12 * t), exp(10**40 * x),
    sp.Pow(10**3000 + 1, sp.Rational(1, 2), evaluate=False), Sum(g[i], (i, 1, 10**9)),
    Sum(g[i], (i, 1, sp.oo)), sp.zoo * x, sp.nan, sp.I * x,
    sp.Add(*(Abs(s) for s in sp.symbols("a:40", real=True))), sp.Mul(*(s + 1 for s in sp.symbols("a:60", real=True))),
    sum((sqrt(s + x) for s in sp.symbols("a:70", real=True)), sp.S.Zero),
    Max(*sp.symbols("a:30", real=True), evaluate=False),
    sp.Matrix([[1]]).det() * sp.Symbol("A", commutative=False),
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda e: str(e)[:40])
def test_no_input_hangs(hostile):
    started = time.monotonic()
    verdict = identity(hostile, x, limit=1.0)
    assert not verdict.proved
    assert time.monotonic() - started < 4.0


def test_deep_nesting_is_undecided_not_an_error():
    deep = x
    for _ in range(700):
        deep = sp.sin(deep, evaluate=False)
    assert identity(deep, x, limit=0.5).status.value in ("undecided", "refuted")


def test_a_time_limit_makes_a_verdict_undecided():
    verdict = identity(TRACED, ADAM, limit=0.0)
    assert verdict.status.value == "undecided"
    assert "time limit" in verdict.reason


def test_typical_identities_are_fast():
    identity(TRACED, ADAM)
    started = time.perf_counter()
    for _ in range(10):
        assert identity(TRACED, ADAM).proved
    assert (time.perf_counter() - started) / 10 < 0.1


@pytest.mark.parametrize("left", [sp.sign(x), sp.sign(y), x, abs(y)])
def test_a_sign_known_of_a_product_stays_known_when_a_factor_is_told_apart(left):
    agree = x * y < 0
    one = sp.Piecewise((z, agree), (left * z, True))
    other = -sp.Piecewise((-z, agree), (-left * z, True))
    assert identity(one, other).proved


def test_a_witness_has_the_digits_that_tell_its_sides_apart() -> None:
    near = identity(sp.sqrt(2), sp.sqrt(2) + sp.Rational(1, 10**20)).witness
    assert near is not None
    assert near.left != near.right
    assert str(near) == f"{near.left} against {near.right}"
