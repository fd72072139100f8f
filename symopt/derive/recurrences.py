"""Linear recurrences solved, with the proof."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sympy as sp

from symopt.decide import solves
from symopt.derive.closed import Solution, solve
from symopt.derive.derivation import Derivation, Step
from symopt.derive.linear import System, system_of
from symopt.language.roots import SumOverRoots
from symopt.language.symbols import At, Sequence, t


def solve_recurrence(equations: Iterable[Any], start: Mapping[At, Any] | None = None) -> tuple[Derivation, ...]:
    r"""Linear recurrences in closed form, one derivation for each sequence.

    Args:
        equations: ``Eq(x[t], expression)``, linear in values of the left sides' sequences at earlier
            steps (``x[t - 1]``, ``x[t - 2]``, ...) and in values at t that an equation above defines.
            Everything else is given: other sequences (``f[t]``) are inputs, symbols are parameters.
        start: values at the first steps (``{x[0]: 0, x[1]: 1}``); by default they stay ``x[0]``.

    Returns:
        For each sequence :math:`x_t` as a function of t, of the start and of the inputs so far.
        Where parameters that coincide need another form, the value is a ``Piecewise``.

    Raises:
        NotDerivable: a recurrence is not linear, an initial value is missing, or there is no closed form.
    """
    system = system_of(equations, start)
    return tuple(derived(system, x) for x in system.sequences)


def derived(system: System, x: Sequence, before: tuple[Step, ...] = ()) -> Derivation:
    """One sequence's closed form with its proof."""
    system = system.of(x)
    solutions = solve(system)
    forms = {y: _combined(solutions, y) for y in system.sequences}
    equations = system.equations()
    assuming = solutions[-1].distinct
    verdict = solves(equations, system.initial(), forms, assuming=assuming)
    (own,) = (e for e in equations if e.lhs.base == x)
    steps = (*before, Step(own, _rule(system, solutions), sp.Eq(x[t], forms[x], evaluate=False), verdict))
    supposed = tuple(f"{sp.sstr(a.lhs)} is not 0" for a in assuming)
    return Derivation(f"{x} unrolled", steps, name=x.name, assumptions=supposed)


def _combined(solutions: tuple[Solution, ...], x: Sequence) -> Any:
    if len(solutions) == 1:
        return solutions[0].forms[x[t]]
    rows = [(s.forms[x[t]], sp.And(*s.equal) if s.equal else sp.true) for s in solutions]
    return sp.Piecewise(*rows, evaluate=False)


def _rule(system: System, solutions: tuple[Solution, ...]) -> str:
    if not system.constant:
        return "apply the recurrence t times; the coefficients of the steps since multiply"
    if len(system.states) == 1:
        rule = "apply the recurrence t times, down to the initial value"
    else:
        rule = "write the power of the transition matrix through its eigenvalues"
    if any(form.has(SumOverRoots) for s in solutions for form in s.forms.values()):
        rule += ", the roots of its characteristic polynomial"
    return rule + (", in cases where two of them coincide" if len(solutions) > 1 else "")
