r"""Sequences with two indices, as wrappers print them: ``\theta_{t,i}`` for inner step i of outer step t.

The definitions count inner steps alone, so an outer step is told at the inner step that ends it:
``\theta_{t,k}`` is what the inner optimizer has made by then, ``\theta_{t,0}`` where it starts again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from symopt.audit.claims import Claim
from symopt.language import terms as T
from symopt.language.terms import Term


def flattened(claims: Sequence[Claim]) -> list[Claim]:
    """The claims with one index for each sequence, where two can be told apart; the others as they are."""
    return [_flat(claim) if _is_nested(claim) else claim for claim in claims]


def fast(name: str) -> str:
    """What the inner optimizer has made of the parameters by the end of an outer step."""
    return rf"\tilde{{{name}}}"


def _is_nested(claim: Claim) -> bool:
    return any(len(n.args) == 2 for side in (claim.left, claim.right) for n in side.nodes() if n.head == "at")


def _flat(claim: Claim) -> Claim:
    left = claim.left
    if left.head == "at" and len(left.args) == 2:
        outer, inner = left.args
        if inner == T.number(0):
            return _restarted(claim, left.name)
        if inner.head == "name" and inner.name in claim.clocks and _shares(claim, outer):
            return _mapped(claim, lambda n: T.at(n.name, n.args[1]))
    return _mapped(claim, lambda n: T.at(fast(n.name), n.args[0]) if n.args[1].head == "name" else None)


def _shares(claim: Claim, outer: Term) -> bool:
    """Whether every value with two indices belongs to the same outer step."""
    nested = [n for side in (claim.left, claim.right) for n in side.nodes() if n.head == "at" and len(n.args) == 2]
    return all(n.args[0] == outer for n in nested)


def _restarted(claim: Claim, name: str) -> Claim:
    """Where an outer step starts, told at the step before, which it takes its start from."""

    def later(node: Term) -> Term | None:
        if node.head != "at":
            return None
        if len(node.args) == 2:
            return T.at(node.name, node.args[0]) if node.name == name else None
        index = node.args[0]
        if index.head == "add" and index.args[1:] == (T.neg(T.number(1)),):
            return T.at(node.name, index.args[0])
        return T.at(node.name, T.add(index, T.number(1)))

    return replace(claim, left=claim.left.map(later), right=claim.right.map(later))


def _mapped(claim: Claim, change: Callable[[Term], Term | None]) -> Claim:
    def once(node: Term) -> Term | None:
        nested = node.head == "at" and len(node.args) == 2
        return change(node) if nested else None

    return replace(claim, left=claim.left.map(once), right=claim.right.map(once))
