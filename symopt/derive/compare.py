"""Two optimizers held against each other: equal, equal under a condition, or different.

The questions are asked in this order, and `decide` answers each: do they take the same steps under a matching of
states and hyperparameters; if so, also while the learning rate changes from step to step; if not, do they at an
end of some hyperparameter's domain; if not, where do they part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import sympy as sp

from symopt.decide import Equality, Status, Witness, equal
from symopt.decide.equal import in_terms_of, recheck_matching
from symopt.language.optimizer import Optimizer
from symopt.language.schedule import Schedule
from symopt.language.symbols import At, Hyper, HyperSymbol, t
from symopt.language.validation import DefinitionError
from symopt.language.vocabulary import eta
from symopt.optimizers import get, with_schedule


class Outcome(Enum):
    """What became of a comparison; the value says it in words."""

    EQUAL = "equal"
    CONDITION = "equal under a condition"
    DIFFERENT = "different"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Comparison:
    """How two optimizers compare.

    Args:
        a: the first.
        b: the second.
        outcome: in a word.
        equality: the decision that the outcome rests on, with the matching of b's states and hyperparameters.
        condition: under which they are equal, in words; "" where there is none.
        converse: whether, the other way round, for all hyperparameters of b there are some of a.
        any_schedule: whether they stay equal under every schedule of the learning rate; None where that was not
            asked or not decided.
        witness: where they part: the methods themselves, or under a schedule those that are else equal.
    """

    a: Optimizer
    b: Optimizer
    outcome: Outcome
    equality: Equality
    condition: str = ""
    converse: bool | None = None
    any_schedule: bool | None = None
    witness: Witness | None = None


def compare(a: Optimizer, b: Optimizer, *, limit: float = 5.0) -> Comparison:
    """Hold b against a.

    Args:
        a: an optimizer.
        b: another.
        limit: seconds of processor time for each question.
    """
    found, back = equal(a, b, limit=limit), equal(b, a, limit=limit)
    if back.proved and not found.proved and _one_to_one(back, b, a):
        # Such a matching holds both ways, but only this way are the states functions of the other's.
        a, b, found, back = b, a, back, back
    if found.proved:
        converse = back.proved or _one_to_one(found, a, b)
        any_schedule, witness = _while_the_rate_changes(a, b, found, limit)
        return Comparison(a, b, Outcome.EQUAL, found, "", converse, any_schedule, witness)
    special = [(words, equal(left, right, limit=limit)) for words, left, right in _at_ends(a, b)]
    conditions = [(words, equality) for words, equality in special if equality.proved]
    if conditions:
        words = " or ".join(words for words, _ in conditions)
        return Comparison(a, b, Outcome.CONDITION, conditions[0][1], words, witness=found.witness)
    for hypers in _named(a, b):
        parted = equal(a, b, hypers=hypers, limit=limit)
        if parted.status is Status.REFUTED:
            return Comparison(a, b, Outcome.DIFFERENT, parted, witness=parted.witness)
    return Comparison(a, b, Outcome.UNDECIDED, found, witness=found.witness)


def _one_to_one(found: Equality, a: Optimizer, b: Optimizer) -> bool:
    """Whether the matching only gives each hyperparameter another name."""
    values = list(found.hypers.values())
    return {h.symbol for h in a.hyper} == set(values) and len(values) == len(b.hyper) == len(a.hyper)


# Schedules


def _while_the_rate_changes(
    a: Optimizer, b: Optimizer, found: Equality, limit: float
) -> tuple[bool | None, Witness | None]:
    """Whether the two stay equal under every schedule; a run in which they part, where they do not."""
    if eta not in {h.symbol for h in a.hyper}:
        return None, None
    other = in_terms_of(b, a, found.hypers)
    decay: Any = get("inverse-time-decay")
    arbitrary = Schedule("arbitrary", symbol=eta, value=sp.Function("s")(t), hyper=(), title="any schedule", source="")
    try:
        one, two = (with_schedule(o, decay) for o in (a, other))
        free = with_schedule(a, arbitrary), with_schedule(other, arbitrary)
    except DefinitionError:
        return None, None
    same = {h.name: h.symbol for h in two.hyper}
    decayed = equal(one, two, hypers=same, limit=limit)
    if not decayed.proved:
        if found.states.get(b.params.name) != a.params[t]:
            return None, None  # a run would show parameters that differ by the change of variables
        parted = decayed
        return (False, parted.witness) if parted.status is Status.REFUTED else (None, None)
    named = {h.name: h.symbol for h in free[1].hyper}
    held = recheck_matching(*free, named, dict(decayed.states))
    return (True if held.proved else None), None


# Ends of domains


def _at_ends(a: Optimizer, b: Optimizer) -> Iterator[tuple[str, Optimizer, Optimizer]]:
    """The two with one hyperparameter kept inside its domain, at an end of it, or, at an end left out, in the limit.

    One that only one of them has is also tried at 1.
    """
    named: dict[str, Hyper] = {h.name: h for h in (*a.hyper, *b.hyper)}
    shared = {h.name for h in a.hyper} & {h.name for h in b.hyper}
    for name, hyper in sorted(named.items(), key=lambda item: item[0] in shared):
        domain = hyper.domain
        if not isinstance(domain, sp.Interval):
            continue
        inner: Any = sp.Interval.open(domain.start, domain.end)
        if inner != domain and name in shared and name != "eta":
            yield f"{domain.start} < {name} < {domain.end}", _within(a, name, inner), _within(b, name, inner)
        special: list[Any] = [end for end in (domain.start, domain.end) if end.is_Rational and name != "eta"]
        for value in [*special, *([sp.S.One] if name not in shared and sp.S.One in domain.interior else [])]:
            words = f"{name} = {value}" if value in domain else f"{name} -> {value}"
            try:
                yield words, _with_value(a, name, value), _with_value(b, name, value)
            except (DefinitionError, ValueError, ZeroDivisionError):
                continue


def _within(optimizer: Optimizer, name: str, domain: sp.Interval) -> Optimizer:
    inside = HyperSymbol(name, domain)
    changed: dict[Any, Any] = {h.symbol: inside for h in optimizer.hyper if h.name == name}
    return optimizer.replace(
        hyper=[Hyper(changed[h.symbol]) if h.symbol in changed else h for h in optimizer.hyper],
        update=[eq.xreplace(changed) for eq in optimizer.update],
        init={s: x.xreplace(changed) for s, x in optimizer.init.items()},
    )


def _with_value(optimizer: Optimizer, name: str, value: Any) -> Optimizer:
    symbols = {h.symbol: value for h in optimizer.hyper if h.name == name}
    if not symbols:
        return optimizer
    update: list[Any] = [sp.Eq(eq.lhs, eq.rhs.subs(symbols), evaluate=False) for eq in optimizer.update]
    if any(eq.rhs.has(sp.nan, sp.zoo, sp.oo) for eq in update):
        raise ValueError(f"{optimizer.name} has no value at {name} = {value}")
    return optimizer.replace(
        hyper=[h for h in optimizer.hyper if h.name != name],
        update=update,
        init={s: x.subs(symbols) for s, x in optimizer.init.items()},
    )


def _named(a: Optimizer, b: Optimizer) -> Iterator[Mapping[str, Any]]:
    """Hyperparameters matched by name; those of b that a has not at their defaults, or at a half or one."""
    mine = {h.name: h.symbol for h in a.hyper}
    rest = [h for h in b.hyper if h.name not in mine]
    for fallback in (sp.Rational(1, 2), sp.S.One):
        values: dict[str, Any] = {h.name: mine[h.name] for h in b.hyper if h.name in mine}
        for h in rest:
            values[h.name] = h.default if h.default is not None else fallback
        if all(values[h.name] in h.domain for h in rest):
            yield values


def in_words(comparison: Comparison) -> list[str]:
    """The comparison as sentences."""
    c = comparison
    lines = [f"{c.a.name} and {c.b.name}: {c.outcome.value}" + (f", {c.condition}" if c.condition else "")]
    if c.equality.proved:
        values, changed = _told(c.equality.hypers), _told(c.equality.states)
        if c.converse is False and values:
            lines = [f"{c.a.name} is {c.b.name} with {', '.join(values)}"]
        else:
            changed = values + changed
        if changed:
            lines.append(f"{c.b.name} has " + ", ".join(changed))
        lines.append(f"proved: {c.equality.argument}")
    if c.converse is False:
        lines.append(f"a special case: no hyperparameters of {c.a.name} were found for all of {c.b.name}'s")
    if c.any_schedule:
        lines.append("proved for every schedule of the learning rate")
    elif c.any_schedule is False:
        lines.append(f"only while the learning rate is constant; under 1/t decay they part {c.witness}")
    elif c.outcome is Outcome.DIFFERENT:
        set_at = _told(c.equality.hypers)
        with_ = f" and {', '.join(set_at)}" if set_at else ""
        lines.append(f"with hyperparameters of equal names{with_} the parameters part {c.witness}")
    elif c.outcome is Outcome.CONDITION and c.witness is not None:
        lines.append(f"else, with hyperparameters of equal names, the parameters part {c.witness}")
    elif c.outcome is Outcome.UNDECIDED:
        lines.append(c.equality.reason)
    return lines


def _told(matched: Mapping[str, Any]) -> list[str]:
    """What the matching says beyond that two quantities of one name are equal."""
    return [
        f"{name} = {value}" for name, value in matched.items()
        if not ((isinstance(value, At) and value.base.name == name) or getattr(value, "name", None) == name)
    ]  # fmt: skip
