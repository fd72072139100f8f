"""How much a document's equations look like a definition's: what to try first, never what to believe."""

from __future__ import annotations

from collections.abc import Iterable

from symopt.audit.names import part
from symopt.language.terms import Term


def likeness(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """Between 0 and 1: what share of all marks the two have in common."""
    return len(ours & theirs) / len(ours | theirs) if ours or theirs else 0.0


def marks_of(terms: Iterable[Term]) -> frozenset[str]:
    """The operations in the terms, and the parts that their symbols customarily play."""
    return frozenset(x for term in terms for x in _marks(term))


def _marks(term: Term) -> Iterable[str]:
    for node in term.nodes():
        if node.head in ("name", "at"):
            yield part(node.name)
        elif node.head == "call":
            yield f"call {node.name}"
        elif node.head in ("pow", "div", "grad", "cases", "sum"):
            yield node.head
