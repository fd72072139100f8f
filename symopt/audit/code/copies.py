"""Lines copied from one parameter to another in which a name was not changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from symopt.audit.code.chains import Chain
from symopt.audit.code.equations import Step
from symopt.audit.code.slips import FOREIGN, sentence
from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.read.code.memory import last

Copied = tuple[tuple[int, int], str, Opinion]
"""Where a statement stands, its text, and what is to be said of it."""


def copied(text: str, step: Step, found: Sequence[Chain]) -> Iterator[tuple[Chain, Copied]]:
    """The statements that use another parameter's value though their own parameter has one of the same name."""
    for chain in found:
        for other in found:
            if other is not chain:
                yield from ((chain, c) for c in _foreign(text, step, chain, other))


def _foreign(text: str, step: Step, chain: Chain, other: Chain) -> Iterator[Copied]:
    theirs, ours = last(other.parameter), last(chain.parameter)
    name = re.escape(theirs)
    token = re.compile(rf"(?<![A-Za-z]){name}(?![A-Za-z])|(?<=_){name}$|(?<=^d){name}$")
    for key in chain.keys:
        definition = step.definitions[key]
        if token.sub(ours, definition.slot) != definition.slot:
            continue
        used = {node.name for node in definition.right.nodes()}
        for node in definition.right.nodes():
            if node.name == other.parameter and chain.parameter in used:
                continue  # beside its own parameter it is no copy: a gradient that has noise added to it, say
            own = token.sub(ours, node.name)
            if node.head != "at" or own == node.name or own not in step.definitions or not definition.span:
                continue
            if node.name in other.keys and node.span is not None and definition.right.head != "grad":
                start, end = definition.span
                fix = text[start : node.span[0]] + own + text[node.span[1] : end]
                yield definition.span, text[start:end], Opinion(
                    Judgement.ERRATUM, rewrite=FOREIGN, explanation=sentence(FOREIGN), fix=fix,
                )  # fmt: skip
