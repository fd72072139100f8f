"""An implementation's recurrence held against the definitions, and the verdict.

Every "proved" and "refuted" here is one of decide/'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import sympy as sp

from symopt.check.difference import differences
from symopt.check.findings import Comparison, Outcome
from symopt.check.meant import alike, ascending, decayed, exactly, families, family, guarded, likely, unlike
from symopt.check.probe import Probe
from symopt.decide import Equality, Status, Witness, equal
from symopt.decide.budget import Budget
from symopt.language import At, Hyper, HyperSymbol, Optimizer
from symopt.language.vocabulary import fraction, weight_decay
from symopt.read.libraries.names import is_customary
from symopt.rewrites.variants import variants

Candidate = tuple[Optimizer, tuple[str, ...]]
"""A definition, and the conventions it is under."""
Found = tuple[Candidate, Equality]
"""A candidate with the proof that the implementation is it."""
TRIED = 40
"""Variants of one definition."""
SEARCH = 5.0
"""Seconds of processor time for a change of variables."""
WITNESS = 20.0
"""Seconds of processor time for a witness."""
ALL = 20.0
"""Seconds of processor time for all proofs: some eight times what the libraries' slowest takes."""


def compare(
    optimizer: Optimizer, name: str, *, meant: str | None = None, assumed: Iterable[tuple[Any, bool]] = ()
) -> Comparison:
    """How an implementation's recurrence stands to the definition that it is meant to be.

    Args:
        optimizer: the recurrence, its hyperparameters under the field's standard names.
        name: what the implementation is called.
        meant: the definition's name; by default it is guessed from the implementation's.
        assumed: comparisons of hyperparameters, and whether they hold where the recurrence is the implementation's.

    Returns:
        Equal, equal under conventions, different (from the definition meant, with the equations that differ), or
        undecided.

    Raises:
        UnknownOptimizer: no definition is called ``meant``.
    """
    own = family(meant) if meant is not None else likely(name, optimizer)
    attempt = _Attempt(optimizer, Probe(optimizer), Budget(ALL))
    conditions = tuple(assumed)
    found = _found(attempt, own, only=meant is not None)
    if found is None and meant is None:
        found = attempt.first(c for f in families() if f != own for d in f for c in decayed(d, optimizer))
        found = found and _plainest(attempt, found)
    if found is None and not own:
        found = attempt.first(c for d in alike(optimizer) for c in _under_conventions(d, optimizer))
    if found is None:
        return _different(optimizer, own or exactly(name), conditions)
    (definition, conventions), equality = found
    outcome = Outcome.CONVENTIONS if conventions else Outcome.EQUAL
    against = own[0] if own and (conventions or own[0].name != definition.name) else None
    if against is None:
        return Comparison(optimizer, outcome, definition, equality, conventions)
    return _with_differences(Comparison(optimizer, outcome, definition, equality, conventions), against, conditions)


@dataclass(frozen=True)
class _Attempt:
    """What is compared, how it is told what is worth proving, and the time for it."""

    optimizer: Optimizer
    probe: Probe
    budget: Budget

    def first(self, candidates: Iterable[Candidate]) -> Found | None:
        """The first candidate that the recurrence is proved equal to."""
        for candidate in candidates:
            if self.budget.left <= 0:
                return None
            equality = self.equality(candidate[0])
            if equality is not None:
                return candidate, equality
        return None

    def equality(self, definition: Optimizer) -> Equality | None:
        """The proof that the recurrence is the definition, hyperparameters matched by name; or None."""
        hypers = named(self.optimizer, definition, guess=True)
        if hypers is None or not self.probe.agrees(definition, hypers):
            return None
        found = equal(self.optimizer, definition, hypers=hypers, limit=max(self.budget.left, 0.1))
        return found if found.proved else None


def _found(attempt: _Attempt, own: tuple[Optimizer, ...], *, only: bool) -> Found | None:
    """The first of the family, or another of it; then under conventions, at a setting, after a change of variables."""
    optimizer, tried = attempt.optimizer, own[:1] if only else own
    # A method as its authors print it comes before one that has more in it, set to nothing.
    whole = [d for d in tried if not _needs_setting(optimizer, d)]
    found = attempt.first(c for d in whole for c in decayed(d, optimizer))
    found = found or attempt.first(c for d in whole for c in _under_conventions(d, optimizer))
    rest = [d for d in tried if d not in whole]
    found = found or attempt.first(c for d in rest for c in decayed(d, optimizer))
    found = found or attempt.first(c for d in rest for c in _under_conventions(d, optimizer))
    if found is not None or not own:
        return found
    for setting in _settings(optimizer, own[0]):
        at, said = _set(optimizer, setting)
        held = _Attempt(at, Probe(at), attempt.budget).first(decayed(own[0], at))
        if held is not None:
            (definition, conventions), equality = held
            return (definition, (*conventions, said)), equality
    if attempt.budget.left > 0:
        equality = equal(optimizer, own[0], limit=min(SEARCH, attempt.budget.left))
        if equality.proved:
            return (own[0], ()), equality
    return None


def _needs_setting(optimizer: Optimizer, definition: Optimizer) -> bool:
    """Whether the definition has a hyperparameter, not weight decay, that the implementation gives no value."""
    values = named(optimizer, definition) or {}
    return any(value.is_number and name != weight_decay.name for name, value in values.items())


def _plainest(attempt: _Attempt, found: Found) -> Found:
    """Of one method's forms that are all proved, the one whose states are the implementation's own."""
    (definition, conventions), equality = found
    module = next((f for f in families() if definition in f), ())
    if conventions or _plain(equality):
        return found
    for other in module:
        proof = attempt.equality(other)
        if proof is not None and _plain(proof):
            return (other, ()), proof
    return found


def _plain(equality: Equality) -> bool:
    return all(isinstance(e, At) for e in equality.states.values())


def _under_conventions(definition: Optimizer, optimizer: Optimizer) -> Iterator[Candidate]:
    """The definition under the catalogue's conventions, then guarded, then each of these for a maximum."""
    made: list[Candidate] = []
    for base, decay in decayed(definition, optimizer):
        made += [(v.optimizer, (*decay, *v.conventions)) for v in variants(base, limit=TRIED)]
        safe = guarded(base)
        if safe is not None:
            made.append((safe, (*decay, "quotient of norms taken as 1 where a norm is zero")))
    yield from made
    for base, conventions in made:
        yield ascending(base), (*conventions, "maximised: the gradient negated")


Setting = Mapping[HyperSymbol, Any]
"""Hyperparameters of an implementation at particular values."""


def _settings(optimizer: Optimizer, definition: Optimizer) -> Iterator[Setting]:
    """Values of hyperparameters that the definition has not: another's of its kind, or 1."""
    its = {h.name for h in definition.hyper}
    extra = [h for h in optimizer.hyper if h.name not in its and h.symbol != weight_decay]
    if not 0 < len(extra) <= 2:
        return
    options = [_values(h, optimizer) for h in extra]
    for values in product(*options):
        yield {h.symbol: v for h, v in zip(extra, values, strict=True)}


def _values(hyper: Hyper, optimizer: Optimizer) -> list[Any]:
    kind = hyper.name.partition("_")[0]
    alike: list[Any] = [
        h.symbol for h in optimizer.hyper if h.name == kind != hyper.name and h.domain.is_subset(hyper.domain)
    ]
    return [*alike, *(x for x in (sp.S.One, -sp.S.Half) if x in hyper.domain)]


def _set(optimizer: Optimizer, setting: Setting) -> tuple[Optimizer, str]:
    """The implementation at a setting, and the setting in words."""
    left = [h for h in optimizer.hyper if h.symbol not in setting]
    update: list[Any] = [
        sp.Eq(e.lhs, e.rhs.subs(dict(setting), simultaneous=True), evaluate=False) for e in optimizer.update
    ]
    init = {s: value.subs(dict(setting)) for s, value in optimizer.init.items()}
    said = "at " + ", ".join(f"{name} = {value}" for name, value in setting.items())
    return optimizer.replace(hyper=left, update=update, init=init), said


def named(optimizer: Optimizer, definition: Optimizer, *, guess: bool = False) -> Mapping[str, sp.Expr] | None:
    """The definition's hyperparameters in the implementation's: by name, by what a state starts from, of decays by
    kind, or 0 or 1; to ``guess``, which only a proof may follow, also one whose name says nothing, by its default, and
    the definition's default where the implementation has that number."""
    mine = {h.name: h.symbol for h in optimizer.hyper}
    its = {h.name: h for h in definition.hyper}
    left = [h for h in optimizer.hyper if h.name not in its]
    begun = {s.name: value for s, value in optimizer.init.items() if value.is_number}
    starts = {str(value): begun[s.name] for s, value in definition.init.items() if s.name in begun}
    values: dict[str, Any] = {}
    for name, hyper in its.items():
        near = [h for h in left if h.domain == hyper.domain == fraction and (guess or is_customary(h.symbol))]
        near += [h for h in left if guess and not is_customary(h.symbol) and h.default in hyper.domain]
        opposite = [
            h for h in left if h.symbol.meaning == hyper.symbol.meaning and not h.domain.is_subset(hyper.domain)
        ]
        if name in mine:
            values[name] = mine[name]
        elif opposite:
            values[name] = -opposite[0].symbol
            left.remove(opposite[0])
        elif name in starts and starts[name] in hyper.domain:
            values[name] = starts[name]
        elif near:
            values[name] = near[0].symbol
            left.remove(near[0])
        elif guess and hyper.default is not None and any(e.has(hyper.default) for e in optimizer.update):
            values[name] = hyper.default
        elif not guess and any(_may_stand_for(h, hyper) for h in left):
            return None  # one whose name says nothing may stand for it
        elif sp.S.Zero in hyper.domain or sp.S.One in hyper.domain:
            values[name] = sp.S.Zero if sp.S.Zero in hyper.domain else sp.S.One
        else:
            return None
    return values


def _may_stand_for(argument: Hyper, hyper: Hyper) -> bool:
    """Whether an argument whose name says nothing could be the definition's hyperparameter."""
    return not is_customary(argument.symbol) and (argument.default is None or argument.default in hyper.domain)


Assumed = tuple[tuple[Any, bool], ...]
"""Comparisons of hyperparameters, and whether they hold."""


def _different(optimizer: Optimizer, own: tuple[Optimizer, ...], assumed: Assumed) -> Comparison:
    reason = "no definition of this name is known, and no other gives its steps"
    if not optimizer.hyper:
        reason += "; its numbers are fixed: a function that takes them as arguments could be held against more"
    if not own:
        return Comparison(optimizer, Outcome.UNDECIDED, None, Equality(Status.UNDECIDED, reason=reason))
    definition, _ = next(iter(decayed(min(own, key=lambda d: unlike(optimizer, d)), optimizer)))
    equality = _against(optimizer, definition, assumed)
    outcome = Outcome.DIFFERENT if equality.status is Status.REFUTED else Outcome.UNDECIDED
    return _with_differences(Comparison(optimizer, outcome, definition, equality), definition, assumed)


def _against(optimizer: Optimizer, definition: Optimizer, assumed: Assumed) -> Equality:
    """What is decided of the two, hyperparameters matched by name; a witness is one of what the recurrence is for."""
    hypers = named(optimizer, definition)
    if hypers is None:
        missing = sorted({h.name for h in definition.hyper} - {h.name for h in optimizer.hyper})
        reason = f"the definition's {', '.join(missing)} has nothing to stand for it in the implementation"
        return Equality(Status.UNDECIDED, reason=reason)
    found = equal(optimizer, definition, hypers=hypers, limit=WITNESS)
    if found.witness is None or not any(_broken(c, wanted, found.witness) for c, wanted in assumed):
        return found
    named_in = {s for c, _ in assumed for s in c.free_symbols}
    setting = {h.symbol: h.default for h in optimizer.hyper if h.symbol in named_in and h.default is not None}
    numbers = {n: sp.sympify(e, strict=True).subs(list(setting.items())) for n, e in hypers.items()}
    at, _ = _set(optimizer, setting)
    found = equal(at, definition, hypers=numbers, limit=WITNESS)
    if found.witness is None:
        return found
    taken = {**found.witness.assignments, **{s.name: value for s, value in setting.items()}}
    return replace(found, hypers=hypers, witness=replace(found.witness, assignments=taken))


def _broken(condition: Any, wanted: bool, witness: Witness) -> bool:
    """Whether a comparison of hyperparameters is otherwise than wanted at a witness's numbers."""
    numbers = {s: witness.assignments[s.name] for s in condition.free_symbols if s.name in witness.assignments}
    return condition.subs([(s, sp.Rational(str(x))) for s, x in numbers.items()]) == (sp.false if wanted else sp.true)


def _with_differences(comparison: Comparison, against: Optimizer, assumed: Assumed) -> Comparison:
    """The comparison with the equations in which the recurrence is not the plain definition."""
    optimizer = comparison.optimizer
    plain, _ = next(iter(decayed(against, optimizer)))
    hypers = named(optimizer, plain)
    equality = comparison.equality if plain is comparison.definition else _against(optimizer, plain, assumed)
    found = () if hypers is None or equality.proved else differences(optimizer, plain, hypers)
    return Comparison(
        optimizer, comparison.outcome, comparison.definition, comparison.equality, comparison.conventions,
        None if equality.proved else plain, found, equality.witness,
    )  # fmt: skip
