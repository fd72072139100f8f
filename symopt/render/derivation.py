"""A derivation for a terminal: each step with its rule and its verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from symopt.derive.derivation import Derivation
from symopt.language.plain import lines, plain


def to_text(derivations: Iterable[Derivation]) -> str:
    """Derivations as plain text, one after another."""
    return "\n\n".join("\n".join(_lines(d)) for d in derivations) + "\n"


def _lines(d: Derivation) -> Iterator[str]:
    yield f"{d.title} ({d.guarantee.value}; {d.status.value})"
    if d.source:
        yield f"  {d.source}"
    for assumption in d.assumptions:
        yield f"  assuming {assumption}"
    previous: Any = None
    for step in d.steps:
        if step.before != previous:
            yield from (f"    {line}" for line in lines(step.before))
        yield f"  {step.rule}: {step.verdict.status.value}"
        yield from (f"    {line}" for line in lines(step.after))
        previous = step.after
    if d.error is not None:
        yield f"  up to an error of {plain(d.error)}"
    for remark in d.remarks:
        yield f"  {remark}"
