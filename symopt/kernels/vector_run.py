"""A vector-valued method driven until its gradient is small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from symopt.kernels.oracle import Array, LineSearchFailed, NotDownhill, Oracle, StepError
from symopt.kernels.vector import start_of, vector_kernel
from symopt.language import Optimizer


@dataclass(frozen=True)
class VectorRun:
    """Where a run went.

    Args:
        points: the start and the parameters after each step, one row each.
        steps: steps taken.
        converged: whether the gradient's, or residual's, largest entry is at most the tolerance.
        message: why it stopped.
        skipped: how many pairs were left out because y^T s was not positive.
        restarts: how often a direction that did not go down was replaced by the negative gradient.
    """

    points: Array
    steps: int
    converged: bool
    message: str
    skipped: int = 0
    restarts: int = 0

    @property
    def end(self) -> Array:
        return self.points[-1]


def run_vector(
    optimizer: Optimizer,
    oracle: Oracle,
    start: Any,
    steps: int = 1000,
    *,
    tolerance: float = 1e-8,
    indefinite: bool = False,
    **hypers: float,
) -> VectorRun:
    """Step until the gradient (for roots, the residual) is small, or the steps are used up.

    A direction that does not go down, which conjugate gradients can make where the line search is not exact, is
    replaced by the negative gradient (Nocedal & Wright 2006, section 5.2). A line search that fails then ends the
    run where it is, since at the last digits it must. Every other trouble is an error.

    Args:
        optimizer: a vector-valued definition.
        oracle: the problem.
        start: of shape (n,), or a number for a method of one variable.
        steps: at most so many.
        tolerance: on the largest entry of the gradient or residual.
        indefinite, hypers: as in `vector_kernel`.

    Raises:
        StepError, DimensionMismatch: as for a single step of the kernel.
        ValueError: a negative number of steps.
    """
    kernel = vector_kernel(optimizer, indefinite=indefinite, **hypers)
    watched = "residual" if oracle.gradient is None and oracle.residual is not None else "gradient"
    watched = watched if getattr(oracle, watched) is not None else ""
    if steps < 0:
        raise ValueError(f"Expected at least 0 steps but got steps={steps}")
    points, skipped, message = [start_of(start, optimizer)], 0, f"{steps} steps were taken"
    if watched and _small(oracle, watched, points[0], tolerance):
        return VectorRun(np.stack(points), 0, True, f"the {watched} is zero at the start")
    params, state = kernel.init(start, oracle)
    fresh, restarts = True, 0
    while len(points) <= steps:
        try:
            params, state = kernel.step(params, state, oracle)
        except LineSearchFailed as error:
            if not isinstance(error, NotDownhill) or fresh:
                message = str(error)
                break
            params, state = kernel.init(params, oracle)
            fresh, restarts = True, restarts + 1
            continue
        except StepError as error:
            raise type(error)(f"{optimizer.name}, step {len(points)}: {error}") from error
        fresh = False
        points.append(params)
        skipped += state.skipped
        if watched and _small(oracle, watched, params, tolerance):
            message = f"the {watched} is at most {tolerance:g}"
            return VectorRun(np.stack(points), len(points) - 1, True, message, skipped, restarts)
    return VectorRun(np.stack(points), len(points) - 1, False, message, skipped, restarts)


def _small(oracle: Oracle, watched: str, point: Array, tolerance: float) -> bool:
    return bool(np.abs(oracle.ask(watched, np.asarray(point))).max() <= tolerance)
