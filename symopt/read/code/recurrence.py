"""What a program's step is, as equations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symopt.language.terms import Term
from symopt.read.code.source import Fault, Source

CLOCK = "t"
"""The name of the step counter: 1 in the first step, whatever the program counts from."""


@dataclass(frozen=True)
class Definition:
    """One assignment of the step.

    Args:
        key: the name of the value it makes: the place itself for the last value of the step, ``m#1`` for the
            first of several.
        slot: the place that is assigned, as the program writes it.
        right: the value. Values of this step are ``at(key, t)``, values from before it ``at(slot, t - 1)``,
            what never changes a name.
        span: where the statement stands.
    """

    key: str
    slot: str
    right: Term
    span: tuple[int, int] | None = None


@dataclass(frozen=True)
class Recurrence:
    """One step of a program.

    Args:
        name: of the function, class or loop; "" for statements that stand alone.
        span: where the step's code stands.
        definitions: in the order of execution.
        initial: what the places hold before the first step, where the program says so (None: something not read).
        constants: numbers that names without an assignment in the step stand for.
        links: what the step returns for what it was given, by name: ``m_new`` for ``m``.
        change: the key of a value that is returned to be added to the parameters; "" if there is none.
        nicknames: local names of places, such as ``exp_avg`` for ``state['exp_avg']``.
        unbound: places that are read before they are given anything, with the offset where.
        free: names that are read and that nothing in the program gives, with the offset where.
        clock: how the program writes the number of the step, with the number it has in the first one.
        choices: the conditions that were taken to hold or not to hold.
        kept: counters that the step hands on as it was given them.
        local: whether the names are those of a function, so that none can come from elsewhere.
        part: whether it is a method that an inherited one calls, so that the rest of the step may be there.
    """

    name: str
    span: tuple[int, int]
    definitions: tuple[Definition, ...]
    initial: Mapping[str, Term | None] = field(default_factory=dict[str, "Term | None"])
    constants: Mapping[str, Term] = field(default_factory=dict[str, Term])
    links: Mapping[str, str] = field(default_factory=dict[str, str])
    change: str = ""
    unbound: Mapping[str, int] = field(default_factory=dict[str, int])
    free: Mapping[str, int] = field(default_factory=dict[str, int])
    nicknames: Mapping[str, str] = field(default_factory=dict[str, str])
    clock: tuple[str, int] | None = None
    choices: tuple[str, ...] = ()
    kept: frozenset[str] = frozenset()
    local: bool = False
    part: bool = False


@dataclass(frozen=True)
class Misuse:
    """A number of values that Python would refuse to unpack into another number of names."""

    span: tuple[int, int]
    values: int
    names: int

    @property
    def reason(self) -> str:
        return f"{self.values} values are unpacked into {self.names} names"


@dataclass(frozen=True)
class Program:
    """A text read as a program.

    Args:
        source: the text and its tree.
        recurrences: the steps that were found, in the order of the text.
        misuses: what Python would refuse.
        faults: lines that were not read.
        stopped: why the reading ended early; "" if it did not.
    """

    source: Source
    recurrences: tuple[Recurrence, ...]
    misuses: tuple[Misuse, ...] = ()
    faults: tuple[Fault, ...] = ()
    stopped: str = ""
