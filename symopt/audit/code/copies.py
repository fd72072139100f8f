"""Lines copied from one parameter to another in which a name was not changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from symopt.audit.code.chains import Chain, asked
from symopt.audit.code.equations import Step
from symopt.audit.code.slips import FOREIGN, Hypothesis, Slip
from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.read.code.memory import last

STRANGER = "another:"
"""What the name of a value begins with that is known to be another parameter's."""


@dataclass(frozen=True)
class Copied:
    """A chain that uses another parameter's values.

    Args:
        written: the step, those values under names that are no part of a method.
        mended: the step with the parameter's own values in their place.
    """

    written: Hypothesis
    mended: Hypothesis


def copied(text: str, step: Step, chain: Chain, found: Sequence[Chain]) -> Copied | None:
    """The chain as it is and as it was meant; None where it uses nothing that is another's."""
    strange = [c for other in found if other is not chain for c in _foreign(step, chain, other)]
    if not strange:
        return None
    places = {(key, node.span): own for key, node, own in strange}
    slips = [Slip(FOREIGN, k, n.span, _called(text, n, own)) for k, n, own in strange]

    def changed(key: str, term: Term, *, mend: bool) -> Term | None:
        own = places.get((key, term.span)) if term.head == "at" else None
        if own is None:
            return None
        return replace(term, name=own) if mend else replace(T.name(STRANGER + last(term.name)), span=term.span)

    def step_of(*, mend: bool) -> Step:
        definitions = {
            k: replace(d, right=d.right.map(lambda n, k=k: changed(k, n, mend=mend)))
            for k, d in step.definitions.items()
        }
        return replace(step, definitions=definitions)

    return Copied(Hypothesis(step_of(mend=False)), Hypothesis(step_of(mend=True), tuple(slips)))


def _foreign(step: Step, chain: Chain, other: Chain) -> Iterator[tuple[str, Term, str]]:
    """The assignment, the value that is another's, and the name of the parameter's own, which is not used there."""
    known = asked(step) | step.definitions.keys()
    for key in chain.keys:
        definition = step.definitions[key]
        if definition.right.head == "grad" or _own(definition.slot, other, chain) in known:
            continue
        used = {n.name for n in definition.right.nodes()}
        for node in definition.right.nodes():
            own = _own(node.name, other, chain) if node.head == "at" and node.span is not None else None
            if own is None or own in used or (node.name == other.parameter and chain.parameter in used):
                continue  # a parameter beside another is no copy: a gradient that has noise added to it, say
            if own in known or (node.name not in step.definitions and own.endswith("]")):
                yield key, node, own


def _own(name: str, other: Chain, chain: Chain) -> str | None:
    """What a value that is called after another parameter is called for this one: ``db`` of ``dW``."""
    theirs, ours = last(other.parameter), last(chain.parameter)
    if theirs.endswith(ours) or ours.endswith(theirs):
        return None  # a state that is called after its parameter
    shared = next((i for i, (a, b) in enumerate(zip(theirs, ours, strict=False)) if a != b), 0)
    bare, mark = last(name), theirs[shared:]
    stem = bare.removesuffix(mark)
    if not mark or stem == bare:
        return None
    head, _, tail = name.rpartition(bare)
    return f"{head}{stem}{ours[shared:]}{tail}"


def _called(text: str, node: Term, own: str) -> str:
    """The parameter's own value, written as the other's is."""
    assert node.span is not None
    before, _, after = text[slice(*node.span)].rpartition(last(node.name))
    return f"{before}{last(own)}{after}"
