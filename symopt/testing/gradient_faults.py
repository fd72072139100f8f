"""What is the matter with a wrong gradient, where one mistake explains all of it.

Each explanation says what the gradient would be but for the mistake, and is given only if that agrees with what was
measured, coordinate by coordinate, within the error: a sign turned, a factor such as a missing 1/n, a transpose, an
order turned around, a constant too much, a penalty on the point left out; or a few coordinates of many.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
CLEAR = 4
"""How many times its error a derivative has to be before a factor is worked out from it."""
MANY = 64
"""The largest number of examples that a factor is guessed to be."""


def fault(claimed: Array, measured: Array, error: Array, point: Array) -> str:
    """The first explanation that agrees with what was measured; "" where there is none.

    Args:
        claimed, measured, error: as of a `GradientCheck`.
        point: where it was checked.
    """

    def agrees(mended: Array) -> bool:
        return bool((np.abs(mended - measured) <= error + 1e-3 * np.abs(measured)).all())

    for mended, said in _explanations(claimed, measured, error, point):
        if agrees(mended) and not agrees(claimed):
            return said
    return ""


def _explanations(claimed: Array, measured: Array, error: Array, point: Array) -> Iterator[tuple[Array, str]]:
    yield -claimed, "the sign is turned"
    if not claimed.any():
        yield measured, "the gradient is zero where the function changes"
    factor = _factor(claimed, measured, error)
    if factor:
        yield claimed / factor, _named(factor)
    if claimed.ndim == 2 and claimed.shape[0] == claimed.shape[1] > 1:
        yield claimed.T, "it is the transpose of what it should be"
    if claimed.ndim == 1 and claimed.size > 1:
        yield claimed[::-1], "its coordinates stand in the opposite order"
        for places, way in ((1, "early"), (-1, "late")):
            yield np.roll(claimed, places), f"its coordinates stand one place too {way}"
    if claimed.size > 2:
        apart = measured - claimed
        shift = float(np.median(apart))
        yield claimed + shift, f"every derivative is {-shift:+.4g} off"
        share = _factor(apart, point, error)
        if share:
            yield claimed + share * point, f"{share:.4g} times the point is missing, as where a penalty is left out"
        yield from _beside_a_penalty(claimed, measured, point)
        yield from _of_few(claimed, measured, error)


def _factor(a: Array, b: Array, error: Array) -> float | None:
    """The number that a is of b wherever b is clear of its error; None where it is none in particular."""
    clear = np.abs(b) > CLEAR * error
    if not clear.any() or clear.sum() < min(2, a.size):
        return None
    factor = float(np.median(a[clear] / b[clear]))
    return factor if np.isfinite(factor) and abs(factor) > 1e-6 else None


def _named(factor: float) -> str:
    """``every derivative is 6 times what it should be``, with what such a factor often comes from."""
    said = f"every derivative is {factor:.4g} times what it should be"
    examples = round(max(factor, 1 / factor)) if factor > 0 else 0
    whole = 2 < examples <= MANY and abs(max(factor, 1 / factor) - examples) < 1e-3 * examples
    if whole:
        missing = f"1/{examples} is missing" if factor > 1 else f"{examples} is missing, or 1/{examples} is taken twice"
        return f"{said}: {missing}, as of a mean over {examples}"
    return said


def _beside_a_penalty(claimed: Array, measured: Array, point: Array) -> Iterator[tuple[Array, str]]:
    """What is measured as a part of what is claimed and a part of the point: a factor that spares the penalty."""
    if claimed.size < 4 or not (claimed.any() and point.any()):
        return
    columns = np.stack([claimed.ravel(), point.ravel()], axis=1)
    (share, strength), *_ = np.linalg.lstsq(columns, measured.ravel(), rcond=None)
    if abs(share) > 1e-6:
        yield share * claimed + strength * point, f"but for a multiple of the point, {_named(1 / share)}"


def _of_few(claimed: Array, measured: Array, error: Array) -> Iterator[tuple[Array, str]]:
    """All but one coordinate in eight, at least all but one, are right."""
    wrong = np.abs(claimed - measured) > error
    count = int(wrong.sum())
    if count > max(1, claimed.size // 8):
        return
    factor = _factor(claimed[wrong], measured[wrong], error[wrong])
    named = "" if factor is None or count > 1 else (
        ", whose sign is turned" if abs(factor + 1) < 1e-3 else f", which is {factor:.4g} times what it should be"
    )  # fmt: skip
    places = ", ".join(str(i[0] if len(i) == 1 else tuple(map(int, i))) for i in np.argwhere(wrong))
    yield np.where(wrong, measured, claimed), f"all agree but coordinate {places}{named}"
