"""What the steps of Newton's method, BFGS and conjugate gradients rest on."""

from __future__ import annotations

from collections.abc import Iterator

from symopt.derive.derivation import Derivation
from symopt.derive.errors import NotDerivable
from symopt.derive.topic import Kind, Topic
from symopt.derive.vector_steps import conjugacy, is_newton, newton_from_taylor, secant
from symopt.language.optimizer import Optimizer


def _taylor(optimizer: Optimizer) -> Iterator[Derivation]:
    yield newton_from_taylor(optimizer)


def _is_full_step(optimizer: Optimizer) -> bool:
    try:
        return is_newton(optimizer) and newton_from_taylor(optimizer).proved
    except NotDerivable:
        return False


def _keeps_a_matrix(optimizer: Optimizer) -> bool:
    kept = optimizer.equations.keys()
    return {"s", "y"} <= kept and bool({"H", "B"} & kept)


def _has_residuals(optimizer: Optimizer) -> bool:
    return {"r", "p", "alpha", "beta"} <= optimizer.equations.keys()


VECTOR = (Kind.VECTOR,)
taylor = Topic("taylor", "From the Taylor expansion", _is_full_step, _taylor, place=72, kinds=VECTOR)
secant_equation = Topic("secant", "The secant equation", _keeps_a_matrix, secant, place=74, kinds=VECTOR)
conjugate = Topic("conjugacy", "Conjugate directions", _has_residuals, conjugacy, place=76, kinds=VECTOR)
