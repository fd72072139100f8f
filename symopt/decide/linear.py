"""Whether two expressions of vectors and matrices are equal, for every number of dimensions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp

from symopt.decide import certificate, linear_witness
from symopt.decide.budget import Budget, Undecidable
from symopt.decide.decision import Case
from symopt.decide.identity import identity
from symopt.decide.verdict import Status, Verdict, Witness
from symopt.decide.words import Words
from symopt.language.dimensions import ShapeError, dimensions

ARGUMENT = "normal forms of products of vectors and matrices of any size"


def linear_identity(
    left: Any,
    right: Any,
    *,
    given: Iterable[Any] = (),
    symmetric: Iterable[Any] = (),
    limit: float = 5.0,
) -> Verdict:
    """Whether left = right for vectors and matrices of every size for which both sides are defined.

    Args:
        left, right: expressions of the definition language's vector side; values of sequences at different steps
            are free.
        given: equations taken as true, such as ``Eq(dot(p, A * q), 0)``.
        symmetric: matrices that equal their transposes.
        limit: seconds of processor time until the verdict is undecided.

    Returns:
        The verdict: proved by identities of the numbers before each product; refuted, where nothing is given, by
        matrices of small whole numbers.
    """
    given, symmetric = tuple(given), tuple(symmetric)
    left, right = sp.sympify(left, strict=True), sp.sympify(right, strict=True)
    try:
        shapes = {dimensions(side) for side in (left, right) if side != 0}
        if len(shapes) > 1:
            return Verdict(Status.UNDECIDED, reason="the sides have different shapes")
        cases, reason = _cases(left, right, given, symmetric, Budget(limit))
    except (Undecidable, ShapeError) as error:
        cases, reason = None, str(error)
    except RecursionError:
        cases, reason = None, "the expression is nested too deeply"
    if cases is not None:
        statement = certificate.linear_statement(left, right, given, symmetric)
        return Verdict(
            Status.PROVED, argument=ARGUMENT, certificate=certificate.Certificate(statement, ARGUMENT, tuple(cases))
        )
    witness = None if given else linear_witness.find(left, right, symmetric)
    if witness is not None:
        return Verdict(Status.REFUTED, argument="a witness", witness=witness)
    return Verdict(Status.UNDECIDED, reason=reason)


def misfit(reason: str) -> Verdict:
    """The refutation of a formula whose shapes disagree: it has no value, so no numbers are needed.

    Args:
        reason: which shapes disagree, as `dimensions` or a reader found.
    """
    nothing = Witness({}, None, f"no value: {reason}", "shapes that fit")
    return Verdict(Status.REFUTED, argument="the shapes disagree", witness=nothing)


def _cases(
    left: Any, right: Any, given: tuple[Any, ...], symmetric: tuple[Any, ...], budget: Budget
) -> tuple[list[Case] | None, str]:
    words = Words(budget, frozenset(symmetric))
    # An inverse of a sum brings rules that hypotheses may meet, so both are made before they are used.
    words(left - right)
    for hypothesis in given:
        words.suppose(hypothesis.lhs, hypothesis.rhs)
    cases: list[Case] = []
    for word, scale in words(left - right).items():
        budget.check()
        verdict = identity(scale, sp.Integer(0), limit=max(0.1, budget.left))
        if not verdict.proved or verdict.certificate is None:
            product = " ".join(map(str, word)) or "the numbers"
            return None, f"the two sides differ in {product}: {verdict.reason or 'a number in front is not zero'}"
        cases += verdict.certificate.cases
    return cases, ""
