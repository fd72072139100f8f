"""Whether two optimizers take the same steps, after a change of variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import cycle, islice, product
from types import MappingProxyType
from typing import Any

import sympy as sp
from flint import fmpq

from symopt.decide import certificate, matchings
from symopt.decide.budget import Budget, Undecidable
from symopt.decide.decision import Case, prove
from symopt.decide.evaluate import Evaluator, NoValue, Number, differ, precision, texts
from symopt.decide.field import Ratio
from symopt.decide.fits import Fits
from symopt.decide.follows import kept_signs
from symopt.decide.matchings import Matching
from symopt.decide.normal import Normalizer
from symopt.decide.ranges import MINUS, NONNEGATIVE, NONPOSITIVE, PLUS, Signs
from symopt.decide.unrolled import Unrolled, gradient_free
from symopt.decide.verdict import Equality, Status, Verdict, Witness
from symopt.decide.witness import Choice, Gradients, RunModel
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, Sequence, t

TRIED_STEPS = 3
MAX_MATCHINGS = 400


def equal(a: Optimizer, b: Optimizer, *, hypers: Mapping[str, sp.Expr] | None = None, limit: float = 10.0) -> Equality:
    """Whether, for all hyperparameters of a, there are hyperparameters of b that give the same steps.

    A matching says what b's hyperparameters and states are in terms of a's. It is proved by
    induction: it holds at step 0; and if it holds at step t - 1, then both ask for the gradient
    at the same point and it holds at step t.

    Args:
        a: an optimizer.
        b: another.
        hypers: b's hyperparameters, by name, in a's; by default they are searched for.
        limit: seconds of processor time until the answer is undecided.

    Returns:
        Proved, with the matching. Refuted only for given ``hypers``: a run in which the
        parameters part. Undecided where no matching was found; a witness then shows that
        matching hyperparameters by name does not do.
    """
    options = [dict(hypers)] if hypers is not None else matchings.of_hypers(a, b)
    reason = "no change of variables was found under which the steps are the same"
    try:
        found = _search(a, b, options, Budget(0.8 * limit))
        if found is not None:
            return found
    except Undecidable as error:
        reason = str(error)
    named = hypers if hypers is not None else matchings.by_name(a, b)
    witness = None if named is None else _parting(a, b, named, Budget(0.2 * limit))
    if witness is not None and hypers is not None:
        return Equality(Status.REFUTED, hypers=hypers, argument="a run of both definitions", witness=witness)
    if witness is not None:
        reason += "; with hyperparameters of equal names the parameters part"
    return Equality(Status.UNDECIDED, witness=witness, reason=reason)


def _search(a: Optimizer, b: Optimizer, options: Iterable[Mapping[str, sp.Expr]], budget: Budget) -> Equality | None:
    runs = Runs(a, b, budget)
    for choice in islice(options, MAX_MATCHINGS):
        for matching in _candidates(a, b, choice, runs):
            cases = prove_matching(a, b, matching, budget)
            if cases is not None:
                return _equality(a, b, matching, cases)
    return None


def _equality(a: Optimizer, b: Optimizer, matching: Matching, cases: list[Case]) -> Equality:
    argument = (
        f"induction on t: the matching holds at step {_first(matching.states)}; if it holds at t - 1, the gradient is "
        "asked at the same point and it holds at t"
    )
    statement = certificate.equality_statement(a, b, matching.hypers, matching.states)
    return Equality(
        Status.PROVED, MappingProxyType(dict(matching.states)), MappingProxyType(dict(matching.hypers)), argument,
        certificate=certificate.Certificate(statement, argument, tuple(cases)),
    )  # fmt: skip


# Runs, to choose what to prove


class Runs:
    """Both optimizers run on the same gradients: the first once, the second for each matching tried."""

    def __init__(
        self, a: Optimizer, b: Optimizer, budget: Budget, *, steps: int = TRIED_STEPS, choice: Choice | None = None
    ) -> None:
        self.a, self.b, self.budget, self.steps = a, b, budget, steps
        self.choice = choice or Choice(1, uncommon(a))
        self.first = RunModel(a, self.choice, steps, Gradients.FREE, budget)
        self._evaluator = Evaluator(self.first, budget)

    @cached_property
    def fits(self) -> Fits:
        return Fits(self.a, self.value, self.steps)

    def value(self, e: sp.Expr, step: int) -> Number:
        """The value of an expression in the first's quantities."""
        return self._evaluator.under(t, fmpq(step), e)

    def second(self, hypers: Mapping[str, sp.Expr], start: sp.Expr) -> RunModel | None:
        """The second's run, or None if it asks for a gradient at another point than the first.

        ``start`` is where its parameters begin, in the first's values at step 0.
        """
        for step in range(1, self.steps + 1):
            self.first.at(self.a.params, step)
        taken: dict[str, Number] = {k: v for k, v in self.choice.taken.items() if k.startswith("g_")}
        taken |= {name: self.value(e, 0) for name, e in hypers.items()}
        taken[f"{self.b.params.name}_0"] = self.value(start, 0)
        model = RunModel(self.b, Choice(0, taken), self.steps, Gradients.FREE, self.budget)
        there = Evaluator(model, self.budget)
        for step in range(1, self.steps + 1):
            if differ(self.value(self.a.query, step), there.under(t, fmpq(step), self.b.query)):
                return None
        return model


def uncommon(a: Optimizer) -> dict[str, Number]:
    """Values of the hyperparameters of which no two small monomials are likely to be equal."""
    taken: dict[str, Number] = {}
    for h, (p, q) in zip(a.hyper, cycle(_UNCOMMON)):
        if isinstance(h.domain, sp.Interval) and sp.Rational(p, q) in h.domain:
            taken[h.name] = fmpq(p, q)
    return taken


_UNCOMMON = ((5, 7), (8, 11), (7, 13), (14, 17), (11, 19), (15, 23), (18, 29))


def in_terms_of(b: Optimizer, a: Optimizer, hypers: Mapping[str, sp.Expr]) -> Optimizer:
    """b with its hyperparameters written in a's, and its sequences renamed apart from a's."""
    names = {s: renamed(s) for s in b.sequences}
    values = {h.symbol: hypers[h.name] for h in b.hyper}

    def write(e: Any) -> Any:
        changed = e.xreplace({x: names[x.base][x.index] for x in e.atoms(At) if x.base in names})
        return changed.subs(values, simultaneous=True)

    update: list[Any] = [sp.Eq(names[s][t], write(b.equations[s.name]), evaluate=False) for s in b.sequences]
    return Optimizer(
        b.name, hyper=a.hyper, params=names[b.params],
        update=update,
        init={names[s]: write(value) for s, value in b.init.items() if s in names},
    )  # fmt: skip


def needed_states(b: Optimizer, other: Optimizer) -> list[Sequence]:
    """b's states that are still read back once its hyperparameters are written in a's."""
    read = {s.name for s in other.states}
    return [s for s in b.states if renamed(s).name in read]


def renamed(s: Sequence) -> Sequence:
    sign = "positive" if s.is_positive else "nonnegative" if s.is_nonnegative else "real"
    return Sequence(f"other {s.name}", shape=s.shape, sign=sign)


def _candidates(a: Optimizer, b: Optimizer, hypers: Mapping[str, sp.Expr], runs: Runs) -> Iterator[Matching]:
    """Matchings under which runs of the two agree."""
    for start in matchings.of_params(a, b):
        with precision():
            try:
                model = runs.second(hypers, start)
                found = () if model is None else tuple(_states(a, b, hypers, start, model, runs))
            except NoValue:
                found = ()
        for states in found:
            yield Matching(hypers, {b.params.name: start, **states})


def _states(
    a: Optimizer, b: Optimizer, hypers: Mapping[str, sp.Expr], params: sp.Expr, model: RunModel, runs: Runs
) -> Iterator[Mapping[str, sp.Expr]]:
    """For each state of b, expressions in a's states that have its values in the run."""
    if not _same(runs, model, b.params, params):
        return iter(())
    try:
        needed = needed_states(b, in_terms_of(b, a, hypers))
    except ValueError:
        return iter(())
    options = [
        [(state.name, e) for e in runs.fits.of([model.at(state, k) for k in range(runs.steps + 1)])]
        for state in needed
        if state != b.params
    ]
    return (dict(picked) for picked in islice(product(*options), 8))


def _same(runs: Runs, model: RunModel, sequence: Sequence, e: sp.Expr) -> bool:
    return not any(differ(model.at(sequence, k), runs.value(e, k)) for k in range(runs.steps + 1))


def _parting(a: Optimizer, b: Optimizer, hypers: Mapping[str, sp.Expr], budget: Budget) -> Witness | None:
    """A run from the same start, on the same gradients, in which the parameters part."""
    with precision():
        for step, attempt in product((1, 2, 3, 5, 6), range(8)):
            runs = Runs(a, b, budget, steps=step, choice=Choice(attempt, _special(a, attempt)))
            try:
                model = runs.second(hypers, a.params[t])
                if model is None:
                    continue
                left, right = runs.first.at(a.params, step), model.at(b.params, step)
            except NoValue:
                continue
            except Undecidable:
                return None
            if differ(left, right):
                return Witness(runs.choice.assignments(), step, *texts(left, right))
    return None


def _special(a: Optimizer, attempt: int) -> dict[str, Number]:
    """Where norms of the parameters vanish, and where the first gradient does."""
    special: dict[int, dict[str, Number]] = {6: {f"{a.params.name}_0": fmpq(0)}, 7: {"g_1": fmpq(0)}}
    return special.get(attempt, {})


# Proof


class Paired(Unrolled):
    """a's values unrolled by its definition; the other's states at the base step as the matching says."""

    def __init__(
        self, a: Optimizer, other: Optimizer, states: Mapping[str, sp.Expr], kept: frozenset[str], first_step: int = 1
    ) -> None:
        super().__init__(a, kept=kept, first_step=first_step, closed=closed_forms(a))
        self.other = Unrolled(other)
        self.matched = states

    def at(self, n: Normalizer, base: Sequence, index: Ratio) -> Ratio:
        if base.name not in self.other.optimizer.equations:
            return super().at(n, base, index)
        starts = base.name == self.other.optimizer.params.name and index == n.field.number(0)
        if base.name in self.matched and (starts or n.field.equal(index, self.horizon(n))):
            with n.binding(t, index):
                return n(self.matched[base.name])
        return self.other.at(n, base, index)

    def gradient(self, n: Normalizer, point: Ratio) -> Ratio:
        found = self._draw(n, n.time, point)
        return n.applied("grad", (n.time, point)) if found is None else found


def prove_matching(a: Optimizer, b: Optimizer, matching: Matching, budget: Budget) -> list[Case] | None:
    """The identities that make the matching hold at step 0 and at every step after, or None."""
    other = in_terms_of(b, a, matching.hypers)
    needed = needed_states(b, other)
    states = {renamed(s).name: matching.states[s.name] for s in needed}
    kept = kept_signs(a)
    first = _first(states)
    cases: list[Case] = []
    if not all(_has_value(a, e, budget) for e in states.values()):
        return None
    for h in b.hyper:
        if not _lands(a, matching.hypers[h.name], h.domain, budget):
            return None
    for s in needed:
        mine, theirs = matching.states[s.name], renamed(s)
        claims = [(lambda n, x=theirs, e=mine: (n(x[t]), n(e)), 1 + first)]
        if first or s != b.params:
            claims.append((lambda n, x=theirs, e=mine: _at_step(n, first, x, e), 1))
        for build, least in claims:
            found = prove(budget, lambda least=least: Paired(a, other, states, kept, least), build)
            if found is None:
                return None
            cases += found
    return cases


def _first(states: Mapping[str, sp.Expr]) -> int:
    """The step that a matching starts with: 1 where it divides by a bias correction, which is 0 at step 0."""
    return int(any(e.xreplace({t: sp.S.Zero}).has(sp.zoo, sp.nan) for e in states.values()))


def _at_step(n: Normalizer, step: int, theirs: Sequence, matched: sp.Expr) -> tuple[Ratio, Ratio]:
    with n.binding(t, n.field.number(step)):
        return n(theirs[t]), n(matched)


def _has_value(a: Optimizer, e: sp.Expr, budget: Budget) -> bool:
    """Whether nothing that the expression divides by can be zero from step 1 on, whatever a's hyperparameters are."""
    divisors: list[Any] = [p.base for p in e.atoms(sp.Pow) if p.exp.is_negative]
    nonzero = PLUS | MINUS
    return all(
        prove(budget, lambda: Unrolled(a), lambda n, x=divisor: (n(x), n(sp.S.Zero)), asked=nonzero) is not None
        for divisor in divisors
    )


@lru_cache(maxsize=256)
def closed_forms(a: Optimizer) -> Mapping[str, sp.Expr]:
    """The states that no gradient has a part in, as functions of the step: a counter, a power, a sum of powers.

    Each is guessed from a run and proved by induction; one that is not is left out.
    """
    states = [s for s in a.states if s in gradient_free(a)]
    if not states:
        return {}
    budget = Budget(1.0)
    runs = Runs(a, a, budget)
    found: dict[str, sp.Expr] = {}
    with precision():
        for s in states:
            try:
                values = [runs.first.at(s, k) for k in range(runs.steps + 1)]
                guesses = [e for e in runs.fits.of(values) if not e.atoms(At)]
                form = next((e for e in guesses if _is_closed(a, s, e, found, budget)), None)
            except Undecidable:
                form = None
            if form is not None:
                found[s.name] = form
    return found


def _is_closed(a: Optimizer, s: Sequence, form: sp.Expr, known: Mapping[str, sp.Expr], budget: Budget) -> bool:
    def world() -> Unrolled:
        return Unrolled(a, closed={**known, s.name: form})

    steps = prove(budget, world, lambda n: (n(s[t]), n(form)))
    return steps is not None and prove(budget, world, lambda n: _at_step(n, 0, s, form)) is not None


def _lands(a: Optimizer, e: sp.Expr, domain: sp.Set, budget: Budget) -> bool:
    """Whether the expression in a's hyperparameters lies in the domain, whatever they are."""
    if getattr(e, "domain", None) == domain or domain == sp.S.Reals or (e.is_Rational and e in domain):
        return True
    if not isinstance(domain, sp.Interval):
        return False
    bounds: list[tuple[Any, Signs]] = []
    if domain.start.is_finite:
        bounds.append((domain.start, PLUS if domain.left_open else NONNEGATIVE))
    if domain.end.is_finite:
        bounds.append((domain.end, MINUS if domain.right_open else NONPOSITIVE))
    return all(
        prove(budget, lambda: Unrolled(a), lambda n, x=bound: (n(e), n(x)), asked=signs) is not None
        for bound, signs in bounds
    )


def recheck_matching(
    a: Optimizer, b: Optimizer, hypers: Mapping[str, sp.Expr], states: Mapping[str, sp.Expr]
) -> Verdict:
    """Decide again whether a stated matching holds at every step."""
    matching = Matching(hypers, states)
    cases = prove_matching(a, b, matching, Budget(10.0))
    if cases is None:
        return Verdict(Status.UNDECIDED, reason="the matching is not an invariant of the two recurrences")
    found = _equality(a, b, matching, cases)
    return Verdict(Status.PROVED, argument=found.argument, certificate=found.certificate)
