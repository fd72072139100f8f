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
        value = together(form)
        if not identity(form, value).proved:
            value = form
        verdict = solves([equation], {total[0]: sp.S.Zero}, {total: value}, assuming=solution.distinct)
        return value, verdict

    def simplified(self, e: Any) -> Any:
        """A quotient of powers of the slope in lowest terms."""
        power = sp.Dummy(positive=True)
        moving = (p for p in e.atoms(sp.Pow) if p.exp.has(t))
        places = {p: power ** sp.diff(p.exp, t) * p.base ** p.exp.subs(t, 0) for p in moving}
        return outward(sp.factor(sp.cancel(e.xreplace(places)))).subs(power, self.slope**t)


def average(optimizer: Optimizer, name: str) -> Average:
    """The moving average that a state is. Raises NotDerivable where it is none."""
    x = equation_of(optimizer, name).lhs.base
    if x not in optimizer.states:
        raise NotDerivable(f"{optimizer.name}: {x} is not read back by a later step, so it is no moving average")
    system = reduced(optimizer, x).system.of(x)
    parts = [part.as_independent(t, *part.atoms(At), as_Add=False) for part in terms_of(system.forcing[0])]
    if len(system.states) != 1 or not system.constant or len(parts) != 1 or not parts[0][1].has(At):
        raise NotDerivable(f"{optimizer.name}: {x} is not a moving average of one input with constant coefficients")
    if not parts[0][1].atoms(At) <= gradients_of(optimizer):
        # Other states and parameters move with the steps: their powers are neither stationary nor independent.
        raise NotDerivable(f"{optimizer.name}: what {x} averages, {parts[0][1]}, is not of this step's gradient alone")
    if system.start[0] != 0:
        raise NotDerivable(f"{optimizer.name}: {x} starts at {system.start[0]}, and a moving average starts at 0")
    slope = system.matrix[0, 0]
    if slope == 1:
        raise NotDerivable(f"{optimizer.name}: {x} adds its inputs up without forgetting, so it is no moving average")
    return Average(optimizer, x, slope, *parts[0])


def gradients_of(optimizer: Optimizer) -> set[At]:
    """The values at t that are a gradient of this step."""
    return {eq.lhs for eq in optimizer.update if isinstance(eq.rhs, Grad)}


def averages(optimizer: Optimizer) -> tuple[Average, ...]:
    """The states that are moving averages."""
    found: list[Average] = []
    for state in optimizer.states:
        try:
            found.append(average(optimizer, state.name))
        except NotDerivable:
            continue
    return tuple(found)


def together(form: Any) -> Any:
    """Numerator over denominator with positive brackets: c (1 - a**t)/(1 - a)."""
    powers: dict[Any, Any] = {}
    for p in form.atoms(sp.Pow):
        slope = sp.diff(p.exp, t) if p.exp.has(t) else sp.S.Zero
        if slope.is_Integer:
            powers[p] = slope
    bases = {p.base: sp.Dummy(positive=True) for p, slope in powers.items() if slope != 0}
    flat = form.xreplace({p: bases[p.base] ** s * p.base ** (p.exp - s * t) for p, s in powers.items() if s != 0})
    parts = sp.Mul.make_args(outward(sp.factor(flat)))
    kept = [_by_powers(part, list(bases.values())) for part in parts]
    return outward(sp.Mul(*kept).xreplace({d: base**t for base, d in bases.items()}))


def _by_powers(part: Any, powers: list[Any]) -> Any:
    """A sum arranged by the powers in it, with positive brackets: 1 - a**t (1 + t (1 - a))."""
    if not part.is_Add or not part.has(*powers):
        return part
    rows: Any = sp.collect(sp.expand(part), powers, evaluate=False)
    return sp.Add(*(power * outward(sp.factor_terms(_by_step(row))) for power, row in rows.items()))


def _by_step(row: Any) -> Any:
    return sp.Add(*(power * outward(sp.factor(slope)) for power, slope in sp.collect(row, t, evaluate=False).items()))
