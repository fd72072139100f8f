"""Recurrences as linear systems: x_t = A(t) x_(t-1) + f(t), earlier values being further states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from symopt.derive.errors import NotDerivable
from symopt.language.symbols import At, Sequence, t

MAX_LAG = 6
"""Steps that a recurrence may read back."""


@dataclass(frozen=True)
class System:
    """A linear recurrence.

    Args:
        states: values that make up the vector x_t: a sequence and how many steps before t it is read.
        matrix: A(t), free of the states.
        forcing: f(t), free of the states.
        start: the vector at step ``first``.
        first: the last step whose values are given.
    """

    states: tuple[tuple[Sequence, int], ...]
    matrix: Any
    forcing: Any
    start: Any
    first: int

    @property
    def constant(self) -> bool:
        """Whether the coefficients do not change with the step."""
        return not self.matrix.has(t) and not self.matrix.atoms(At)

    @property
    def sequences(self) -> tuple[Sequence, ...]:
        return tuple(x for x, lag in self.states if lag == 0)

    def equations(self) -> tuple[Any, ...]:
        """The recurrence of each sequence."""
        before = sp.Matrix([x[t - 1 - lag] for x, lag in self.states])
        rows = self.matrix * before + self.forcing
        return tuple(sp.Eq(x[t], rows[k], evaluate=False) for k, (x, lag) in enumerate(self.states) if lag == 0)

    def initial(self) -> dict[At, Any]:
        return {x[self.first - lag]: self.start[k] for k, (x, lag) in enumerate(self.states)}

    def subs(self, put: Mapping[Any, Any]) -> System:
        """The system with symbols replaced."""
        changed = {name: getattr(self, name).subs(put) for name in ("matrix", "forcing", "start")}
        return replace(self, **changed)

    def of(self, x: Sequence) -> System:
        """The subsystem of the states that a sequence depends on."""
        wanted = {k for k, (y, _) in enumerate(self.states) if y == x}
        while True:
            read = {m for k in wanted for m in range(len(self.states)) if self.matrix[k, m] != 0}
            read |= {m for m, (y, _) in enumerate(self.states) if any(self.states[k][0] == y for k in read)}
            if read <= wanted:
                return self.only(sorted(wanted), {})
            wanted |= read

    def only(self, places: Iterable[int], known: Mapping[At, Any]) -> System:
        """The subsystem of some states; the others' earlier values are known, and go into the forcing."""
        kept = list(places)
        rest = sp.zeros(len(kept), 1)
        for row, place in enumerate(kept):
            for other, (x, lag) in enumerate(self.states):
                if other not in kept and self.matrix[place, other] != 0:
                    rest[row] += self.matrix[place, other] * known[x[t - 1 - lag]]
        forcing = self.forcing.extract(kept, [0]) + rest
        states = tuple(self.states[p] for p in kept)
        return System(states, self.matrix.extract(kept, kept), forcing, self.start.extract(kept, [0]), self.first)


def system_of(equations: Iterable[Any], start: Mapping[At, Any] | None = None) -> System:
    """The system of some recurrences.

    Args:
        equations: ``Eq(x[t], expression)``, one for each sequence, linear in their values at earlier
            steps and in values at step t that an equation above defines. Anything else is given:
            inputs such as ``f[t]``, symbols, t.
        start: values at the first steps; by default they stay as they are, ``x[0]``, from step 0 on.

    Raises:
        NotDerivable: an equation is not linear, reads too far back, or lacks an initial value.
    """
    rows = _inlined(tuple(equations))
    names = list(rows)
    reads: dict[Sequence, int] = dict.fromkeys(names, 1)
    for x, rhs in rows.items():
        for a in _reads(rhs, names):
            reads[a.base] = max(reads[a.base], _lag(a, x))
    states = tuple((x, lag) for x in names for lag in range(reads[x]))
    given = {a: sp.sympify(value, strict=True) for a, value in (start or {}).items()}
    first = max([int(a.index) for a in given if a.base in names] or [max(reads.values()) - 1])
    values = [_start(x, first - lag, given) for x, lag in states]
    matrix, forcing = sp.zeros(len(states), len(states)), sp.zeros(len(states), 1)
    for place, (x, lag) in enumerate(states):
        if lag:
            matrix[place, place - 1] = sp.S.One
            continue
        rest: Any = sp.expand(rows[x])
        for other, (y, back) in enumerate(states):
            matrix[place, other] = sp.factor_terms(rest.coeff(y[t - 1 - back]))
        forcing[place] = _forcing(rows[x], names)
        _check_linear(x, rows[x], rest, matrix.row(place), forcing[place], states)
    return System(states, matrix, forcing, sp.Matrix(values), first)


def _inlined(equations: tuple[Any, ...]) -> dict[Sequence, Any]:
    """Each sequence's right side, in values at earlier steps only."""
    rows: dict[Sequence, Any] = {}
    for e in equations:
        if not (isinstance(e, sp.Eq) and isinstance(e.lhs, At) and e.lhs.index == t):
            raise NotDerivable(f"a recurrence is written Eq(x[t], ...), with the step t on its left side; this is {e}")
        if e.lhs.base in rows:
            raise NotDerivable(f"two equations define {e.lhs}")
        rows[e.lhs.base] = e.rhs.xreplace({y[t]: value for y, value in rows.items()})
    later = [a for rhs in rows.values() for a in rhs.atoms(At) if a.base in rows and a.index == t]
    if later:
        raise NotDerivable(f"{later[0]} is read before an equation defines it; order the equations as a step does")
    return rows


def _reads(rhs: Any, names: Iterable[Sequence]) -> list[At]:
    return sorted((a for a in rhs.atoms(At) if a.base in names and not a.index.is_Integer), key=str)


def _lag(a: At, x: Sequence) -> int:
    lag = sp.expand(t - a.index)
    if not (lag.is_Integer and 1 <= lag <= MAX_LAG):
        raise NotDerivable(
            f"the recurrence of {x} reads {a}; it may read from {MAX_LAG} steps back up to the step before"
        )
    return int(lag)


def _start(x: Sequence, step: int, given: Mapping[At, Any]) -> Any:
    if x[step] in given:
        return given[x[step]]
    if step < 0 or any(a.base == x for a in given):
        raise NotDerivable(f"the recurrence needs the value of {x[step]}")
    return x[step]


def _forcing(rhs: Any, names: Iterable[Sequence]) -> Any:
    return rhs.xreplace(dict.fromkeys(_reads(rhs, names), sp.S.Zero))


def _check_linear(x: Sequence, written: Any, rhs: Any, row: Any, forcing: Any, states: tuple[Any, ...]) -> None:
    values = [y[t - 1 - back] for y, back in states]
    linear = sum((c * v for c, v in zip(row, values, strict=True)), forcing)
    if any(c.has(*values) for c in row) or sp.expand(rhs - linear) != 0:
        guilty = next((v for v in values if _bends(rhs, v)), values[0])
        raise NotDerivable(
            f"{x[t]} = {written} is not linear in {guilty}, so it has no unrolled form; "
            "only linear recurrences have one"
        )


def _bends(rhs: Any, value: At) -> bool:
    slope = rhs.coeff(value)
    return slope.has(value) or sp.expand(rhs - slope * value).has(value)
