"""Comparisons: what is proved, what is refuted, and that no false one is ever proved."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Abs, Eq, Ge, Gt, Le, Lt, sqrt

from symopt.decide import holds
from symopt.decide.certificate import recheck
from symopt.language import HyperSymbol
from symopt.language.vocabulary import beta, eta, mu

x, y = sp.symbols("x y", real=True)
p, q, low, high, between = sp.symbols("p q low high between", positive=True)


def claim(kind: Any, left: Any, right: Any) -> Any:
    return kind(left, right, evaluate=False)


TRUE = [
    (claim(Ge, x**2, 0), ()),
    (claim(Ge, p / q + q / p, 2), ()),
    (claim(Gt, 2 * (1 + mu), eta * p), (eta < 2 * (1 + mu) / p,)),
    (claim(Le, Abs(1 - 2 * between / (low + high)), (high - low) / (low + high)), (low <= between, between <= high)),
    (claim(Ge, p, 2), (p >= q, q >= 2)),
    (claim(Gt, x, 1), (x > 2,)),
    (claim(Eq, x, 2 * p), (claim(Eq, x - p, p),)),
    (claim(Lt, sqrt(p) - sqrt(q), sqrt(p)), ()),
    (claim(Lt, eta * p * mu, 1), (eta < 1 / p,)),
    (claim(Gt, x, y), (x < 0, y < x)),
]
FALSE = [
    (claim(Gt, x**2, 0), ()),
    (claim(Gt, p + q, 2 * p), ()),
    (claim(Gt, 1 + mu, eta * p), (eta < 2 * (1 + mu) / p,)),
    (claim(Ge, p, 2), (p >= q,)),
    (claim(Lt, beta, sqrt(beta)), ()),
]


@pytest.mark.parametrize(("comparison", "assuming"), TRUE, ids=str)
def test_a_true_comparison_is_proved(comparison: Any, assuming: Any) -> None:
    verdict = holds(comparison, assuming=assuming)
    assert verdict.proved, verdict
    assert verdict.certificate is not None
    assert recheck(verdict.certificate.to_json()).proved


@pytest.mark.parametrize(("comparison", "assuming"), FALSE, ids=str)
def test_a_false_comparison_is_refuted(comparison: Any, assuming: Any) -> None:
    assert holds(comparison, assuming=assuming).refuted


def test_hyperparameters_bring_their_domain() -> None:
    free = sp.Symbol("beta", real=True)
    assert holds(claim(Lt, free, 1), hypers=[beta]).proved
    assert not holds(claim(Lt, free, 1)).proved


def test_an_evaluated_claim_is_not_believed() -> None:
    assert not holds(sp.Gt(p, 0)).proved


unit = HyperSymbol("unit", sp.Interval(0, 1))
SYMBOLS = (p, unit, x)
VALUES = [
    (Fraction(a, 2), Fraction(b, 3), Fraction(c, 2)) for a in (1, 2, 5) for b in (0, 1, 3) for c in (-3, -1, 0, 2)
]
small = st.integers(-2, 2)
polynomials = st.lists(st.tuples(small, *[st.integers(0, 2)] * 3), min_size=1, max_size=3).map(
    lambda terms: sum((c * p**i * unit**j * x**k for c, i, j, k in terms), sp.S.Zero)
)
relations = st.builds(claim, st.sampled_from([Eq, Ge, Gt, Le, Lt]), polynomials, polynomials)


def true_at(relation: Any, values: tuple[Fraction, ...]) -> bool:
    exact = {s: sp.Rational(v.numerator, v.denominator) for s, v in zip(SYMBOLS, values, strict=True)}
    return bool(relation.func(relation.lhs.subs(exact), relation.rhs.subs(exact)))


@settings(max_examples=40)
@given(relations, st.lists(relations, max_size=2))
def test_what_is_proved_holds_at_every_point(relation: Any, assuming: list[Any]) -> None:
    verdict = holds(relation, assuming=assuming, limit=0.2)
    if verdict.proved:
        for values in VALUES:
            if all(true_at(a, values) for a in assuming):
                assert true_at(relation, values), values
