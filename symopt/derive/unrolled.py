"""Unrolled forms: a state as a function of the start and of every gradient so far."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.decide import Status, Verdict, follows
from symopt.derive.derivation import Derivation, Step
from symopt.derive.errors import NotDerivable
from symopt.derive.recurrences import derived
from symopt.derive.reduction import Reduction, reduced
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import t


def unroll(optimizer: Optimizer, name: str) -> Derivation:
    r"""A state written out over all steps so far.

    Args:
        optimizer: a definition.
        name: one of its sequences, with a linear recurrence; what is not linear in its recurrence
            (a gradient, a quotient of other states) is given, and stays.

    Returns:
        :math:`x_t = a^t x_0 + \sum_{i=1}^t a^{t-i} f_i` where :math:`x_t = a x_{t-1} + f_t`; with states
        that depend on each other the powers of their matrix, with coefficients that change from step to
        step the product of the steps since.

    Raises:
        NotDerivable: no such sequence, or its recurrence is not linear.
    """
    equation = equation_of(optimizer, name)
    x = equation.lhs.base
    if x not in optimizer.states:
        read = ", ".join(s.name for s in optimizer.states)
        raise NotDerivable(f"{optimizer.name}: {x} is not read back by a later step; states that are: {read}")
    made = _unrolled(optimizer, equation, reduced(optimizer, x))
    if made.status is Status.UNDECIDED:
        # A sum over sums that no decision can follow: the sum over the other states' values says as much.
        shorter = _unrolled(optimizer, equation, reduced(optimizer, x, set(optimizer.states) - {x}))
        made = shorter if shorter.status is Status.PROVED else made
    return made


def _unrolled(optimizer: Optimizer, equation: Any, found: Reduction) -> Derivation:
    x = equation.lhs.base
    system = found.system.of(x)
    (own,) = (e for e in system.equations() if e.lhs == x[t])
    before: tuple[Step, ...] = ()
    if own.rhs != equation.rhs:
        rule = "put in what the step computes, and keep as inputs what is not linear"
        before = (Step(equation, rule, own, _follow(optimizer, found.claims())),)
    made = derived(system, x, before)
    return Derivation(f"{x} unrolled", made.steps, assumptions=made.assumptions, name=x.name, optimizer=optimizer)


def _follow(optimizer: Optimizer, claims: tuple[Any, ...]) -> Verdict:
    """Whether all the claims follow from the definition."""
    verdicts = [follows(optimizer, claim) for claim in claims]
    return next((v for v in verdicts if v.status is not Status.PROVED), verdicts[0])


def equation_of(optimizer: Optimizer, name: str) -> Any:
    """The equation that defines a sequence. Raises NotDerivable with the names there are."""
    for equation in optimizer.update:
        if equation.lhs.base.name == name:
            return equation
    known = ", ".join(s.name for s in optimizer.sequences)
    raise NotDerivable(f"{optimizer.name} has no sequence called {name!r}; it has {known}")


def unrollable(optimizer: Optimizer) -> tuple[sp.Symbol, ...]:
    """The states that have an unrolled form."""
    found: list[sp.Symbol] = []
    for state in optimizer.states:
        try:
            reduced(optimizer, state)
        except NotDerivable:
            continue
        found.append(state)
    return tuple(found)
