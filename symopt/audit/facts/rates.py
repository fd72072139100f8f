"""Errors from step to step, and how many steps or how large an error: short statements that live on their words."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symopt.audit.facts.growth import compared, growth_opinion, words_around
from symopt.audit.facts.order_terms import COUNTS, ERRORS, Written
from symopt.audit.facts.quantities import ERROR, ITERATIONS
from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.decide.orders import DOUBLE, SINGLE, Order
from symopt.derive.orders import STEPS
from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.read.notation import Statement
from symopt.rewrites import mended_latex

_RELATIONS = frozenset({"=", "~", "propto", "<="})


def remark_opinion(content: Statement, source: str, line: str, before: str) -> Opinion | None:
    """What is to be said of a short statement by the words around it; None where they do not tell."""
    words = words_around(source, line, before)
    if not content.steps:
        return growth_opinion(content.left, source, words)
    left, ((symbol, right), *more) = content.left, content.steps
    if more or symbol not in _RELATIONS:
        return None
    power = _contraction(left, right)
    if power is not None:
        error = Order.of(STEPS, -power, DOUBLE) if power > 1 else Order.of(STEPS, -1, SINGLE)
        found = compared(ERROR, Written(error, wrapped=True), source, words)
        if found is not None and found.verdict is Judgement.ERRATUM:
            plain = right.map(lambda n: n.args[0] if n.head == "pow" and n.args[0] == left.map(step_before) else None)
            start, end = right.span or (0, len(source))
            return replace(found, fix=f"{source[:start]}{mended_latex(right, plain, source)}{source[end:]}")
        return found if found is not None and found.verdict is Judgement.CORRECT else None
    if left.name in COUNTS and symbol != "<=":
        return growth_opinion(right, source, words, (ITERATIONS,))
    return growth_opinion(right, source, words, (ERROR,)) if is_gap(left) else None


def is_gap(term: Term) -> bool:
    """An error: of a value or a point, from the one that is sought; or a letter that is customary for it."""
    if term.head == "at":
        return term.name in ERRORS
    if term.head == "call" and term.name in ("abs", "norm"):
        return is_gap(term.args[0]) or term.args[0].name in ERRORS
    starred = any(n.name.endswith(("^*", r"^{*}", r"^\star", "_*", "_{opt}")) for n in term.nodes())
    return term.head == "add" and len(term.args) == 2 and term.args[1].head == "neg" and starred


def _contraction(left: Term, right: Term) -> Fraction | None:
    """The power p of ``e_{k+1} <= C e_k^p``; None for anything else."""
    if not is_gap(left):
        return None
    earlier = left.map(step_before)
    if earlier == left:
        return None
    powers = [n.args[1].value for n in right.nodes() if n.head == "pow" and n.args[0] == earlier]
    times = sum(1 for n in right.nodes() if n == earlier)
    if (
        times != 1
        or len(powers) > 1
        or (powers and powers[0] is None)
        or right.head not in ("mul", "pow", "at", "call")
    ):
        return None
    return powers[0] if powers else Fraction(1)


def step_before(node: Term) -> Term | None:
    """``e_k`` for ``e_{k+1}``."""
    if node.head == "at" and len(node.args) == 1:
        index = node.args[0]
        if index.head == "add" and len(index.args) == 2 and index.args[1] == T.number(1):
            return Term("at", (index.args[0],), node.name)
    return None
