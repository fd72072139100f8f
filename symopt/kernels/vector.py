"""Kernels of vector-valued methods: one step at a time, in NumPy.

What cannot be computed is never passed over: see the errors of `symopt.kernels.oracle`. One thing is mended, as
is usual (Nocedal & Wright 2006, section 6.1): where y^T s is not positive the matrix, or the memory, keeps what
it knew, for the pair would make it indefinite.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp

from symopt.kernels.linear_algebra import CurvatureFailed, Function, Step, compiled
from symopt.kernels.oracle import Array, DimensionMismatch, NonFinite, Oracle
from symopt.language import Optimizer, Sequence, Shape, t
from symopt.language.domains import contains, domain_text
from symopt.language.linear import LineSearch
from symopt.language.symbols import At


@dataclass(frozen=True)
class VectorState:
    """What a method remembers: how many steps it took, and its sequences' last values, the newest first."""

    t: int
    values: Mapping[str, tuple[Any, ...]]
    last: float | None = None
    skipped: int = 0


@dataclass(frozen=True)
class VectorKernel:
    """One vector-valued method, ready to step.

    Args:
        optimizer: the definition.
        hypers: values of its hyperparameters, by name.
        indefinite: whether Newton's method may use a Hessian that is not positive definite.
    """

    optimizer: Optimizer
    hypers: Mapping[str, float]
    indefinite: bool = False

    @cached_property
    def _first(self) -> tuple[tuple[Sequence, Any, Function], ...]:
        return tuple((q, e, compiled(e, self.hypers, self.indefinite)) for q, e in self.optimizer.init.items())

    @cached_property
    def _update(self) -> tuple[tuple[Sequence, Function], ...]:
        return tuple((eq.lhs.base, compiled(eq.rhs, self.hypers, self.indefinite)) for eq in self.optimizer.update)

    @cached_property
    def _searches(self) -> bool:
        return any(eq.rhs.has(LineSearch) for eq in self.optimizer.update)

    @cached_property
    def _memory(self) -> int:
        """How many steps back the definition reads."""
        lags = [sp.expand(t - a.index) for eq in self.optimizer.update for a in eq.rhs.atoms(At)]
        return max([1, *(int(lag) for lag in lags if lag.is_Integer)])

    def init(self, params: Any, oracle: Oracle) -> tuple[Array, VectorState]:
        """The parameters as an array of floats, and the state before the first step."""
        start = start_of(params, self.optimizer)
        values: dict[str, tuple[Any, ...]] = {self.optimizer.params.name: (start,)}
        for sequence, expression, function in self._first:
            made = function(Step(oracle, 0, start, {}, values))
            if sequence.shape in (Shape.VECTOR, Shape.MATRIX) and expression == 0:
                made = np.zeros(start.shape * (2 if sequence.shape is Shape.MATRIX else 1), start.dtype)
            values[sequence.name] = (made,)
        return start, VectorState(0, values)

    def query(self, params: Array, state: VectorState) -> Array:
        """Where the step asks for the gradient first: at the parameters."""
        return params

    def step(self, params: Array, state: VectorState, oracle: Oracle) -> tuple[Array, VectorState]:
        """The parameters and the state one step on.

        Raises:
            StepError: the step cannot be taken: a singular or indefinite matrix, a failed line search, a zero
                gradient, an answer that is not finite.
            DimensionMismatch: an answer of the wrong shape.
        """
        own = self.optimizer.params.name
        before = {**state.values, own: (params, *state.values[own][1:])}
        now: dict[str, Any] = {}
        step = Step(oracle, state.t + 1, params, now, before, state.last)
        skipped = 0
        for sequence, function in self._update:
            try:
                now[sequence.name] = function(step)
            except CurvatureFailed:
                skipped = 1
                now[sequence.name] = before[sequence.name][0] if sequence.shape is Shape.MATRIX else 0.0
        last = float(oracle.ask("value", params)) if self._searches else None
        kept = {q.name: (now[q.name], *before.get(q.name, ()))[: self._memory] for q, _ in self._update}
        return now[own], VectorState(state.t + 1, kept, last, skipped)


def start_of(params: Any, optimizer: Optimizer) -> Array:
    """The parameters that a run starts from, as an array of floats.

    Raises:
        DimensionMismatch: what is no real number or vector, as the method has it.
        NonFinite: NaN or infinity.
    """
    start = np.asarray(params)
    if start.dtype.kind not in "fiub":
        raise DimensionMismatch(f"{optimizer.name}: Expected a start of real numbers but got {params!r}")
    if not np.issubdtype(start.dtype, np.floating):
        start = start.astype(np.float64)
    wanted = 0 if optimizer.params.shape is Shape.SCALAR else 1
    if start.ndim != wanted:
        what = "a number" if wanted == 0 else "a vector of shape (n,)"
        raise DimensionMismatch(f"{optimizer.name}: Expected the start to be {what} but got shape {start.shape}")
    if start.size == 0:
        raise DimensionMismatch(f"{optimizer.name}: Expected at least one parameter but got an empty start")
    if not np.isfinite(start).all():
        raise NonFinite(f"{optimizer.name}: Expected a finite start but got {start}")
    return start


def vector_kernel(optimizer: Optimizer, *, indefinite: bool = False, **hypers: float) -> VectorKernel:
    """The kernel of a vector-valued method.

    Args:
        optimizer: the definition, such as ``get("bfgs")``.
        indefinite: let Newton's method use a Hessian that is not positive definite.
        hypers: values that replace defaults, by name.

    Raises:
        ValueError: an unknown hyperparameter, one outside its domain, or one without a value.
    """
    given = {h.name: None if h.default is None else float(h.default) for h in optimizer.hyper}
    for name, number in hypers.items():
        if name not in given:
            raise ValueError(f"{optimizer.name} has no hyperparameter {name!r}; it has {', '.join(given) or 'none'}")
        domain = optimizer.hyperparameter(name).domain
        if not contains(domain)(float(number)):
            raise ValueError(f"{optimizer.name}: Expected {name} in {domain_text(domain)} but got {name}={number}")
        given[name] = float(number)
    values: dict[str, float] = {}
    for name, number in given.items():
        if number is None:
            raise ValueError(f"{optimizer.name}: {name} has no default; give {name}=...")
        values[name] = number
    return VectorKernel(optimizer, values, indefinite)
