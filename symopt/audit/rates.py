r"""Learning rates that are written as one over a constant of Lipschitz: one symbol, as which the methods have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symopt.audit.claims import Claim
from symopt.audit.names import RATE
from symopt.language import terms as T
from symopt.language.terms import Term

_CONSTANT = "L"


def with_rates(claims: Sequence[Claim]) -> list[Claim]:
    """The claims with 1/L, where L stands for nothing else, as a symbol."""
    return [_with_rate(c) if _CONSTANT in c.names else c for c in claims]


def _with_rate(claim: Claim) -> Claim:
    right = claim.right.map(_named)
    return claim if _CONSTANT in right.names() | claim.left.names() else replace(claim, right=right)


def _named(node: Term) -> Term | None:
    if node.head != "div" or node.args[0].value != 1 or node.args[1].head != "name" or node.args[1].name != _CONSTANT:
        return None
    return replace(T.name(RATE), span=node.span)
