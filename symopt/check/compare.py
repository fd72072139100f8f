"""An implementation's recurrence held against the definitions, and the verdict.

Every "proved" and "refuted" here is one of decide/'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import sympy as sp

from symopt.check.difference import differences
from symopt.check.findings import Comparison, Outcome
from symopt.check.meant import ascending, decayed, families, family, guarded, likely
from symopt.decide import Equality, Status, equal
from symopt.decide.budget import Budget
from symopt.language import Hyper, HyperSymbol, Optimizer
from symopt.language.vocabulary import weight_decay
from symopt.rewrites.variants import variants

Candidate = tuple[Optimizer, tuple[str, ...]]
"""A definition, and the conventions it is under."""
TRIED = 40
"""Variants of one definition."""
SEARCH = 1.5
"""Seconds of processor time for one definition."""
ALL = 3.5
"""Seconds of processor time for all of them."""


def compare(optimizer: Optimizer, name: str, *, meant: str | None = None) -> Comparison:
    """How an implementation's recurrence stands to the definition that it is meant to be.

    Args:
        optimizer: the recurrence, its hyperparameters under the field's standard names.
        name: what the implementation is called.
        meant: the definition's name; by default it is guessed from the implementation's.

    Returns:
        Equal, equal under conventions, different (from the definition meant, with the equations that differ), or
        undecided.

    Raises:
        UnknownOptimizer: no definition is called ``meant``.
    """
    own = family(meant) if meant is not None else likely(name, optimizer)
    budget = Budget(ALL)
    found = _found(optimizer, own, budget, only=meant is not None)
    if found is None and meant is None:
        others = (c for f in families() if f != own for d in f for c in decayed(d, optimizer))
        found = _first(optimizer, others, budget)
    if found is None:
        return _different(optimizer, own)
    (definition, conventions), equality = found
    outcome = Outcome.CONVENTIONS if conventions else Outcome.EQUAL
    against = own[0] if own and (conventions or own[0].name != definition.name) else None
    if against is None:
        return Comparison(optimizer, outcome, definition, equality, conventions)
    return _with_differences(Comparison(optimizer, outcome, definition, equality, conventions), against)


def _found(
    optimizer: Optimizer, own: tuple[Optimizer, ...], budget: Budget, *, only: bool
) -> tuple[Candidate, Equality] | None:
    """The first of the family, its conventions, then the others of the family and theirs."""
    for definition in own[:1] if only else own:
        found = _first(optimizer, decayed(definition, optimizer), budget)
        if found is not None:
            return found
    for definition in own[:1] if only else own:
        found = _first(optimizer, _under_conventions(definition, optimizer), budget)
        if found is not None:
            return found
    for setting in _settings(optimizer, own[0]) if own else ():
        at, said = _set(optimizer, setting)
        found = _first(at, decayed(own[0], at), budget)
        if found is not None:
            (definition, conventions), equality = found
            return (definition, (*conventions, said)), equality
    for definition in own[:1]:
        if budget.left > 0:
            equality = equal(optimizer, definition, limit=min(SEARCH, budget.left))
            if equality.proved:
                return (definition, ()), equality
    return None


def _first(optimizer: Optimizer, candidates: Iterator[Candidate], budget: Budget) -> tuple[Candidate, Equality] | None:
    """The first candidate that the recurrence is proved equal to."""
    for candidate in candidates:
        if budget.left <= 0:
            return None
        hypers = named(optimizer, candidate[0])
        if hypers is None:
            continue
        equality = equal(optimizer, candidate[0], hypers=hypers, limit=min(SEARCH, budget.left))
        if equality.proved:
            return candidate, equality
    return None


def _under_conventions(definition: Optimizer, optimizer: Optimizer) -> Iterator[Candidate]:
    for base, decay in decayed(definition, optimizer):
        for variant in variants(base, limit=TRIED):
            if variant.conventions:
                yield variant.optimizer, (*decay, *variant.conventions)
        yield ascending(base), (*decay, "maximised: the gradient negated")
        safe = guarded(base)
        if safe is not None:
            yield safe, (*decay, "quotient of norms taken as 1 where a norm is zero")


Setting = Mapping[HyperSymbol, Any]
"""Hyperparameters of an implementation at particular values."""


def _settings(optimizer: Optimizer, definition: Optimizer) -> Iterator[Setting]:
    """Values of hyperparameters that the definition has not: another's of its kind, 0 or 1."""
    its = {h.name for h in definition.hyper}
    extra = [h for h in optimizer.hyper if h.name not in its and h.symbol != weight_decay]
    if not 0 < len(extra) <= 2:
        return
    options = [_values(h, optimizer) for h in extra]
    for values in product(*options):
        yield {h.symbol: v for h, v in zip(extra, values, strict=True)}


def _values(hyper: Hyper, optimizer: Optimizer) -> list[Any]:
    kind = hyper.name.partition("_")[0]
    alike: list[Any] = [h.symbol for h in optimizer.hyper if h.name == kind and h.domain.is_subset(hyper.domain)]
    return [*alike, *(x for x in (sp.S.Zero, sp.S.One) if x in hyper.domain)]


def _set(optimizer: Optimizer, setting: Setting) -> tuple[Optimizer, str]:
    """The implementation at a setting, and the setting in words."""
    left = [h for h in optimizer.hyper if h.symbol not in setting]
    update: list[Any] = [
        sp.Eq(e.lhs, e.rhs.subs(dict(setting), simultaneous=True), evaluate=False) for e in optimizer.update
    ]
    init = {s: value.subs(dict(setting)) for s, value in optimizer.init.items()}
    said = "at " + ", ".join(f"{name} = {value}" for name, value in setting.items())
    return optimizer.replace(hyper=left, update=update, init=init), said


def named(optimizer: Optimizer, definition: Optimizer) -> Mapping[str, sp.Expr] | None:
    """The definition's hyperparameters in the implementation's: by name, by domain, or 0 or 1."""
    mine = {h.name: h.symbol for h in optimizer.hyper}
    its = {h.name: h for h in definition.hyper}
    left = [h.symbol for h in optimizer.hyper if h.name not in its]
    values: dict[str, Any] = {}
    for name, hyper in its.items():
        alike = [s for s in left if s.domain == hyper.domain]
        if name in mine:
            values[name] = mine[name]
        elif alike:
            values[name] = alike[0]
            left.remove(alike[0])
        elif sp.S.Zero in hyper.domain or sp.S.One in hyper.domain:
            values[name] = sp.S.Zero if sp.S.Zero in hyper.domain else sp.S.One
        else:
            return None
    return values


def _different(optimizer: Optimizer, own: tuple[Optimizer, ...]) -> Comparison:
    reason = "no definition of this name is known, and no other gives its steps"
    if not own:
        return Comparison(optimizer, Outcome.UNDECIDED, None, Equality(Status.UNDECIDED, reason=reason))
    definition, _ = next(iter(decayed(own[0], optimizer)))
    equality = _against(optimizer, definition)
    outcome = Outcome.DIFFERENT if equality.status is Status.REFUTED else Outcome.UNDECIDED
    return _with_differences(Comparison(optimizer, outcome, definition, equality), definition)


def _against(optimizer: Optimizer, definition: Optimizer) -> Equality:
    hypers = named(optimizer, definition)
    if hypers is None:
        missing = sorted({h.name for h in definition.hyper} - {h.name for h in optimizer.hyper})
        reason = f"the definition's {', '.join(missing)} has nothing to stand for it in the implementation"
        return Equality(Status.UNDECIDED, reason=reason)
    return equal(optimizer, definition, hypers=hypers, limit=2 * SEARCH)


def _with_differences(comparison: Comparison, against: Optimizer) -> Comparison:
    """The comparison with the equations in which the recurrence is not the plain definition."""
    optimizer = comparison.optimizer
    plain, _ = next(iter(decayed(against, optimizer)))
    hypers = named(optimizer, plain)
    equality = comparison.equality if plain is comparison.definition else _against(optimizer, plain)
    found = () if hypers is None or equality.proved else differences(optimizer, plain, hypers)
    return Comparison(
        optimizer, comparison.outcome, comparison.definition, comparison.equality, comparison.conventions,
        None if equality.proved else plain, found, equality.witness,
    )  # fmt: skip
