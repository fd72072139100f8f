"""An optimizer's states as linear recurrences with inputs: what is linear is a state, the rest is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symopt.decide.unrolled import gradient_free
from symopt.derive.errors import NotDerivable
from symopt.derive.linear import System, system_of
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, Grad, Sequence, t


@dataclass(frozen=True)
class Reduction:
    """A linear system that a definition contains.

    Args:
        system: the recurrence of the state asked for and of those it depends on linearly.
        draws: what the inputs that stand for calls of the oracle stand for.
    """

    system: System
    draws: Mapping[At, Any]

    def claims(self) -> tuple[Any, ...]:
        """What must follow from the definition for the system to be its."""
        return tuple(sp.Eq(e.lhs, e.rhs.xreplace(dict(self.draws)), evaluate=False) for e in self.system.equations())


def reduced(optimizer: Optimizer, x: Sequence, given: Iterable[Sequence] = ()) -> Reduction:
    """The linear system of a state, other states being given as inputs where they are not linear or it is asked for.

    Raises NotDerivable where the state's own recurrence is not linear.
    """
    drawn = {draw.base for draw in dict(_draws(optimizer)).values()}
    if x in drawn:
        raise NotDerivable(f"{optimizer.name}: {x} is the gradient itself, which is given")
    refused = set(given) | drawn
    while True:
        attempt = _Attempt(optimizer, frozenset(refused))
        failed = attempt.visit(x)
        if failed is None:
            break
        if failed == x:
            raise NotDerivable(attempt.reason)
        refused.add(failed)
    rows = [sp.Eq(y[t], attempt.rows[y], evaluate=False) for y in optimizer.states if y in attempt.rows]
    start = {y[-k]: optimizer.init.get(y, y[0]) for y in attempt.rows for k in range(attempt.depth)}
    return Reduction(system_of(rows, start), {draw: call for call, draw in attempt.draws.items()})


class _Attempt:
    """One try, in which some states are taken as given because they turned out not to be linear."""

    def __init__(self, optimizer: Optimizer, refused: frozenset[Sequence]) -> None:
        self.optimizer = optimizer
        self.refused = refused
        self.rows: dict[Sequence, Any] = {}
        self.reason = ""
        self.depth = 1
        self.fixed = gradient_free(optimizer)
        self.draws = dict(_draws(optimizer))

    def visit(self, x: Sequence) -> Sequence | None:
        """Read the recurrence of x and of what it depends on; the sequence whose recurrence is not linear, if any."""
        if x in self.rows:
            return None
        rhs = self.rows[x] = self._written(x)
        for a in sorted((a for a in rhs.atoms(At) if a.index != t and not a.index.is_Integer), key=str):
            self.depth = max(self.depth, int(sp.expand(t - a.index)))
            parts = affine(rhs, a)
            own = a.base == x
            if parts is None or not (own or self._is_fixed(parts[0])):
                if own:
                    self.reason = (
                        f"{self.optimizer.name}: {x[t]} = {self.optimizer.equations[x.name]} is not linear in {a}, "
                        f"so {x} has no unrolled form; only linear recurrences have one"
                    )
                    return x
                continue
            if own or a.base in self.refused or a.base in self.fixed or a.base not in self.optimizer.states:
                continue
            failed = self.visit(a.base)
            if failed is not None:
                return failed
        return self._mixed(x)

    def _mixed(self, x: Sequence) -> Sequence | None:
        """A state that x depends on both linearly and otherwise cannot be a state of the system."""
        rhs = sp.expand(self.rows[x])
        for y in list(self.rows):
            for a in [a for a in rhs.atoms(At) if a.base == y and a.index != t and not a.index.is_Integer]:
                parts = affine(rhs, a)
                if parts is None or parts[0].has(*[z[t - 1] for z in self.rows]):
                    return y
        return None

    def _is_fixed(self, e: Any) -> bool:
        return not e.has(Grad) and all(a.base in self.fixed for a in e.atoms(At))

    def _written(self, x: Sequence) -> Any:
        """The right side with what is linear in it written out."""
        rhs = _folded(self.optimizer.equations[x.name].xreplace(self.draws), x)
        for z in reversed(self.optimizer.sequences):
            if z == x or z in self.fixed or z in self.refused or z[t] in self.draws.values() or not rhs.has(z[t]):
                continue
            parts = affine(rhs, z[t])
            if parts is None or not self._is_fixed(parts[0]):
                continue
            inner = self._written(z)
            if z in self.optimizer.states or any(self._linear(inner, a) for a in inner.atoms(At)):
                rhs = parts[0] * inner + parts[1]
        return rhs

    def _linear(self, e: Any, a: At) -> bool:
        if a.index == t or a.index.is_Integer or a.base not in self.optimizer.states:
            return False
        parts = affine(e, a)
        return parts is not None and self._is_fixed(parts[0])


def affine(e: Any, a: Any) -> tuple[Any, Any] | None:
    """(slope, rest) where e = slope a + rest, both free of a."""
    expanded = sp.expand(e)
    slope = expanded.coeff(a)
    rest = sp.expand(expanded - slope * a)
    # The rest keeps the shape in which it is written.
    return None if slope == 0 or slope.has(a) or rest.has(a) else (sp.factor_terms(slope), e.xreplace({a: sp.S.Zero}))


def _folded(rhs: Any, x: Sequence) -> Any:
    """A case distinction in which x enters every row alike, with x outside of it."""
    if not isinstance(rhs, sp.Piecewise):
        return rhs
    rows: Any = rhs.args
    parts = [affine(row.expr, x[t - 1]) for row in rows]
    slopes = {p[0] for p in parts if p is not None}
    if None in parts or len(slopes) != 1 or any(row.cond.has(x) for row in rows):
        return rhs
    rest = sp.Piecewise(*((p[1], row.cond) for p, row in zip(parts, rows, strict=True) if p is not None))
    return slopes.pop() * x[t - 1] + rest


def _draws(optimizer: Optimizer) -> Iterator[tuple[Any, At]]:
    """The calls of the oracle, each with the value at t that stands for it."""
    taken = {s.name for s in optimizer.sequences}
    for eq in optimizer.update:
        if isinstance(eq.rhs, Grad):
            yield eq.rhs, eq.lhs
    named = {eq.rhs for eq in optimizer.update if isinstance(eq.rhs, Grad)}
    others = {c for eq in optimizer.update for c in eq.rhs.atoms(Grad)} - named
    for number, call in enumerate(sorted(others, key=str)):
        names = (f"{name}{number or ''}" for name in ("g", "grad", "gradient"))
        yield call, Sequence(next(n for n in names if n not in taken))[t]
