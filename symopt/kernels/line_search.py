"""Step lengths along a direction, by SciPy, each with the condition that it promises."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import brentq, line_search

from symopt.kernels.oracle import Array, LineSearchFailed, NotDownhill, Oracle, StepError, ZeroGradient

ENOUGH = 1e-4
"""c1 of the sufficient decrease: Nocedal & Wright 2006, section 3.1."""
CURVATURE = {"wolfe": 0.9, "strict-wolfe": 0.1}
"""c2 of the curvature condition, for Newton-like methods and for conjugate gradients: section 3.1."""
HALVINGS = 60
DOUBLINGS = 60


def step_length(condition: str, oracle: Oracle, point: Array, direction: Array, last: float | None) -> float:
    """A step length from a point along a direction that meets the condition.

    Args:
        condition: exact, wolfe, strict-wolfe or armijo.
        oracle: the function; its value and its gradient are asked.
        point, direction: of shape (n,).
        last: the function's value one step ago, for the first guess; None at the first step.

    Raises:
        ZeroGradient: the gradient vanishes at the point.
        NotDownhill: the direction does not go down.
        LineSearchFailed: no length meets the condition.
    """
    gradient = oracle.ask("gradient", point)
    if not gradient.any():
        raise ZeroGradient("the gradient is zero: there is nothing left to do")
    slope = float(gradient @ direction)
    if not slope < 0:
        raise NotDownhill(f"the direction does not go down: its slope is {slope:.3g}")
    if condition == "exact":
        return _exact(lambda a: float(oracle.ask("gradient", point + a * direction) @ direction))
    start = float(oracle.ask("value", point))
    if condition == "armijo":
        return _armijo(lambda a: float(oracle.ask("value", point + a * direction)), start, slope)
    return _wolfe(oracle, point, direction, start, last, CURVATURE[condition])


def _exact(slope: Callable[[float], float]) -> float:
    """The first zero of the slope, which a convex function has where it has a minimum."""
    low, high = 0.0, 1.0
    for _ in range(DOUBLINGS):
        rise = slope(high)
        if rise == 0:
            return high
        if rise > 0:
            root: Any = brentq(slope, low, high, xtol=1e-300, rtol=np.float64(8.9e-16), maxiter=200)
            return float(root)
        low, high = high, 2 * high
    raise LineSearchFailed("the function goes down without end along the direction")


def _armijo(value: Callable[[float], float], start: float, slope: float) -> float:
    length = 1.0
    for _ in range(HALVINGS):
        try:
            if value(length) <= start + ENOUGH * length * slope:
                return length
        except StepError:
            pass  # outside the function's domain: step less far
        length /= 2
    raise LineSearchFailed(f"no length down to {length:.1g} brings enough decrease; the last digits may be reached")


def _wolfe(oracle: Oracle, point: Array, direction: Array, start: float, last: float | None, c2: float) -> float:
    gradient = oracle.ask("gradient", point)
    if last is None:
        last = start + float(np.linalg.norm(gradient)) / 2  # a first guess of length 1 over the gradient's norm
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy warns and returns None; the error below says it
        found: Any = line_search(
            lambda x: float(oracle.ask("value", x)), lambda x: oracle.ask("gradient", x), point, direction,
            gfk=gradient, old_fval=start, old_old_fval=last, c1=ENOUGH, c2=c2, maxiter=50,
        )  # fmt: skip
    return float(found[0]) if found[0] is not None else _by_slope(oracle, point, direction, start)


def _by_slope(oracle: Oracle, point: Array, direction: Array, start: float) -> float:
    """Where rounding hides the decrease, the slope alone decides (Hager & Zhang 2005's approximate conditions)."""
    length = _exact(lambda a: float(oracle.ask("gradient", point + a * direction) @ direction))
    allowed = start + 4 * float(np.finfo(point.dtype).eps) * abs(start)
    if float(oracle.ask("value", point + length * direction)) > allowed:
        raise LineSearchFailed("no length meets the Wolfe conditions; the last digits may be reached")
    return length
