"""Sums over the roots of a polynomial: what is proved of them, held against the roots themselves."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symopt.decide import identity, recheck, solves
from symopt.language import Sequence, t
from symopt.language.roots import SumOverRoots

a, b = sp.symbols("a b", real=True)
r = sp.Symbol("r")
x = Sequence("x")
CUBIC = r**3 - a * r**2 - b
SMALL = st.integers(-4, 4)


def over(body: sp.Expr, polynomial: sp.Expr = CUBIC) -> SumOverRoots:
    return SumOverRoots(body, r, polynomial)


@settings(max_examples=20)
@given(coefficients=st.lists(SMALL, min_size=3, max_size=5), power=st.integers(0, 9))
def test_power_sums_are_those_of_the_roots(coefficients: list[int], power: int) -> None:
    polynomial = sp.Poly([1, *coefficients], r)
    with mpmath.workdps(40):
        roots = mpmath.polyroots([mpmath.mpf(c) for c in (1, *coefficients)], maxsteps=2000, extraprec=2000)
        expected = round(float(mpmath.re(mpmath.fsum(root**power if power else 1 for root in roots))))
    claimed = over(r**power, polynomial.as_expr())
    assert identity(claimed, sp.Integer(expected)).proved
    assert not identity(claimed, sp.Integer(expected + 1)).proved


@settings(max_examples=20)
@given(p=SMALL, q=SMALL, shift=st.integers(0, 6))
def test_powers_are_reduced_modulo_the_polynomial(p: int, q: int, shift: int) -> None:
    polynomial = r**3 - p * r - q
    low, high = r ** (t + shift), r ** (t + shift + 3)
    assert identity(over(high, polynomial), p * over(r * low, polynomial) + q * over(low, polynomial)).proved


def test_what_is_not_known_is_not_said() -> None:
    assert not identity(over(r**t), over(r ** (t + 1))).proved
    assert not identity(over(r**t), over(r**t, r**3 - r - 1)).proved
    for body in (sp.exp(r), 1 / (r + 1), r ** (t / 2), sp.sqrt(r)):
        assert not identity(over(body), over(body) + 1).proved


def test_a_proof_is_checked_again() -> None:
    equation = sp.Eq(x[t], x[t - 2] + x[t - 3], evaluate=False)
    padovan = over(r**t, r**3 - r - 1)  # Perrin's numbers
    proof = solves([equation], {x[0]: 3, x[1]: 0, x[2]: 2}, {x: padovan})
    assert proof.proved
    assert proof.certificate is not None
    assert recheck(proof.certificate.to_json()).proved
    assert not solves([equation], {x[0]: 3, x[1]: 1, x[2]: 2}, {x: padovan}).proved


@pytest.mark.parametrize("name", ["r", "t"])
def test_the_variable_is_bound(name: str) -> None:
    made = over(r**t)
    assert (sp.Symbol("r") in made.free_symbols) is False
    assert (t in made.free_symbols) is True
    assert made.subs(t, 5) == over(r**5)
    assert name in sp.latex(made)
    assert str(made) == "sum(r**t, r: -a*r**2 - b + r**3 = 0)"
