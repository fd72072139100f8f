"""Hyperparameters in their domains, and oracles that depend on the step and on the point asked."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import mpmath as mp
import sympy as sp
from hypothesis import strategies as st

from symopt.language import Hyper
from tests.optimizers.stepping import Gradient, Number

STEPS = 8

_GRID = [sp.Rational(x) for x in ("-4/5", "0", "1/1000", "1/10", "1/2", "3/5", "9/10", "999/1000", "1", "6/5", "3")]


@cache
def _inside(domain: sp.Set) -> list[Number]:
    if isinstance(domain, sp.FiniteSet):
        return [mp.mpf(str(x.n(60))) for x in domain]
    return [mp.mpf(x.p) / x.q for x in _GRID if x in domain]


@st.composite
def hyperparameters(draw: st.DrawFn, hyper: Iterable[Hyper]) -> dict[str, Number]:
    """A number of its domain for each hyperparameter."""
    return {h.name: draw(st.sampled_from(_inside(h.domain))) for h in hyper}


@st.composite
def oracles(draw: st.DrawFn) -> Gradient:
    """A gradient that is affine in the point, with coefficients of its own at each step."""
    quarters = st.integers(-12, 12).map(lambda n: mp.mpf(n) / 4)
    slopes, offsets = (draw(st.lists(quarters, min_size=STEPS, max_size=STEPS)) for _ in range(2))
    return lambda step, point: slopes[step - 1] * point + offsets[step - 1]
