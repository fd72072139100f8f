"""Errors in units in the last place."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np


def ulps(computed: Any, exact: Any, *scales: Any) -> float:
    """The largest error, in units in the last place of the quantity's scale.

    A sum that cancels is judged on the scale of what was added: the unit is that of the largest of the exact value
    and ``scales``, such as the value before the step.

    Args:
        computed: array of floats.
        exact: the same with 50 digits.
        scales: arrays or numbers of that shape.

    Returns:
        The largest over all coordinates; infinity where one is NaN or infinite and the other is not.
    """
    computed = np.asarray(computed)
    kind = np.finfo(computed.dtype)
    worst = 0.0
    others = [np.broadcast_to(np.asarray(s, dtype=object), computed.shape) for s in scales]
    whole = np.broadcast_to(np.asarray(exact, dtype=object), computed.shape)
    for index in np.ndindex(computed.shape):
        got, wanted = float(computed[index]), whole[index]
        wanted = wanted if isinstance(wanted, mpmath.mpf) else mpmath.mpf(wanted)  # made anew it would be rounded
        if abs(wanted) > float(kind.max) or mpmath.isnan(wanted) or not np.isfinite(got):
            same = mpmath.isnan(wanted) == bool(np.isnan(got)) and (bool(np.isnan(got)) or abs(wanted) > kind.max / 2)
            worst = max(worst, 0.0 if same else float("inf"))
            continue
        size = max(abs(float(wanted)), *(abs(float(o[index])) for o in others), float(kind.tiny))
        unit = float(np.spacing(computed.dtype.type(min(size, float(kind.max)))))
        worst = max(worst, float(abs(mpmath.mpf(got) - wanted) / unit))
    return worst
