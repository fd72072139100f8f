"""Mistakes that a program shows by its order and its counters, before any definition is looked at.

Each is undone by itself; whether what is left then is a method that symopt knows decides whether it was one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from symopt.audit.code.equations import BEFORE, NOW, Step, vanishing
from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.read.code import Definition, Recurrence
from symopt.read.code.arithmetic import clock, ticks, whole
from symopt.rewrites.mistake_list import mistake

OVERWRITTEN = "state overwritten by its corrected value"
EARLY = "bias-correction exponent one early"
STUCK = "step counter never incremented"
UNRESET = "gradient never reset"
ORDER = "update before the value it needs"
FOREIGN = "another parameter's value"

SENTENCES = {
    STUCK: "The number of the step never changes, so the bias correction stays what it is at the start.",
    UNRESET: "The gradient goes on adding up from step to step; it has to start at zero in each.",
    FOREIGN: "A value that belongs to another parameter stands here, as copying leaves it.",
}
"""What only a program can get wrong, in words; the catalogue has the others."""


def sentence(name: str) -> str:
    return SENTENCES.get(name) or mistake(name).sentence


@dataclass(frozen=True)
class Slip:
    """One mistake that was undone.

    Args:
        name: as findings call it.
        key: the assignment that makes it.
        span: the place in the program, where it is narrower than the statement.
        fixed: what belongs there, if it is known as text.
    """

    name: str
    key: str
    span: tuple[int, int] | None = None
    fixed: str = ""


@dataclass(frozen=True)
class Hypothesis:
    """A step with some mistakes undone."""

    step: Step
    slips: tuple[Slip, ...] = ()


def hypotheses(step: Step, recurrence: Recurrence, keys: Sequence[str]) -> Iterator[Hypothesis]:
    """The step as it is; then with all the mistakes that it may have undone, then with fewer."""
    yield Hypothesis(step)
    fitting = [undo for undo in _UNDOINGS if undo(Hypothesis(step), recurrence, keys) is not None]
    for size in range(len(fitting), 0, -1):
        for chosen in combinations(fitting, size):
            made: Hypothesis | None = Hypothesis(step)
            for undo in chosen:
                made = undo(made, recurrence, keys) if made is not None else None
            if made is not None:
                yield made


def _nodes(term: Term) -> Iterator[Term]:
    return (n for n in term.nodes())


def _changed(step: Step, definitions: dict[str, Definition]) -> Step:
    carried = frozenset(
        n.name for d in definitions.values() for n in _nodes(d.right) if n.head == "at" and n.args[0] == BEFORE
    )
    return Step(definitions, carried)


# The gradient


def _reset(before: Hypothesis, recurrence: Recurrence, keys: Sequence[str]) -> Hypothesis | None:
    """A gradient that is added to itself: as if it had been set to zero."""
    step, slips = before.step, list(before.slips)
    definitions = dict(step.definitions)
    for key in keys:
        if key not in definitions or key not in step.carried:
            continue
        right = definitions[key].right
        rest = [a for a in right.args if a != T.at(key, BEFORE)] if right.head == "add" else []
        if len(rest) == len(right.args) - 1 == 1 and rest[0].head == "grad":
            definitions[key] = replace(definitions[key], right=rest[0])
            slips.append(Slip(UNRESET, key))
    return Hypothesis(_changed(step, definitions), tuple(slips)) if len(slips) > len(before.slips) else None


# Counters


def _restarted(before: Hypothesis, recurrence: Recurrence, keys: Sequence[str]) -> Hypothesis | None:
    """Bias corrections that divide by zero at the first step, or never change: as if the count were t."""
    step, slips = before.step, list(before.slips)
    definitions = dict(step.definitions)
    stuck = {n.args[1]: count for k in keys if k in definitions for n, count in _stuck(definitions[k].right)}
    start = min(stuck.values(), default=2)  # what the counter stays at, where it is 0 or 1
    for key in keys:
        if key not in definitions:
            continue
        right = definitions[key].right
        wrong = [n for n in vanishing(right) if n.args[0].head == "name"]
        wrong += [n for n, _ in _stuck(right) if start < 2 and n not in wrong]
        if not wrong:
            continue

        def now(term: Term, wrong: list[Term] = wrong) -> Term | None:
            if term in wrong:
                counted = clock(stuck.get(term.args[1], start) - start)
                return replace(term, args=(term.args[0], replace(counted, span=term.args[1].span)))
            return None

        definitions[key] = replace(definitions[key], right=right.map(now))
        for node in wrong:
            slips.append(Slip(EARLY if ticks(node.args[1]) is not None else STUCK, key, node.args[1].span))
    if len(slips) == len(before.slips):
        return None
    return Hypothesis(_changed(step, definitions), tuple(slips))


def _stuck(term: Term) -> Iterator[tuple[Term, int]]:
    """Powers of a rate with a small number for an exponent, where a count belongs; with the number."""
    for node in _nodes(term):
        if node.head != "add" or len(node.args) != 2 or node.args[0] != T.number(1) or node.args[1].head != "neg":
            continue
        power = node.args[1].args[0]
        count = whole(power.args[1]) if power.head == "pow" and power.args[0].head == "name" else None
        if count is not None and 0 <= count <= 2:
            yield power, count


# Places


def _kept_apart(before: Hypothesis, recurrence: Recurrence, keys: Sequence[str]) -> Hypothesis | None:
    """States that are given their corrected value: as if that had a name of its own."""
    step, slips = before.step, list(before.slips)
    definitions = dict(step.definitions)
    names: dict[str, str] = {}
    for key in keys:
        definition = definitions.get(key)
        if definition is None or key not in step.carried or definition.right.head not in ("div", "mul"):
            continue
        right = definition.right
        sources = [n.name for n in _nodes(right) if n.head == "at" and n.args[0] == NOW]
        corrects = right.head == "div" and any(n.head == "pow" or n.head == "add" for n in _nodes(right.args[1]))
        if len(sources) == 1 and corrects and _continues(definitions.get(sources[0]), key):
            names[key], names[sources[0]] = f"{key}_hat", key
            slips.append(Slip(OVERWRITTEN, key))
    if not names:
        return None

    def renamed(term: Term) -> Term | None:
        if term.head == "at" and term.args[0] == NOW and term.name in names:
            return replace(term, name=names[term.name])
        return None

    made = {
        names.get(k, k): replace(d, key=names.get(k, k), right=d.right.map(renamed)) for k, d in definitions.items()
    }
    slips = [replace(s, key=names.get(s.key, s.key)) for s in slips]
    return Hypothesis(_changed(step, made), tuple(slips))


def _continues(definition: Definition | None, key: str) -> bool:
    """Whether a value is made from what a place held before the step."""
    return definition is not None and any(n == T.at(key, BEFORE) for n in _nodes(definition.right))


# Order


def _in_order(before: Hypothesis, recurrence: Recurrence, keys: Sequence[str]) -> Hypothesis | None:
    """Values of the step before that the step computes anew further down: as if that had been done first."""
    step, slips = before.step, list(before.slips)
    definitions = dict(step.definitions)
    order = {k: i for i, k in enumerate(definitions)}
    for key in keys:
        if key not in definitions or not _uses_gradientless(definitions[key].right):
            continue
        late = {
            n.name for n in _nodes(definitions[key].right)
            if n.head == "at" and n.args[0] == BEFORE and n.name != definitions[key].slot and n.name != key
            and order.get(n.name, -1) > order[key]
        }  # fmt: skip
        if not late:
            continue

        def moved(term: Term, late: set[str] = late) -> Term | None:
            return replace(term, args=(NOW,)) if term.head == "at" and term.name in late else None

        definitions[key] = replace(definitions[key], right=definitions[key].right.map(moved))
        slips.append(Slip(ORDER, key))
    if len(slips) == len(before.slips):
        return None
    return Hypothesis(_changed(step, definitions), tuple(slips))


def _uses_gradientless(right: Term) -> bool:
    return right.head != "grad"


Undoing = Callable[[Hypothesis, Recurrence, Sequence[str]], "Hypothesis | None"]
_UNDOINGS: tuple[Undoing, ...] = (_reset, _restarted, _kept_apart, _in_order)
