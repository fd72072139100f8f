"""Sequences unrolled by their definition.

Values after a base step are written out by the definition's equations; the states at the base
step, and before it, are free quantities. Steps that are plain numbers are unrolled down to the
initial values. The oracle's answer is a quantity for each step and call: a draw.
"""

from __future__ import annotations

from collections.abc import Generator as Generating
from collections.abc import Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

import sympy as sp

from symopt.decide import powers
from symopt.decide.budget import MAX_STEPS, Undecidable, Undefined
from symopt.decide.field import Generator, Ratio
from symopt.decide.ranges import NONNEGATIVE_RANGE, REAL, range_of_symbol
from symopt.decide.sums import bound_variable, depends, sum_of
from symopt.decide.world import FreeWorld
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, Grad, Sequence, t

if TYPE_CHECKING:
    from symopt.decide.normal import Normalizer


@lru_cache(maxsize=256)
def oracle_calls(optimizer: Optimizer) -> tuple[Grad, ...]:
    """The definition's calls of the oracle, in the order of its equations."""
    calls = [c for eq in optimizer.update for c in sorted(eq.rhs.atoms(Grad), key=str)]
    return tuple(dict.fromkeys(calls))


@lru_cache(maxsize=256)
def gradient_free(optimizer: Optimizer) -> frozenset[Sequence]:
    """The sequences that no gradient has a part in, such as a counter or a learning rate that decays."""
    found = {s for s in optimizer.sequences if s != optimizer.params}
    while True:
        kept = {
            s for s in found
            if not optimizer.equations[s.name].has(Grad)
            and all(a.base in found for a in optimizer.equations[s.name].atoms(At))
        }  # fmt: skip
        if kept == found:
            return frozenset(found)
        found = kept


class Unrolled(FreeWorld):
    """The values that a definition gives.

    Args:
        optimizer: the definition.
        base: the base step, counted from t.
        kept: names of the sequences whose declared sign is known to be kept.
        first_step: the least t spoken of.
        summed: states with a linear recurrence are, at the base step, written as sums from step 1.
        closed: states that are known functions of the step, by name.
    """

    def __init__(
        self, optimizer: Optimizer, *, base: int = -1, kept: frozenset[str] = frozenset(), first_step: int = 1,
        summed: bool = False, closed: Mapping[str, sp.Expr] | None = None,
    ) -> None:  # fmt: skip
        self.optimizer = optimizer
        self.base = base
        self.kept = kept
        self.first_step = first_step
        self.summed = summed
        self.closed = closed or {}
        self.states = frozenset(s.name for s in optimizer.states)
        self.init: Mapping[str, sp.Expr] = {s.name: value for s, value in optimizer.init.items()}
        self._inside = 0

    def horizon(self, n: Normalizer) -> Ratio:
        return n.field.add(n.counter, n.field.number(self.base))

    # Sequences

    def at(self, n: Normalizer, base: Sequence, index: Ratio) -> Ratio:
        if base.name not in self.optimizer.equations:
            return super().at(n, base, index)
        step = whole(index)
        if step is not None:
            return self._initial(n, base, step) if step <= 0 else self._step(n, base, index, step)
        offset = whole(n.field.subtract(index, n.counter))
        if base.name in self.states and (offset is None or offset <= self.base):
            if self.summed and offset == self.base:
                closed = self._sum(n, base)
                if closed is not None:
                    return closed
            return self._free(n, base, index)
        return self._step(n, base, index, (offset or 0) - self.base)

    def _free(self, n: Normalizer, base: Sequence, index: Ratio) -> Ratio:
        if base.name in self.closed:
            with n.binding(t, index):
                return n(self.closed[base.name])
        name = f"{base.name}[{n.show(index)}]"
        known = range_of_symbol(self.optimizer.sequence(base.name)) if base.name in self.kept else REAL
        return n.named(("at", base.name, str(index)), name, known, args=(index,))

    def _initial(self, n: Normalizer, base: Sequence, step: int) -> Ratio:
        if step == 0 and base.name in self.init:
            return n(self.init[base.name])
        if step == 0 and base.name == self.optimizer.params.name:
            return self._free(n, base, n.field.number(0))
        raise Undefined(f"{base.name}[{step}] is not defined")

    def _step(self, n: Normalizer, base: Sequence, index: Ratio, steps: int) -> Ratio:
        if steps > MAX_STEPS:
            raise Undecidable(f"{base.name} would be unrolled for more than {MAX_STEPS} steps")
        with n.binding(t, index), self._definition():
            return n(self.optimizer.equations[base.name])

    @contextmanager
    def _definition(self) -> Generating[None]:
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    def _sum(self, n: Normalizer, base: Sequence) -> Ratio | None:
        """The state at the base step as a**k x_0 + sum of a**(k - i) f_i, where x_i = a x_(i-1) + f_i."""
        field = n.field
        dummy = bound_variable(n)
        with n.where():
            value = self._step(n, base, dummy, 0)
            before = field.find(("at", base.name, str(field.subtract(dummy, field.number(1)))))
            parts = None if before is None else linear(n, value, before)
        if parts is None or base.name not in self.init:
            return None
        slope, forcing = parts
        if any(g.key[0] == "at" for g in field.used(slope.num) + field.used(slope.den) if isinstance(g.key, tuple)):
            return None
        if depends(field, slope.num, dummy) or depends(field, slope.den, dummy) or slope.num.is_zero():
            return None
        horizon = self.horizon(n)
        weight = powers.power(n, slope, field.subtract(horizon, dummy))
        total = sum_of(n, field.multiply(weight, forcing), dummy, field.number(1), horizon)
        start = field.multiply(powers.power(n, slope, horizon), n(self.init[base.name]))
        return field.add(total, start)

    # The oracle

    def call(self, n: Normalizer, call: Grad) -> Ratio | None:
        """A definition's only call is its draw, wherever its point lies."""
        calls = oracle_calls(self.optimizer)
        return self._drawn(n, n.time, 0) if self._inside and calls == (call,) else None

    def gradient(self, n: Normalizer, point: Ratio) -> Ratio:
        if self._inside:
            found = self._draw(n, n.time, point)
            assert found is not None, "a definition's call is one of its calls"
            return found
        for step in self._candidate_steps(n):
            found = self._draw(n, step, point)
            if found is not None:
                return found
        return n.applied("grad", (point,))

    def _draw(self, n: Normalizer, step: Ratio, point: Ratio) -> Ratio | None:
        """The answer at this step to the definition's first call whose point this is."""
        for place, call in enumerate(oracle_calls(self.optimizer)):
            try:
                with n.binding(t, step), self._definition():
                    asked = n(call.point)
            except Undecidable:
                continue
            if n.field.equal(asked, point):
                return self._drawn(n, step, place)
        return None

    def _drawn(self, n: Normalizer, step: Ratio, place: int) -> Ratio:
        return n.named(("draw", str(step), place), f"g_({n.show(step)})" + "'" * place, args=(step,))

    def _candidate_steps(self, n: Normalizer) -> list[Ratio]:
        """The steps whose point a claim may speak of, the nearest first."""
        bound = [value for key, value in n.env.items() if key != t]
        shifted = [n.field.add(a, n.field.number(k)) for a in [n.time, *bound] for k in (0, 1, -1, 2, -2)]
        numbers = [n.field.number(k) for k in range(1, 4)]
        return [s for s in shifted + numbers if (step := whole(s)) is None or step > 0]

    def mean(self, n: Normalizer, factors: list[tuple[Generator, int]]) -> Ratio | None:
        """Stationary gradients: the mean of a power of one draw is the same at every step."""
        if len(factors) != 1 or not isinstance(factors[0][0].key, tuple) or factors[0][0].key[0] != "draw":
            return None
        exponent, place = factors[0][1], factors[0][0].key[2]
        range = NONNEGATIVE_RANGE if exponent % 2 == 0 else REAL
        mark = "'" * place
        name = f"E[g{mark}]" if exponent == 1 else f"E[g{mark}**{exponent}]"
        return n.named(("mean", "draw", place, exponent), name, range)


def whole(a: Ratio) -> int | None:
    """The integer that a is, if it is one."""
    if not (a.num.is_constant() and a.den.is_constant()):
        return None
    value = a.num.leading_coefficient() if a.num else 0
    return int(value) if value == int(value) else None


def linear(n: Normalizer, value: Ratio, in_: Generator) -> tuple[Ratio, Ratio] | None:
    """(a, b) where value = a x + b with x the generator and a, b free of it."""
    field = n.field
    x = field.poly(in_)
    degree = value.num.degrees()[in_.slot]
    if degree != 1 or depends(field, value.den, field.ratio(in_)):
        return None
    slope = value.num.derivative(in_.slot)
    rest = value.num - slope * x
    if depends(field, slope, field.ratio(in_)) or depends(field, rest, field.ratio(in_)):
        return None
    return field.make(slope, value.den), field.make(rest, value.den)
