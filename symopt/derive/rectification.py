"""RAdam's rectification: the length of the average, the variance of the adaptive rate, and their ratio."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.decide import follows, holds, identity
from symopt.derive.averages import Average, average
from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.derive.expectations import centre_of_mass
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, t

_SOURCE = "Liu et al. 2020, arXiv:1908.03265, section 4"
_RHO = sp.Symbol("rho", positive=True)
_LONG = sp.Symbol("rho_inf", positive=True)


def _average(optimizer: Optimizer) -> Average:
    """The average whose length rho is: the one of squared gradients."""
    return average(optimizer, "v")


def length(optimizer: Optimizer) -> Derivation:
    """rho_t: the length of the simple moving average whose centre of mass is the exponential one's."""
    rho, far = optimizer.sequence("rho"), optimizer.sequence("rho_inf")
    x = _average(optimizer)
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


def adaptive_variance(optimizer: Optimizer) -> Derivation:
    """The variance of the adaptive rate psi, to first order."""
    second, first = sp.Symbol("E[1/X^2]"), sp.Symbol("E[1/X]")
    exact: Any = _RHO**2 * (second - first**2)
    moments: Any = {first: 1 / (_RHO - 2), second: 1 / ((_RHO - 2) * (_RHO - 4))}
    square = 2 * _RHO**2 / ((_RHO - 2) ** 2 * (_RHO - 4))
    mean = _RHO / (_RHO - 2)
    spread = _RHO / (2 * (_RHO - 2) * (_RHO - 4))
    var, var_psi = sp.Symbol("Var[psi^2]"), sp.Symbol("Var[psi]")
    return Derivation(
        "The variance of the adaptive learning rate",
        (
            Step(
                _eq(var, exact),
                "put in the moments of an inverse chi-square variable X with rho degrees of freedom",
                _eq(var, square),
                identity(exact.subs(moments), square),
            ),
            Step(
                _eq(var, square),
                "linearise the square root at the mean: Var[psi] is Var[psi^2]/(4 E[psi^2])",
                _eq(var_psi, spread),
                identity(square / (4 * mean), spread),
            ),
        ),
        guarantee=Guarantee.FIRST_ORDER,
        name="variance",
        optimizer=optimizer,
        source=_SOURCE,
        error=sp.O(1 / _RHO**2, (_RHO, sp.oo)),
        assumptions=(
            "psi^2 is scaled inverse chi-square with rho > 4 degrees of freedom, in units of its scale",
            "E[1/X] = 1/(rho - 2) and E[1/X^2] = 1/((rho - 2)(rho - 4))",
        ),
    )


def rectification(optimizer: Optimizer) -> Derivation:
    """r_t: the root of the ratio of the least variance to the present one."""

    def spread(x: Any) -> Any:
        return x / (2 * (x - 2) * (x - 4))

    rho, far, r = (optimizer.sequence(name) for name in ("rho", "rho_inf", "r"))
    ratio = sp.sqrt(spread(far[t]) / spread(rho[t]))
    claim = _eq(r[t] ** 2, spread(far[t]) / spread(rho[t]))
    return Derivation(
        "The rectification",
        (Step(_eq(r[t], ratio), "square", claim, follows(optimizer, claim)),),
        name="r",
        optimizer=optimizer,
        source=_SOURCE,
        assumptions=("rho is greater than 4",),
    )


def crossing(optimizer: Optimizer) -> tuple[Derivation, ...]:
    """For which decay rates rho ever exceeds 4 and 5, and that it cannot by step 4 and 5."""
    x = _average(optimizer)
    beta = x.slope
    far = 2 / (1 - beta) - 1
    rho = far - 2 * t * beta**t / (1 - beta**t)
    made: list[Derivation] = []
    for threshold in (4, 5):
        bound = sp.Rational(threshold - 1, threshold + 1)
        above = sp.Gt(far, threshold, evaluate=False)
        below = sp.Le(far, threshold, evaluate=False)
        early = sp.Le(sp.cancel(rho.subs(t, threshold)), threshold, evaluate=False)
        made.append(
            Derivation(
                f"When rho exceeds {threshold}",
                (
                    Step(
                        sp.Gt(beta, bound, evaluate=False),
                        "above this decay rate, in the long run",
                        above,
                        holds(above, assuming=[sp.Gt(beta, bound, evaluate=False)]),
                    ),
                    Step(
                        sp.Le(beta, bound, evaluate=False),
                        "up to it, never",
                        below,
                        holds(below, assuming=[sp.Le(beta, bound, evaluate=False)]),
                    ),
                    Step(_eq(t, threshold), f"at step {threshold} for no decay rate", early, holds(early)),
                ),
                guarantee=Guarantee.TIGHT_BOUND,
                name=f"threshold {threshold}",
                optimizer=optimizer,
                source=_SOURCE,
            )
        )
    return tuple(made)


def _eq(left: Any, right: Any) -> Any:
    return sp.Eq(left, right, evaluate=False)


def fits(optimizer: Optimizer) -> bool:
    """Whether the definition has a rectification."""
    return {"rho", "rho_inf", "r", "v"} <= set(optimizer.equations) and not optimizer.equations["rho"].atoms(At) - {
        optimizer.sequence("rho_inf")[t]
    }
