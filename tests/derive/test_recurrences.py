"""Closed forms against iteration at 50 digits, and their proofs."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from random import Random

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Eq

from symopt.decide import Status
from symopt.derive import Derivation, NotDerivable, solve_recurrence, unroll
from symopt.language import HyperSymbol, Sequence, t
from symopt.language.vocabulary import beta, beta1, beta2, eta, g, m, mu, theta
from symopt.optimizers import get
from tests.derive.iteration import close, iterated, value

x, y, z, f, c = map(Sequence, "xyzfc")
a, b, d = sp.symbols("a b d", real=True)


def eq(left, right):
    return Eq(left, right, evaluate=False)


CASES = {
    "moving average": [eq(m[t], beta * m[t - 1] + (1 - beta) * g[t])],
    "constant input": [eq(x[t], a * x[t - 1] + 1)],
    "polynomial input": [eq(x[t], 2 * x[t - 1] + t**2)],
    "resonance": [eq(x[t], a * x[t - 1] + t * b**t)],
    "Fibonacci": [eq(x[t], x[t - 1] + x[t - 2])],
    "complex roots": [eq(x[t], x[t - 1] - x[t - 2] + f[t])],
    "repeated root": [eq(x[t], 2 * a * x[t - 1] - a**2 * x[t - 2] + f[t])],
    "second order": [eq(x[t], a * x[t - 1] + b * x[t - 2] + f[t])],
    "third order": [eq(x[t], 6 * x[t - 1] - 11 * x[t - 2] + 6 * x[t - 3] + f[t])],
    "heavy ball": [eq(y[t], mu * y[t - 1] + eta * g[t]), eq(theta[t], theta[t - 1] - y[t])],
    "heavy ball on a quadratic": [eq(x[t], (1 + mu - eta * d) * x[t - 1] - mu * x[t - 2])],
    "average of an average": [
        eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
        eq(x[t], beta2 * x[t - 1] + (1 - beta2) * m[t]),
    ],
    "coupled": [eq(x[t], 2 * x[t - 1] + y[t - 1]), eq(y[t], x[t - 1] + 2 * y[t - 1] + f[t])],
    "known inputs": [eq(x[t], a * x[t - 1] - y[t - 1] + t * 3**t), eq(y[t], b * y[t - 1] + 1)],
    "rotation": [eq(x[t], -y[t - 1]), eq(y[t], x[t - 1] + f[t])],
    "defective": [eq(x[t], a * x[t - 1] + y[t - 1]), eq(y[t], a * y[t - 1] + z[t - 1]), eq(z[t], a * z[t - 1] + f[t])],
    "three coupled": [
        eq(x[t], a * x[t - 1] + b * y[t - 1]),
        eq(y[t], b * x[t - 1] + a * y[t - 1] + f[t]),
        eq(z[t], d * z[t - 1] + x[t]),
    ],
    "delay": [eq(x[t], y[t - 1]), eq(y[t], f[t])],
    "varying": [eq(x[t], c[t] * x[t - 1] + f[t])],
    "running mean": [eq(x[t], (1 - 1 / t) * x[t - 1] + f[t] / t)],
    "periodic": [eq(x[t], sp.Piecewise((a, Eq(sp.Mod(t, 3), 0)), (1, True)) * x[t - 1] + f[t])],
    "schedule": [eq(y[t], mu * y[t - 1] + g[t]), eq(x[t], x[t - 1] - c[t] * y[t])],
    "roots not written out": [eq(x[t], x[t - 1] + x[t - 2] + x[t - 3] + f[t])],
    "roots not written out, with parameters": [eq(x[t], a * x[t - 1] + b * x[t - 3])],
    "roots not written out, each twice": [
        eq(x[t], 2 * x[t - 2] + 2 * x[t - 3] - x[t - 4] - 2 * x[t - 5] - x[t - 6]),
    ],
    "roots not written out, and others": [
        eq(x[t], x[t - 1] + 2 * y[t - 1] + z[t - 1]),
        eq(y[t], x[t - 1] - y[t - 1] + f[t]),
        eq(z[t], x[t - 1] + y[t - 1] + z[t - 1]),
        eq(m[t], beta * m[t - 1] + (1 - beta) * x[t]),
    ],
    "varying, forced by a varying one": [
        eq(y[t], (t - 1) / (t + 2) * y[t - 1] - c[t] * g[t]),
        eq(x[t], x[t - 1] + y[t]),
    ],
    "forced by a periodic one": [
        eq(y[t], sp.Piecewise((a, Eq(sp.Mod(t, 2), 0)), (1, True)) * y[t - 1] + f[t]),
        eq(x[t], x[t - 1] - y[t]),
    ],
    "varying and forced by a sum": [eq(y[t], mu * y[t - 1] + g[t]), eq(x[t], c[t] * x[t - 1] + y[t])],
}

LONG = ("roots not written out, each twice", "roots not written out, and others")
each_case = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in LONG else ()) for name in CASES]
)


@cache
def solved(name: str) -> tuple[Derivation, ...]:
    return solve_recurrence(CASES[name])


@pytest.mark.sampled(4)
@each_case
def test_the_form_is_proved(name: str) -> None:
    for derivation in solved(name):
        assert derivation.status is Status.PROVED, derivation.steps[-1].verdict


RATES = [Fraction(r) for r in ("0", "1/10", "1/4", "1/2", "9/10", "99/100")]
SMALL = [Fraction(n, d) for n in range(-4, 5) for d in (1, 2, 3)]


@each_case
@settings(max_examples=12)
@given(seed=st.integers(0, 10**9), last=st.integers(1, 7))
def test_the_form_is_what_iteration_gives(name: str, seed: int, last: int) -> None:
    rng = Random(seed)
    free = set().union(*(e.rhs.free_symbols for e in CASES[name])) - {t}
    parameters = {s: rng.choice(RATES if isinstance(s, HyperSymbol) else SMALL) for s in sorted(free, key=str)}
    inputs = {s: [rng.choice(SMALL) for _ in range(12)] for s in (f, g, c, x, y, z, m, theta)}
    run = iterated(CASES[name], parameters, inputs, last)
    for derivation in solved(name):
        step = max(last, run.first + 1)
        found = value(derivation.value, parameters, inputs, step)
        if found is not None:
            assert close(found, run(derivation.statement.lhs.base, step))


def test_what_is_not_linear_is_refused() -> None:
    for wrong in (x[t - 1] ** 2, sp.sqrt(x[t - 1]), x[t - 1] * y[t - 1], sp.Max(x[t - 1], f[t])):
        with pytest.raises(NotDerivable, match="not linear in"):
            solve_recurrence([eq(x[t], wrong), eq(y[t], y[t - 1])])
    with pytest.raises(NotDerivable, match=r"vmax|not linear"):
        unroll(get("amsgrad"), "vhat")
    with pytest.raises(NotDerivable, match="no sequence called 'q'; it has"):
        unroll(get("adam"), "q")
    with pytest.raises(NotDerivable, match="coefficients that change"):
        solve_recurrence([eq(x[t], c[t] * y[t - 1]), eq(y[t], x[t - 1] + y[t - 1])])
    with pytest.raises(NotDerivable, match="needs the value"):
        solve_recurrence([eq(x[t], x[t - 1] + x[t - 2])], {x[0]: 0})
