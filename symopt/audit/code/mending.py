"""Wrong statements of a program, each with its mended form in the program's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from symopt.audit.code.claims import Reading
from symopt.audit.code.counters import counting
from symopt.audit.code.equations import BEFORE, Step
from symopt.audit.code.folding import folded
from symopt.audit.code.judging import Said
from symopt.audit.code.printing import EARLIER, Patch, Printer, smallest_change
from symopt.audit.code.remarks import Remark
from symopt.audit.code.slips import EARLY, OVERWRITTEN, STUCK
from symopt.audit.code.statements import with_value
from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.read.code import Program, Recurrence
from symopt.read.code.arithmetic import ticks
from symopt.read.code.memory import last

Span = tuple[int, int]


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
    uncounted = [r for said in wrong if (r := _uncounted(program, recurrence, said)) is not None]
    for said in wrong:
        if uncounted and _is_stuck(said):
            continue
        mending = _mending(program, recurrence, step, said)
        by_place.setdefault(mending.place, []).append(mending)
    return [
        *sorted(uncounted, key=lambda r: r.offset)[:1],
        *(_erratum(program, step, place, found) for place, found in by_place.items()),
    ]


def _is_stuck(said: Said) -> bool:
    return said.slip is not None and said.slip.name == STUCK


def _uncounted(program: Program, recurrence: Recurrence, said: Said) -> Remark | None:
    """A counter that never counts, mended where it should; None for anything else."""
    span = said.slip.span if said.slip is not None and _is_stuck(said) else None
    change = counting(program, recurrence, span) if span is not None else None
    if change is None:
        return None
    (start, end), fix = change
    return Remark(start, program.source.text[start:end], replace(said.opinion, rewrite=STUCK, fix=fix))


def _mending(program: Program, recurrence: Recurrence, step: Step, said: Said) -> Mending:
    text = program.source.text
    definition = step.definitions.get(said.key) or step.definitions[said.key.removesuffix("_hat")]
    patch = _patch(text, step, said)
    place = definition.span or recurrence.span
    if patch is not None and not place[0] <= patch.start < place[1]:
        place = statement_at(step, patch.start) or _line_at(text, patch.start)
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
    names = _names(text, step, first.reading, place) if first.reading is not None else {}
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


_TARGET = re.compile(r"([A-Za-z_][\w.\[\]'\" +-]*?)\s*(?::[^=]+)?[-+*/]?=(?!=)")
_PLAIN = re.compile(r"[\w.\[\]'\"]+")


def _patch(text: str, step: Step, said: Said) -> Patch | None:
    slip = said.slip
    if slip is not None:
        if slip.fixed and slip.span is not None:
            return Patch(*slip.span, slip.fixed)
        if slip.name not in (EARLY, STUCK) or slip.span is None:
            return None
        fixed = f"{text[slice(*slip.span)]} + 1" if slip.name == EARLY else "t"
        alone = text[: slip.span[0]].rstrip()[-1:] in ("(", ",") and text[slip.span[1] :].lstrip()[:1] in (")", ",")
        return Patch(*slip.span, fixed if alone or slip.name == STUCK else f"({fixed})")
    if said.explanation is None or said.reading is None:
        return None
    original = said.reading.terms[said.place]
    change = smallest_change(original, said.explanation.mended.right.map(_simpler))
    if change is None or change.old.span is None:
        return None
    within = statement_at(step, change.old.span[0]) or change.old.span
    names = _names(text, step, said.reading, within)
    return Printer(text, original, names, _counts(text, step), within, said.reading.terms).patch(change)


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
    place = said.place if said.explanation is not None else _place(said.reading, said.key)
    if place is None:
        return ""
    original = said.reading.terms[place]
    mended = said.explanation.mended.right.map(_simpler) if said.explanation is not None else original
    within = step.definitions[said.key].span if said.key in step.definitions else None
    within = within or (0, 0)
    names = _names(text, step, said.reading, within)
    mended, more = folded(mended, step, said.reading, said.key, within[0])
    names |= {letter: _as_written(text, step, slot, within) for letter, slot in more.items()}
    value = Printer(text, original, names, _counts(text, step), within, said.reading.terms).written(mended)
    name = _as_written(text, step, slot, within)
    return with_value(text[slice(*within)], name, value) if within != (0, 0) else f"{name} = {value}"


def _place(reading: Reading, key: str) -> int | None:
    return reading.keys.index(key) if key in reading.keys else None


def _names(text: str, step: Step, reading: Reading, within: Span) -> dict[str, str]:
    """The program's own name for each letter of a reading, as it is written there; of a value before the step too."""
    now = {letter: _as_written(text, step, name, within) for letter, name in reading.names.items()}
    return now | {
        letter + EARLIER: old
        for letter, name in reading.names.items()
        if (old := _spoken(text, step, name, within, before=True)) is not None
    }


def _as_written(text: str, step: Step, slot: str, within: Span) -> str:
    """A place as the program speaks of it where it uses it: ``exp_avg`` for ``self.state['exp_avg']``."""
    spoken = _spoken(text, step, slot, within, before=False)
    if spoken is not None:
        return spoken
    made = step.definitions.get(slot)
    target = _TARGET.match(text[slice(*made.span)]) if made is not None and made.span is not None else None
    if target is not None:
        return target[1]
    earlier = _spoken(text, step, slot, within, before=True) if made is None or made.slot == slot else None
    return earlier or (made.slot if made is not None else slot).rpartition(":")[2]


def _spoken(text: str, step: Step, slot: str, within: Span, *, before: bool) -> str | None:
    """The text under which a place is read, best in the statement itself: as it is after the step, or was before it."""
    nodes = [n for d in step.definitions.values() for n in d.right.nodes() if n.head in ("name", "at")]
    nodes = [n for n in nodes if (n.head == "at" and n.args[0] == BEFORE) == before]
    spans = [n.span for n in nodes if n.name.partition("#")[0] == slot and n.span is not None]
    spans.sort(key=lambda s: not within[0] <= s[0] < within[1])
    written = (text[slice(*s)] for s in spans)
    return next((x for x in written if _PLAIN.fullmatch(x)), None)


def statement_at(step: Step, offset: int) -> Span | None:
    """The smallest statement of the step in which an offset lies."""
    spans = [d.span for d in step.definitions.values() if d.span is not None and d.span[0] <= offset < d.span[1]]
    return min(spans, key=lambda s: s[1] - s[0], default=None)


def _line_at(text: str, offset: int) -> Span:
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    end = end if end >= 0 else len(text)
    return start + len(text[start:end]) - len(text[start:end].lstrip()), end
