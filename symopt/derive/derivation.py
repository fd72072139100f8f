"""What a derivation is: statements, the rules between them, and how far each is proved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

import sympy as sp

from symopt.decide import Equality, Status, Verdict
from symopt.language.optimizer import Optimizer
from symopt.language.schedule import Schedule


class Guarantee(Enum):
    """What kind of truth a result is; the value says it in words."""

    IDENTITY = "identity"
    DISTRIBUTION = "equality in distribution"
    FIRST_ORDER = "first-order approximation"
    LIMIT = "limit"
    UPPER_BOUND = "upper bound"
    TIGHT_BOUND = "tight bound"

    @property
    def exact(self) -> bool:
        """Whether the statement holds as it stands, rather than up to an error."""
        return self is not Guarantee.FIRST_ORDER


@dataclass(frozen=True)
class Step:
    """One line of a derivation.

    Args:
        before: the statement it starts from: an equation, inequality or expression.
        rule: what is done, in words, such as "write the recurrence as a sum".
        after: the statement it arrives at.
        verdict: whether `decide` has proved that the one follows from the other by the rule.
    """

    before: Any
    rule: str
    after: Any
    verdict: Verdict | Equality


@dataclass(frozen=True)
class Derivation:
    """A result with the steps that lead to it, each with its verdict.

    The result is the last step's statement. It is proved if every step is.

    Args:
        title: what is derived, as a lecturer would head it.
        steps: at least one, in order.
        guarantee: what kind of truth the result is.
        assumptions: what is supposed besides the definition, in words.
        error: the order of the error of an approximation, such as ``O(x**2)``.
        remarks: sentences on what the result means.
        name: short identifier within the topic, such as the sequence's name.
        topic: the topic's name, where a topic made it.
        optimizer: the definition that it is about, if it is about one.
        source: where the result is from.
    """

    title: str
    steps: tuple[Step, ...]
    guarantee: Guarantee = Guarantee.IDENTITY
    assumptions: tuple[str, ...] = ()
    error: sp.Expr | None = None
    remarks: tuple[str, ...] = ()
    name: str = ""
    topic: str = ""
    optimizer: Optimizer | Schedule | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError(f"{self.title}: a derivation needs at least one step")

    @property
    def statement(self) -> Any:
        """The result: an equation, an inequality, or an expression."""
        return self.steps[-1].after

    @property
    def value(self) -> Any:
        """The right side of the result."""
        return self.statement.rhs if isinstance(self.statement, sp.core.relational.Relational) else self.statement

    @property
    def status(self) -> Status:
        """Proved if every step is; refuted if one is; else undecided."""
        found = {step.verdict.status for step in self.steps}
        for status in (Status.REFUTED, Status.UNDECIDED):
            if status in found:
                return status
        return Status.PROVED

    @property
    def proved(self) -> bool:
        return self.status is Status.PROVED

    @property
    def methods(self) -> tuple[str, ...]:
        """What the steps' verdicts rest on, each once."""
        return tuple(dict.fromkeys(step.verdict.argument or step.verdict.reason for step in self.steps))

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __str__(self) -> str:
        return f"{self.statement} ({self.guarantee.value}; {self.status.value})"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {sp.latex(self.statement)}$"
