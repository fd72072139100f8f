"""Runs of the vector methods' definitions at random: what each sequence is worth at a few steps.

A gradient, a Hessian, a step length are random numbers where a definition asks for them, except that a method whose
step lengths come from the Hessian is run on a quadratic. A line of a text that agrees on such a run may be one of
the method's; a proof has to follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np
import sympy as sp

from symopt.audit.facts.method_forms import FORMS
from symopt.audit.facts.translate import Quantity
from symopt.audit.facts.values import Array, NoValue, number, value
from symopt.language import At, Optimizer, Sequence, Shape, dot, identity, t, transpose
from symopt.language import terms as T
from symopt.language.convert import latex_name
from symopt.language.linear import Draw, Hessian, Inverted, Jacobian, LineSearch, Residual, Value
from symopt.language.linear_terms import linear_term
from symopt.language.symbols import Grad
from symopt.language.terms import Term
from symopt.language.vectors import g, rho, s, x, y
from symopt.optimizers import vector_methods

STEPS = 6
PROBES = (2, 3, 4)
"""Steps at which lines are tried."""
SIZE = 8
"""More than the steps, so that conjugate gradients are not done."""
CLOCK = frozenset({"t"})
_DIMENSIONS = {Shape.SCALAR: (1, 1), Shape.VECTOR: (SIZE, 1), Shape.MATRIX: (SIZE, SIZE)}

V, W = (Sequence(n, shape=Shape.MATRIX) for n in ("V", "W"))
"""The factor of BFGS's product form, whichever of the two is transposed."""
SHORT: tuple[tuple[Sequence, Any], ...] = (
    (s, x[t] - x[t - 1]),
    (y, g[t] - g[t - 1]),
    (rho, 1 / dot(y[t], s[t])),
    (V, identity - rho[t] * y[t] * transpose(s[t])),
    (W, identity - rho[t] * s[t] * transpose(y[t])),
)
"""What texts abbreviate, whether the definition does or not."""


@dataclass(frozen=True)
class Model:
    """A definition with a run of it.

    Args:
        system: its name.
        optimizer: the definition, with the usual abbreviations.
        lines: its equations as formulas, by the names of sequences as they are typeset.
        shapes: of every quantity.
        table: the run: by quantity and step.
    """

    system: str
    optimizer: Optimizer
    lines: Mapping[str, Term]
    shapes: Mapping[str, Shape]
    table: dict[tuple[str, int], Array] = field(repr=False)

    @cached_property
    def sequences(self) -> frozenset[str]:
        """The names of the definition's sequences."""
        return frozenset(latex_name(q) for q in self.optimizer.sequences)

    @cached_property
    def gradients(self) -> tuple[Sequence, ...]:
        """The sequences that only give a gradient a letter."""
        return tuple(q for q in self.optimizer.sequences if isinstance(self.optimizer.equations[q.name], Grad))

    @cached_property
    def lengths(self) -> frozenset[str]:
        """The step lengths that a line search finds."""
        return frozenset(n for n in self.sequences if n not in self.lines)

    def is_constant(self, name: str) -> bool:
        """Whether a quantity is the same at every step."""
        return bool(np.array_equal(self.table[name, PROBES[0]], self.table[name, PROBES[1]]))

    def at(self, name: str, step: int) -> Array:
        """The value of a quantity at a step."""
        found = self.table.get((name, step))
        if found is None:
            raise NoValue
        return found


@cache
def models() -> tuple[Model, ...]:
    """Every definition that texts give line by line."""
    printed = [o for o in vector_methods().values() if not o.name.startswith("lbfgs")]
    return tuple(_model(o) for o in (*printed, *FORMS) if not any(eq.rhs.has(Draw, sp.Mod) for eq in o.update))


def _model(optimizer: Optimizer) -> Model:
    made = _abbreviated(optimizer)
    lines = {
        latex_name(left.base): T.relation("=", linear_term(left), linear_term(right))
        for left, right in ((eq.lhs, eq.rhs) for eq in made.update) if not right.has(LineSearch)
    }  # fmt: skip
    shapes = {latex_name(q): q.shape for q in made.sequences} | {latex_name(h.symbol): Shape.SCALAR for h in made.hyper}
    shapes |= _oracles(made)
    return Model(optimizer.name, made, lines, shapes, _run(made, shapes))


def _abbreviated(optimizer: Optimizer) -> Optimizer:
    """The definition with s, y and rho, if what they stand for is in it; a method of one line needs none."""
    if len(optimizer.update) == 1:
        return optimizer
    update, known = list(optimizer.update), set(optimizer.sequences)
    remembered = {optimizer.params, *optimizer.init}
    for short, meaning in SHORT:
        old = {v.base for v in meaning.atoms(At) if v.index != t}
        matrix = short.shape is not Shape.MATRIX or any(q.shape is Shape.MATRIX for q in optimizer.init)
        if matrix and short not in known and {v.base for v in meaning.atoms(At)} <= known and old <= remembered:
            update.append(sp.Eq(short[t], meaning))
            known.add(short)
    return optimizer if len(update) == len(optimizer.update) else optimizer.replace(update=update)


def _oracles(optimizer: Optimizer) -> dict[str, Shape]:
    """What the definition's steps ask of the function: of a root's, D0 and D1; of an optimum's, D0, grad and hess."""
    one = optimizer.params.shape
    square = one if one is Shape.SCALAR else Shape.MATRIX
    asked = {"D0": (Residual, one), "D1": (Jacobian, square), "grad": (Grad, one), "hess": (Hessian, square)}
    found = {name: shape for name, (kind, shape) in asked.items() if any(eq.rhs.has(kind) for eq in optimizer.update)}
    return found | ({"D0": Shape.SCALAR} if any(eq.rhs.has(Value) for eq in optimizer.update) else {})


def _run(optimizer: Optimizer, shapes: Mapping[str, Shape]) -> dict[tuple[str, int], Array]:
    random = np.random.default_rng(7)
    right_sides: list[Any] = [eq.rhs for eq in optimizer.update]
    quadratic = optimizer.params.shape is Shape.VECTOR and any(e.has(Hessian) for e in right_sides)
    quadratic &= not any(e.has(Inverted) for e in right_sides)
    table: dict[tuple[str, int], Array] = {}
    matrix, moment = _drawn(random, Shape.MATRIX), _drawn(random, Shape.VECTOR)
    for name, shape in shapes.items():
        constant = _drawn(random, shape) if name in {latex_name(h.symbol) for h in optimizer.hyper} else None
        for step in range(-3, STEPS + 2):
            table[name, step] = constant if constant is not None else _drawn(random, shape)
            if quadratic and name in ("hess", "A"):
                table[name, step] = matrix
    table |= {("I", step): np.eye(SIZE) for step in range(-3, STEPS + 2)}
    point = latex_name(optimizer.params)

    def ask(step: int) -> None:
        if quadratic:
            table["grad", step] = matrix @ table[point, step] - moment

    def look(q: Quantity, step: int) -> Array:
        return table[q.base, step + (q.offset or 0)]

    ask(0)
    for sequence, start in optimizer.init.items():
        first = sp.sympify(start, strict=True)
        if first.has(Grad):
            sign = -1 if first.could_extract_minus_sign() else 1
            table[latex_name(sequence), 0] = sign * table["grad", 0]
    for step in range(1, STEPS + 1):
        for eq in optimizer.update:
            right: Any = eq.rhs
            name = latex_name(eq.lhs.base)  # pyright: ignore[reportAttributeAccessIssue]  # At
            if not right.has(LineSearch):
                table[name, step] = value(linear_term(right), CLOCK, lambda q, step=step: look(q, step))
            if name == point:
                ask(step)
    return table


def _drawn(random: Any, shape: Shape) -> Array:
    if shape is Shape.SCALAR:
        return number(float(random.uniform(0.4, 1.6)))
    made = random.normal(size=_DIMENSIONS[shape])
    return made @ made.T + np.eye(SIZE) if shape is Shape.MATRIX else made
