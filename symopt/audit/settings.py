r"""Arithmetic with what a setting gives: ``\frac{1}{1-\beta} = 10`` beside ``\beta = 0.9``.

A number that holds for some value given nearby is right. It is wrong only where the symbol has one value nearby, given
on the formula's own line or the one before, for another method may have another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.audit.numbers import arithmetic_opinion, exact
from symopt.audit.plain import is_setting
from symopt.language.terms import Term
from symopt.read.notation import Statement, Unread

Settings = Sequence[tuple[int, str, Fraction]]
"""The line, the symbol and the value of every setting of a document, in order."""


def settings(contents: Sequence[tuple[int, Statement | Unread]]) -> Settings:
    """What formulas such as ``\\beta = 0.9`` give, with their lines."""
    return [
        (line, content.left.name, value)
        for line, content in contents
        if isinstance(content, Statement)
        and content.left.head == "name"
        and len(content.steps) == 1
        and content.steps[0][0] in ("=", "~")
        and (value := _plain(content.steps[0][1])) is not None
    ]


def settled_opinion(content: Statement, source: str, line: int, given: Settings, reach: int) -> Opinion | None:
    """The verdict on a formula whose only symbol has a value nearby; None for anything else.

    Args:
        content: the formula.
        source: its text.
        line: where it stands.
        given: the document's settings.
        reach: how many lines above it they may stand.
    """
    names = frozenset(n for side in _sides(content) for n in side.names())
    if len(names) != 1 or not content.steps or content.also or is_setting(content):
        return None
    (name,) = names
    near = [(at, value) for at, symbol, value in given if symbol == name and line - reach <= at <= line]
    values = dict.fromkeys(value for _, value in near)
    opinions = [arithmetic_opinion(_with(content, {name: value}), source) for value in values]
    right = next((o for o in opinions if o is not None and o.verdict is Judgement.CORRECT), None)
    if right is not None:
        return right
    beside = any(line - at <= 1 for at, _ in near)
    return opinions[0] if len(values) == 1 and beside else None


def _plain(term: Term) -> Fraction | None:
    return exact(term) if term.head == "number" else None


def _sides(content: Statement) -> list[Term]:
    return [content.left, *(right for _, right in content.steps)]


def _with(content: Statement, values: Mapping[str, Fraction]) -> Statement:
    def put(node: Term) -> Term | None:
        value = values.get(node.name) if node.head == "name" else None
        return None if value is None else Term("number", value=value, span=node.span)

    steps = tuple((sign, right.map(put)) for sign, right in content.steps)
    return replace(content, left=content.left.map(put), steps=steps)
