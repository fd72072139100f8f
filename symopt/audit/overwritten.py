r"""Values that pseudo-code assigns more than once in a step: each version under a name of its own.

``g_t \leftarrow \nabla f(\theta_{t-1})`` followed by ``g_t \leftarrow g_t + \lambda \theta_{t-1}`` gives two values,
and what stands between the two means the first. The last keeps the name, since it is what the next step finds as
``g_{t-1}``; earlier ones get braces, which change nothing in print. A value that the step before has left, such as the
parameters', is one recurrence in several lines: the earlier lines are written into the last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from symopt.audit.claims import Claim
from symopt.language.terms import Term

REACH = 15
"""How many lines apart two assignments of one step may stand."""


@dataclass(frozen=True)
class _Version:
    """One assignment of a value, and those of the same step that it belongs with, which is shared among them."""

    position: int
    all: list[int]

    @property
    def braces(self) -> int:
        return len(self.all) - 1 - self.all.index(self.position)

    @property
    def before(self) -> int | None:
        """The assignment whose value this one changes."""
        here = self.all.index(self.position)
        return self.all[here - 1] if here else None


def versions(claims: Sequence[Claim]) -> list[Claim]:
    """The claims with every value that a later assignment of the same step changes told apart from what it becomes."""
    now: dict[Term, _Version] = {}
    meant: list[tuple[Mapping[Term, _Version], Mapping[Term, _Version]]] = []
    for i, claim in enumerate(claims):
        now = {value: v for value, v in now.items() if _near(claims[v.position], claim)}
        given = now
        if claim.assigned and claim.indexed and claim.step is None:
            old = now.get(claim.left)
            shared = old.all if old is not None and _depends(claims, old.position, i) else []
            shared.append(i)
            now = {**now, claim.left: _Version(i, shared)}
        meant.append((now, given))
    out = [
        replace(c, left=_renamed(c.left, made), right=_renamed(c.right, given))
        for c, (made, given) in zip(claims, meant, strict=True)
    ]
    for i, (made, _) in enumerate(meant):
        version = made.get(claims[i].left)
        if version is not None and version.position == i and (before := version.before) is not None:
            if any(n.name == claims[i].name and n != claims[i].left for n in claims[version.all[0]].right.nodes()):
                out[i] = _with(out[i], out[before])
                out[before] = replace(out[before], part_of=out[i].place)
    return out


def _with(claim: Claim, before: Claim) -> Claim:
    """The equation with the value that it changes written into it, each time in the place of the symbol."""

    def put(node: Term) -> Term | None:
        return replace(before.right.unspanned(), span=node.span) if node == before.left else None

    return replace(claim, right=claim.right.map(put))


def _near(old: Claim, new: Claim) -> bool:
    return old.section == new.section and new.line - old.line <= REACH


def _depends(claims: Sequence[Claim], earlier: int, later: int) -> bool:
    """Whether the later value is made from the earlier one, directly or by what is assigned between."""
    made = {claims[earlier].left}
    for claim in claims[earlier + 1 : later]:
        if made & set(claim.right.nodes()):
            made.add(claim.left)
    return bool(made & set(claims[later].right.nodes()))


def _renamed(term: Term, meant: Mapping[Term, _Version]) -> Term:
    def named(node: Term) -> Term | None:
        version = meant.get(node) if node.head == "at" else None
        if version is None or not version.braces:
            return None
        return replace(node, name="{" * version.braces + node.name + "}" * version.braces)

    return term.map(named)
