"""A topic: one subject that can be derived of every definition it fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from symopt.derive.derivation import Derivation
from symopt.language.linear import is_linear
from symopt.language.optimizer import Optimizer
from symopt.language.schedule import Schedule

Definition = Optimizer | Schedule


class Kind(Enum):
    """What a definition is of, in words."""

    ELEMENTWISE = "an optimizer that works coordinate by coordinate"
    VECTOR = "a method of vectors and matrices"
    SCHEDULE = "a schedule"

    @classmethod
    def of(cls, definition: Definition) -> Kind:
        if isinstance(definition, Schedule):
            return cls.SCHEDULE
        return cls.VECTOR if is_linear(definition) else cls.ELEMENTWISE


@dataclass(frozen=True)
class Topic:
    """A subject.

    Args:
        name: identifier, such as ``"bias-correction"``; what the command line calls it.
        title: the name as people print it.
        fits: whether there is anything to derive for a definition of the topic's kinds; quick.
        derive: the derivations for a definition that it fits.
        place: topics are listed by this number, then by name.
        kinds: what kinds of definitions the other two can be asked about.
    """

    name: str
    title: str
    # Each topic says in ``kinds`` what it takes: an Optimizer, a Schedule, or both.
    fits: Callable[[Any], bool]
    derive: Callable[[Any], Iterable[Derivation]]
    place: int = 50
    kinds: tuple[Kind, ...] = (Kind.ELEMENTWISE,)

    def about(self, definition: Definition) -> bool:
        """Whether there is anything to derive for a definition."""
        return Kind.of(definition) in self.kinds and self.fits(definition)
