"""Unrolled forms: a state as a function of the start and of every gradient so far."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.decide import follows
from symopt.derive.derivation import Derivation, Step
from symopt.derive.errors import NotDerivable
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, t


def unroll(optimizer: Optimizer, name: str) -> Derivation:
    r"""A state written out over all steps so far.

    Args:
        optimizer: a definition.
        name: one of its sequences, with a linear recurrence.

    Returns:
        :math:`x_t = a^t x_0 + \sum_{i=1}^t a^{t-i} f_i` where :math:`x_t = a x_{t-1} + f_t`.

    Raises:
        NotDerivable: no such sequence, or its recurrence is not linear.
    """
    recurrence = equation_of(optimizer, name)
    x, rhs = recurrence.lhs.base, sp.expand(recurrence.rhs)
    slope = rhs.coeff(x[t - 1])
    forcing = recurrence.rhs.xreplace({x[t - 1]: sp.S.Zero})
    if sp.expand(rhs - slope * x[t - 1] - forcing) != 0 or slope.has(At, t):
        raise NotDerivable(f"{optimizer.name}: {recurrence} is not linear in {x[t - 1]}, so {x} has no unrolled form")
    i = sp.Symbol("i", integer=True, positive=True)
    start = optimizer.init.get(x, x[0])
    value = slope**t * start + sp.Sum(slope ** (t - i) * forcing.subs(t, i), (i, 1, t))
    result = sp.Eq(x[t], value, evaluate=False)
    step = Step(
        recurrence, "apply the recurrence t times, down to the initial value", result, follows(optimizer, result)
    )
    return Derivation(f"{x} unrolled", (step,), name=name)


def equation_of(optimizer: Optimizer, name: str) -> Any:
    """The equation that defines a sequence. Raises NotDerivable with the names there are."""
    for equation in optimizer.update:
        if equation.lhs.base.name == name:
            return equation
    known = ", ".join(s.name for s in optimizer.sequences)
    raise NotDerivable(f"{optimizer.name} has no sequence called {name!r}; it has {known}")
