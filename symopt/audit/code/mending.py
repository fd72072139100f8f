"""Wrong statements of a program, each with its mended form in the program's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from symopt.audit.code.claims import Reading
from symopt.audit.code.equations import Step
from symopt.audit.code.judging import Said
from symopt.audit.code.printing import Patch, Printer
from symopt.audit.code.remarks import Remark
from symopt.audit.code.slips import EARLY, OVERWRITTEN, STUCK
from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.read.code import Program, Recurrence
from symopt.read.code.arithmetic import ticks
from symopt.read.code.memory import last


@dataclass(frozen=True)
class Mending:
    """One mistake of a statement.

    Args:
        place: where the statement stands.
        said: the mistake.
        patch: what to change in the text; None where the whole statement is set anew.
        slot: the place that it assigns.
    """

    place: tuple[int, int]
    said: Said
    patch: Patch | None
    slot: str


def errata(program: Program, recurrence: Recurrence, step: Step, wrong: Sequence[Said]) -> list[Remark]:
    """The wrong statements, each once, with all that is wrong in it mended."""
    by_place: dict[tuple[int, int], list[Mending]] = {}
    for said in wrong:
        mending = _mending(program, recurrence, step, said)
        by_place.setdefault(mending.place, []).append(mending)
    return [_erratum(program, step, place, found) for place, found in by_place.items()]


def _mending(program: Program, recurrence: Recurrence, step: Step, said: Said) -> Mending:
    text = program.source.text
    definition = step.definitions.get(said.key) or step.definitions[said.key.removesuffix("_hat")]
    patch = _patch(text, step, said)
    place = definition.span or recurrence.span
    if patch is not None and not place[0] <= patch.start < place[1]:
        place = _statement_at(recurrence, patch.start) or _line_at(text, patch.start)
    return Mending(place, said, patch, definition.slot)


def _erratum(program: Program, step: Step, place: tuple[int, int], found: Sequence[Mending]) -> Remark:
    """One statement with its mended form."""
    found = sorted(found, key=lambda m: not _is_apart(m.said))
    first = found[0].said
    text = program.source.text
    fix = text[slice(*place)]
    patches = {m.patch for m in found if m.patch is not None}
    for patch in sorted(patches, key=lambda p: -p.start):
        fix = fix[: patch.start - place[0]] + patch.text + fix[patch.end - place[0] :]
    if _is_apart(first):
        fix = _apart(fix, first)
    elif not patches:
        fix = _anew(text, step, first, found[0].slot)
    names = _names(program.source.text, step, first.reading) if first.reading is not None else {}
    opinion = replace(
        first.opinion, fix=fix, rewrite="; ".join(dict.fromkeys(_name(m.said) for m in found)),
        explanation=" ".join(dict.fromkeys(_told(text, m) for m in found)),
        reading={names.get(n, n): part for n, part in (first.opinion.reading or {}).items()},
    )  # fmt: skip
    return Remark(place[0], text[slice(*place)], opinion)


def _name(said: Said) -> str:
    """The mistake's name; a complement of a complement is the rate itself."""
    if said.explanation is not None and said.explanation.mended.right.map(_simpler) != said.explanation.mended.right:
        return "beta written 1 - beta"
    return said.opinion.rewrite


def _simpler(term: Term) -> Term | None:
    """``1 - (1 - x)`` as x."""
    inner = _left_of_one(term)
    return None if inner is None else _left_of_one(inner)


def _left_of_one(term: Term) -> Term | None:
    """x of ``1 - x``."""
    if term.head == "add" and len(term.args) == 2 and term.args[0] == T.number(1) and term.args[1].head == "neg":
        return term.args[1].args[0]
    return None


def _is_apart(said: Said) -> bool:
    return said.slip is not None and said.slip.name == OVERWRITTEN


def _told(text: str, mending: Mending) -> str:
    """Why a statement is wrong, with the program's own names."""
    slip, explanation = mending.said.slip, mending.said.opinion.explanation
    if slip is not None and slip.name == EARLY and slip.span is not None:
        return f"{explanation} `{text[slice(*slip.span)]}` is 0 in the first step."
    if slip is not None and slip.name == OVERWRITTEN:
        name = slip.key.removesuffix("_hat")
        return f"{explanation} What uses it afterwards has to use that name, and `{last(name)}` stays as it was."
    return explanation


def _counts(text: str, step: Step) -> dict[str, int]:
    """How the program writes numbers of the step."""
    nodes = (n for d in step.definitions.values() for n in d.right.nodes() if n.span is not None)
    found = {text[slice(*n.span)]: ahead for n in nodes if n.span and (ahead := ticks(n)) is not None}
    return {name: ahead for name, ahead in found.items() if _PLAIN.fullmatch(name)}


_PLAIN = re.compile(r"[\w.\[\]'\"]+")


def _patch(text: str, step: Step, said: Said) -> Patch | None:
    slip = said.slip
    if slip is not None:
        if slip.name not in (EARLY, STUCK) or slip.span is None:
            return None
        fixed = f"{text[slice(*slip.span)]} + 1" if slip.name == EARLY else "t"
        alone = text[: slip.span[0]].rstrip()[-1:] in ("(", ",") and text[slip.span[1] :].lstrip()[:1] in (")", ",")
        return Patch(*slip.span, fixed if alone or slip.name == STUCK else f"({fixed})")
    if slip is None and said.explanation is None:
        return None
    if said.explanation is None or said.reading is None:
        return None
    names = _names(text, step, said.reading)
    printer = Printer(text, said.reading.terms[said.place], names, _counts(text, step))
    return printer.patch(said.explanation.mended.right.map(_simpler))


def _apart(statement: str, said: Said) -> str:
    """The corrected value under a name of its own."""
    left, _, right = statement.partition("=")
    slot = left.strip()
    name = last(said.key.removesuffix("_hat").partition("#")[0]) + "_hat"
    if slot.endswith("/"):
        return f"{name} = {slot[:-1].strip()} / ({right.strip()})"
    return f"{name} ={right}" if right else statement


def _anew(text: str, step: Step, said: Said, slot: str) -> str:
    """The whole assignment, set anew."""
    if said.reading is None:
        return ""
    if said.explanation is not None:
        original, mended = said.reading.terms[said.place], said.explanation.mended.right
    else:
        place = said.reading.keys.index(said.key) if said.key in said.reading.keys else -1
        if place < 0:
            return ""
        original = mended = said.reading.terms[place]
    names = _names(text, step, said.reading)
    printer = Printer(text, original, names, _counts(text, step))
    name, value = _as_written(text, step, slot), printer.written(mended)
    span = step.definitions[said.key].span if said.key in step.definitions else None
    in_place = span is not None and re.match(rf"{re.escape(name)}\.\w+_\(", text[slice(*span)])
    return f"{name}.copy_({value})" if in_place else f"{name} = {value}"


def _names(text: str, step: Step, reading: Reading) -> dict[str, str]:
    """The program's own name for each letter of a reading, as it is written there."""
    return {letter: _as_written(text, step, name) for letter, name in reading.names.items()}


def _as_written(text: str, step: Step, slot: str) -> str:
    """A place as the program speaks of it where it uses it: ``exp_avg`` for ``self.state['exp_avg']``."""
    if slot in text:
        return slot
    nodes = (n for d in step.definitions.values() for n in d.right.nodes())
    spans = (n.span for n in nodes if n.head in ("name", "at") and n.name.partition("#")[0] == slot and n.span)
    return next((text[slice(*span)] for span in spans if _PLAIN.fullmatch(text[slice(*span)])), slot)


def _statement_at(recurrence: Recurrence, offset: int) -> tuple[int, int] | None:
    spans = [d.span for d in recurrence.definitions if d.span is not None and d.span[0] <= offset < d.span[1]]
    return min(spans, key=lambda s: s[1] - s[0], default=None)


def _line_at(text: str, offset: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    end = end if end >= 0 else len(text)
    return start + len(text[start:end]) - len(text[start:end].lstrip()), end
