"""RAdam's rectification: the length of the average, and the ratio of the variances at two lengths."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.decide import follows, identity
from symopt.derive.averages import Average, average
from symopt.derive.derivation import Derivation, Step
from symopt.derive.drifting import centre_of_mass
from symopt.derive.inverse_chi_square import RHO, SPREAD, TAU
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, t

_SOURCE = "Liu et al. 2020, arXiv:1908.03265, section 4"


def squares(optimizer: Optimizer) -> Average:
    """The average whose length rho is: the one of squared gradients."""
    return average(optimizer, "v")


def length(optimizer: Optimizer) -> Derivation:
    """rho_t: the length of the simple moving average whose centre of mass is the exponential one's."""
    rho, far = optimizer.sequence("rho"), optimizer.sequence("rho_inf")
    x = squares(optimizer)
    age, proof = centre_of_mass(x)
    matched = _eq((rho[t] - 1) / 2, age)
    solved = _eq(rho[t], 2 * age + 1)
    printed = _eq(rho[t], far[t] - 2 * t * x.slope**t / (1 - x.slope**t))
    return Derivation(
        "The length of the approximated simple moving average",
        (
            Step(
                _eq(sp.Symbol("age"), age),
                "a simple average of length rho has the mean age (rho - 1)/2",
                matched,
                proof,
            ),
            Step(matched, "solve for rho", solved, follows(optimizer, solved)),
            Step(solved, "set apart what is left after many steps", printed, follows(optimizer, printed)),
        ),
        name="rho",
        optimizer=optimizer,
        source=_SOURCE,
    )


def rectification(optimizer: Optimizer) -> Derivation:
    """r_t: what the adaptive rate is multiplied by so that its variance is always its least."""
    tau = {TAU: sp.S.One}
    rho, far, r = (optimizer.sequence(name) for name in ("rho", "rho_inf", "r"))
    now: Any = SPREAD.xreplace({RHO: rho[t]})
    least: Any = SPREAD.xreplace({RHO: far[t]})
    wanted = _eq(r[t] ** 2 * now, least)
    solved = _eq(r[t], sp.sqrt(least.xreplace(tau) / now.xreplace(tau)))
    ratio, late = least / now, [sp.Gt(x[t], 4, evaluate=False) for x in (rho, far)]
    steps = (
        Step(
            wanted, "solve for r, which is positive; the scale tau drops out", solved,
            identity(solved.rhs**2, ratio, assuming=late),
        ),
        Step(
            solved, "which is the definition's", _eq(r[t], optimizer.equations["r"]),
            follows(optimizer, _eq(r[t] ** 2, solved.rhs**2)),
        ),
    )  # fmt: skip
    return Derivation(
        "The rectification", steps, name="r", optimizer=optimizer, source=_SOURCE,
        assumptions=(
            "the variance of psi is its first-order one, of which the least is that at rho_inf",
            "rho is greater than 4",
        ),
    )  # fmt: skip


def _eq(left: Any, right: Any) -> Any:
    return sp.Eq(left, right, evaluate=False)


def fits(optimizer: Optimizer) -> bool:
    """Whether the definition has a rectification."""
    return {"rho", "rho_inf", "r", "v"} <= set(optimizer.equations) and not optimizer.equations["rho"].atoms(At) - {
        optimizer.sequence("rho_inf")[t]
    }
