"""From what a step left in the program's places to equations."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.read.code import arithmetic as A
from symopt.read.code.functions import is_gradient_name
from symopt.read.code.memory import Memory, last
from symopt.read.code.names import hyper_name, is_clock_name, state_name
from symopt.read.code.recurrence import Definition, Recurrence
from symopt.read.code.values import Collection, Gradient, Many, Place, Record, Unknown, Value

if TYPE_CHECKING:
    from symopt.read.code.reader import Reader

BEFORE = A.clock(-1)
PARAMETERS = "parameters"
"""What a transformation of gradients moves, which it need not name."""


def finished(reader: Reader, memory: Memory, node: ast.AST, *, whole: bool) -> Recurrence | None:
    """The step as equations; None where nothing in it goes on from one step to the next."""
    result = reader.result if whole else None
    links = dict(_links(reader, memory, result)) if result is not None else {}
    change = _change(reader, memory, result, links)
    definitions = _named(memory, set(links.values()) | ({change} if change else set()))
    definitions = [_linked(d, links) for d in definitions]
    if change:
        definitions = [_at_parameters(d, reader.parameters) for d in definitions]
        moved = T.add(T.at(PARAMETERS, BEFORE), T.at(change, A.clock(0)))
        span = next((d.span for d in definitions if d.key == change), None)
        definitions.append(Definition(PARAMETERS, PARAMETERS, moved, span))
    carried = {n.name for d in definitions for n in d.right.nodes() if n.head == "at" and n.args[0] == BEFORE}
    if not carried and not change:
        return None
    if not (memory.gradients or _is_handed(reader) or any(n.head == "grad" for d in definitions for n in _all(d))):
        return None
    span = _span(reader, node)
    if isinstance(node, ast.Module):
        span = min([d.span[0] for d in definitions if d.span is not None], default=span[0]), span[1]
    initial = {s: _initial(memory, s) for s in carried if s in memory.initial}
    return Recurrence(
        name=reader.name,
        span=span,
        definitions=tuple(definitions),
        initial=initial,
        constants=memory.constants,
        links=links,
        change=change,
        unbound=_unbound(reader, memory, carried - set(links), initial),
        free={n: at for n, at in memory.free.items() if n.partition("[")[0].partition(".")[0] not in reader.parameters},
        nicknames=memory.nicknames,
        clock=reader.clock,
        choices=tuple(f"{reader.source.line(k)} {'holds' if v else 'does not hold'}" for k, v in reader.choice.items()),
        kept=frozenset(_kept_counters(memory, result)),
        local=bool(reader.parameters or reader.assigned),
    )


def _all(definition: Definition) -> Iterator[Term]:
    return definition.right.nodes()


def _is_handed(reader: Reader) -> bool:
    """Whether the step is a function of a gradient, used or not."""
    return any(is_gradient_name(n) for n in reader.parameters)


def _at_parameters(definition: Definition, arguments: frozenset[str]) -> Definition:
    """The assignment with the parameters that a transformation of gradients is told as what it moves."""

    def moved(term: Term) -> Term | None:
        told = term.head == "name" and term.name in arguments and state_name(term.name, {}) == r"\theta"
        return replace(T.at(PARAMETERS, BEFORE), span=term.span) if told else None

    return replace(definition, right=definition.right.map(moved))


def _span(reader: Reader, node: ast.AST) -> tuple[int, int]:
    body = getattr(node, "body", None)
    first = node if hasattr(node, "lineno") else (body[0] if body else node)
    final = node if hasattr(node, "lineno") else (body[-1] if body else node)
    a, b = reader.span(first), reader.span(final)
    return (a[0] if a else 0, b[1] if b else 0)


def _initial(memory: Memory, slot: str) -> Term | None:
    value = memory.initial[slot]
    return value if isinstance(value, Term) else None


# Names


def _named(memory: Memory, returned: set[str]) -> list[Definition]:
    """The assignments, the last of each place under the place's own name."""
    carried = {n.name for d in memory.definitions for n in d.right.nodes() if n.head == "at" and n.args[0] == BEFORE}
    names: dict[str, str] = {}
    extra: list[Definition] = []
    for slot in sorted(carried & memory.written):
        value = memory.values.get(slot)
        if isinstance(value, Term) and value.head == "at" and value.args[0] == A.clock(0) and value.name not in names:
            names[value.name] = slot
        elif isinstance(value, Term) and value != T.at(slot, BEFORE):
            extra.append(Definition(slot, slot, value))
        elif isinstance(value, Unknown | Gradient):
            extra.append(Definition(slot, slot, Term("call", (), "?unknown")))
    taken = {*names.values(), *(d.key for d in extra), *carried}
    finals = {d.slot: d.key for d in memory.definitions}
    for slot, key in finals.items():
        if key not in names and slot not in taken and key not in returned:
            names[key] = slot

    def renamed(term: Term) -> Term | None:
        if term.head == "at" and term.name in names and term.args[0] != BEFORE:
            return replace(term, name=names[term.name])
        return None

    made = [Definition(names.get(d.key, d.key), d.slot, d.right.map(renamed), d.span) for d in memory.definitions]
    return [*made, *(Definition(d.key, d.slot, d.right.map(renamed), d.span) for d in extra)]


def _linked(definition: Definition, links: dict[str, str]) -> Definition:
    """The assignment with the arguments of a pure function as what the step before left."""
    back = {key: slot for slot, key in links.items()}

    def old(term: Term) -> Term | None:
        if term.head == "name" and term.name in links:
            return replace(T.at(term.name, BEFORE), span=term.span)
        if term.head == "at" and term.name in back and term.args[0] != BEFORE:
            return replace(term, name=back[term.name])
        return None

    return replace(definition, key=back.get(definition.key, definition.key), right=definition.right.map(old))


# What a function returns


def _flat(value: Value | None, path: str = "") -> Iterator[tuple[str, Value]]:
    """The parts of a value with where they are in it."""
    match value:
        case Many(items=items):
            for i, item in enumerate(items):
                yield from _flat(item, f"{path}[{i}]")
        case Record(fields=fields):
            for name, item in fields.items():
                yield from _flat(item, f"{path}.{name}")
        case None:
            return
        case _:
            yield path, value


def _links(reader: Reader, memory: Memory, result: Value) -> Iterator[tuple[str, str]]:
    """What each returned value continues: an argument, or a part of one, that the function was given.

    A value continues what it is made from: the part of the same name, or the only one it is recurrent in.
    """
    made = {d.key: d for d in memory.definitions}
    given = [n for n in memory.free if n not in memory.gradients]
    taken: set[str] = set()
    for path, value in _flat(result):
        term = memory.load(value.slot, None) if isinstance(value, Place) else value
        if isinstance(term, Collection):
            term = term.element
        if not isinstance(term, Term):
            continue
        if term.head != "at" or term.name not in made:
            term = _kept(memory, term, path)
            if term is None:
                continue
            made = {d.key: d for d in memory.definitions}
        definition = made[term.name]
        if path == "[0]" and is_gradient_name(last(definition.slot)):
            continue  # what is to be added to the parameters
        if definition.slot in memory.carried and definition.slot in _read(memory):
            continue
        slot = _continued(definition, path, given, made, taken, memory.nicknames)
        if slot is not None:
            taken.add(slot)
            yield slot, definition.key


def _kept_counters(memory: Memory, result: Value | None) -> Iterator[str]:
    """Counters that are a field of the new state with the value that the same field of the old one has."""
    for path, value in _flat(result):
        field = path.rpartition(".")[2]
        term = memory.load(value.slot, None) if isinstance(value, Place) else value
        if "." in path and isinstance(term, Term) and term.head == "name" and "." in term.name:
            if last(term.name) == field and is_clock_name(term.name):
                yield term.name


def _read(memory: Memory) -> set[str]:
    return {n.name for d in memory.definitions for n in d.right.nodes() if n.head == "at" and n.args[0] == BEFORE}


def _kept(memory: Memory, term: Term, path: str) -> Term | None:
    """A returned expression under a name, so that it can be spoken of."""
    if term.head in ("number", "name", "at", "grad"):
        return None
    key = f"returned{path}"
    memory.definitions.append(Definition(key, key, replace(term), term.span))
    return T.at(key, A.clock(0))


def _continued(
    definition: Definition, path: str, given: list[str], made: dict[str, Definition], taken: set[str],
    nicknames: Mapping[str, str],
) -> str | None:  # fmt: skip
    reached = _reached(definition.right, made)
    options = [n for n in given if n in reached and n not in taken]
    names = {last(definition.slot).lower(), path.rpartition(".")[2].lower()}
    bare = {n for name in names for n in (name, _plain(name)) if n}
    for name in options:
        for own in (last(name).lower(), nicknames.get(name, "").lower()):
            if own and (own in bare or _plain(own) in bare):
                return name
    options = [n for n in options if hyper_name(n, nicknames) is None]
    same = [n for n in options if path.endswith("]") and n.endswith(path)]
    if same:
        return same[0]
    if len(options) == 1 and not path.startswith("."):
        return options[0] if _is_recurrent(definition, options[0], made) else None
    recurrent = [n for n in options if _is_recurrent(definition, n, made)]
    return recurrent[0] if len(recurrent) == 1 else None


_MARKS = ("new_", "next_", "updated_", "old_", "prev_", "_new", "_next", "_updated", "_old", "_prev", "new", "_t", "_")


def _plain(name: str) -> str:
    for mark in _MARKS:
        if mark.endswith("_") and len(mark) > 1 and name.startswith(mark):
            return name[len(mark) :]
        if name.endswith(mark) and len(name) > len(mark):
            return name[: -len(mark)]
    return name


def _reached(term: Term, made: dict[str, Definition]) -> set[str]:
    names: set[str] = set()
    todo = [term]
    seen: set[str] = set()
    while todo:
        for node in todo.pop().nodes():
            if node.head == "name":
                names.add(node.name)
            elif node.head == "at" and node.name in made and node.name not in seen:
                seen.add(node.name)
                todo.append(made[node.name].right)
    return names


def _is_recurrent(definition: Definition, name: str, made: dict[str, Definition]) -> bool:
    """Whether a value is the argument plus or times something."""
    right = definition.right
    parts = right.args if right.head in ("add", "mul") else (right,)
    return any(p.head == "name" and p.name == name for part in parts for p in (part, *part.args))


def _change(reader: Reader, memory: Memory, result: Value | None, links: dict[str, str]) -> str:
    """The value that a transformation of gradients returns in the place of the parameters."""
    if (
        not isinstance(result, Many)
        or not result.items
        or not (_is_handed(reader) or any(is_gradient_name(last(n.partition(" ")[0])) for n in memory.gradients))
    ):
        return ""
    first = result.items[0]
    term = memory.load(first.slot, None) if isinstance(first, Place) else first
    if isinstance(term, Collection):
        term = term.element
    made = {d.key: d for d in memory.definitions}
    if isinstance(term, Term) and term.head == "at" and term.name in made and term.name not in links.values():
        slot = made[term.name].slot
        anew = slot in reader.parameters and not is_gradient_name(last(slot))  # an argument's new value is no change
        return term.name if not anew and slot not in memory.carried & _read(memory) else ""
    return ""


# What is missing


def _unbound(reader: Reader, memory: Memory, carried: set[str], initial: dict[str, Term | None]) -> dict[str, int]:
    """Places that go on from one step to the next and are given nothing before the first."""
    missing = [s for s in sorted(carried) if s in memory.written and s not in initial and s not in memory.initial]
    local = [s for s in missing if s in reader.assigned]
    return {s: _first_read(memory, s) for s in local}


def _first_read(memory: Memory, slot: str) -> int:
    spans = [
        n.span for d in memory.definitions for n in d.right.nodes()
        if n.head == "at" and n.name == slot and n.args[0] == BEFORE and n.span is not None
    ]  # fmt: skip
    return min((s[0] for s in spans), default=0)
