"""Whether a comparison of two expressions holds wherever both are defined.

A comparison is read off the signs of its difference's factors. Where that needs what is assumed,
an assumption p >= 0 that is linear in a symbol x with a slope of known sign is used up: x is
written through a slack w >= 0 with p = w, which says the same, and the signs are read off anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sympy as sp

from symopt.decide import certificate, witness
from symopt.decide.budget import Budget, Undecidable
from symopt.decide.decision import RELATION_SIGNS, Case, prove
from symopt.decide.evaluate import Evaluator, precision
from symopt.decide.identity import TOO_DEEP, proved, settle
from symopt.decide.normal import Normalizer
from symopt.decide.ranges import MINUS, PLUS, Signs
from symopt.decide.verdict import Status, Verdict
from symopt.decide.world import FreeWorld
from symopt.language.symbols import At, Hyper, HyperSymbol

MAX_TRIED = 60
"""Systems of assumptions that are tried until the signs are clear."""
System = tuple[Any, tuple[tuple[Any, str], ...]]
"""A claim, and what is assumed, each by a name of its own."""
_STRICT = (sp.StrictGreaterThan, sp.StrictLessThan)
_DOWNWARD = (sp.StrictLessThan, sp.LessThan)


def holds(
    claim: Any, *, hypers: Iterable[Hyper | HyperSymbol] = (), assuming: Iterable[Any] = (), limit: float = 2.0
) -> Verdict:
    """Whether the comparison holds at every point where both sides are defined as real numbers.

    Symbols, values of sequences and the gradient mean what they mean in ``identity``.

    Args:
        claim: ``Eq``, ``Gt``, ``Ge``, ``Lt``, ``Le`` of two expressions, made with ``evaluate=False``.
        hypers: hyperparameters whose domains replace what symbols of equal name assume.
        assuming: comparisons taken as true, such as ``x > 0``.
        limit: seconds of processor time until the verdict is undecided.

    Returns:
        The verdict; proved by the signs of polynomials, refuted by small numbers.
    """
    if type(claim) not in RELATION_SIGNS:
        reason = f"{claim} is not a comparison; make it with evaluate=False"
        return Verdict(Status.UNDECIDED, reason=reason)
    domains: dict[Any, Any] = {h.name: h.symbol if isinstance(h, Hyper) else h for h in hypers}
    named: dict[Any, Any] = {s: domains[s.name] for s in claim.free_symbols if getattr(s, "name", None) in domains}
    claim = _replaced(claim, named)
    given = tuple(_replaced(a, named) for a in assuming if a != sp.true)
    half = Budget(limit / 2)
    argument = "identity of rational functions" if isinstance(claim, sp.Eq) else "signs of polynomials"
    statement = certificate.relation_statement(claim, given)
    try:
        if _holds_of_numbers(claim, half):
            return proved("numbers enclosed in balls", statement, [])
        return settle(
            lambda: _proof(claim, given, half), lambda: witness.of_relation(claim, given, Budget(limit / 2)),
            argument, statement,
        )  # fmt: skip
    except RecursionError:
        return Verdict(Status.UNDECIDED, reason=TOO_DEEP)


def _proof(claim: Any, given: tuple[Any, ...], budget: Budget) -> list[Case] | None:
    """The cases that settle the claim: with the assumptions as they are, then with some of them used up."""
    reason: Undecidable | None = None
    pending: list[System] = [(claim, tuple((relation, str(place)) for place, relation in enumerate(given, start=1)))]
    seen: set[Any] = set()
    while pending and len(seen) < MAX_TRIED:
        claim, named = pending.pop()
        if (claim, frozenset(named)) in seen:
            continue
        seen.add((claim, frozenset(named)))
        try:
            found = _read_off(claim, tuple(relation for relation, _ in named), budget)
        except Undecidable as error:
            found, reason = None, reason or error
        if found is not None:
            return found
        pending += reversed(list(_used_up(claim, named, budget)))
    if reason is not None:
        raise reason
    return None


def _holds_of_numbers(claim: Any, budget: Budget) -> bool:
    """Whether both sides are numbers, and balls that enclose them compare as claimed."""
    if isinstance(claim, sp.Eq) or claim.free_symbols or claim.atoms(At):
        return False
    try:
        with precision():
            return Evaluator(witness.FreeModel(witness.Choice(0), 1), budget).holds(claim)
    except Undecidable:
        return False


def _read_off(claim: Any, given: tuple[Any, ...], budget: Budget) -> list[Case] | None:
    def build(n: Normalizer) -> Any:
        return n(claim.lhs), n(claim.rhs)

    return prove(budget, FreeWorld, build, assuming=given, asked=RELATION_SIGNS[type(claim)])


def _used_up(claim: Any, named: tuple[tuple[Any, str], ...], budget: Budget) -> Iterator[System]:
    """The claim and the other assumptions after one assumption was solved for one of the claim's symbols."""
    for place, (relation, name) in enumerate(named):
        rest = named[:place] + named[place + 1 :]
        # One symbol's own bound is a range already, and tells nothing more as a slack.
        if isinstance(relation, sp.Ne) or len(_read(relation)) < 2:
            continue
        for symbol in sorted(_read(relation) & _read(claim), key=str):
            value = _solved(relation, symbol, f"slack {name}", tuple(other for other, _ in rest), budget)
            if value is None:
                continue
            own = () if str(symbol).startswith("slack ") else _domain(symbol)
            bounds = tuple((bound, f"{symbol} {k}") for k, bound in enumerate(own))
            changed = tuple((_substituted(e, symbol, value), called) for e, called in (*rest, *bounds))
            yield _substituted(claim, symbol, value), changed


def _read(e: Any) -> set[Any]:
    return e.free_symbols - {s for a in e.atoms(At) for s in a.free_symbols}


def _substituted(e: Any, symbol: Any, value: Any) -> Any:
    return _replaced(e, {symbol: value})


def _replaced(e: Any, values: dict[Any, Any]) -> Any:
    # SymPy evaluates a comparison that it can, with assumptions as good as ours; the claim must stay one.
    return e.func(e.lhs.xreplace(values), e.rhs.xreplace(values), evaluate=False)


def _solved(relation: Any, symbol: Any, name: str, others: tuple[Any, ...], budget: Budget) -> Any:
    """The value of the symbol at which the relation's sides differ by the slack; None where that is not linear."""
    difference = relation.lhs - relation.rhs
    if isinstance(relation, _DOWNWARD):
        difference = -difference
    top, bottom = sp.fraction(sp.together(difference))
    if not top.is_polynomial(symbol) or bottom.has(symbol):
        return None
    parts = sp.Poly(top, symbol)
    if parts.degree() != 1:
        return None
    slope, rest = parts.all_coeffs()
    signs: Signs | None = _strict_sign(slope / bottom, others, budget)
    if signs is None:
        return None
    if isinstance(relation, sp.Eq):
        slack: Any = sp.S.Zero
    elif isinstance(relation, _STRICT):
        slack = sp.Symbol(name, positive=True)
    else:
        slack = sp.Symbol(name, nonnegative=True)
    budget.check()
    return sp.cancel((slack * bottom - rest) / slope)


def _strict_sign(e: Any, others: tuple[Any, ...], budget: Budget) -> Signs | None:
    for signs in (PLUS, MINUS):
        try:
            if prove(budget, FreeWorld, lambda n: (n(e), n.field.number(0)), assuming=others, asked=signs) is not None:
                return signs
        except Undecidable:
            budget.check()
    return None


def _domain(symbol: Any) -> Iterator[Any]:
    """What the symbol's own domain says, as comparisons."""
    domain = symbol.domain if isinstance(symbol, HyperSymbol) else None
    if isinstance(domain, sp.Interval):
        if domain.start.is_finite:
            yield (sp.Gt if domain.left_open else sp.Ge)(symbol, domain.start, evaluate=False)
        if domain.end.is_finite:
            yield (sp.Lt if domain.right_open else sp.Le)(symbol, domain.end, evaluate=False)
    elif symbol.is_positive:
        yield sp.Gt(symbol, 0, evaluate=False)
    elif symbol.is_nonnegative:
        yield sp.Ge(symbol, 0, evaluate=False)
    elif symbol.is_negative:
        yield sp.Lt(symbol, 0, evaluate=False)
    elif symbol.is_nonpositive:
        yield sp.Le(symbol, 0, evaluate=False)
