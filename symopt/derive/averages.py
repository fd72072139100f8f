"""Moving averages of past inputs: x_t = a x_(t-1) + c f_t from x_0 = 0, and what they have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from symopt.decide import identity, solves
from symopt.decide.verdict import Verdict
from symopt.derive.closed import solve
from symopt.derive.errors import NotDerivable
from symopt.derive.linear import system_of
from symopt.derive.particular import terms_of
from symopt.derive.printed import outward
from symopt.derive.reduction import reduced
from symopt.derive.unrolled import equation_of
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, Grad, Sequence, t


@dataclass(frozen=True)
class Average:
    """x_t = slope x_(t-1) + gain f_t, x_0 = 0.

    Args:
        optimizer: whose state it is.
        state: x.
        slope: a, constant.
        gain: c, constant.
        input: f_t, such as ``g[t]**2``.
    """

    optimizer: Optimizer
    state: Sequence
    slope: Any
    gain: Any
    input: Any

    def total(self) -> tuple[Any, Verdict]:
        """(the sum of the weights by step t, 1 - a**t times c/(1 - a), with its proof)."""
        return self.solved(lambda before: self.slope * before + self.gain)

    def squares(self) -> tuple[Any, Verdict]:
        """(the sum of the squared weights by step t, with its proof)."""
        return self.solved(lambda before: self.slope**2 * before + self.gain**2)

    def solved(self, step: Any) -> tuple[Any, Verdict]:
        """The closed form of a recurrence from zero, given as what a step makes of the value before."""
        total = Sequence("total")
        equation = sp.Eq(total[t], step(total[t - 1]), evaluate=False)
        system = system_of([equation], {total[0]: 0})
        solution = solve(system)[-1]
        form = solution.forms[total[t]]
        value = _together(form)
        if not identity(form, value).proved:
            value = form
        verdict = solves([equation], {total[0]: sp.S.Zero}, {total: value}, assuming=solution.distinct)
        return value, verdict


def average(optimizer: Optimizer, name: str) -> Average:
    """The moving average that a state is. Raises NotDerivable where it is none."""
    x = equation_of(optimizer, name).lhs.base
    if x not in optimizer.states:
        raise NotDerivable(f"{optimizer.name}: {x} is not read back by a later step, so it is no moving average")
    system = reduced(optimizer, x).system.of(x)
    parts = [part.as_independent(t, *part.atoms(At), as_Add=False) for part in terms_of(system.forcing[0])]
    if len(system.states) != 1 or not system.constant or len(parts) != 1 or not parts[0][1].has(At):
        raise NotDerivable(f"{optimizer.name}: {x} is not a moving average of one input with constant coefficients")
    drawn = {eq.lhs for eq in optimizer.update if isinstance(eq.rhs, Grad)}
    if not parts[0][1].atoms(At) <= drawn:
        # Other states and parameters move with the steps: their powers are neither stationary nor independent.
        raise NotDerivable(f"{optimizer.name}: what {x} averages, {parts[0][1]}, is not of this step's gradient alone")
    if system.start[0] != 0:
        raise NotDerivable(f"{optimizer.name}: {x} starts at {system.start[0]}, and a moving average starts at 0")
    slope = system.matrix[0, 0]
    if slope == 1:
        raise NotDerivable(f"{optimizer.name}: {x} adds its inputs up without forgetting, so it is no moving average")
    return Average(optimizer, x, slope, *parts[0])


def averages(optimizer: Optimizer) -> tuple[Average, ...]:
    """The states that are moving averages."""
    found: list[Average] = []
    for state in optimizer.states:
        try:
            found.append(average(optimizer, state.name))
        except NotDerivable:
            continue
    return tuple(found)


def _together(form: Any) -> Any:
    """Numerator over denominator with positive brackets: c (1 - a**t)/(1 - a)."""
    powers = {p: sp.Dummy(positive=True) for p in form.atoms(sp.Pow) if p.exp.has(t)}
    back = {d: p for p, d in powers.items()}

    return outward(outward(sp.factor(form.xreplace(powers))).xreplace(back))
