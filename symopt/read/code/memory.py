"""What the places of a program hold while its step is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.read.code.arithmetic import clock
from symopt.read.code.functions import is_gradient_name
from symopt.read.code.recurrence import Definition
from symopt.read.code.values import Gradient, Many, Place, Record, Text, Unknown, Value

Span = tuple[int, int]
_KEY = re.compile(r"\[('[^']*'|\"[^\"]*\"|\d+)\]$|\.(\w+)$")
_ALIASES = 20
LONGEST = 300
"""How many nodes a value may have that is given to a place before the first step."""
_DATA = frozenset("x y X Y data batch loss lossfun loss_fun f fn model inputs targets labels x_batch y_batch".split())
_GRADIENT_WORDS = re.compile(
    r"(?i)(?:compute|evaluate|eval|get|calc|calculate|full|batch|stochastic)?_?"
    r"(?:gradients?|grads?|deriv(?:ative)?s?|wrt|of|at|fn|func|d(?:L|J|f|loss|cost)_?d|^d)_?"
)


class Memory:
    """Places and their values; in a step, also the assignments that were made.

    Args:
        values: what each place holds.
    """

    def __init__(self, values: Mapping[str, Value] | None = None) -> None:
        self.values: dict[str, Value] = dict(values or {})
        self.carried: set[str] = set()
        self.written: set[str] = set()
        self.constants: dict[str, Term] = {}
        self.definitions: list[Definition] = []
        self.versions: dict[str, int] = {}
        self.free: dict[str, int] = {}
        self.nicknames: dict[str, str] = {}
        self.gradients: set[str] = set()
        self.stepping = False
        self.starting = 0
        self.initial: dict[str, Value] = {}
        self.ungiven: set[str] = set()
        self.parameters: frozenset[str] = frozenset()

    def resolved(self, slot: str) -> str:
        """The place itself, where a name stands for another place."""
        for _ in range(_ALIASES):
            value = self.values.get(slot)
            if not isinstance(value, Place) or value.slot == slot:
                return slot
            slot = value.slot
        return slot

    def known(self, slot: str) -> Value | None:
        """What the place holds, as far as the program says; None where it says nothing."""
        slot = self.resolved(slot)
        if slot in self.values:
            return self.values[slot]
        match = _KEY.search(slot)
        if match is None:
            return None
        whole = self.known(slot[: match.start()])
        if isinstance(whole, Place):
            return self.known(whole.slot + match.group())
        key = (match[1] or match[2]).strip("'\"")
        if isinstance(whole, Record):
            return whole.fields.get(key)
        if isinstance(whole, Many):
            return whole.items[int(key)] if key.isdigit() and int(key) < len(whole.items) else None
        if isinstance(whole, Gradient):
            return Gradient(key, whole.arguments)
        if isinstance(whole, Term):
            return whole if whole.head in ("at", "grad") and slot[: match.start()] not in self.carried else None
        return None

    def load(self, slot: str, span: Span | None) -> Value:
        """What reading the place gives: a number that was given a name is that name."""
        slot = self.resolved(slot)
        value = self.known(slot)
        if value is None:
            start = self.initial.get(slot)
            if not isinstance(start, Term) or start.value not in (0, 1) or not self.stepping:
                return self.given(slot, span)
            value = start
        if isinstance(value, Term):
            if value.value is not None and (value.value not in (0, 1) or (value.value == 1 and _is_rate(slot))):
                self.constants[slot] = value
                value = T.name(slot)
            return replace(value, span=span)
        if isinstance(value, Many | Record) and not (value.items if isinstance(value, Many) else value.fields):
            return T.number(0)
        return value

    def given(self, slot: str, span: Span | None) -> Term:
        """A value that comes from outside: what never changes, or a gradient."""
        self.free.setdefault(slot, span[0] if span else 0)
        if is_gradient_name(last(slot)):
            self.gradients.add(slot)
            return replace(T.at(slot, clock(0)), span=span)
        return Term("name", (), slot, span=span)

    def enter(self, slots: set[str]) -> None:
        """Let a step begin in which these places are written: each holds what the step before left."""
        for slot in slots:
            value = self.known(slot)
            if value is not None or slot in self.values or slot in self.ungiven:
                self.initial[slot] = Unknown("given") if value is None else value
        self.carried = {s for s in slots if not (s in self.parameters and is_gradient_name(s))}
        for slot in slots:
            self.values[slot] = T.at(slot, clock(-1)) if slot in self.carried else T.at(f"{slot} given", clock(0))
        self.gradients |= {f"{slot} given" for slot in slots - self.carried}

    def assign(self, slot: str, value: Value, span: Span | None, *, bind: bool = True) -> None:
        """Give a place a value; ``bind`` where the name itself is given it, not the place that it stands for."""
        slot = slot if bind else self.resolved(slot)
        if bind:
            self._part_from_aliases(slot)
        if isinstance(value, Place) and value.slot == slot:
            return
        if isinstance(value, Place):
            if "[" not in slot and "." not in slot:
                self.nicknames.setdefault(value.slot, slot)
            if value.slot not in self.written and not _own(slot):
                self.values[slot] = value
                return
            value = self.load(value.slot, None)
        if isinstance(value, Gradient):
            value = self.gradient(value, slot)
        elif is_gradient_name(last(slot)) and _is_by_hand(value):
            value = self.worked_out(slot)
        if self.starting:
            self.initial.setdefault(slot, value)
            if not self.stepping:
                self.values[slot] = value
            return
        self.written.add(slot)
        self.values[slot] = self._defined(slot, value, span) if self.stepping else _bare(_short(value))

    def _part_from_aliases(self, slot: str) -> None:
        """Let other names keep what the place held until now; a new value is none of theirs."""
        for name, value in list(self.values.items()):
            if isinstance(value, Place) and value.slot == slot and name != slot:
                self.values[name] = _bare(self.load(slot, None))
                self.written.add(name)

    def _defined(self, slot: str, value: Value, span: Span | None) -> Value:
        if not isinstance(value, Term) or value.head in ("number", "at", "name"):
            return _bare(value)
        if is_gradient_name(last(slot)):
            value = _mean(value)
        count = self.versions[slot] = self.versions.get(slot, 0) + 1
        key = f"{slot}#{count}"
        self.definitions.append(Definition(key, slot, value, span))
        return T.at(key, clock(0))

    def worked_out(self, target: str) -> Term:
        """A gradient that the program works out by hand: of the parameter that its name says, if it says one."""
        wanted = _GRADIENT_WORDS.sub("", last(target))
        for slot in sorted(self.carried):
            if wanted and last(slot) == wanted:
                return T.grad(T.at(slot, clock(-1)))
        self.gradients.add(target)
        return T.at(f"{target} given", clock(0))

    def gradient(self, asked: Gradient, target: str = "") -> Term:
        """The oracle's answer: at the argument that the gradient is taken with respect to."""
        wanted = [_GRADIENT_WORDS.sub("", last(n)) for n in (target, asked.function) if n]
        options = [a for a in asked.arguments if _is_point(a)]
        for name in filter(None, wanted):
            for argument in options:
                if argument.head in ("at", "name") and last(argument.name.partition("#")[0]) == name:
                    return Term("grad", (_reference(argument),))
        for name in filter(None, wanted):
            for argument in options:
                if any(n.head == "at" and last(n.name.partition("#")[0]) == name for n in argument.nodes()):
                    return Term("grad", (_reference(argument),))
        moving = [a for a in options if any(n.head == "at" for n in a.nodes())]
        still = [a for a in options if last(a.name) not in _DATA]
        for argument in (*moving, *still):
            return Term("grad", (_reference(argument),))
        name = target or asked.function or "gradient"
        self.gradients.add(name)
        return T.at(name, clock(0))


def last(slot: str) -> str:
    """The last part of a place's name: ``m`` of ``self.m``, ``exp_avg`` of ``state['exp_avg']``."""
    found = re.search(r"\[['\"]([^'\"]*?)\*?['\"]\]$", slot)
    if found and found[1]:
        return found[1]
    return slot.rpartition(":")[2].rpartition(".")[2].partition("[")[0]


def _is_rate(slot: str) -> bool:
    """Whether a name is one that programs give a learning rate, which is one whatever its number is."""
    return last(slot).lower() in ("eta", "lr", "learning_rate", "alpha", "step_size")


def _own(slot: str) -> bool:
    """Whether the place is part of something else, so that giving it a value is no renaming."""
    return "." in slot or "[" in slot


def _bare(value: Value) -> Value:
    return replace(value, span=None) if isinstance(value, Term) else value


def _short(value: Value) -> Value:
    """A value that is kept whole, for no step gives it a name; one too long to be a start is not read."""
    long = isinstance(value, Term) and sum(1 for _ in islice(value.nodes(), LONGEST + 1)) > LONGEST
    return Unknown("long") if long else value


def _reference(point: Term) -> Term:
    return point


def _is_point(term: Term) -> bool:
    return not any(n.head == "call" and n.name.startswith("?") for n in term.nodes()) and term.head != "number"


def _is_by_hand(value: Value) -> bool:
    """Whether a value is worked out by functions that only the program knows."""
    if not isinstance(value, Term):
        return isinstance(value, Unknown)
    return any(n.head == "call" and n.name.startswith("?") for n in value.nodes())


def _mean(value: Term) -> Term:
    """A gradient without what makes it a mean over the data: a number of examples, a scale of the loss."""
    outside = list(_outside(value))
    gradients = [n for n in outside if n.head == "grad"]
    if len(gradients) != 1 or any(n.head not in ("grad", "mul", "div", "name", "number") for n in outside):
        return value
    return gradients[0]


def _outside(term: Term) -> Iterator[Term]:
    """The nodes of a term that are not inside a gradient."""
    yield term
    if term.head != "grad":
        for a in term.args:
            yield from _outside(a)


def text_of(value: Value) -> str:
    return value.value if isinstance(value, Text) else ""
