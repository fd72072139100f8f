"""The language of convergence, against numbers."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import sympy as sp

from symopt.derive import NotDerivable, harmonic_rate, linear_rate, robbins_monro, steps_to_precision
from symopt.derive import newton as N
from symopt.derive.robbins_monro import fits
from symopt.language import Schedule, t
from symopt.optimizers import catalogue, get

SCHEDULES = [s for s in catalogue().values() if isinstance(s, Schedule)]
SUMMED = """step-decay exponential-decay inverse-time-decay inverse-root-decay geometric-decay inverse-root-decay-scaled
    exponential-decay-by-time geometric-decay-by-time""".split()
"""Those whose sum, and sum of squares, are settled."""
DERIVED = {
    "newton steps": N.newton_steps, "steps to precision": steps_to_precision,
    **{f"{f.__name__} {n}": lambda f=f, n=n: f(get(n)) for f in (N.newton_order, N.newton_on_quadratic)
       for n in ("newton-root", "newton-1d")},
    **{f"one step of {n}": lambda n=n: N.newton_on_quadratic(get(n)) for n in ("newton", "newton-root-system")},
    **{f"{f.__name__} {n}": lambda f=f, n=n: f(get(n)) for f in (linear_rate, harmonic_rate)
       for n in ("gradient-descent", "sgd")},
    **{n: lambda n=n: robbins_monro(get(n)) for n in SUMMED},
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
    bound = steps_to_precision().statement.rhs
    rate, eps = sorted(bound.free_symbols, key=str, reverse=True)
    steps = math.ceil(bound.subs({rate: 0.9, eps: 1e-6}))
    assert 0.9**steps <= 1e-6 < 0.9 ** (steps - 1)


def test_newtons_constant_for_the_square_root_of_two():
    x, ratio = 1.5, 0.0
    for _ in range(2):
        error, x = x - math.sqrt(2), x - (x * x - 2) / (2 * x)
        ratio = (x - math.sqrt(2)) / error**2
    assert ratio == pytest.approx(1 / (2 * math.sqrt(2)), rel=1e-2)  # f'' / (2 f') = 2 / (4 sqrt 2)


@pytest.mark.parametrize("name", SUMMED)
def test_partial_sums_keep_to_the_bounds(name):
    schedule = get(name)
    values = {h.symbol: sp.Rational(1, 2) if h.name not in ("T", "k") else sp.Integer(3) for h in schedule.hyper}
    rates = [float(schedule.value.subs(values).subs(t, k)) for k in range(1, 201)]
    named = {str(s): x for s, x in values.items()} | {"q": rates[1] / rates[0]}
    bound = robbins_monro(schedule)
    found = [step.after for step in bound.steps if isinstance(step.after, sp.Le | sp.Ge)]
    assert found
    for claim in found:
        limit, second = (
            float(e.subs({s: named.get(str(s), 2) for s in e.free_symbols})) for e in (claim.rhs, claim.lhs.function)
        )
        terms = [r * r for r in rates] if math.isclose(second, rates[1] ** 2) else rates
        assert sum(terms) <= limit if isinstance(claim, sp.Le) else sum(terms[100:]) >= limit


def test_the_customary_decays_are_told_apart():
    assert "meets" in robbins_monro(get("inverse-time-decay")).title
    assert "does not meet" in robbins_monro(get("inverse-root-decay")).title
    assert "finite sum" in robbins_monro(get("exponential-decay")).title


@pytest.mark.slow
def test_no_other_sum_is_settled():
    assert {s.name for s in SCHEDULES if fits(s)} == set(SUMMED)


def test_what_has_no_such_result_is_said_why():
    other = next(s for s in SCHEDULES if s.name not in SUMMED)
    for derive, wrong, words in (
        (robbins_monro, other, "inverse-time-decay"),
        (harmonic_rate, get("gradient-descent-weight-decay"), "is not theta"),
        (linear_rate, get("momentum"), "more than one state"),
        (N.newton_order, get("newton"), "several variables"),
        (N.newton_order, get("adam"), "does not ask for"),
        (N.newton_on_quadratic, get("newton-damped"), "does not end"),
    ):
        with pytest.raises(NotDerivable, match=words):
            derive(wrong)
