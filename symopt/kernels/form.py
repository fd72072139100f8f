"""What a kernel is called with: the names, shapes, defaults and domains of a step's inputs.

That is plain data, and takes no SymPy: a compiled kernel that an earlier process made is found again by it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symopt.kernels.plan import Plan


@dataclass(frozen=True)
class Range:
    """The numbers that a hyperparameter may be: an interval, its whole numbers alone, or a few numbers.

    Args:
        text: how it is written.
        low, high: its ends.
        left_open, right_open: whether an end is left out.
        whole: whether it is of whole numbers.
        members: the numbers, where there are only these.
        other: tells of a set of another kind whether a number is in it.
    """

    text: str
    low: float = -math.inf
    high: float = math.inf
    left_open: bool = False
    right_open: bool = False
    whole: bool = False
    members: tuple[float, ...] | None = None
    other: Callable[[float], bool] | None = None

    def __contains__(self, x: float) -> bool:
        if self.other is not None:
            return self.other(x)
        if self.members is not None:
            return x in self.members
        left = x > self.low if self.left_open else x >= self.low
        right = x < self.high if self.right_open else x <= self.high
        return left and right and not (self.whole and (math.isinf(x) or x != math.floor(x)))


@dataclass(frozen=True)
class Input:
    """A hyperparameter: its name in the definition and in code, a default or None, and its domain."""

    symbol: str
    name: str
    default: float | None
    domain: Range


@dataclass(frozen=True)
class Form:
    """How a kernel is called.

    Args:
        optimizer: the definition's name.
        params: the parameters' name.
        settings: the hyperparameters.
        arrays: names of the states of the parameters' shape.
        slots: names of all states, in order.
        points: at how many points a step asks for a gradient.
        asks_at_params: whether the only one is at the parameters themselves.
        sums: whether a step computes inner products or norms.
        made: the plan that it is the form of, or None: that of the catalogue's definition.
    """

    optimizer: str
    params: str
    settings: tuple[Input, ...]
    arrays: tuple[str, ...]
    slots: tuple[str, ...]
    points: int
    asks_at_params: bool
    sums: bool
    made: Plan | None = field(default=None, compare=False, repr=False)

    @cached_property
    def plan(self) -> Plan:
        """The step, taken apart."""
        if self.made is not None:
            return self.made
        from symopt.kernels import definition
        from symopt.kernels.plan import plan_of

        return plan_of(definition(self.optimizer))

    @cached_property
    def scalars(self) -> tuple[str, ...]:
        """Names of the states that are one number."""
        return tuple(s for s in self.slots if s not in self.arrays)

    def setting(self, name: str) -> Input | None:
        """The hyperparameter of that name, as the definition or as code spells it."""
        return next((s for s in self.settings if name in (s.name, s.symbol)), None)

    @property
    def plain(self) -> dict[str, Any] | None:
        """The form as JSON has it; None where a domain is no such data."""
        if any(s.domain.other is not None for s in self.settings):
            return None
        fields = {name: value for name, value in vars(self).items() if name in _FIELDS}
        return fields | {"settings": [asdict(s) for s in self.settings]}

    @staticmethod
    def of(plain: Mapping[str, Any]) -> Form:
        """The form that ``plain`` tells of. Raises KeyError or TypeError where that is none."""
        settings: list[Input] = []
        for given in plain["settings"]:
            members = given["domain"]["members"]
            domain = replace(Range(**given["domain"]), members=None if members is None else tuple(members))
            settings.append(replace(Input(**given), domain=domain))
        made = replace(Form(**plain), settings=tuple(settings))
        return replace(made, arrays=tuple(made.arrays), slots=tuple(made.slots))


_FIELDS = ("optimizer", "params", "arrays", "slots", "points", "asks_at_params", "sums")
