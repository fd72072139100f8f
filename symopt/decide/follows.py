"""Whether a claim about an optimizer's sequences follows from its definition."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sympy as sp

from symopt.decide import certificate, witness
from symopt.decide.budget import Budget, Undecidable, Undefined
from symopt.decide.decision import RELATION_SIGNS, Case, prove
from symopt.decide.field import Generator, Poly, Ratio
from symopt.decide.identity import DIFFER
from symopt.decide.normal import Normalizer
from symopt.decide.ranges import NONNEGATIVE, PLUS, ZERO, Signs
from symopt.decide.unrolled import Unrolled
from symopt.decide.verdict import Status, Verdict, Witness
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, Expect, Sequence, t

_STATIONARY = "; the gradients are assumed stationary (the moments of g_t do not depend on t)"
Method = Callable[[Optimizer, Any, Budget], "list[Case] | Witness | None"]


def follows(optimizer: Optimizer, claim: Any, *, limit: float = 2.0) -> Verdict:
    """Whether the claim holds at every step, for all hyperparameters, starts and gradients.

    The gradient of a step is a draw of that step: equal points within a step give equal draws,
    and nothing is assumed between steps. Expectations are over gradients with stationary moments.

    Args:
        optimizer: the definition.
        claim: ``Eq(left, right)`` (or an inequality) about the definition's sequences at t,
            t - 1, ... or at numbered steps, its hyperparameters, gradients, sums to t.
        limit: seconds of processor time until the verdict is undecided.

    Returns:
        The verdict: proved by unrolling one step, by closed forms, or by induction on t; refuted
        by a run of the definition from its initial values.
    """
    budget = Budget(limit)
    if claim in (sp.true, sp.false):
        # SymPy uses declared signs for this, which are not yet known to hold.
        reason = f"the claim was evaluated to {claim} when it was made; make it with evaluate=False"
        return Verdict(Status.UNDECIDED, reason=reason)
    if type(claim) not in RELATION_SIGNS:
        return Verdict(Status.UNDECIDED, reason=f"{claim} is not an equation or inequality")
    reasons: list[str] = []
    for method, argument in _METHODS:
        try:
            found = method(optimizer, claim, budget)
        except Undecidable as error:
            reasons.append(str(error))
        except RecursionError:
            reasons.append("the claim is nested too deeply")
        else:
            if isinstance(found, Witness):
                return Verdict(Status.REFUTED, argument=argument, witness=found)
            if found is not None:
                return _proved(optimizer, claim, argument, found)
    return Verdict(Status.UNDECIDED, reason=reasons[0] if reasons else DIFFER)


def _proved(optimizer: Optimizer, claim: Any, argument: str, cases: list[Case]) -> Verdict:
    if claim.has(Expect):
        argument += _STATIONARY
    statement = certificate.claim_statement(optimizer, claim)
    return Verdict(
        Status.PROVED, argument=argument, certificate=certificate.Certificate(statement, argument, tuple(cases))
    )


def _sides(claim: Any) -> Callable[[Normalizer], tuple[Ratio, Ratio]]:
    return lambda n: (n(claim.lhs), n(claim.rhs))


def offsets(claim: Any) -> list[int]:
    """The indices, counted from t, at which the claim reads sequences."""
    lags = [sp.expand(a.index - t) for a in claim.atoms(At)]
    return [int(lag) for lag in lags if lag.is_Integer and abs(lag) < 1000]


def base_of(claim: Any) -> int:
    """The step, counted from t, whose states are left as they are."""
    found = offsets(claim)
    return min(min(found), max(found) - 1) if found else -1


def _by_unrolling(optimizer: Optimizer, claim: Any, budget: Budget) -> list[Case] | None:
    return unroll(optimizer, claim, budget, base_of(claim))


def _by_unrolling_further(optimizer: Optimizer, claim: Any, budget: Budget) -> list[Case] | None:
    return unroll(optimizer, claim, budget, base_of(claim) - 1)


def _by_closed_forms(optimizer: Optimizer, claim: Any, budget: Budget) -> list[Case] | None:
    if not claim.has(sp.Sum, sp.Product):
        return None
    return unroll(optimizer, claim, budget, base_of(claim), summed=True)


def unroll(optimizer: Optimizer, claim: Any, budget: Budget, base: int, *, summed: bool = False) -> list[Case] | None:
    """The claim at step t in terms of the states at step t + base, and at the steps too early for that."""
    kept = kept_signs(optimizer)
    first = max(1, -base)
    asked = RELATION_SIGNS[type(claim)]

    def world() -> Unrolled:
        return Unrolled(optimizer, base=base, kept=kept, first_step=first, summed=summed)

    cases = prove(budget, world, _sides(claim), asked=asked)
    for step in range(1, first):
        if cases is not None:
            early = at_step(optimizer, claim, step, budget, asked)
            cases = None if early is None else cases + early
    return cases


def at_step(optimizer: Optimizer, claim: Any, step: int, budget: Budget, asked: Signs = ZERO) -> list[Case] | None:
    """The claim at a numbered step, unrolled down to the initial values; no case where it has no value."""

    def build(n: Normalizer) -> tuple[Ratio, Ratio]:
        with n.binding(t, n.field.number(step)):
            return n(claim.lhs), n(claim.rhs)

    try:
        return prove(budget, lambda: Unrolled(optimizer, kept=kept_signs(optimizer)), build, asked=asked)
    except Undefined:
        return []


# Induction


def _by_induction(optimizer: Optimizer, claim: Any, budget: Budget) -> list[Case] | None:
    """The claim at t = 1, and at t >= 2 if it holds at t - 1."""
    if not isinstance(claim, sp.Eq) or any(offset != 0 for offset in offsets(claim)):
        return None
    base = at_step(optimizer, claim, 1, budget)
    if not base:
        return None
    kept = kept_signs(optimizer)

    def build(n: Normalizer) -> tuple[Ratio, Ratio]:
        with n.binding(t, n.field.subtract(n.counter, n.field.number(1))):
            left, right = n(claim.lhs), n(claim.rhs)
            before = n.field.difference(left, right)
        if not (_never_zero(n, left.den) and _never_zero(n, right.den)):
            raise Undecidable("the claim may have no value at t - 1")
        now = n.field.difference(n(claim.lhs), n(claim.rhs))
        return _substituted(n, now, before), n.field.number(0)

    step = prove(budget, lambda: Unrolled(optimizer, kept=kept, first_step=2), build)
    return None if step is None else base + step


def _substituted(n: Normalizer, now: Poly, before: Poly) -> Ratio:
    """A non-zero multiple of ``now``, with one quantity eliminated by ``before`` = 0."""
    field = n.field
    for generator in reversed(field.used(before)):
        if not _eliminable(generator) or before.degrees()[generator.slot] != 1:
            continue
        slope = before.derivative(generator.slot)
        rest = before - slope * field.poly(generator)
        if not _never_zero(n, slope):
            continue
        degree = now.degrees()[generator.slot]
        total, power = field.zero, now
        # Horner's rule for now(x) at x = -rest/slope, times slope**degree.
        coefficients = _coefficients(n, power, generator, degree)
        for k in range(degree, -1, -1):
            total = field.times(total, -rest) + field.times(coefficients[k], _power(n, slope, degree - k))
        return Ratio(field.reduce(total), field.one)
    raise Undecidable("the induction hypothesis cannot be solved for a state or a sum")


def _power(n: Normalizer, p: Poly, k: int) -> Poly:
    return n.field.poly_power(p, k) if k else n.field.one


def _coefficients(n: Normalizer, p: Poly, generator: Generator, degree: int) -> list[Poly]:
    slot = generator.slot
    parts: list[dict[Any, Any]] = [{} for _ in range(degree + 1)]
    for monomial, coefficient in p.terms():
        parts[monomial[slot]][(*monomial[:slot], 0, *monomial[slot + 1 :])] = coefficient
    return [n.field.context.from_dict(part) for part in parts]


def _eliminable(g: Generator) -> bool:
    return isinstance(g.key, tuple) and g.key[0] in ("at", "sum", "product", "mean")


def _never_zero(n: Normalizer, p: Poly) -> bool:
    """Whether p is zero nowhere, but for a hyperparameter or a power of one being zero.

    There the identity holds by continuity: both sides are continuous in the hyperparameters.
    """
    for factor, _ in n.field.factors(p)[1]:
        used = n.field.used(factor)
        alone = len(factor) == 1 and all(g.power_of is not None or isinstance(g.key, sp.Symbol) for g in used)
        if 0 in n.signs.of(factor) and not alone:
            return False
    return True


def _by_a_simple_run(optimizer: Optimizer, claim: Any, budget: Budget) -> Witness | None:
    return witness.of_claim(optimizer, claim, budget, attempts=4)


def _by_any_run(optimizer: Optimizer, claim: Any, budget: Budget) -> Witness | None:
    if claim.has(Expect):
        return witness.of_claim(optimizer, claim, budget, attempts=2, random=True)
    return witness.of_claim(optimizer, claim, budget)


_METHODS: tuple[tuple[Method, str], ...] = (
    (_by_unrolling, "identity of rational functions, with every sequence unrolled by its definition"),
    (_by_a_simple_run, "a run of the definition"),
    (_by_closed_forms, "identity of rational functions, with linear recurrences written as sums (induction on t)"),
    (_by_induction, "induction on t: the case t = 1 and the step from t - 1 to t are identities of rational functions"),
    (_by_unrolling_further, "identity of rational functions, with every sequence unrolled by its definition"),
    (_by_any_run, "a run of the definition"),
)


# Signs


def sign_invariant(optimizer: Optimizer, sequence: Sequence, *, limit: float = 2.0) -> Verdict:
    """Whether a sequence keeps its declared sign, by induction on t.

    The induction is simultaneous: at step t every declared sign of a state is supposed at the
    steps before.
    """
    declared = frozenset(s.name for s in optimizer.states if _declared(s) is not None)
    wanted = _declared(sequence)
    if wanted is None:
        return Verdict(Status.UNDECIDED, reason=f"{sequence.name} declares no sign")
    statement = certificate.sign_statement(optimizer, sequence)
    try:
        # The signs supposed are only those that hold together: see kept_signs.
        kept = kept_signs(optimizer)
        cases = _keeps(optimizer, sequence, wanted, kept if sequence.name in kept else declared & kept, Budget(limit))
    except Undecidable as error:
        return Verdict(Status.UNDECIDED, reason=str(error))
    if cases is None:
        relation = sp.Gt if wanted == PLUS else sp.Ge
        found = witness.of_claim(optimizer, relation(sequence[t], 0, evaluate=False), Budget(limit))
        if found is not None:
            return Verdict(Status.REFUTED, argument="a run of the definition", witness=found)
        return Verdict(Status.UNDECIDED, reason="the sign of the right side is not clear from its form")
    argument = "induction on t: the sign holds at step 0, and at t if it holds at t - 1"
    return Verdict(
        Status.PROVED, argument=argument, certificate=certificate.Certificate(statement, argument, tuple(cases))
    )


@lru_cache(maxsize=256)
def kept_signs(optimizer: Optimizer) -> frozenset[str]:
    """The names of the states whose declared signs hold, shown by one simultaneous induction."""
    kept = {s.name: s for s in optimizer.states if _declared(s) is not None}
    while kept:
        supposed = frozenset(kept)
        lost = [s for s in kept.values() if not _safe_keeps(optimizer, s, supposed)]
        if not lost:
            break
        for s in lost:
            del kept[s.name]
    return frozenset(kept)


def _safe_keeps(optimizer: Optimizer, sequence: Sequence, supposed: frozenset[str]) -> bool:
    wanted = _declared(sequence)
    assert wanted is not None
    try:
        return _keeps(optimizer, sequence, wanted, supposed, Budget(2.0)) is not None
    except Undecidable:
        return False


def _declared(sequence: Sequence) -> Signs | None:
    if sequence.is_positive:
        return PLUS
    return NONNEGATIVE if sequence.is_nonnegative else None


def _keeps(
    optimizer: Optimizer, sequence: Sequence, wanted: Signs, supposed: frozenset[str], budget: Budget
) -> list[Case] | None:
    """The sign at step t from the supposed signs at t - 1, and at step 0."""

    def world() -> Unrolled:
        return Unrolled(optimizer, kept=supposed)

    step = prove(budget, world, lambda n: (n(sequence[t]), n.field.number(0)), asked=wanted)
    if step is None or sequence not in optimizer.init:
        return step if sequence not in optimizer.states else None
    start = prove(budget, world, lambda n: (n(sequence[0]), n.field.number(0)), asked=wanted)
    return None if start is None else step + start
