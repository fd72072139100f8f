"""Closed forms: a right one is proved, one that is changed anywhere is not."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy import Eq, Product, Sum

from symopt.decide import recheck, solves
from symopt.language import Sequence, t

x, y, f, c = map(Sequence, "xyfc")
a, b = sp.symbols("a b", real=True)
i, j = sp.symbols("i j", integer=True, positive=True)


def eq(left, right):
    return Eq(left, right, evaluate=False)


CASES = {
    "forced": ([eq(x[t], a * x[t - 1] + f[t])], {x[0]: x[0]}, {x: a**t * x[0] + Sum(a ** (t - i) * f[i], (i, 1, t))}),
    "Fibonacci": (
        [eq(x[t], x[t - 1] + x[t - 2])],
        {x[0]: 0, x[1]: 1},
        {x: (((1 + sp.sqrt(5)) / 2) ** t - ((1 - sp.sqrt(5)) / 2) ** t) / sp.sqrt(5)},
    ),
    "complex": (
        [eq(x[t], -x[t - 2])],
        {x[0]: 2, x[1]: 0},
        {x: sp.I**t + (-sp.I) ** t},
    ),
    "defective": (
        [eq(x[t], a * x[t - 1] + y[t - 1]), eq(y[t], a * y[t - 1] + f[t])],
        {x[0]: 0, y[0]: 0},
        {x: Sum((t - i) * a ** (t - i - 1) * f[i], (i, 1, t)), y: Sum(a ** (t - i) * f[i], (i, 1, t))},
    ),
    "varying": (
        [eq(x[t], c[t] * x[t - 1] + f[t])],
        {x[0]: x[0]},
        {x: Product(c[j], (j, 1, t)) * x[0] + Sum(Product(c[j], (j, i + 1, t)) * f[i], (i, 1, t))},
    ),
    "cases": (
        [eq(x[t], a * x[t - 1] + 1)],
        {x[0]: 0},
        {x: sp.Piecewise((t, Eq(a, 1)), ((a**t - 1) / (a - 1), True))},
    ),
}


def changed(form):
    """The form with one of its numbers or a parameter replaced, in every way tried."""
    for part in sorted({p for p in sp.preorder_traversal(form) if p.is_Integer or p == a}, key=str):
        for other in (part + 1, -part, 2 * part):
            try:
                new = form.xreplace({part: other})
            except ValueError:  # a sum's variable cannot be a number
                continue
            if new != form:
                yield new


@pytest.mark.parametrize("name", CASES)
def test_right_forms_are_proved(name):
    equations, start, forms = CASES[name]
    verdict = solves(equations, start, forms)
    assert verdict.proved, verdict
    assert recheck(verdict.certificate.to_json()).proved


@pytest.mark.parametrize("name", CASES)
def test_changed_forms_are_not(name):
    equations, start, forms = CASES[name]
    tried = 0
    for sequence, form in forms.items():
        for wrong in changed(form):
            try:
                same = all(_value(wrong, k) == _value(form, k) for k in range(1, 5))
            except (TypeError, ValueError, AttributeError):
                continue
            tried += 1
            verdict = solves(equations, start, {**forms, sequence: wrong})
            assert not verdict.proved or same, (wrong, verdict)
    assert tried


def _value(form, step):
    return sp.simplify(form.subs(t, step).doit().subs({a: sp.Rational(2, 3)}))


def test_a_gap_is_no_induction():
    """The form holds from t = 4 on, but the recurrence cannot be followed through t = 3."""
    verdict = solves([eq(x[t], x[t - 1] * (t - 3) / (t - 2))], {x[0]: 1}, {x: sp.Integer(5) / (t - 2)})
    assert not verdict.proved
