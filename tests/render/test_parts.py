"""Names for parts: put back, they give the expressions again."""

from __future__ import annotations

from typing import Any

import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symopt.language.plain import plain
from symopt.render.parts import LONG, in_parts, shared

x, y, q_1 = sp.symbols("x y q_1", positive=True)
leaves: st.SearchStrategy[Any] = st.sampled_from([x, y, q_1, sp.Integer(2), sp.Rational(1, 3)])


def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.builds(lambda a, b: a + b, inner, inner),
        st.builds(lambda a, b: a * b, inner, inner),
        st.builds(lambda a: sp.sqrt(1 + a**2), inner),
        st.builds(lambda a, b: sp.Piecewise((a, x > b), (b, True)), inner, inner),
    )


trees = st.recursive(leaves, grown, max_leaves=6)


@settings(max_examples=25)
@given(st.lists(trees, min_size=1, max_size=2))
def test_parts_put_back_give_the_expressions(made: list[Any]) -> None:
    expressions = [sp.sin(e + 1) / (2 + sp.cos(e + 1)) + e for e in made]
    parts, wholes = shared(expressions)
    assert q_1 not in parts or not any(e.has(q_1) for e in expressions)
    for name, part in reversed(parts.items()):
        wholes = [whole.xreplace({name: part}) for whole in wholes]
    point = {x: sp.Rational(3, 7), y: sp.Rational(5, 3), q_1: sp.Rational(2, 9)}
    for whole, expression in zip(wholes, expressions, strict=True):
        assert abs(sp.N(whole.subs(point), 30) - sp.N(expression.subs(point), 30)) < sp.Float("1e-20")


def test_only_what_is_long_is_in_parts() -> None:
    assert in_parts([x + y, x * y]) == ([], ["x + y", "x*y"])
    long = sum((sp.cos((x + y) ** 5 / (x - y) ** 7 + x * y) ** k for k in range(2, 14)), x)
    parts, (text,) = in_parts([long])
    assert len(parts) == 1 and len(text) < len(plain(long)) and len(plain(long)) > LONG
