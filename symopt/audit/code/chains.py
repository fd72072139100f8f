"""What moves each parameter of a program's step, and what is left over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from symopt.audit.code.equations import BEFORE, Step
from symopt.language import terms as T
from symopt.language.terms import Term


@dataclass(frozen=True)
class Chain:
    """What moves one parameter.

    Args:
        parameter: its place.
        keys: the assignments that are needed for it, in order.
    """

    parameter: str
    keys: tuple[str, ...]


def chains(step: Step, gradients: frozenset[str]) -> list[Chain]:
    """Each parameter with what its update needs: what is carried on, moved by a gradient, and used by nothing else."""
    states = [k for k in step.definitions if k in step.carried]
    needs = {k: _needed(step, k) for k in states}
    points = {
        g.args[0].name for d in step.definitions.values() for g in d.right.nodes()
        if g.head == "grad" and g.args[0].head in ("at", "name") and g.args[0].name in states
    }  # fmt: skip
    used = {u for k in states for u in needs[k] if u != k}
    moved = [k for k in states if _has_gradient(step, [k, *needs[k]], gradients)] or states
    found = [k for k in moved if k in points and _is_moved(step, k)] or [k for k in moved if k not in used]
    return [Chain(k, tuple(_with_states(step, k))) for k in found]


def unused(step: Step, found: Sequence[Chain]) -> list[str]:
    """Gradients, and states made from them, that none of the chains uses, those made from the parameters apart."""
    used = {k for c in found for k in c.keys}
    moved = {c.parameter for c in found}
    free = [k for k in step.definitions if k in step.carried - used and _is_recurrent(step, k)]
    asked_for = [k for k, d in step.definitions.items() if d.right.head == "grad" and k not in used]
    return [*asked_for, *(
        k for k in free
        if not moved & _needed(step, k) and _has_gradient(step, _with_states(step, k), asked(step))
    )]  # fmt: skip


def asked(step: Step) -> frozenset[str]:
    """Values that come from outside the step."""
    given = {n.name for d in step.definitions.values() for n in d.right.nodes() if n.head == "at"}
    return frozenset(given - step.definitions.keys() - step.carried)


def _is_recurrent(step: Step, key: str) -> bool:
    return any(n == T.at(key, BEFORE) for k in _with_states(step, key) for n in step.definitions[k].right.nodes())


def joined(step: Step, chain: Chain, keys: Sequence[str]) -> Chain:
    """The chain, with some states and what they need."""
    more = {n for k in keys for n in _with_states(step, k)}
    return Chain(chain.parameter, tuple(k for k in step.definitions if k in more or k in chain.keys))


def of_same_gradient(step: Step, chain: Chain, keys: Sequence[str]) -> list[str]:
    """Those of some idle values that are made from a gradient that a chain uses too, or all where it uses none."""
    own = _gradients(step, chain.keys)
    return [k for k in keys if not own or own & _gradients(step, _with_states(step, k))]


def _gradients(step: Step, keys: Sequence[str]) -> frozenset[str]:
    """The gradients that come from outside the step, or are asked for in it, by name."""
    given = {n.name for k in keys for n in step.definitions[k].right.nodes() if n.head == "at"} & asked(step)
    return frozenset(given | {k for k in keys if step.definitions[k].right.head == "grad"})


def keys_of(step: Step, parameter: str) -> list[str]:
    """The assignments that a place's value needs."""
    return _with_states(step, parameter)


def _needed(step: Step, key: str) -> frozenset[str]:
    """The values, of this step and the one before, that one is made from, gradients apart."""
    seen: set[str] = set()
    todo = [key]
    while todo:
        found = {n.name for n in _outside(step.definitions[todo.pop()].right) if n.head == "at"}
        todo += sorted((found & step.definitions.keys()) - seen)
        seen |= found
    return frozenset(seen)


def _outside(term: Term) -> Iterable[Term]:
    """The nodes of a term that are not inside a gradient."""
    yield term
    if term.head != "grad":
        for a in term.args:
            yield from _outside(a)


def _with_states(step: Step, key: str) -> list[str]:
    """The assignments that one needs, those of states that it reads a step late too."""
    seen: set[str] = set()
    todo = [key]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        right = step.definitions[name].right
        todo += [n.name for n in _outside(right) if n.head == "at" and n.name in step.definitions]
        todo += [n.name for g in right.nodes() if g.head == "grad" for n in g.nodes()
                 if n.head == "at" and n.name in step.definitions and n.name not in step.carried]  # fmt: skip
    return [k for k in step.definitions if k in seen]


def _is_moved(step: Step, key: str) -> bool:
    """Whether a value is the one before it and something more."""
    right = step.inlined(key, step.carried & step.definitions.keys() - {key}) or step.definitions[key].right
    return any(n == T.at(key, BEFORE) for n in right.nodes())


def _has_gradient(step: Step, keys: Sequence[str], gradients: frozenset[str]) -> bool:
    if gradients & set(keys):
        return True
    nodes = (n for k in keys if k in step.definitions for n in step.definitions[k].right.nodes())
    return any(n.head == "grad" or (n.head == "at" and n.name in gradients) for n in nodes)
