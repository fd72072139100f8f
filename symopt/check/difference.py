"""Two recurrences, equation by equation: what one gives more than the other, all that is read being the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from symopt.check.findings import Difference
from symopt.decide import identity
from symopt.language import At, Optimizer, t

EQUATION = 3.0
"""Seconds of processor time for two right sides."""


def differences(theirs: Optimizer, ours: Optimizer, hypers: Mapping[str, sp.Expr]) -> tuple[Difference, ...]:
    """The equations of the states and the parameters that differ.

    Args:
        theirs: an implementation's recurrence.
        ours: the definition.
        hypers: the definition's hyperparameters, by name, in the implementation's.
    """
    values = {h.symbol: hypers[h.name] for h in ours.hyper}
    mine = {n: e.subs(values, simultaneous=True) for n, e in _states(ours).items()}
    its = _states(theirs)
    names = _matched(theirs, ours, its, mine)
    renamed = {ours.sequence(a)[k]: theirs.sequence(b)[k] for a, b in names.items() for k in (t, t - 1)}
    found: list[Difference] = []
    for name, other in names.items():
        claimed, given = mine[name].xreplace(renamed), its[other]
        verdict = identity(given, claimed, limit=EQUATION)
        if not verdict.proved:
            found.append(Difference(f"{other}[t]", given, claimed, _less(given, claimed), verdict))
    return (*_starts(theirs, ours, names, values), *found)


def _starts(
    theirs: Optimizer, ours: Optimizer, names: Mapping[str, str], values: Mapping[Any, Any]
) -> list[Difference]:
    """The states that start from other values."""
    found: list[Difference] = []
    for name, other in names.items():
        own, its = ours.init.get(ours.sequence(name)), theirs.init.get(theirs.sequence(other))
        if own is None or its is None:
            continue
        claimed = own.subs(values).xreplace({ours.params[0]: theirs.params[0]})
        verdict = identity(its, claimed, limit=EQUATION)
        if not verdict.proved:
            found.append(Difference(f"{other}[0]", its, claimed, its - claimed, verdict))
    return found


def _less(a: Any, b: Any) -> Any:
    """a - b, without what both have."""
    rest = sp.Add(*(set(sp.Add.make_args(a)) - set(sp.Add.make_args(b))))
    other = sp.Add(*(set(sp.Add.make_args(b)) - set(sp.Add.make_args(a))))
    return sp.factor_terms(rest - other)


def _states(optimizer: Optimizer) -> dict[str, Any]:
    """The right sides of the states and the parameters; what no step reads back is written out."""
    kept = {s.name for s in optimizer.states}
    known: dict[Any, Any] = {}
    found: dict[str, Any] = {}
    for equation in optimizer.update:
        value = equation.rhs.xreplace(known)
        if equation.lhs.base.name in kept:
            found[equation.lhs.base.name] = value
        elif equation.lhs.base.name != "g":
            known[equation.lhs] = value
    return found


def _matched(theirs: Optimizer, ours: Optimizer, its: Mapping[str, Any], mine: Mapping[str, Any]) -> dict[str, str]:
    """Which of their states each of ours is: by the parameters, by equal recurrences, by name, then by order."""
    names = {ours.params.name: theirs.params.name}
    free = [n for n in its if n not in names.values() and n != "g"]
    wanted = [n for n in mine if n not in names and n != "g"]
    for test in (_same_recurrence, _same_name):
        for a in list(wanted):
            for b in free:
                if test(ours, theirs, a, b, mine, its):
                    names[a] = b
                    free.remove(b)
                    wanted.remove(a)
                    break
    return names | dict(zip(wanted, free, strict=False))


def _same_recurrence(ours: Optimizer, theirs: Optimizer, a: str, b: str, mine: Any, its: Any) -> bool:
    own, other = ours.sequence(a), theirs.sequence(b)
    written = mine[a].xreplace({own[t - 1]: other[t - 1]})
    if {x.base.name for x in written.atoms(At)} != {x.base.name for x in its[b].atoms(At)}:
        return False
    return identity(written, its[b], limit=EQUATION).proved


def _same_name(ours: Optimizer, theirs: Optimizer, a: str, b: str, mine: Any, its: Any) -> bool:
    return a == b
