"""The language of convergence, against numbers."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import sympy as sp

from symopt.derive import NotDerivable
from symopt.derive import convergence as C
from symopt.language import Schedule, t
from symopt.optimizers import catalogue, get

DERIVED = {
    "newton order": C.newton_order, "newton steps": C.newton_steps, "newton on a quadratic": C.newton_on_quadratic,
    "steps to precision": C.steps_to_precision, "harmonic rate": C.harmonic_rate,
    "linear rate": lambda: C.linear_rate(get("gradient-descent")),
    **{n: lambda n=n: C.robbins_monro(get(n)) for n in ("step-decay", "exponential-decay", "inverse-time-decay")},
}  # fmt: skip


@pytest.mark.parametrize("name", DERIVED)
def test_every_step_is_proved(name):
    assert DERIVED[name]().proved


def test_the_mean_squared_error_of_steps_one_over_t():
    error = Fraction(7)  # forgotten at the first step
    for k in range(1, 30):
        error = (1 - Fraction(1, k)) ** 2 * error + Fraction(1, k * k)
        assert error == Fraction(1, k)


def test_the_steps_to_a_precision():
    bound = C.steps_to_precision().statement.rhs
    rate, eps = sorted(bound.free_symbols, key=str, reverse=True)
    steps = math.ceil(bound.subs({rate: 0.9, eps: 1e-6}))
    assert 0.9**steps <= 1e-6 < 0.9 ** (steps - 1)


def test_newtons_constant_for_the_square_root_of_two():
    x, ratio = 1.5, 0.0
    for _ in range(2):
        error, x = x - math.sqrt(2), x - (x * x - 2) / (2 * x)
        ratio = (x - math.sqrt(2)) / error**2
    assert ratio == pytest.approx(1 / (2 * math.sqrt(2)), rel=1e-2)  # f'' / (2 f') = 2 / (4 sqrt 2)


@pytest.mark.parametrize("name", ["step-decay", "exponential-decay", "inverse-time-decay"])
def test_partial_sums_keep_to_the_bounds(name):
    schedule = get(name)
    values = {h.symbol: sp.Rational(1, 2) if h.name != "T" else sp.Integer(3) for h in schedule.hyper}
    rates = [float(schedule.value.subs(values).subs(t, k)) for k in range(1, 2000)]
    if name == "inverse-time-decay":
        assert sum(rate**2 for rate in rates) <= 0.5**2 / 0.5
        assert sum(rates[500:1000]) >= 0.5 / (1 + 2 * 0.5)
    else:
        assert sum(rates) < 4


def test_other_schedules_are_refused():
    known = ("step-decay", "exponential-decay", "inverse-time-decay")
    other = next(s for s in catalogue().values() if isinstance(s, Schedule) and s.name not in known)
    with pytest.raises(NotDerivable, match="inverse-time-decay"):
        C.robbins_monro(other)
