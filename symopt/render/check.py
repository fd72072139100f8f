"""A check's finding as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sympy as sp

from symopt.check.findings import Comparison, Difference, Finding, Outcome
from symopt.check.remarks import remarks
from symopt.decide import Witness
from symopt.language import At, Optimizer
from symopt.language.plain import plain
from symopt.render.parts import in_parts

VERSION = 1


def to_text(finding: Finding) -> str:
    """The finding for a terminal."""
    return "\n".join([_headline(finding), *(f"  {line}".rstrip() for line in _body(finding))]) + "\n"


def call(finding: Finding) -> str:
    """The object with its options, as it would be called."""
    options = ", ".join(f"{n}={v!r}" for n, v in finding.options.items())
    return f"{finding.target}({options})" if options else finding.target


def _headline(finding: Finding) -> str:
    return f"{call(finding)} ({finding.source}): {verdict(finding)}"


def verdict(finding: Finding) -> str:
    """The verdict in a few words."""
    comparison = finding.comparison
    if comparison is None:
        return f"not read: {finding.reason}"
    title = comparison.definition.title if comparison.definition else ""
    match comparison.outcome:
        case Outcome.EQUAL:
            return f"proved equal to {title}"
        case Outcome.CONVENTIONS:
            return f"proved equal to {title}, under conventions: {'; '.join(comparison.conventions)}"
        case Outcome.DIFFERENT:
            return f"differs from {title}; proved by a run"
        case _:
            return f"undecided: {comparison.equality.reason}"


def _body(finding: Finding) -> Iterator[str]:
    comparison = finding.comparison
    if comparison is not None:
        yield from equations(comparison.optimizer)
        yield from _equality(comparison)
        yield from _differences(comparison)
        yield from (f"In words: {said}" for said in remarks(comparison))
    if finding.special:
        yield f"First step: sets {', '.join(finding.special)} otherwise than later steps would."
    if finding.assumed:
        yield f"For: {', '.join(finding.assumed)}."
    yield from (f"{said[:1].upper()}{said[1:]}." for said in finding.scope)
    if finding.fixed:
        yield f"Held at numbers: {', '.join(f'{n} = {v}' for n, v in finding.fixed.items())}."
    if finding.defaults:
        listed = ", ".join(f"{n} = {decimal(a)} (source: {decimal(b)})" for n, (a, b) in finding.defaults.items())
        yield f"Defaults that differ: {listed}."
    yield from _confirmation(finding)


def equations(optimizer: Optimizer) -> list[str]:
    """The recurrence, an equation a line; what long ones have in common follows, by name."""
    parts, rights = in_parts([eq.rhs for eq in optimizer.update])
    lines = [f"{eq.lhs} = {right}" for eq, right in zip(optimizer.update, rights, strict=True)]
    return [f"  {line}" for line in (*lines, *_where(parts))]


def _where(parts: list[str]) -> Iterator[str]:
    yield from (f"{'where' if k == 0 else '     '} {part}" for k, part in enumerate(parts))


def _equality(comparison: Comparison) -> Iterator[str]:
    definition, equality = comparison.definition, comparison.equality
    if definition is None or not equality.proved:
        return
    yield f"Proved: {equality.argument}."
    changed = {n: e for n, e in {**equality.hypers, **equality.states}.items() if not (e.is_Symbol or _is_value(e))}
    if changed:
        yield f"  where {definition.title}'s {', '.join(f'{n} is {plain(e)}' for n, e in changed.items())}"
    yield f"Source: {definition.source}."


def _is_value(e: Any) -> bool:
    return isinstance(e, At)


def _differences(comparison: Comparison) -> Iterator[str]:
    if comparison.against is None:
        return
    yield f"From {comparison.against.title} it differs:"
    for d in comparison.differences:
        yield from (f"  {line}" for line in difference(d))
    if comparison.parting is not None:
        yield f"  Witness: {witness(comparison.parting)}"


def difference(d: Difference) -> list[str]:
    """The equation as the implementation has it, as the definition has it, and what one is more than the other."""
    parts, (theirs, ours, amount) = in_parts([d.theirs, d.ours, d.amount])
    indent = len(d.name) + 2
    return [f"{d.name} = {theirs}", f"{'against':>{indent}} {ours}", f"{'by':>{indent}} {amount}", *_where(parts)]


def witness(w: Witness) -> str:
    """The witness's numbers and what they give."""
    return str(w)


def _confirmation(finding: Finding) -> Iterator[str]:
    found = finding.confirmation
    if found is None:
        return
    yield f"The library, run for {found.steps} steps, is within {found.error:.1e} of the recurrence."
    if found.witness is not None:
        yield f"Run on the witness's numbers it {'confirms' if found.witness else 'DOES NOT confirm'} the difference."
    elif found.refused:
        yield f"It refuses the witness's numbers: {found.refused}"


def decimal(value: Any) -> str:
    """A rational as people write it: 0.001, 1e-08."""
    return f"{float(value):g}"


def to_json(finding: Finding) -> str:
    """The finding as JSON."""
    comparison = finding.comparison
    data: dict[str, Any] = {
        "version": VERSION, "target": finding.target, "source": finding.source,
        "options": {n: _plain(v) for n, v in finding.options.items()},
        "outcome": str(finding.outcome), "reason": finding.reason, "special": list(finding.special),
        "assumed": list(finding.assumed), "scope": list(finding.scope),
        "fixed": {n: str(v) for n, v in finding.fixed.items()},
        "defaults": {n: [str(a), str(b)] for n, (a, b) in finding.defaults.items()},
    }  # fmt: skip
    if comparison is not None:
        data |= _comparison(comparison)
    if finding.confirmation is not None:
        data["confirmation"] = {
            "steps": finding.confirmation.steps, "error": finding.confirmation.error,
            "witness": finding.confirmation.witness, "refused": finding.confirmation.refused,
        }  # fmt: skip
    return json.dumps(data, indent=2) + "\n"


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | None) else repr(value)


def _comparison(comparison: Comparison) -> dict[str, Any]:
    definition, equality, w = comparison.definition, comparison.equality, comparison.parting
    return {
        "equations": [f"{eq.lhs} = {plain(eq.rhs)}" for eq in comparison.optimizer.update],
        "definition": None if definition is None else definition.name,
        "source_of_definition": "" if definition is None else definition.source,
        "conventions": list(comparison.conventions), "remarks": list(remarks(comparison)),
        "proof": equality.status.value,
        "argument": equality.argument or equality.reason,
        "hyperparameters": {n: str(e) for n, e in equality.hypers.items()},
        "states": {n: str(e) for n, e in equality.states.items()},
        "against": None if comparison.against is None else comparison.against.name,
        "differences": [
            {"name": d.name, "theirs": str(d.theirs), "ours": str(d.ours), "amount": str(d.amount),
             "latex": sp.latex(d.amount), "status": d.verdict.status.value}
            for d in comparison.differences
        ],
        "witness": None if w is None else {
            "t": w.t, "assignments": {n: str(v) for n, v in w.assignments.items()}, "theirs": w.left, "ours": w.right,
        },
    }  # fmt: skip
