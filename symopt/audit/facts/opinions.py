"""One formula, asked of everything that is known apart from elementwise methods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symopt.audit.facts.activations import NAMES as ACTIVATIONS
from symopt.audit.facts.backpropagation import layer_opinion
from symopt.audit.facts.checks import check_opinion
from symopt.audit.facts.conditioned_rates import conditioned
from symopt.audit.facts.line_searches import line_search_opinion
from symopt.audit.facts.losses import SIGMOID_OUTPUT, loss_opinion, stated_losses
from symopt.audit.facts.numbers import number_opinion
from symopt.audit.facts.penalties import shape_opinion
from symopt.audit.facts.rates import remark_opinion
from symopt.audit.facts.series import series_opinion
from symopt.audit.facts.updates import update_opinion
from symopt.audit.facts.vector_series import vector_series_opinion
from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion, least_charitable
from symopt.audit.numbers import names_only
from symopt.language.terms import Term
from symopt.read.notation import Statement

MAX_NODES = 400
"""A formula longer than this is none of these."""


@dataclass(frozen=True)
class Around:
    """Where a formula stands.

    Args:
        line: the text of its line.
        before: the text of the lines above it, as far as the last heading, at most a few.
        stated: the losses, by name, that formulas above it write down.
        uphill: whether the text speaks of a likelihood, or of climbing.
    """

    line: str = ""
    before: str = ""
    stated: frozenset[str] = frozenset()
    uphill: bool = False


def fact_opinion(content: Statement, source: str, around: Around) -> Opinion | None:
    """What is to be said of a formula; None where it is none of the statements that are known."""
    statements = [content, *content.also]
    if sum(1 for s in statements for side in _sides(s) for _ in side.walk()) > MAX_NODES:
        return None
    said = [o for s in statements for o in _each(s, source, around)]
    found = [o for o in said if o is not None]
    if not found:
        text = f"{around.before}\n{around.line}"
        other = number_opinion(content, source, text) or check_opinion(content, source, text) or conditioned(content)
        if other is not None:
            return other
        return remark_opinion(content, source, around.line, around.before)
    whole = len(found) == len(said) >= len(statements)
    if not whole and all(o.verdict is not Judgement.ERRATUM for o in found):
        return None  # one part of a chain that nobody knows says nothing for the whole
    judged = [o for o in found if o.verdict is not Judgement.GIVEN]
    return least_charitable(judged) if judged else found[0]


def stated_by(content: Statement, source: str) -> frozenset[str]:
    """The losses that a formula writes down, by name."""
    pairs = [(s.left, right) for s in (content, *content.also) for symbol, right in s.steps if symbol == "="]
    try:
        return frozenset(name for left, right in pairs for name in stated_losses(left, right, source))
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError):
        return frozenset()  # SymPy's answer to mathematics that nobody writes


def newest(before: frozenset[str], now: frozenset[str]) -> frozenset[str]:
    """What a section has stated: the loss and the activation that it wrote down last, whether outputs are sigmoids."""

    def kind(name: str) -> str | bool:
        return name if name == SIGMOID_OUTPUT else name in ACTIVATIONS

    said = {kind(name) for name in now}
    return now | {name for name in before if name == SIGMOID_OUTPUT or kind(name) not in said}


def _sides(statement: Statement) -> list[Term]:
    return [statement.left, *(right for _, right in statement.steps)]


Step = Callable[[], Opinion | None]


def _each(statement: Statement, source: str, around: Around) -> list[Opinion | None]:
    """What is said of each side of a chain, held against the first; sides that only name it again are left out."""
    steps = [(right, _relation(statement.left, symbol, right, statement.clocks, source, around))
             for symbol, right in statement.steps]  # fmt: skip
    return [opinion for right, opinion in steps if opinion is not None or len(steps) == 1 or not names_only(right)]


def _relation(
    left: Term, symbol: str, right: Term, clocks: frozenset[str], source: str, around: Around
) -> Opinion | None:
    if symbol not in ("=", "~"):
        words = "" if around.uphill else f"{around.before}\n{around.line}"
        return line_search_opinion(left, symbol, right, source, words)
    if symbol == "=" and _is_zero(right) and left.head in ("call", "grad") and left.name not in ("abs", "norm"):
        return Opinion(Judgement.GIVEN)
    tried: tuple[Step, ...] = (
        lambda: vector_series_opinion(left, symbol, right, clocks, source),
        lambda: series_opinion(left, symbol, right, source),
        lambda: layer_opinion(left, right, source),
        lambda: loss_opinion(left, right, source, stated=around.stated, uphill=around.uphill),
        lambda: shape_opinion(left, right),
        lambda: _unless_climbing(update_opinion(left, right, clocks, source), around),
    )
    return next((o for o in (step() for step in tried) if o is not None), None)


def _unless_climbing(opinion: Opinion | None, around: Around) -> Opinion | None:
    """The opinion; none on a step up along a metric's inverse, a natural gradient's, where the text climbs."""
    if opinion is None or opinion.rewrite != "sign flipped" or not around.uphill:
        return opinion
    return None if {"A", "B", "G"} & (opinion.reading or {}).keys() else opinion


def _is_zero(term: Term) -> bool:
    return term.head == "number" and term.value == 0
