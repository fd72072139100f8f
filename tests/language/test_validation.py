"""A definition that cannot be run is refused with the symbol and the equation named."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from sympy import Eq

from symopt.language import At, DefinitionError, HyperSymbol, Optimizer, Sequence, grad, t
from symopt.language.vocabulary import beta, eps, eta, g, m, theta, v, velocity
from symopt.optimizers import catalogue
from symopt.optimizers.adam import adam

STEP = Eq(theta[t], theta[t - 1] - eta * g[t])
ASK = Eq(g[t], grad(theta[t - 1]))
AVERAGE = Eq(m[t], beta * m[t - 1] + (1 - beta) * g[t])

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "undefined symbol": (
        {"update": [ASK, Eq(theta[t], theta[t - 1] - eps * g[t])]},
        r"equation 2, theta\[t\] = .*: epsilon is not defined; declare it as a hyperparameter",
    ),
    "undefined sequence": (
        {"update": [ASK, Eq(theta[t], theta[t - 1] - eta * m[t])]},
        r"equation 2, .*: m is not defined; no equation of the definition gives it",
    ),
    "sequence without a step": (
        {"update": [ASK, Eq(theta[t], theta[t - 1] - eta * g)]},
        r"equation 2, .*: g is a sequence; write at which step, such as g\[t\]",
    ),
    "used before it exists": (
        {"update": [STEP, ASK]},
        r"equation 1, .*: g\[t\] is used before it exists in the step",
    ),
    "circular": (
        {"update": [Eq(g[t], grad(theta[t])), STEP]},
        r"equation 1, .*: theta\[t\] is used before it exists in the step",
    ),
    "from the future": (
        {"update": [Eq(g[t], grad(theta[t + 1])), STEP]},
        r"equation 1, .*: theta\[t \+ 1\] must be read at step t, at an earlier one, or at 0",
    ),
    "at half a step": (
        {"update": [Eq(g[t], grad(theta[t - sp.Rational(1, 2)])), STEP]},
        r"equation 1, .*: theta\[t - 1/2\] must be read at step t",
    ),
    "no initial value": (
        {"hyper": [eta, beta], "update": [ASK, AVERAGE, STEP]},
        r"equation 2, .*: m\[t - 1\] needs an initial value, init=\{m: \.\.\.\}",
    ),
    "initial value of nothing": (
        {"update": [ASK, STEP], "init": {m: 0}},
        r"initial value m\[0\] = 0: m is not defined",
    ),
    "initial value undeclared": (
        {"hyper": [eta, beta], "update": [ASK, AVERAGE, STEP], "init": {m: eps}},
        r"initial value m\[0\] = epsilon: epsilon is not defined",
    ),
    "initial value from another state": (
        {"hyper": [eta, beta], "update": [ASK, AVERAGE, STEP], "init": {m: g[0]}},
        r"initial value m\[0\] = g\[0\]: only the initial parameters theta\[0\] may set it",
    ),
    "initial value of the wrong sign": (
        {"update": [ASK, Eq(v[t], v[t - 1] + g[t] ** 2), STEP], "init": {v: -1}},
        r"initial value v\[0\] = -1: v is declared nonnegative",
    ),
    "two declarations of one name": (
        {"update": [ASK, Eq(v[t], velocity[t - 1] + g[t] ** 2), STEP], "init": {v: 0}},
        r"equation 2, .*: v is declared twice, with different signs or shapes",
    ),
    "defined twice": (
        {"update": [ASK, STEP, STEP]},
        r"equation 3, .*: theta is defined twice in one step",
    ),
    "left side at another step": (
        {"update": [ASK, Eq(theta[t + 1], theta[t] - eta * g[t])]},
        r"equation 2, theta\[t \+ 1\] = .*: the left side must be a sequence at step t",
    ),
    "left side not a sequence": (
        {"update": [ASK, Eq(eta, sp.Integer(1))]},
        r"equation 2, eta = 1: the left side must be a sequence at step t",
    ),
    "trivial equation": (
        {"update": [ASK, Eq(theta[t], theta[t])]},
        r"equation 2 must be Eq\(x\[t\], \.\.\.\), but it is True",
    ),
    "no parameters": (
        {"update": [ASK]},
        r"no equation defines the parameters theta",
    ),
    "default outside its domain": (
        {"hyper": [eta(0)], "update": [ASK, STEP]},
        r"eta has default 0, outside its domain",
    ),
    "one name for two things": (
        {"hyper": [eta, HyperSymbol("g", sp.Reals)], "update": [ASK, STEP]},
        r"the name g is used for two things",
    ),
    "a hyperparameter called t": (
        {"hyper": [eta, HyperSymbol("t", sp.Reals)], "update": [ASK, STEP]},
        r"the name t is used for two things",
    ),
}


@pytest.mark.parametrize(("arguments", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=rf"mine: {message}"):
        Optimizer("mine", **({"hyper": [eta]} | arguments))


def test_accepted() -> None:
    assert Optimizer("mine", hyper=[eta], update=[ASK, STEP]).states == (theta,)


OPTIMIZERS = [o for o in catalogue().values() if isinstance(o, Optimizer)]


@given(optimizer=st.sampled_from(OPTIMIZERS), data=st.data())
def test_no_equation_can_be_left_out(optimizer: Optimizer, data: st.DataObject) -> None:
    """Unless nothing reads what it defines, and it is not the parameters."""
    gone = data.draw(st.sampled_from(optimizer.sequences))
    rest = [eq for eq in optimizer.update if eq.lhs.base != gone]
    with pytest.raises(DefinitionError, match=rf"\b{gone}\b"):
        optimizer.replace(update=rest)


@given(optimizer=st.sampled_from(OPTIMIZERS), data=st.data())
def test_any_order_that_validates_keeps_what_is_read(optimizer: Optimizer, data: st.DataObject) -> None:
    """A shuffled definition is refused exactly where some equation reads a value that comes later."""
    shuffled = data.draw(st.permutations(optimizer.update))
    place = {eq.lhs: i for i, eq in enumerate(shuffled)}
    read_now = [(used, i) for i, eq in enumerate(shuffled) for used in eq.rhs.atoms(At) if used.index == t]
    if all(place[used] < i for used, i in read_now):
        assert optimizer.replace(update=shuffled).states
    else:
        with pytest.raises(DefinitionError, match="used before it exists"):
            optimizer.replace(update=shuffled)


@given(lag=st.integers(1, 5))
def test_earlier_steps_may_be_read(lag: int) -> None:
    late = Optimizer("late", hyper=[eta], update=[Eq(g[t], grad(theta[t - lag])), STEP])
    assert late.query == theta[t - lag]


def test_a_definition_cannot_be_changed_in_place() -> None:
    with pytest.raises(TypeError):
        adam.init[m] = 1  # what the test is about


def test_unread_state_is_not_a_state() -> None:
    assert [s.name for s in adam.states] == ["theta", "m", "v"]
    extra = Sequence("extra")
    assert extra not in adam.replace(update=[*adam.update, Eq(extra[t], g[t])]).states
