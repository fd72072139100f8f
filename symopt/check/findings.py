"""What a check says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from symopt.decide import Equality, Status, Verdict, Witness
from symopt.language import Optimizer


class Outcome(StrEnum):
    """How an implementation stands to its definition."""

    EQUAL = "equal"
    """Proved: for all hyperparameters, gradients and starts, the definition's steps."""
    CONVENTIONS = "equal under conventions"
    """Proved of the definition under the conventions that are named."""
    DIFFERENT = "different"
    """Refuted, by a run in which the parameters part."""
    UNDECIDED = "undecided"
    """Neither proved nor refuted."""
    UNREAD = "not read"
    """The implementation could not be made a recurrence; nothing is claimed."""


@dataclass(frozen=True)
class Difference:
    """One equation that the two give differently, all values that it reads being the same.

    Args:
        name: the value that differs, such as theta[t], or m[0] at the start.
        theirs: what it is in the implementation.
        ours: the same in the definition, in the implementation's names.
        amount: theirs - ours, simplified.
        verdict: what was decided about theirs = ours.
    """

    name: str
    theirs: Any
    ours: Any
    amount: Any
    verdict: Verdict


@dataclass(frozen=True)
class Comparison:
    """An implementation's recurrence held against the definitions.

    Args:
        optimizer: the recurrence.
        outcome: how it stands.
        definition: what it is, or is not; with its conventions where there are some.
        conventions: the conventions' names.
        equality: what was decided, and the matching.
        against: the definition that the differences are from: the family's first, where it is not the recurrence.
        differences: equation by equation, from ``against``.
        parting: a run in which the parameters part from those of ``against``.
    """

    optimizer: Optimizer
    outcome: Outcome
    definition: Optimizer | None
    equality: Equality
    conventions: tuple[str, ...] = ()
    against: Optimizer | None = None
    differences: tuple[Difference, ...] = ()
    parting: Witness | None = None

    @property
    def status(self) -> Status:
        return self.equality.status


@dataclass(frozen=True)
class Confirmation:
    """The implementation itself, run with numbers, beside its recurrence.

    Args:
        steps: how many steps were compared.
        error: the largest relative difference from the recurrence at 140 bits.
        witness: whether the implementation, run on the witness's numbers, goes the recurrence's way and not the
            definition's; None where there is no witness, or where it refuses the numbers.
        refused: why it refused them.
    """

    steps: int
    error: float
    witness: bool | None = None
    refused: str = ""


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Args:
        target: what was checked.
        source: the library and its version, or the file.
        options: arguments that were set.
        comparison: how it stands; None where it could not be read.
        special: the states that the first step sets otherwise than later steps would.
        assumed: what was taken as true of hyperparameters.
        scope: what else it is restricted to, in words.
        fixed: numeric arguments that could not be symbols.
        defaults: by hyperparameter, the implementation's and the definition's default, where they differ.
        confirmation: the implementation run with numbers.
        reason: why it could not be read.
        seconds: what tracing and proving took.
    """

    target: str
    source: str
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    comparison: Comparison | None = None
    special: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict[str, Any])
    defaults: Mapping[str, tuple[Any, Any]] = field(default_factory=dict[str, Any])
    confirmation: Confirmation | None = None
    reason: str = ""
    seconds: float = field(default=0.0, compare=False)

    @property
    def outcome(self) -> Outcome:
        return Outcome.UNREAD if self.comparison is None else self.comparison.outcome
