"""How code is followed: scalars, branches, first steps."""

from __future__ import annotations

import math

import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from symopt.decide.cases import Cases
from symopt.language import Sequence, t
from symopt.language.vocabulary import eta, g, mu, theta
from symopt.read.libraries.conditions import relate, where
from symopt.read.libraries.recurrence import recurrence
from symopt.read.libraries.scalar import Path, Scalar, number, symbolic_math
from symopt.read.libraries.step import Step, every_path

NUMBERS = st.fractions(-4, 4, max_denominator=8)
x = sp.Symbol("x", real=True)
OPERATIONS = (
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / (b * b + 1), lambda a, b: -a,
    lambda a, b: abs(a) + b, lambda a, b: a**2 - b, lambda a, b: (a + b) / 2,
)  # fmt: skip


@given(value=NUMBERS, other=NUMBERS, picked=st.lists(st.sampled_from(OPERATIONS), min_size=1, max_size=6))
def test_a_scalar_computes_what_its_expression_says(value, other, picked) -> None:
    scalar = Scalar(float(value), x, Path(Cases([])))
    for operation in picked:
        scalar = operation(scalar, float(other))
    exact = scalar.expression.subs(x, sp.Rational(value.numerator, value.denominator))
    assert abs(float(exact) - float(scalar)) <= 1e-9 * max(1.0, abs(float(exact)))


@given(value=NUMBERS, cut=NUMBERS)
def test_cases_on_one_sign_keep_their_meaning(value, cut) -> None:
    e = where(relate(sp.Gt, x, 0), 2 * x, where(relate(sp.Eq, x, 0), 5, sp.sign(x)))
    again = where(relate(sp.Lt, e, sp.Rational(cut.numerator, cut.denominator)), x, e)
    at = sp.Rational(value.numerator, value.denominator)
    expected = 2 * at if at > 0 else 5 if at == 0 else -1
    assert e.subs(x, at) == expected
    limit = sp.Rational(cut.numerator, cut.denominator)
    assert sp.simplify(again.subs(x, at)) == (at if expected < limit else expected)


def test_math_functions_keep_the_expression() -> None:
    root = math.sqrt
    with symbolic_math():
        made = math.sqrt(Scalar(4.0, x, Path(Cases([]))))
    assert (float(made), made.expression) == (2.0, sp.sqrt(x))
    assert math.sqrt is root


def test_both_ways_of_a_branch_are_taken() -> None:
    state = Sequence("s")[t - 1]

    def run(path: Path) -> dict[str, sp.Expr]:
        return {"s": sp.Integer(1 if Scalar(0.5, state, path) > 2 else 3)}

    values, assumed = every_path(run)
    assert values["s"] == sp.Piecewise((1, state > 2), (3, True))
    assert assumed == ()


def test_a_comparison_of_hyperparameters_is_assumed() -> None:
    values, assumed = every_path(lambda path: {"s": sp.Integer(bool(Scalar(0.5, mu, path)))})
    assert values["s"] == 1
    assert assumed == ((sp.Ne(mu, 0), True),)


def test_decimals_mean_what_they_print_as() -> None:
    assert number(1 - 0.9) == sp.Rational(1, 10)
    assert number(1e-8) == sp.Rational(1, 10**8)


def _momentum(first: sp.Expr) -> Step:
    b = Sequence("b")
    later = mu * b[t - 1] + g[t] / 2
    moved = {"theta": theta[t - 1] - eta * first, "b": first}
    hyper = (eta(), mu())
    return Step(hyper, {}, moved, {"theta": theta[t - 1] - eta * later, "b": later})


def test_a_first_step_of_its_own_is_found() -> None:
    special = recurrence(_momentum(g[t]), "m", title="m", source="2020")
    assert special.special == ("b",)
    assert special.optimizer.equations["b"].has(sp.Eq(t, 1))


def test_a_first_step_like_the_others_is_not() -> None:
    plain = recurrence(_momentum(g[t] / 2), "m", title="m", source="2020")
    assert plain.special == ()
    assert plain.optimizer.init[Sequence("b")] == 0


def test_counters_become_the_step() -> None:
    count = Sequence("count")
    step = Step(
        (eta(),), {"count": sp.S.Zero}, {"theta": theta[t - 1] - eta * g[t], "count": sp.S.One},
        {"theta": theta[t - 1] - eta * g[t] / (count[t - 1] + 1), "count": count[t - 1] + 1},
    )  # fmt: skip
    read = recurrence(step, "decay", title="decay", source="2020").optimizer
    assert read.equations["theta"] == theta[t - 1] - eta * g[t] / t
