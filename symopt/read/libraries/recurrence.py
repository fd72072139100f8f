"""From a library's first step and its step t to the recurrence that it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symopt.decide import identity
from symopt.decide.follows import kept_signs
from symopt.language import At, Hyper, Optimizer, Sequence, Shape, grad, t
from symopt.language.vocabulary import g, theta
from symopt.read.libraries.scalar import CannotTrace, Condition, varies
from symopt.read.libraries.step import Step


@dataclass(frozen=True)
class Traced:
    """A library's optimizer as a recurrence.

    Args:
        optimizer: the recurrence.
        special: what the first step does otherwise than the recurrence of later steps from any start.
        assumed: what was taken as true of hyperparameters: another setting is another case.
        fixed: numeric arguments that could not be symbols, or were used before the steps, with their numbers.
        scope: what else it holds for, in words.
    """

    optimizer: Optimizer
    special: tuple[str, ...]
    assumed: tuple[Condition, ...]
    fixed: Mapping[str, Any]
    scope: tuple[str, ...] = ()


def recurrence(step: Step, name: str, *, title: str, source: str) -> Traced:
    """The recurrence of a traced library.

    A state that counts steps becomes t; one that never changes, its value. Where step t, taken at the
    first step from some initial values, is not what the library does there, the first step is a case of
    its own.

    Raises:
        CannotTrace: no recurrence of the language is what the library does.
    """
    later, first, before = _without_counters(dict(step.later), dict(step.first), dict(step.before))
    later = _in_new_values(later)
    initial = {n: before.get(n, sp.S.Zero) for n in later if n != "theta"}
    later = _without_first_rows(later, first, initial)
    special = tuple(n for n in later if not _starts_alike(later, first, initial, n))
    for n in special:
        later[n] = sp.Piecewise((first[n], sp.Eq(t, 1)), (later[n], True))
        if n in initial:
            initial[n] = sp.S.Zero
    optimizer = _optimizer(later, initial, step.hyper, name, title, source)
    lost = {h.name: h.default for h in step.hyper if h.name not in {x.name for x in optimizer.hyper}}
    return Traced(optimizer, special, _told(step.assumed), {**lost, **step.fixed}, step.scope)


def _without_first_rows(
    later: Mapping[str, Any], first: Mapping[str, Any], initial: Mapping[str, Any]
) -> dict[str, Any]:
    """The values without a row of their own for t = 1, where the other row gives the same there from the start."""
    plain = dict(later)
    known: dict[Any, Any] = {}
    for n, value in later.items():
        other = _other_row(value)
        if other is not None:
            claimed = other.xreplace(known)
            known[other] = Sequence(n)[t]
            if _starts_alike({n: claimed}, first, initial, n):
                plain[n] = claimed
    return plain


def _other_row(value: Any) -> Any | None:
    """The second of two rows, the first being for t = 1."""
    rows: Any = value.args if isinstance(value, sp.Piecewise) else ()
    return rows[1][0] if len(rows) == 2 and rows[0][1] == sp.Eq(t, 1) else None


def _in_new_values(later: Mapping[str, Any]) -> dict[str, Any]:
    """Each value written with the new values of states that it contains, in an order of evaluation."""
    written: dict[str, Any] = {}
    known: dict[Any, Any] = {}
    sums: dict[Any, Any] = {}
    for n in sorted(later, key=lambda n: (n == "theta", sp.count_ops(later[n]))):
        written[n] = later[n].xreplace(known).subs(sums)  # subs, for a sum may stand within a longer one
        if n != "theta" and not later[n].is_Atom and not isinstance(later[n], At):
            known[later[n]] = Sequence(n)[t]
            if later[n].is_Add:
                sums[later[n]] = Sequence(n)[t]
    return written


def _without_counters(
    later: dict[str, Any], first: dict[str, Any], before: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The values with the states that count steps, or stay what they are, replaced by what they are."""
    changed = True
    while changed:
        changed = False
        for n in [n for n in later if n != "theta"]:
            previous = Sequence(n)[t - 1]
            value = _closed(later[n], first[n], before.get(n), previous)
            if value is not None:
                tidy = not value.is_Atom and value.free_symbols != {t}  # eta**2 + eta**2*(t - 1) is eta**2*t
                later = {k: e.xreplace({previous: value}) for k, e in later.items() if k != n}
                later = {k: _factored(e) if tidy else e for k, e in later.items()}
                first.pop(n)
                before.pop(n, None)
                changed = True
    return later, first, before


def _factored(e: Any) -> Any:
    return e.replace(lambda part: part.is_Add and not part.atoms(At), sp.factor_terms)


def _closed(later: Any, first: Any, before: Any | None, previous: At) -> Any | None:
    """What the state is before step t > 1, where that is plain: a sum of equals, a constant, a function of the step."""
    if first.atoms(At):
        return None
    added: Any = later - previous
    if not varies(added) and added == first - (before or 0):
        return (before or 0) + (t - 1) * added
    if later.xreplace({previous: first}) == first:
        return first
    if before is None or later.atoms(At) or later.subs(t, 1) != first.subs(t, 1):
        return None
    earlier = later.subs(t, t - 1)
    return earlier if earlier.subs(t, 1) == before else sp.Piecewise((before, sp.Eq(t, 1)), (earlier, True))


def _starts_alike(later: Mapping[str, Any], first: Mapping[str, Any], initial: Mapping[str, Any], name: str) -> bool:
    """Whether step t of the recurrence, at t = 1 from the initial values, gives what the first step gives."""
    known = {Sequence(n)[0]: value for n, value in initial.items()}
    known |= {Sequence(n)[1]: first[n].subs(t, 1) for n in initial}
    at_one = later[name].subs(t, 1).subs(known, simultaneous=True)
    claimed = first[name].subs(t, 1)
    return at_one == claimed or identity(at_one, claimed).proved


def _optimizer(
    later: Mapping[str, Any], initial: Mapping[str, Any], hyper: tuple[Hyper, ...], name: str, title: str, source: str
) -> Optimizer:
    signs: dict[str, str] = dict.fromkeys(_visibly_nonnegative(later, initial), "nonnegative")
    while True:
        made = _declared(later, initial, hyper, signs, name, title, source)
        kept = kept_signs(made)
        if set(signs) <= kept:
            return made
        signs = {n: s for n, s in signs.items() if n in kept}


def _visibly_nonnegative(later: Mapping[str, Any], initial: Mapping[str, Any]) -> list[str]:
    names = [n for n in later if n != "theta"]
    while True:
        known = {Sequence(n)[k]: Sequence(n, sign="nonnegative")[k] for n in names for k in (t, t - 1)}
        kept = [n for n in names if later[n].xreplace(known).is_nonnegative and initial[n].is_nonnegative]
        if kept == names:
            return names
        names = kept


def _declared(
    later: Mapping[str, Any], initial: Mapping[str, Any], hyper: tuple[Hyper, ...], signs: Mapping[str, str],
    name: str, title: str, source: str,
) -> Optimizer:  # fmt: skip
    sequences = {n: theta if n == "theta" else _sequence(n, e, signs.get(n, "real")) for n, e in later.items()}
    typed = {Sequence(n)[k]: s[k] for n, s in sequences.items() for k in (t, t - 1)}
    update: list[Any] = [sp.Eq(g[t], grad(theta[t - 1]))]
    update += [sp.Eq(sequences[n][t], e.xreplace(typed), evaluate=False) for n, e in later.items()]
    init = {sequences[n]: value for n, value in initial.items()}
    try:
        return Optimizer(name, hyper=_used(hyper, update, init), update=update, init=init, title=title, source=source)
    except ValueError as error:
        raise CannotTrace(f"what the library does is no recurrence of the language: {error}") from None


def _sequence(name: str, value: Any, sign: str) -> Sequence:
    shared = not value.atoms(At) - {a for a in value.atoms(At) if a.base.name == name}
    return Sequence(name, shape=Shape.SCALAR if shared else Shape.ELEMENTWISE, sign=sign)


def _used(hyper: tuple[Hyper, ...], update: list[Any], init: Mapping[Any, Any]) -> list[Hyper]:
    """The hyperparameters that the equations contain, each once."""
    symbols = {s for e in [*update, *init.values()] for s in e.free_symbols}
    return list({h.name: h for h in hyper if h.symbol in symbols}.values())


def _told(assumed: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """What was assumed that a hyperparameter's domain does not already say."""
    return tuple((c, holds) for c, holds in assumed if c not in (sp.true, sp.false))
