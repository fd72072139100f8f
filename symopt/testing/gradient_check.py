"""Whether a gradient is the function's: finite differences with an error bar, and a verdict in words.

For a function with values near F, third derivative near D and rounding unit u, the difference quotients are off by

    forward   (f(x + h) - f(x)) / h           h |f''| / 2  +  2 u F / h       best h = 2 sqrt(u F / |f''|)
    central   (f(x + h) - f(x - h)) / (2 h)   h^2 D / 6    +  u F / h         best h = (3 u F / D)^(1/3)

so at best about sqrt(u) and u^(2/3) of the digits are left: proofs/finite_differences.py derives both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.testing.gradient_faults import fault

Array = NDArray[Any]
SAFETY = 10.0
"""How many times the estimated error a difference may be before it counts: the estimates are of first order."""
KINK = 0.25
"""Share of the slopes' size by which the slopes to both sides may differ where there is no kink."""
SHOWN = 3


@dataclass(frozen=True)
class GradientCheck:
    """What the check says.

    Args:
        verdict: "right", "wrong", "kink" (the slopes to both sides differ, so there is no gradient to compare)
            or "undecided" (rounding hides the answer).
        explanation: a sentence for people.
        claimed, measured: the gradient given and the central differences, of x's shape.
        error: how far each difference may be from the true derivative.
        worst: index of the coordinate that is furthest off, in units of its error.
    """

    verdict: str
    explanation: str
    claimed: Array
    measured: Array
    error: Array
    worst: tuple[int, ...]

    def __bool__(self) -> bool:
        return self.verdict == "right"

    def __str__(self) -> str:
        return f"{self.verdict}: {self.explanation}"


def best_step(value: float, derivative: float, unit: float, *, order: int) -> float:
    """The step at which truncation and rounding together are least.

    Args:
        value: the function's size near the point.
        derivative: size of its second derivative for order 1, its third for order 2; positive.
        unit: rounding unit of the arithmetic, 2**-53 for doubles.
        order: 1 for forward differences, 2 for central ones.
    """
    if order == 1:
        return 2 * float(np.sqrt(unit * value / derivative))
    if order == 2:
        return float(np.cbrt(3 * unit * value / derivative))
    raise ValueError(f"Expected order 1 (forward) or 2 (central) but got order={order}")


def check_gradient(
    f: Callable[[Any], Any], grad: Callable[[Any], Any] | Array, x: Any, *, step: float | None = None
) -> GradientCheck:
    """Compare a gradient with central differences of the function.

    Args:
        f: takes an array of x's shape and returns a number.
        grad: the gradient, as a function or as its value at x.
        x: the point; it is not changed. Integers are taken as float64.
        step: the differences' step; by default the cube root of three rounding units, times the coordinate's size;
            the rounding unit is that of x or of f's values, whichever is coarser.

    Returns:
        The verdict, true in a condition where the gradient is right. A step of one's own is taken as it is.

    Raises:
        ValueError: a gradient of another shape than x, a function that is no number, values that are complex or not
            finite, or a step that is not positive.
    """
    if step is not None and not 0 < float(step) < np.inf:
        raise ValueError(f"Expected a positive step but got step={step!r}")
    given = _real(x, "x")
    point = given.astype(np.result_type(given.dtype, np.float32 if _is_single(given) else np.float64))
    if not np.isfinite(point).all():
        raise ValueError(f"Expected a finite point but got x={point}")
    claimed = _real(grad(point.copy()) if callable(grad) else grad, "the gradient").astype(float)
    if claimed.shape != point.shape:
        turned = "; it is transposed" if claimed.ndim == 2 and claimed.shape == point.shape[::-1] else ""
        raise ValueError(f"Expected a gradient of shape {point.shape}, as x has, but got shape {claimed.shape}{turned}")
    if not np.isfinite(claimed).all():
        raise ValueError(f"Expected a finite gradient but got {claimed}")
    first, second = (_real(f(point.copy()), "the value of f") for _ in range(2))
    if not np.isfinite(_number(first)):
        raise ValueError(f"Expected a finite value but f is {_number(first)} at the point itself")
    unit = max(_unit(point), _unit(first))
    if not np.isclose(_number(first), _number(second), rtol=1e3 * unit, atol=0, equal_nan=True):
        none = np.full(point.shape, np.nan)
        said = "two calls of the function at one point differ; fix what is drawn at random in it"
        return GradientCheck("undecided", said, claimed, none, none, ())
    along = {index: _Line(f, point, index, step, unit) for index in np.ndindex(point.shape)}
    noise = max((line.noise for line in along.values() if not line.kink), default=0.0)
    measured, error, kinks = np.empty(point.shape), np.empty(point.shape), np.zeros(point.shape, bool)
    for index, line in along.items():
        measured[index], error[index], kinks[index] = line.central, line.error(noise), line.kink
    excess = np.abs(claimed - measured) / error
    worst = tuple(int(i) for i in np.unravel_index(int(np.argmax(excess)), point.shape)) if point.size else ()
    verdict, explanation = _verdict(claimed, measured, error, kinks, worst, point)
    return GradientCheck(verdict, explanation, claimed, measured, error, worst)


def _unit(values: Array) -> float:
    """The rounding unit of a precision; of whole numbers, that of doubles."""
    return float(np.finfo(values.dtype if values.dtype.kind == "f" else np.float64).eps) / 2


def _real(values: Any, what: str) -> Array:
    """Real numbers. Raises ValueError for anything else, complex numbers included."""
    made = np.asarray(values)
    if made.dtype.kind == "c":
        raise ValueError(f"Expected real numbers but {what} is complex; check real and imaginary parts as two arrays")
    if made.dtype.kind == "O" and made.size and not any(v is None for v in made.flat):
        made = made.astype(float)
    if made.dtype.kind not in "fiub":
        raise ValueError(f"Expected numbers but {what} is {values!r}")
    return made


def _number(made: Array) -> float:
    if made.size != 1:
        raise ValueError(f"Expected a number from f but got shape {made.shape}")
    return float(made.reshape(()))


def _is_single(x: Any) -> bool:
    return np.asarray(x).dtype.name in ("float32", "float16")


class _Line:
    """The function at five points along one coordinate, and what they say."""

    def __init__(
        self, f: Callable[[Any], Any], point: Array, index: tuple[int, ...], step: float | None, unit: float
    ) -> None:
        self.h = step or float(np.cbrt(3 * unit)) * max(1.0, abs(float(point[index])))
        pairs = [_value(f, point, index, k * self.h) for k in (-2, -1, 0, 1, 2)]
        self.values, self.places = (np.array(column) for column in zip(*pairs, strict=True))
        self.central = self._slope(3, 1)
        # The fourth difference of a smooth function is far below rounding, so what is seen of it is the noise.
        fourth = abs(float(self.values @ [1.0, -4.0, 6.0, -4.0, 1.0])) / np.sqrt(70)
        self.rounding = unit * float(np.abs(self.values).max())
        self.noise = max(fourth, self.rounding)

    def _slope(self, i: int, j: int) -> float:
        return float((self.values[i] - self.values[j]) / (self.places[i] - self.places[j]))

    def error(self, noise: float) -> float:
        truncation = abs(self._slope(4, 0) - self.central) / 3
        unit = float(np.finfo(np.float64).eps)
        return SAFETY * (noise / self.h + unit * abs(self.central) + truncation) + float(np.finfo(float).tiny)

    @property
    def kink(self) -> bool:
        """Whether the slopes to both sides differ by a jump that does not shrink with the step."""
        ahead, behind = self._slope(3, 2), self._slope(2, 1)
        jump = abs(ahead - behind)
        clear = jump > KINK * max(abs(ahead), abs(behind)) + 10 * SAFETY * self.rounding / self.h
        # Noise, or a function that jumps, is as rough further out: to one side of a kink slopes are alike.
        rough = max(abs(self._slope(4, 3) - ahead), abs(self._slope(1, 0) - behind))
        return bool(clear and rough < jump / 2)


def _value(f: Callable[[Any], Any], point: Array, index: tuple[int, ...], offset: float) -> tuple[float, float]:
    """The function's value off the point, and the coordinate as it was rounded."""
    moved = point.copy()
    moved[index] += offset
    place = float(moved[index])
    value = _number(_real(f(moved), "the value of f"))
    if not np.isfinite(value):
        raise ValueError(
            f"Expected a finite value but f is {value} with coordinate {_place(index)} moved by {offset:.1g}; "
            "if it has no values there, give a smaller step"
        )
    return value, place


def _verdict(
    claimed: Array, measured: Array, error: Array, kinks: Array, worst: tuple[int, ...], point: Array
) -> tuple[str, str]:
    wrong = np.abs(claimed - measured) > error
    if not (wrong & ~kinks).any():
        if kinks.any():
            place = _place(tuple(int(i) for i in np.argwhere(kinks)[0]))
            return "kink", f"the slopes to both sides of coordinate {place} differ; move the point off the kink"
        largest = float(max(np.abs(measured).max(initial=0), np.abs(claimed).max(initial=0)))
        if largest and float(error.max(initial=0)) > 0.1 * largest:
            said = "rounding, noise, a jump or a step too large hides the derivative; scale the function or the step"
            return "undecided", said
        count = "the derivative agrees" if claimed.size == 1 else f"all {claimed.size} derivatives agree"
        return "right", f"{count} with central differences within their error"
    if kinks[worst]:
        worst = tuple(int(i) for i in np.argwhere(wrong & ~kinks)[0])
    a, b = float(claimed[worst]), float(measured[worst])
    count = int((wrong & ~kinks).sum())
    said = "" if kinks.any() else fault(claimed, measured, error, point)
    off = "is off" if count == 1 else "are off"
    return "wrong", (
        f"{count} of {claimed.size} derivatives {off}, most in coordinate {_place(worst)}: "
        f"{a:.8g} is claimed, {b:.8g} +- {float(error[worst]):.1g} is measured" + (f"; {said}" if said else "")
    )


def _place(index: tuple[int, ...]) -> str:
    return str(index[0]) if len(index) == 1 else str(index)
