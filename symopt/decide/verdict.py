"""What a decision says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

import sympy as sp

if TYPE_CHECKING:
    from symopt.decide.certificate import Certificate


class Status(Enum):
    """How far a decision got. Undecided is neither true nor false."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Witness:
    """Numbers at which the two sides differ.

    ``assignments`` are exact, by name (``g_1`` is the gradient of step 1, ``theta_0`` the start);
    ``left`` and ``right`` are exact fractions as text, or decimals with an enclosing radius.
    """

    assignments: Mapping[str, Fraction]
    t: int | None
    left: str
    right: str

    def __str__(self) -> str:
        step = [] if self.t is None else [f"t = {self.t}"]
        values = [f"{name} = {value}" for name, value in self.assignments.items()]
        where = f"at {', '.join(step + values)}: " if step or values else ""
        return f"{where}{self.left} against {self.right}"


@dataclass(frozen=True)
class Verdict:
    """Proved, refuted or undecided, and what that rests on."""

    status: Status
    argument: str = ""
    witness: Witness | None = None
    reason: str = ""
    certificate: Certificate | None = field(default=None, compare=False, repr=False)

    @property
    def proved(self) -> bool:
        return self.status is Status.PROVED

    @property
    def refuted(self) -> bool:
        return self.status is Status.REFUTED

    def __str__(self) -> str:
        detail = self.argument or self.reason
        return f"{self.status.value}: {detail}" + (f" ({self.witness})" if self.witness else "")


@dataclass(frozen=True)
class Equality:
    """Whether two optimizers take the same steps, under which matching.

    For all gradients, all starting parameters and all hyperparameters of the first there are
    hyperparameters of the second (``hypers``, by name, in the first's) such that the states are
    related as ``states`` says (by the second's name, in the first's values at step t).
    """

    status: Status
    states: Mapping[str, sp.Expr] = field(default_factory=lambda: MappingProxyType({}))
    hypers: Mapping[str, sp.Expr] = field(default_factory=lambda: MappingProxyType({}))
    argument: str = ""
    witness: Witness | None = None
    reason: str = ""
    certificate: Certificate | None = field(default=None, compare=False, repr=False)

    @property
    def proved(self) -> bool:
        return self.status is Status.PROVED
