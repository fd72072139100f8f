"""Orders of growth, derived: of a step's cost and storage by counting, of the number of steps from rates.

An error that falls like n^-p is below epsilon after epsilon^(-1/p) steps, one like mu^n after log(1/epsilon), one like
mu^(q^n) after log log(1/epsilon); a rate 1 - c/kappa^a takes kappa^a times as many.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import sympy as sp
from sympy import Eq

from symopt.decide.orders import DOUBLE, LOG, LOGLOG, ONE, POWER, SINGLE, Order
from symopt.derive.cost import M, cost
from symopt.derive.tuning import condition, tuning
from symopt.language import Optimizer, Sequence, Shape, dot, t, transpose
from symopt.language.linear import Hessian, Inverted
from symopt.language.vectors import H, rho, s, y
from symopt.optimizers import get, lbfgs_with

_image = Sequence("u", shape=Shape.VECTOR)
PRECISION, SIZE, MEMORY, STEPS, CONDITION = "1/epsilon", "M", "k", "n", "kappa"
"""What orders grow in: the reciprocal of an error, parameters, remembered pairs, steps, the condition number."""


def bfgs_written_out() -> Optimizer:
    """BFGS with its two factors multiplied out, so that no matrix is multiplied by another."""
    h, change, step, scale, image = H[t - 1], y[t], s[t], rho[t], _image[t]
    expanded = (
        h - scale * (image * transpose(step) + step * transpose(image))
        + (scale**2 * dot(change, image) + scale) * step * transpose(step)
    )  # fmt: skip
    bfgs = _method("bfgs")
    return bfgs.replace(update=[*bfgs.update[:-1], Eq(image, h * change), Eq(H[t], expanded)])


@cache
def step_order(name: str) -> Order:
    """The order of a step's operations, besides those of its oracles."""
    if name == "lbfgs":
        return _with_memory(*(cost(lbfgs_with(k)).flops for k in (1, 2)))
    return _leading(cost(bfgs_written_out() if name == "bfgs" else _method(name)).flops)


@cache
def storage_order(name: str) -> Order:
    """The order of what a step keeps or holds: its states, and the Hessian if it solves a system with it."""
    if name == "lbfgs":
        return _with_memory(*(cost(lbfgs_with(k)).storage for k in (1, 2)))
    method = _method(name)
    kept = cost(method).storage
    return _leading(
        kept + M**2 if any(e.has(Hessian) for eq in method.update for e in eq.rhs.atoms(Inverted)) else kept
    )


@cache
def best_rate(name: str) -> Any:
    """The rate on a quadratic at the best learning rate and momentum, in the condition number."""
    return tuning(_method(name))[0].steps[-1].after.args[1]


@cache
def condition_order(name: str) -> Order:
    """The order in which steps grow with the condition number, at the best learning rate and momentum.

    Raises:
        ValueError: the rate is not 1 minus a constant over a power of it.
    """
    rate = best_rate(name)
    for power in (Fraction(1, 2), Fraction(1)):
        limit = sp.limit((1 - rate) * condition ** sp.Rational(power), condition, sp.oo)
        if limit.is_finite and limit.is_positive:
            return Order.of(CONDITION, power)
    raise ValueError(f"{name}: the rate {rate} falls to 1 in no customary way")


def steps_for(error: Order) -> Order:
    """How many steps an error of this order, in the number of steps, takes to fall below epsilon."""
    own = (error.single or {})[STEPS]
    if own[DOUBLE]:
        return Order.of(PRECISION, 1, LOGLOG)
    if own[SINGLE]:
        return Order.of(PRECISION, 1, LOG)
    return Order.of(PRECISION, -1 / own[POWER])


def _method(name: str) -> Optimizer:
    made = get(name)
    assert isinstance(made, Optimizer)
    return made


def _leading(count: Any) -> Order:
    degree = sp.Poly(count, M).degree()
    return Order.of(SIZE, int(degree)) if degree else ONE


def _with_memory(one: Any, two: Any) -> Order:
    """Of counts with one and with two pairs, of which each adds the same: proofs/costs.py."""
    more = sp.expand(two - one)
    return (Order.of(MEMORY) * _leading(more) + _leading(sp.expand(one - more))).leading
