"""Absolute values, signs and extremes: identities off their kinks, and none where numbers say otherwise."""

from __future__ import annotations

from typing import Any

import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symopt.decide.kinks import identity_off_kinks

u, v = sp.symbols("u v", real=True)
c = sp.Symbol("c", positive=True)
leaves = st.sampled_from([u, v, u - v, sp.Integer(1), c])


def kinked(inner: Any) -> Any:
    return st.one_of(
        st.builds(sp.Abs, inner), st.builds(sp.Max, inner, inner), st.builds(sp.Min, inner, inner),
        st.builds(sp.Add, inner, inner), st.builds(sp.Mul, inner, inner), st.builds(sp.sign, inner),
    )  # fmt: skip


expressions = st.recursive(leaves, kinked, max_leaves=4)


@settings(max_examples=30, deadline=None)
@given(expressions, expressions, st.tuples(*[st.fractions(-3, 3, max_denominator=7)] * 3))
def test_what_is_proved_holds_on_numbers(a: Any, b: Any, at: Any) -> None:
    values = {u: at[0] + sp.Rational(1, 11), v: at[1] - sp.Rational(1, 13), c: abs(at[2]) + sp.Rational(1, 17)}
    if identity_off_kinks(a, b).proved:
        assert sp.simplify((a - b).subs(values)) == 0


@settings(max_examples=30, deadline=None)
@given(leaves, leaves)
def test_extremes_are_sums_and_gaps(a: Any, b: Any) -> None:
    assert identity_off_kinks(sp.Max(a, b) + sp.Min(a, b), a + b).proved
    assert identity_off_kinks(sp.Max(a, b) - sp.Min(a, b), sp.Abs(a - b)).proved
    assert identity_off_kinks(sp.Abs(a) * sp.sign(a), a).proved


def test_what_is_not_so_is_not_proved() -> None:
    assert not identity_off_kinks(sp.Abs(u), u).proved
    assert not identity_off_kinks(sp.Max(u, c), sp.Min(u, c)).proved
    assert not identity_off_kinks(sp.sign(u - c), sp.sign(u)).proved
