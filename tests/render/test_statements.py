"""Statements as LaTeX and as plain text: what TeX takes, and what people write."""

from __future__ import annotations

import re

import pytest
import sympy as sp

from symopt.language import Expect, Schedule, grad, t
from symopt.language.plain import lines, plain
from symopt.language.vocabulary import beta, eta, g, mu, theta
from symopt.optimizers import catalogue, vector_methods
from symopt.render.typeset import lines as typeset

DEFINITIONS = [*catalogue().values(), *vector_methods().values()]
TWICE = re.compile(r"_(?:\\?\w+|\{[^{}]*\})_")


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.name)
def test_no_symbol_has_two_subscripts(definition) -> None:
    for left, right in typeset(definition):
        assert not TWICE.search(left + right)
        assert left.count("{") == left.count("}")


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.name)
def test_plain_text_has_no_words_of_sympy(definition) -> None:
    statement = definition.value if isinstance(definition, Schedule) else definition.update
    for line in lines(statement):
        assert not re.search(r"Eq\(|Grad\(|Expect\(|Matrix|Piecewise|Inverted|\bTrue\b", line)


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (sp.Eq(theta[t], (-eta + 1) * theta[t - 1], evaluate=False), "theta[t] = (1 - eta)*theta[t - 1]"),
        (Expect(g[t] ** 2), "E[g[t]**2]"),
        (grad(theta[t - 1]), "grad f(theta[t - 1])"),
        (sp.Sum(beta**t, (t, 1, 9)), "sum(beta**t, t = 1..9)"),
        (sp.Matrix([[1, mu], [0, 2]]), "[1, mu; 0, 2]"),
        (sp.Piecewise((mu, sp.Eq(t, 1)), (0, True)), "{mu if t = 1; 0 otherwise}"),
        (sp.Abs(mu - 2), "|mu - 2|"),
        (sp.Limit(1 / t, t, sp.oo), "limit(1/t, t -> infinity)"),
        (sp.Derivative(sp.Function("f")(mu), (mu, 2)), "f''(mu)"),
    ],
)
def test_plain_text(statement, text) -> None:
    assert plain(statement) == text
