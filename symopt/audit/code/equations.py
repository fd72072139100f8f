"""A program's step in the form that formulas have: one parameter at a time, counters as numbers of the step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.read.code import CLOCK, Definition, Recurrence
from symopt.read.code.arithmetic import clock, plus, ticks, whole
from symopt.read.code.names import hyper_name, is_clock_name

NOW, BEFORE = clock(0), clock(-1)
LARGEST = 1500
"""How many nodes an equation may have after what it uses is written into it."""


@dataclass(frozen=True)
class Step:
    """The assignments of a step by key, in order, with counters and powers of rates worked out.

    Args:
        definitions: by key.
        carried: the places that go on from one step to the next.
    """

    definitions: Mapping[str, Definition]
    carried: frozenset[str]

    def references(self, key: str) -> frozenset[str]:
        """Keys of this step's values that an assignment uses."""
        right = self.definitions[key].right
        return frozenset(n.name for n in right.nodes() if n.head == "at" and n.name in self.definitions)

    def reached(self, key: str) -> list[str]:
        """The assignments that one needs, itself the last, states of the step before among them."""
        seen: set[str] = set()
        todo = [key]
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                todo += sorted(self.references(name))
        return [k for k in self.definitions if k in seen]

    def inlined(self, key: str, keep: frozenset[str]) -> Term | None:
        """The right side with everything of this step written into it but what is kept; None if too long."""
        size = 0

        def go(term: Term, depth: int) -> Term:
            nonlocal size
            size += 1
            if size > LARGEST or depth > 40:
                raise OverflowError
            if term.head == "at" and term.name in self.definitions and term.name not in keep and term.args[0] == NOW:
                return go(self.definitions[term.name].right, depth + 1)
            if not term.args:
                return term
            args = tuple(go(a, depth) for a in term.args)
            flat = term.head not in ("add", "mul") or all(a.head != term.head for a in args)
            if flat and all(a is b for a, b in zip(args, term.args, strict=True)):
                return term
            made = _sum(args) if term.head == "add" else T.mul(*args) if term.head == "mul" else None
            return replace(term, args=args) if made is None else replace(made, span=term.span)

        try:
            return go(self.definitions[key].right, 0)
        except OverflowError:
            return None


def _sum(args: Sequence[Term]) -> Term:
    """A flat sum, without what is added and taken away again."""
    kept: list[Term] = []
    for part in T.add(*args).args:
        opposite = part.args[0] if part.head == "neg" else T.neg(part)
        if opposite in kept:
            kept.remove(opposite)
        else:
            kept.append(part)
    return T.add(*kept) if len(kept) > 1 else kept[0] if kept else T.number(0)


def step_of(recurrence: Recurrence) -> Step:
    """The recurrence with its counters, its running powers and its numbers put into the form of formulas."""
    definitions = {d.key: d for d in recurrence.definitions}
    definitions = _unmoved(definitions, recurrence.kept)
    carried = _carried(definitions.values())
    definitions = _counted(definitions, carried, recurrence.initial)
    ahead = _ahead(definitions.values())
    definitions = _mapped(definitions, lambda n: _exponent(n, ahead))
    definitions = _mapped(definitions, lambda n: _clock(n, recurrence, ahead))
    definitions = _lagged(definitions)
    definitions = _rotated(definitions, carried)
    definitions = _unscheduled(definitions, recurrence)
    return Step(definitions, _carried(definitions.values()))


def _carried(definitions: Iterable[Definition]) -> frozenset[str]:
    return frozenset(n.name for d in definitions for n in d.right.nodes() if n.head == "at" and n.args[0] == BEFORE)


def _mapped(definitions: Mapping[str, Definition], change: Callable[[Term], Term | None]) -> dict[str, Definition]:
    return {k: replace(d, right=d.right.map(change)) for k, d in definitions.items()}


# Counters


def _unmoved(definitions: Mapping[str, Definition], kept: frozenset[str]) -> dict[str, Definition]:
    """Counters that are handed on as they were given, as the number that they start from."""
    values = dict.fromkeys(kept, T.number(0))
    numbers: dict[str, Term] = {}

    def still(term: Term) -> Term | None:
        value = values.get(term.name) if term.head == "name" else numbers.get(term.name) if term.head == "at" else None
        if value is not None:
            return replace(value, span=term.span)
        if term.head == "add":
            args = [a.map(still) for a in term.args]
            return replace(reduce(plus, args), span=term.span)
        return None

    made: dict[str, Definition] = {}
    for key, definition in definitions.items() if kept else ():
        right = definition.right.map(still)
        if whole(right) is not None:
            numbers[key] = right
        else:
            made[key] = replace(definition, right=right)
    return made or dict(definitions)


def _counted(
    definitions: Mapping[str, Definition], carried: frozenset[str], initial: Mapping[str, Term | None]
) -> dict[str, Definition]:
    """Counters, and powers kept by multiplication, as the numbers they are at step t."""
    values: dict[tuple[str, bool], Term] = {}
    for slot in carried & definitions.keys():
        definition = definitions[slot]
        old = T.at(slot, BEFORE)
        right = definition.right
        if right.head == "add" and len(right.args) == 2 and old in right.args and T.number(1) in right.args:
            first = initial.get(slot)
            start = None if first is None else whole(first)
            before = _used(definitions, slot, BEFORE, but=slot)
            after = _used(definitions, slot, NOW)
            start = (1 if before and not after else 0) if start is None else start
            values[slot, True], values[slot, False] = clock(start), clock(start - 1)
        elif right.head == "mul" and len(right.args) == 2 and old in right.args:
            (rate,) = [a for a in right.args if a != old] or [old]
            if rate.head == "name":
                ahead = initial.get(slot) == T.name(rate.name) or not _used(definitions, slot, NOW)
                values[slot, True] = rate ** clock(1 if ahead else 0)
                values[slot, False] = rate ** clock(0 if ahead else -1)
    if not values:
        return dict(definitions)

    def counted(term: Term) -> Term | None:
        if term.head == "at" and (value := values.get((term.name, term.args[0] == NOW))) is not None:
            return replace(value, span=term.span)
        if term.head == "add":
            args = [a.map(counted) for a in term.args]
            made = args[0]
            for a in args[1:]:
                made = plus(made, a)
            return replace(made, span=term.span)
        return None

    kept = {k: d for k, d in definitions.items() if (k, True) not in values}
    return _mapped(kept, counted)


def _used(definitions: Mapping[str, Definition], slot: str, index: Term, but: str = "") -> bool:
    return any(n == T.at(slot, index) for k, d in definitions.items() if k != but for n in d.right.nodes())


def _ahead(definitions: Iterable[Definition]) -> int:
    """How far behind the step a count that comes from outside is, by the exponents that it makes."""
    found: set[int] = set()
    for definition in definitions:
        for node in definition.right.nodes():
            loose = _loose(node) if node.head == "pow" else None
            if loose is not None:
                found.add(ticks(node.args[1].map(lambda n, loose=loose: T.name(CLOCK) if n == loose else None)) or 0)
    return found.pop() if len(found) == 1 else 0


def _loose(power: Term) -> Term | None:
    """The name in an exponent that counts steps and that nothing in the program gives."""
    base, exponent = power.args
    loose = [n for n in exponent.nodes() if n.head == "name" and n.name != CLOCK]
    return loose[0] if len(loose) == 1 and is_clock_name(loose[0].name) and base.head == "name" else None


def _exponent(term: Term, ahead: int) -> Term | None:
    """A power whose exponent is a plain name counts steps."""
    if term.head != "pow":
        return None
    base, exponent = term.args
    loose = _loose(term)
    base = base.map(lambda n: _exponent(n, ahead))
    if loose is not None:
        exponent = _replaced(exponent, loose, clock(-ahead))
    return replace(term, args=(base, exponent))


def _replaced(term: Term, name: Term, value: Term) -> Term:
    """A sum with one name in it replaced by a number of the step."""
    if term == name:
        return replace(value, span=term.span)
    if term.head != "add":
        return term.map(lambda n: replace(value, span=n.span) if n == name else None)
    made = _replaced(term.args[0], name, value)
    for a in term.args[1:]:
        made = plus(made, _replaced(a, name, value))
    return replace(made, span=term.span)


def _clock(term: Term, recurrence: Recurrence, ahead: int) -> Term | None:
    """A name that nothing gives and that customarily counts steps."""
    counts = term.head == "name" and term.name != CLOCK and is_clock_name(term.name)
    if counts and term.name not in recurrence.constants:
        return replace(clock(-ahead), span=term.span)
    return None


# The order of a step


def _lagged(definitions: Mapping[str, Definition]) -> dict[str, Definition]:
    """A place that keeps another's value of the step before: that value, a step further back."""
    kept = {
        k: d.right.name for k, d in definitions.items()
        if d.right.head == "at" and d.right.args[0] == BEFORE and d.right.name != k and k == d.slot
    }  # fmt: skip

    def further(term: Term) -> Term | None:
        if term.head == "at" and term.name in kept:
            back = clock(-1) if term.args[0] == NOW else clock(-2)
            return replace(term, name=kept[term.name], args=(back,))
        return None

    return _mapped({k: d for k, d in definitions.items() if k not in kept}, further) if kept else dict(definitions)


def _rotated(definitions: Mapping[str, Definition], carried: frozenset[str]) -> dict[str, Definition]:
    """A step that asks for the gradient at its new parameters, told at the step that uses the answer."""
    asked = {
        n.args[0].name for d in definitions.values() for n in d.right.nodes()
        if n.head == "grad" and n.args[0].head == "at" and n.args[0].args[0] == NOW and n.args[0].name in carried
    }  # fmt: skip
    if not asked:
        return dict(definitions)
    late = {k for k, d in definitions.items() if any(n.head == "grad" for n in d.right.nodes())}
    while True:
        more = {k for k, d in definitions.items() if any(n.head == "at" and n.name in late and n.args[0] == NOW
                                                         for n in d.right.nodes())} - late  # fmt: skip
        if not more:
            break
        late |= more
    if late & asked:
        return dict(definitions)

    def later(inside: bool) -> Callable[[Term], Term | None]:
        def moved(term: Term) -> Term | None:
            if term.head != "at":
                return None
            if inside:
                back = term.name not in late and term.args[0] == NOW
                return replace(term, args=(BEFORE,)) if back else None
            ahead = term.name in late and term.args[0] == BEFORE
            return replace(term, args=(NOW,)) if ahead else None

        return moved

    moved = {k: replace(d, right=d.right.map(later(k in late))) for k, d in definitions.items()}
    return {k: moved[k] for k in sorted(moved, key=lambda k: k not in late)}


def _unscheduled(definitions: Mapping[str, Definition], recurrence: Recurrence) -> dict[str, Definition]:
    """A learning rate that changes from step to step without regard to gradients is still a rate."""
    step = Step(definitions, frozenset())
    rates: set[str] = set()
    for key, definition in definitions.items():
        if definition.slot in recurrence.nicknames.values() or hyper_name(definition.slot, {}) != r"\eta":
            continue
        names = {n.head for k in step.reached(key) for n in definitions[k].right.nodes()}
        free = {n.name for k in step.reached(key) for n in definitions[k].right.nodes() if n.head == "at"}
        if "grad" not in names and free <= set(step.reached(key)) | {key} and _recurs(definition):
            rates.add(key)
    if not rates:
        return dict(definitions)

    def constant(term: Term) -> Term | None:
        return Term("name", (), term.name, span=term.span) if term.head == "at" and term.name in rates else None

    return _mapped({k: d for k, d in definitions.items() if k not in rates}, constant)


def _recurs(definition: Definition) -> bool:
    return any(n.head == "at" and n.name == definition.slot for n in definition.right.nodes())


def vanishing(term: Term) -> Iterable[Term]:
    """Denominators ``1 - beta^0`` that a term has at the first step."""
    for node in term.nodes():
        if node.head == "pow" and node.args[0].head == "name":
            first = ticks(node.args[1])
            number = whole(node.args[1])
            if first == -1 or (number == 0 and node.args[1].head == "number"):
                yield node
