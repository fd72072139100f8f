"""Formulas that need no definition to be judged: settings, notation, arithmetic, and what was not read."""

from __future__ import annotations

from symopt.audit.findings import Judgement
from symopt.audit.geometric import geometric_opinion
from symopt.audit.judge import Opinion
from symopt.audit.numbers import arithmetic_opinion, exact
from symopt.language.terms import Term
from symopt.read.notation import Statement, Unread

GIVEN = Opinion(Judgement.GIVEN)
"""What is said of a formula that claims nothing."""


def plain_opinion(content: Statement | Unread, source: str) -> Opinion | None:
    """The verdict on a formula that can be judged by itself; None for one that claims something of a method."""
    if isinstance(content, Unread):
        return Opinion(Judgement.UNREAD, explanation=f"Column {content.offset + 1} of the formula: {content.reason}.")
    if not content.steps:
        return GIVEN
    worked = arithmetic_opinion(content, source) or _geometric(content, source)
    if worked is not None:
        return worked
    return GIVEN if is_setting(content) or _counts_on(content) else None


def is_setting(content: Statement) -> bool:
    """Whether a formula only gives a symbol a value, a range or a name in words, or remarks on its size."""
    return all(_sets(content.left, symbol, right) for symbol, right in content.steps)


def starts(content: Statement | Unread) -> bool:
    """Whether a formula gives a sequence's first value by a number, or by another's first value."""
    if isinstance(content, Unread) or not content.steps:
        return False
    sides = [content.left, *(right for _, right in content.steps)]
    return _is_first(content.left) and all(
        symbol == "=" and (exact(side) is not None or _is_first(side)) for (symbol, _), side
        in zip(content.steps, sides[1:], strict=True)
    )  # fmt: skip


def _is_first(term: Term) -> bool:
    return term.head == "at" and all(a.value in (0, 1, -1) for a in term.args)


def _counts_on(content: Statement) -> bool:
    """Whether a formula only counts the steps: ``t = t + 1``."""
    return content.left.head == "name" and content.left.name in content.clocks and all(
        symbol == "=" and right.names() == frozenset({content.left.name}) for symbol, right in content.steps
    )  # fmt: skip


def _sets(left: Term, symbol: str, right: Term) -> bool:
    if symbol == "=":
        return left.head in ("name", "number") and (exact(right) is not None or _is_listing(right))
    return symbol != "propto" and (exact(right) is not None or right.head in ("name", "at"))


def _is_listing(term: Term) -> bool:
    """Words, or values listed: ``1, 2, \\dots``."""
    return (term.head == "name" and " " in term.name) or (term.head == "call" and term.name in ("list", "set"))


def _geometric(content: Statement, source: str) -> Opinion | None:
    """A single equation between geometric sums and closed forms."""
    if len(content.steps) != 1 or content.steps[0][0] != "=" or content.also:
        return None
    return geometric_opinion(content.left, content.steps[0][1], source)
