"""Whether two expressions are equal wherever both are defined."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sympy as sp

from symopt.decide import certificate, witness
from symopt.decide.budget import Budget, Undecidable
from symopt.decide.decision import Case, prove
from symopt.decide.verdict import Status, Verdict
from symopt.decide.world import FreeWorld
from symopt.language.symbols import Hyper, HyperSymbol

DIFFER = "the normal forms differ, and no witness was found"
TOO_DEEP = "the expression is nested too deeply"


def identity(
    lhs: sp.Expr,
    rhs: sp.Expr,
    *,
    hypers: Iterable[Hyper | HyperSymbol] = (),
    assuming: Iterable[Any] = (),
    limit: float = 2.0,
) -> Verdict:
    """Whether lhs = rhs at every point where both are defined as real numbers.

    Every symbol is a real number, within its assumptions and, for a hyperparameter, its domain;
    t counts 1, 2, ...; values of sequences at different steps are free quantities, whose
    declared signs hold; the gradient is a function of its point; 0**0 is 1.

    Args:
        lhs: an expression.
        rhs: an expression.
        hypers: hyperparameters whose domains replace what symbols of equal name assume.
        assuming: comparisons taken as true, such as ``x > 0``.
        limit: seconds of processor time until the verdict is undecided.

    Returns:
        The verdict; proved by an identity of rational functions, refuted by small numbers.
    """
    try:
        return _identity(sp.sympify(lhs, strict=True), sp.sympify(rhs, strict=True), hypers, assuming, Budget(limit))
    except RecursionError:
        return Verdict(Status.UNDECIDED, reason=TOO_DEEP)


def _identity(
    left: Any, right: Any, hypers: Iterable[Hyper | HyperSymbol], assuming: Iterable[Any], budget: Budget
) -> Verdict:
    domains = {h.name: h.symbol if isinstance(h, Hyper) else h for h in hypers}
    named: dict[Any, Any] = {
        s: domains[s.name] for s in left.free_symbols | right.free_symbols if getattr(s, "name", None) in domains
    }
    if any(s != h for s, h in named.items()):
        left, right = left.xreplace(named), right.xreplace(named)
    given = tuple(a.xreplace(named) for a in assuming)
    return settle(
        lambda: prove(budget, FreeWorld, lambda n: (n(left), n(right)), assuming=given),
        lambda: witness.of_identity(left, right, given, budget),
        "identity of rational functions", certificate.identity_statement(left, right, given),
    )  # fmt: skip


def settle(
    proof: Callable[[], list[Case] | None], refutation: Callable[[], Any], argument: str, statement: Any
) -> Verdict:
    """Try the proof, then the refutation; say why neither succeeds."""
    reason = DIFFER
    try:
        cases = proof()
        if cases is not None:
            return proved(argument, statement, cases)
    except Undecidable as error:
        reason = str(error)
    except RecursionError:
        reason = TOO_DEEP
    try:
        found = refutation()
    except (Undecidable, RecursionError):
        found = None
    if found is not None:
        return Verdict(Status.REFUTED, argument="a witness", witness=found)
    return Verdict(Status.UNDECIDED, reason=reason)


def proved(argument: str, statement: Any, cases: list[Case]) -> Verdict:
    if len(cases) > 1:
        argument += f", in each of {len(cases)} cases"
    made = certificate.Certificate(statement, argument, tuple(cases))
    return Verdict(Status.PROVED, argument=argument, certificate=made)
