"""Newton's step, BFGS's equations and conjugacy as derivations; a definition that is changed is not derived."""

from __future__ import annotations

import pytest
from sympy import Eq

from symopt.derive import NotDerivable, derivations
from symopt.derive.vector_steps import conjugacy, newton_from_taylor, secant
from symopt.language import Optimizer, grad, hessian, inverse, t
from symopt.language.vectors import x
from symopt.optimizers import get

NAMES = {
    "newton": {"taylor"},
    "bfgs": {"secant"},
    "bfgs-direct": {"secant"},
    "conjugate-gradients": {"conjugacy"},
}


def method(name: str) -> Optimizer:
    made = get(name)
    assert isinstance(made, Optimizer)
    return made


@pytest.mark.parametrize(("name", "topics"), NAMES.items())
def test_every_step_is_proved(name: str, topics: set[str]) -> None:
    made = derivations(method(name))
    assert topics <= {d.topic for d in made}
    assert all(d.proved for d in made)


def test_another_step_is_not_newtons() -> None:
    longer = method("newton").replace(update=[Eq(x[t], x[t - 1] - 2 * inverse(hessian(x[t - 1])) * grad(x[t - 1]))])
    with pytest.raises(NotDerivable, match="least point"):
        newton_from_taylor(longer)


def test_a_wrong_update_misses_the_secant_equation() -> None:
    wrong = method("bfgs")
    twice = Eq(wrong.update[-1].lhs, 2 * wrong.update[-1].rhs)
    assert not secant(wrong.replace(update=[*wrong.update[:-1], twice]))[0].proved


@pytest.mark.parametrize(("derive", "name"), [(secant, "newton"), (conjugacy, "bfgs")])
def test_what_a_method_does_not_have_is_said(derive: object, name: str) -> None:
    assert callable(derive)
    with pytest.raises(NotDerivable, match=name):
        derive(method(name))
