"""Methods that do something else every k steps, such as Lookahead: what k steps make of the slow states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from symopt.decide import Verdict, conjunction, identity, solves
from symopt.derive.closed import STEP, solve
from symopt.derive.derivation import Derivation, Step
from symopt.derive.errors import NotDerivable
from symopt.derive.linear import System, system_of
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, Grad, Sequence, t

ROUND = sp.Symbol("s", integer=True, positive=True)
_WITHIN = sp.Symbol("j", integer=True, positive=True)


def period(optimizer: Optimizer) -> Any:
    """k, where the definition asks whether t is a multiple of k; None where it does not."""
    asked = {
        c for eq in optimizer.update for c in eq.rhs.atoms(sp.Eq)
        if isinstance(c.lhs, sp.Mod) and c.lhs.args[0] == t and c.rhs == 0
    }  # fmt: skip
    periods = {c.lhs.args[1] for c in asked}
    return periods.pop() if len(periods) == 1 else None


@dataclass(frozen=True)
class _Round:
    """What one round makes of the states.

    Args:
        begin: for each state a sequence whose value at 0 is the state's at the round's beginning.
        equations: the recurrence of the steps within the round.
        forms: the states after t such steps.
        proof: that the forms solve the recurrence.
        rows: the states after the round's last step.
    """

    begin: dict[Sequence, Sequence]
    equations: tuple[Any, ...]
    forms: dict[Sequence, Any]
    proof: Verdict
    rows: dict[Sequence, Any]


def unroll_rounds(optimizer: Optimizer, name: str) -> Derivation:
    """A state after s rounds of k steps each.

    Args:
        optimizer: a definition with a condition that holds every k steps, k a number or a symbol.
        name: one of its states.

    Returns:
        The state at step s k in terms of the start and of every input so far.

    Raises:
        NotDerivable: there is no such condition, or the steps are not linear with constant coefficients.
    """
    k = period(optimizer)
    if k is None:
        raise NotDerivable(f"{optimizer.name} does nothing every k steps; unroll its states instead")
    x = optimizer.sequence(name)
    made = _round(optimizer, k)
    rows, begin = _merged(optimizer, made.rows, made.begin, x)
    inputs = {s: Sequence(f"input_{s.name}") for s in rows}
    rests = {s: rhs.xreplace({b[0]: sp.S.Zero for b in begin.values()}) for s, rhs in rows.items()}
    outer = _outer(optimizer, rows, begin, inputs).of(x)
    found = solve(outer)[-1].forms
    verdict = solves(outer.equations(), outer.initial(), {a.base: form for a, form in found.items()})
    (row,) = (e for e in outer.equations() if e.lhs.base == x)
    joined = {s: _joined(rest, k) for s, rest in rests.items()}
    put = {inputs[s][STEP]: _in_round(rest, STEP, k) for s, rest in joined.items()}
    result = sp.Eq(x[k * ROUND], found[x[t]].xreplace(put).subs(t, ROUND), evaluate=False)
    shown = {inputs[s][t]: _in_round(rest, ROUND, k) for s, rest in joined.items()}
    shown |= {o[t - 1]: o[k * (ROUND - 1)] for o in rows}
    block = sp.Eq(x[k * ROUND], row.rhs.xreplace(shown), evaluate=False)
    whole = row.rhs.xreplace({inputs[s][t]: rest for s, rest in rests.items()})
    whole = whole.xreplace({o[t - 1]: b[0] for o, b in begin.items()})
    # The number of steps in a round is any positive whole number, as t is, and sums are decided up to t.
    steps_as_t = [(rests[s].subs(k, t), e.subs(k, t)) for s, e in joined.items()]
    same = conjunction([identity(rows[x], whole), *(identity(*pair) for pair in steps_as_t)])
    within = sp.Eq(x[t], made.forms[x], evaluate=False)
    one = next(e for e in made.equations if e.lhs.base == x)
    steps = (
        Step(one, "unroll the steps within a round", within, made.proof),
        Step(within, f"add the step at the end of the round, step {k}", block, same),
        Step(block, "unroll the rounds", result, verdict),
    )
    return Derivation(f"{x} after s rounds", steps, name=name, optimizer=optimizer)


def _round(optimizer: Optimizer, k: Any) -> _Round:
    inner, last = (_system(optimizer, k, holds) for holds in (False, True))
    if not (inner.constant and last.constant):
        raise NotDerivable(f"{optimizer.name}: the steps within a round have coefficients that change")
    begin = {s: Sequence(f"{s.name}_begin", sp.latex(s) + r"^{\circ}") for s in inner.sequences}
    inner = system_of(inner.equations(), {s[0]: begin[s][0] for s in inner.sequences})
    forms = {a.base: form for a, form in solve(inner)[-1].forms.items()}
    proof = solves(inner.equations(), inner.initial(), forms)
    before_last = {s[t - 1]: form.subs(t, t - 1) for s, form in forms.items()}
    rows = {e.lhs.base: e.rhs.xreplace(before_last).subs(t, k) for e in last.equations()}
    return _Round(begin, inner.equations(), forms, proof, rows)


def _outer(optimizer: Optimizer, rows: dict[Any, Any], begin: dict[Any, Any], inputs: dict[Any, Any]) -> System:
    """The recurrence from round to round, with what a round adds as its input."""
    equations: list[Any] = []
    for s, rhs in rows.items():
        slopes = {o: sp.factor(sp.expand(rhs).coeff(b[0])) for o, b in begin.items()}
        kept = sp.Add(*(c * o[t - 1] for o, c in slopes.items()))
        equations.append(sp.Eq(s[t], kept + inputs[s][t], evaluate=False))
    params = optimizer.params
    start = {s[0]: optimizer.init.get(s, params[0] if s == params else s[0]) for s in rows}
    return system_of(equations, start)


def _merged(optimizer: Optimizer, rows: dict[Any, Any], begin: dict[Any, Any], x: Sequence) -> tuple[Any, Any]:
    """The states without those that are another's double from the first step on: synchronised parameters."""

    def first(s: Sequence) -> Any:
        return optimizer.init.get(s, s[0])

    twins: dict[Any, Any] = {}
    for s in sorted(rows, key=lambda s: s != x):
        for other in rows:
            apart = other not in twins and s not in twins and s != other
            if apart and first(s) == first(other) and sp.expand(rows[s] - rows[other]) == 0:
                twins[other] = s
    put = {begin[other][0]: begin[s][0] for other, s in twins.items()}
    kept = {s: sp.expand(rhs.xreplace(put)) for s, rhs in rows.items() if s not in twins}
    return kept, {s: o for s, o in begin.items() if s in kept}


def _joined(e: Any, k: Any) -> Any:
    """The inputs of a round with the last step's in the sum of the others'."""
    sums: Any = e.atoms(sp.Sum)
    for total in sums:
        variable, low, high = total.limits[0]
        if sp.expand(high - k + 1) == 0:
            factor: Any = sp.expand(e).coeff(total)
            last: Any = total.function.subs(variable, k)
            rest: Any = sp.expand(e - factor * (total + last))
            if not rest.has(total) and sp.count_ops(rest) < sp.count_ops(sp.expand(e - factor * total)):
                front: Any = sp.factor(factor)
                return rest + front * sp.Sum(total.function, (variable, low, k))
    return e


def _in_round(e: Any, number: Any, k: Any) -> Any:
    """The inputs of a round, counted from the first step of all."""
    e = e.xreplace({STEP: _WITHIN})
    return e.xreplace({a: a.base[k * (number - 1) + a.index] for a in e.atoms(At)})


def _system(optimizer: Optimizer, k: Any, holds: bool) -> System:
    """The recurrence of the states at the steps where t is a multiple of k, or where it is not."""
    condition = sp.Eq(sp.Mod(t, k), 0)
    draws: dict[Any, Any] = {}
    for number, call in enumerate(sorted({c for eq in optimizer.update for c in eq.rhs.atoms(Grad)}, key=str)):
        direct = [eq.lhs for eq in optimizer.update if eq.rhs == call]
        draws[call] = direct[0] if direct else Sequence(f"gradient{number or ''}")[t]
    known: dict[Any, Any] = {}
    rows: list[Any] = []
    for eq in optimizer.update:
        if eq.lhs in draws.values():
            continue
        rhs = eq.rhs.xreplace(draws).xreplace({condition: sp.true if holds else sp.false})
        known[eq.lhs] = sp.expand(rhs.xreplace(known))
        if eq.lhs.base in optimizer.states:
            rows.append(sp.Eq(eq.lhs, known[eq.lhs], evaluate=False))
    return system_of(rows)
