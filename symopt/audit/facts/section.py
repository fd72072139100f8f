"""What is said of a vector method's lines by the lines beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from symopt.audit.facts.entries import entries
from symopt.audit.facts.method_mends import Mended, defining, in_definition, mended, proof
from symopt.audit.facts.method_runs import models
from symopt.audit.facts.methods import Claimed, Reading, completed, readings
from symopt.audit.facts.opinions import MAX_NODES
from symopt.audit.facts.spelling import DOT, vectors_told
from symopt.audit.facts.updates import update_opinion
from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.audit.witnesses import short
from symopt.language.terms import Term
from symopt.read.notation import Statement
from symopt.rewrites import mended_latex

LINES = 40
"""Equations of a section that are read together."""
ESTABLISHED = 2
"""Lines that have to hold before a line beside them is called wrong."""
_NOT_READ = frozenset({"sum", "prod", "cases", "relation", "expect"})
_OF_VECTORS = frozenset({"transpose", "hessian", "dot", "norm"})


def claimed(place: int, content: Statement, source: str) -> Claimed | None:
    """A formula of a section as a line of a method; None where it is no single equation."""
    if content.also or len(content.steps) != 1 or content.steps[0][0] != "=":
        return None
    sides = [content.left, content.steps[0][1]]
    nodes = [n for side in sides for n in side.nodes()]
    if len(nodes) > MAX_NODES or any(n.head in _NOT_READ for n in nodes):
        return None
    left, right = (vectors_told(side, source) for side in sides)
    return Claimed(place, left, right, content.clocks, source)


def read_alone(system: str) -> bool:
    """Whether a line's opinion comes from what is known of vector-valued methods' single equations."""
    return system in _systems()


@cache
def _systems() -> frozenset[str]:
    return frozenset(entry.system for entry in entries())


def section_opinions(lines: Sequence[Claimed], unsettled: frozenset[int], alone: frozenset[int]) -> dict[int, Opinion]:
    """Opinions on the lines of a section, by place, as far as the lines together tell more than each alone.

    Args:
        lines: its equations.
        unsettled: the places of those of which nothing is known yet.
        alone: the places of those that are right where they are read alone, as some method's.
    """
    if not (unsettled or alone) or len(lines) > LINES or not _of_vectors(lines):
        return {}
    found = readings(lines)
    if not found:
        return {}
    most = len(found[0].held)
    out: dict[int, Opinion] = {}
    for reading in (r for r in found if len(r.held) == most and most >= min(ESTABLISHED, len(r.model.lines))):
        for line in lines:
            if line.place in reading.held and line.place in unsettled and line.place not in out:
                opinion = _right(line, reading)
                if opinion is not None:
                    out[line.place] = opinion
    for place, opinion in _wrong(found, most, tuple(lines), unsettled | alone):
        return {**out, place: opinion}
    return out


def beside_opinion(line: Claimed, systems: Sequence[str]) -> Opinion | None:
    """The mistake in a line that tells little by itself, beside others of a method whose lines are read alone.

    Args:
        line: an equation.
        systems: what the lines that are right in its section belong to, each as often as there are lines.
    """
    known = {m.system for m in models()}
    often = frozenset(s for s in systems if systems.count(s) >= ESTABLISHED and s not in known)
    found = update_opinion(line.left, line.right, line.clocks, line.source, beside=often) if often else None
    return found if found is not None and found.verdict is Judgement.ERRATUM else None


def _of_vectors(lines: Sequence[Claimed]) -> bool:
    """Whether the section has an operation of vectors and matrices, or asks for a function's value and derivatives."""
    nodes = [n for line in lines for side in (line.left, line.right) for n in side.nodes()]
    if any(n.name in _OF_VECTORS or (n.head == "pow" and n.args[1].head == "neg") for n in nodes):
        return True
    dotted = any(n.head == "mul" and n.name == DOT for n in nodes) and any(n.head == "grad" for n in nodes)
    return dotted or any(b in ("D0", "D1", "jac") for line in lines for b in line.bases)


def _right(line: Claimed, reading: Reading) -> Opinion | None:
    verdict = proof(in_definition(line, reading), reading.model)
    if verdict is None or not verdict.proved:
        return None
    return Opinion(Judgement.CORRECT, system=reading.model.system, proof="proved", reading=_shown(reading, line))


def _shown(reading: Reading, line: Claimed) -> dict[str, str]:
    return {b: reading.letters[b][0] for b in line.bases if b in reading.letters}


def _wrong(
    found: Sequence[Reading], most: int, lines: tuple[Claimed, ...], unsettled: frozenset[int]
) -> Iterator[tuple[int, Opinion]]:
    """The one line that does not hold, if a mistake undone makes it the method's own."""
    for reading in (r for r in found if len(r.held) == most):
        failed = [line for line in lines if line.place in reading.failed and line.place in unsettled]
        if len(failed) != 1 or not _established(reading, failed[0], lines):
            continue
        made = mended(failed[0], reading, lines)
        if made is not None and made.right.unspanned() != failed[0].right.unspanned():
            yield failed[0].place, _erratum(failed[0], reading, made)


def _established(reading: Reading, line: Claimed, lines: Sequence[Claimed]) -> bool:
    """Whether enough lines hold, and none of them gives what the failing one gives."""
    if len(reading.model.lines) == 1:
        return not reading.held
    if len(reading.held) < min(ESTABLISHED, len(reading.model.lines) - 1):
        return False
    ours = {found[0] for r in completed(reading, line) if (found := defining(in_definition(line, r), r.model))}
    held = [other for other in lines if other.place in reading.held]
    theirs = {found[0] for o in held if (found := defining(in_definition(o, reading), reading.model))}
    return bool(ours) and not ours & theirs


def _erratum(line: Claimed, reading: Reading, made: Mended) -> Opinion:
    fix = f"{_printed(line.left, made.left, line)} = {_printed(line.right, made.right, line)}"
    witness = made.refuted.witness
    shown = {} if witness is None else {
        **{k.replace("[t - 1]", "_old").replace("[t]", ""): str(v) for k, v in list(witness.assignments.items())[:12]},
        "claimed": short(witness.left), "correct": short(witness.right),
    }  # fmt: skip
    return Opinion(
        Judgement.ERRATUM, system=reading.model.system, rewrite=made.mistake.name, explanation=made.mistake.sentence,
        fix=fix, witness=shown, proof=made.refuted.status.value, reading=_shown(reading, line),
    )  # fmt: skip


def _printed(old: Term, new: Term, line: Claimed) -> str:
    return mended_latex(old, new, line.source)
