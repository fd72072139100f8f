r"""Steps too late to be run, ``v_{100} = 0.9 v_{99} + 0.1 \theta_{100}``: read as the same equation at step t.

Only where every index tells how far back it lies: one near the step is t or a little less, the first step is the end
of a sum that trails off, and an equation with any other is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from symopt.audit.claims import Claim
from symopt.language import terms as T
from symopt.language.terms import Term

LATE = 10
"""The first step that is read so; earlier ones are worked out as they are."""
BACK = 8
"""How far before its step an equation may reach."""


def general(claims: Sequence[Claim]) -> list[Claim]:
    """The claims, those at a late step at step t instead."""
    return [_general(claim) for claim in claims]


def particular(term: Term, claim: Claim) -> Term:
    """A part of such a claim, mended or not, at the step that its author wrote."""
    if claim.late is None:
        return term
    clock, step = _clock(claim), T.number(claim.late)

    def written(node: Term) -> Term | None:
        if node.head == "name" and node.name == clock:
            return replace(step, span=node.span)
        if node.head == "add":
            inner = [a.map(written) for a in node.args]
            numbers = [a.args[0] if a.head == "neg" else a for a in inner]
            if all(n.value is not None for n in numbers) and any(clock in a.names() for a in node.args):
                signs = [-1 if a.head == "neg" else 1 for a in inner]
                total = sum((s * (n.value or 0) for s, n in zip(signs, numbers, strict=True)), Fraction(0))
                return replace(T.number(total), span=node.span)
        return None

    return term.map(written)


def _clock(claim: Claim) -> str:
    return min(claim.clocks, key=lambda c: (c != "t", c), default="t")


def _general(claim: Claim) -> Claim:
    step = claim.step
    if step is None or step < LATE or claim.left.head != "at" or claim.dated:
        return claim
    sides = (claim.left, claim.right)
    ends = {0, 1} if any(n.head == "sum" for n in claim.right.nodes()) else set[int]()
    if any(not (_near(k, step) or k in ends) for side in sides for k in _indices(side)):
        return claim
    clock = _clock(claim)
    left, right = (side.map(lambda node, at=step: _moved(node, at, clock)) for side in sides)
    return replace(claim, left=left, right=right, late=step)


def _near(k: Fraction, step: int) -> bool:
    return k.denominator == 1 and max(step - BACK, step / 2) <= k <= step


def _indices(side: Term) -> Iterator[Fraction]:
    """The numbers that indices have."""
    for node in side.nodes():
        if node.head == "at":
            yield from (n.value for n in node.args[0].nodes() if n.value is not None and n.value != 1)
            if node.args[0].value == 1:
                yield Fraction(1)


def _moved(node: Term, step: int, clock: str) -> Term | None:
    """An index, a bound or an exponent with numbers near the step counted from it."""
    match node.head:
        case "at":
            return replace(node, args=(_counted(node.args[0], step, clock),))
        case "pow":
            base = node.args[0].map(lambda n: _moved(n, step, clock))
            return replace(node, args=(base, _counted(node.args[1], step, clock)))
        case "sum" | "prod":
            low, high, body = node.args
            args = (_counted(low, step, clock), _counted(high, step, clock), body.map(lambda n: _moved(n, step, clock)))
            return replace(node, args=args)
        case _:
            return None


def _counted(term: Term, step: int, clock: str) -> Term:
    def counted(node: Term) -> Term | None:
        if node.value is None or not _near(node.value, step):
            return None
        now = replace(T.name(clock), span=node.span)
        back = step - int(node.value)
        return replace(T.add(now, T.neg(T.number(back))), span=node.span) if back else now

    return term.map(counted)
