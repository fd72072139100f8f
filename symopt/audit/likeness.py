"""How much a document's equations look like a definition's: what to try first, never what to believe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from symopt.audit.names import part
from symopt.language.terms import Term

Tally = frozenset[tuple[str, int]]
"""What stands in a formula, each with how often it has stood before."""

PLAIN = 0.25
"""What a sum, a product or a sign says of a formula; anything else says 1."""


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


def likest(side: Term, theirs: Mapping[str, Tally], parts: Mapping[str, str]) -> tuple[float, str]:
    """How much a formula looks like the likest of several that are given by their `tally`, from 0 to 1, and its name.

    Args:
        side: the formula.
        theirs: the others, by name.
        parts: what is known of the parts that its symbols play.
    """
    ours = tally(side, parts)
    alike = ((_weight(ours & other) / _weight(ours | other), name) for name, other in theirs.items())
    return max(alike, key=lambda found: found[0], default=(0.0, ""))


def _weight(marks: Tally) -> float:
    return sum(PLAIN if mark in ("add", "mul", "neg") else 1.0 for mark, _ in marks)


def tally(term: Term, parts: Mapping[str, str]) -> Tally:
    """The formula's operations, symbols and decimals, each with how often it has stood before."""
    seen: Counter[str] = Counter()
    found: set[tuple[str, int]] = set()
    for node in _nodes(term):
        if node.head in ("name", "at"):
            mark = parts.get(node.name) or part(node.name).strip()
        elif node.head == "number":
            mark = "decimal" if node.value is not None and node.value.denominator > 1 else ""
        else:
            mark = f"{node.head} {node.name}" if node.head == "call" else node.head
        if mark:
            seen[mark] += 1
            found.add((mark, seen[mark]))
    return frozenset(found)


def _nodes(term: Term) -> Iterator[Term]:
    """The nodes, without the insides of time indices."""
    yield term
    for arg in () if term.head == "at" else term.args:
        yield from _nodes(arg)
