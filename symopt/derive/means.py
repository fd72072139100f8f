"""The mean of any state that is linear in what the gradients bring: averages of averages, sums, differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from symopt.decide import Equality, Verdict, conjunction, follows, identity
from symopt.derive.averages import gradients_of, together
from symopt.derive.errors import NotDerivable
from symopt.derive.linear import MAX_LAG, System, system_of
from symopt.derive.particular import terms_of
from symopt.derive.recurrences import derived
from symopt.derive.reduction import Reduction, reduced
from symopt.derive.unrolled import equation_of
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, Expect, Sequence, t


@dataclass(frozen=True)
class Mean:
    """The means of a state and of those it reads, under stationary gradients.

    Args:
        equations: the states' recurrences.
        recurrences: the same of their means.
        taken: that the second follow from the first.
        value: the mean of the state at step t.
        solved: the proof of the value.
        assumptions: what the value needs besides, such as that a divisor is not 0.
    """

    equations: tuple[Any, ...]
    recurrences: tuple[Any, ...]
    taken: Verdict | Equality
    value: Any
    solved: Verdict | Equality
    assumptions: tuple[str, ...]

    @property
    def share(self) -> tuple[Any, Any] | None:
        """(factor, mean of the input) where the value is a factor times the mean of one input."""
        means = self.value.atoms(Expect)
        if len(means) != 1:
            return None
        (mean,) = means
        factor = self.value.xreplace({mean: sp.S.One})
        return (factor, mean) if identity(self.value, factor * mean).proved else None


def mean(optimizer: Optimizer, name: str) -> Mean:
    """The mean of a state.

    Raises:
        NotDerivable: the state's recurrence is not linear, its coefficients change from step to step, or what it
            takes in is not of this step's gradient alone.
    """
    x: Any = equation_of(optimizer, name).lhs.base
    if x not in optimizer.states or x == optimizer.params:
        raise NotDerivable(f"{optimizer.name}: {x} is no state that gradients are gathered in, so it has no such mean")
    found = reduced(optimizer, x)
    system = found.system.of(x)
    if not system.constant:
        raise NotDerivable(f"{optimizer.name}: the coefficients in the recurrence of {x} change from step to step")
    means = {y: Sequence(f"mean_{y.name}") for y in system.sequences}
    inputs: dict[Any, Any] = {}
    system = _of_means(optimizer, found, system, means, inputs)
    made = derived(system, means[x])
    back: dict[Any, Any] = {dummy: Expect(kind) for kind, dummy in inputs.items()}
    named = {m[t - k]: Expect(y[t - k]) for y, m in means.items() for k in range(MAX_LAG + 1)}
    equations = found.system.of(x).equations()
    recurrences = tuple(_eq(e.lhs.xreplace(named), e.rhs.xreplace(named).xreplace(back)) for e in system.equations())
    taken = conjunction([follows(optimizer, claim) for claim in recurrences])
    value = made.statement.rhs
    nicer = together(value) if not value.has(sp.Piecewise, sp.Sum) else value
    value = nicer if identity(value, nicer).proved else value
    return Mean(equations, recurrences, taken, value.xreplace(back), made.steps[-1].verdict, made.assumptions)


def with_mean(optimizer: Optimizer) -> tuple[Sequence, ...]:
    """The states whose mean is a multiple of one input's."""
    found: list[Sequence] = []
    for state in optimizer.states:
        try:
            if mean(optimizer, state.name).share is not None:
                found.append(state)
        except NotDerivable:
            continue
    return tuple(found)


def _of_means(optimizer: Optimizer, found: Reduction, system: System, means: Any, inputs: dict[Any, Any]) -> System:
    """The system with states named for their means, and inputs replaced by symbols for theirs."""
    drawn = gradients_of(optimizer) | set(found.draws)
    equations: list[Any] = []
    for row, (x, lag) in enumerate(system.states):
        if lag:
            continue
        rest: Any = sp.S.Zero
        for part in terms_of(system.forcing[row]):
            fixed, kind = part.as_independent(*part.atoms(At), as_Add=False)
            if not part.atoms(At) <= drawn:
                # Other states and parameters move with the steps: their powers are neither stationary nor independent.
                raise NotDerivable(f"{optimizer.name}: what {x} takes in, {kind}, is not of this step's gradient alone")
            rest += fixed * (inputs.setdefault(kind, sp.Dummy(real=True)) if kind != 1 else 1)
        for k, (y, back) in enumerate(system.states):
            rest += system.matrix[row, k] * means[y][t - 1 - back]
        equations.append(_eq(means[x][t], rest))
    start = {means[a.base][a.index]: value for a, value in system.initial().items()}
    return system_of(equations, start)


def _eq(left: Any, right: Any) -> Any:
    return sp.Eq(left, right, evaluate=False)
