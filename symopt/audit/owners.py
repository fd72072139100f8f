r"""Formulas copied from one parameter to another: ``V_{dW} = \beta V_{dW} + (1-\beta)\,db``.

Where a document updates several parameters side by side, a gradient or an average says in its name whose it
is: dW, ``S_{db}``, ``v_w``. An equation for one parameter that is right but for a symbol of another has not
been changed everywhere when it was copied.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sympy as sp

from symopt.audit.claims import Claim
from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.decide.identity import identity
from symopt.decide.verdict import Status
from symopt.language.convert import to_sympy
from symopt.language.terms import Term
from symopt.rewrites import mended_latex

COPIED = "symbol of another parameter"
_RIGHT = frozenset({Judgement.CORRECT, Judgement.VARIANT, Judgement.INCOMPLETE})
_OWNED = re.compile(
    r"(?P<before>d\s?|.+_\{?d?|.+\^\{?)(?P<owner>[A-Za-z]|\\[a-z]+)(?P<after>\}?(?:\^\{?[a-z]{2,}\}?)?)"
)


@dataclass(frozen=True)
class Owners:
    """Which symbols of a document belong to which of its parameters.

    Args:
        params: the parameters that it updates.
        names: every symbol that it has.
    """

    params: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, claims: Sequence[Claim], updates: Iterable[int]) -> Owners:
        names = frozenset(n for c in claims for n in c.names)
        return cls(frozenset(claims[i].name for i in updates), names)

    @cached_property
    def several(self) -> bool:
        """Whether at least two parameters have symbols of their own."""
        return len({self.owner(n) for n in self.names - self.params} & self.params) > 1

    def owner(self, name: str) -> str:
        """The parameter that a symbol belongs to, or ""."""
        if name in self.params:
            return name
        match = _OWNED.fullmatch(name)
        return match["owner"] if match and match["owner"] in self.params else ""

    def moved(self, name: str, owner: str) -> str:
        """The symbol of another parameter that plays the same part, or "" where the document has none."""
        match = _OWNED.fullmatch(name)
        own = owner if name in self.params else f"{match['before']}{owner}{match['after']}" if match else ""
        return own if own in self.names or (match and match["before"] == "d") else ""

    def mended(self, claim: Claim) -> Claim | None:
        """The equation with every symbol of another parameter put right; None where it has none."""
        owner = self.owner(claim.name)
        if not owner:
            return None

        def own(node: Term) -> Term | None:
            foreign = self.owner(node.name) if node.head in ("name", "at") else ""
            new = self.moved(node.name, owner) if foreign not in ("", owner) else ""
            return replace(node, name=new, span=None) if new else None

        right = claim.right.map(own)
        return None if right == claim.right else replace(claim, right=right)


def judged(claim: Claim, opinion: Opinion, owners: Owners) -> Opinion:
    """The opinion on an equation, unless it is right only for another parameter."""
    if opinion.verdict not in _RIGHT or not owners.several:
        return opinion
    mended = owners.mended(claim)
    if mended is None:
        return opinion
    verdict = identity(_sympy(mended.right), _sympy(claim.right))
    if verdict.status is not Status.REFUTED or verdict.witness is None:
        return opinion
    right = mended_latex(claim.right, mended.right, claim.source)
    left = mended_latex(claim.left, claim.left, claim.source)
    between = claim.source[claim.left.span[1] : claim.right.span[0]] if claim.left.span and claim.right.span else "="
    return replace(
        opinion,
        verdict=Judgement.ERRATUM,
        rewrite=COPIED,
        explanation=f"In this equation, which is for {owners.owner(claim.name)}, stands a symbol of another parameter.",
        fix=f"{left}{between.replace('&', '')}{right}",
        witness={n: str(x) for n, x in verdict.witness.assignments.items()}
        | {"claimed": verdict.witness.right, "correct": verdict.witness.left},
        proof="refuted",
    )


def _sympy(term: Term) -> Any:
    """The term with every symbol free, whatever it stands for."""

    def resolve(node: Term) -> Any:
        match node.head:
            case "name":
                return sp.Symbol(node.name, positive=True)
            case "at":
                return sp.Symbol(f"{node.name} {node.args[0].unspanned()!r}", positive=True)
            case "grad":
                return sp.Symbol(f"gradient at {node.args[0].unspanned()!r}", positive=True)
            case "sum" | "prod" | "cases" | "expect":
                return sp.Symbol(repr(node.unspanned()), positive=True)
            case _:
                return None

    return to_sympy(term, resolve)
