"""What a sequence's value and the gradient's value stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from symopt.decide.ranges import range_of_symbol
from symopt.language.symbols import Grad, Sequence

if TYPE_CHECKING:
    from symopt.decide.field import Generator, Ratio
    from symopt.decide.normal import Normalizer


class World(Protocol):
    """The meaning of the atoms that a definition gives meaning to. Steps t from ``first_step`` on are spoken of."""

    first_step: int

    def at(self, n: Normalizer, base: Sequence, index: Ratio) -> Ratio:
        """The value of a sequence at a step."""
        ...

    def gradient(self, n: Normalizer, point: Ratio) -> Ratio:
        """The value that the oracle gives at a point."""
        ...

    def call(self, n: Normalizer, call: Grad) -> Ratio | None:
        """The value of a call that is known without working its point out."""
        ...

    def horizon(self, n: Normalizer) -> Ratio:
        """The step that sums with other upper bounds are rewritten to end at."""
        ...

    def mean(self, n: Normalizer, factors: list[tuple[Generator, int]]) -> Ratio | None:
        """The expectation of a product of powers, where more is known of it than that it is a number."""
        ...


class FreeWorld:
    """Sequences are free: every value at a step is a quantity of its own."""

    first_step = 1

    def at(self, n: Normalizer, base: Sequence, index: Ratio) -> Ratio:
        name = f"{base.name}[{n.show(index)}]"
        return n.named(("at", base, str(index)), name, range_of_symbol(base), args=(index,))

    def gradient(self, n: Normalizer, point: Ratio) -> Ratio:
        return n.applied("grad", (point,))

    def call(self, n: Normalizer, call: Grad) -> Ratio | None:
        return None

    def horizon(self, n: Normalizer) -> Ratio:
        return n.time

    def mean(self, n: Normalizer, factors: list[tuple[Generator, int]]) -> Ratio | None:
        return None
