"""Hypothesis strategies: hyperparameters in their domains, gradients of every kind, shapes and types."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import sympy as sp
from hypothesis import strategies as st
from numpy.typing import NDArray

from symopt.language import Hyper, Optimizer
from symopt.language.domains import contains

Array = NDArray[Any]

_USUAL = (0.0, 1e-8, 1e-6, 1e-3, 0.01, 0.02, 0.1, 0.25, 0.5, 0.6, 0.9, 0.99, 0.999, 1.0, 1.2, 2.0, 3.0, 5.0, 50.0)


@cache
def inside(domain: sp.Set) -> tuple[float, ...]:
    """Numbers of the domain: usual ones, and its edges as nearly as floating point comes to them."""
    if isinstance(domain, sp.FiniteSet):
        return tuple(float(x) for x in domain)  # pyright: ignore[reportArgumentType]  # real numbers
    found = list(_USUAL)
    if isinstance(domain, sp.Interval):
        low, high = float(domain.start), float(domain.end)  # pyright: ignore[reportArgumentType]  # real numbers
        found += [x for x in (low, high) if math.isfinite(x)]
        if math.isfinite(high) and domain.right_open:
            found.append(1 - 2.0**-16 if high == 1 else math.nextafter(high, low))
    member = contains(domain)
    return tuple(sorted({x for x in found if member(x)}))


def hyperparameter(hyper: Hyper) -> st.SearchStrategy[float]:
    """A number of the hyperparameter's domain, its default first."""
    values = inside(hyper.domain)
    if hyper.default is not None:
        values = (float(hyper.default), *values)
    return st.sampled_from(values)


@st.composite
def hyperparameters(draw: st.DrawFn, optimizer: Optimizer, *, ordinary: bool = False) -> dict[str, float]:
    """A number for each hyperparameter, by the definition's name; with ``ordinary`` the defaults where there are."""
    found: dict[str, float] = {}
    for hyper in optimizer.hyper:
        if ordinary and hyper.default is not None:
            found[hyper.name] = float(hyper.default)
        else:
            found[hyper.name] = draw(hyperparameter(hyper))
    return found


dtypes = st.sampled_from([np.dtype(np.float64), np.dtype(np.float32)])
shapes = st.sampled_from([(3,), (), (1,), (2, 3), (0,), (2, 1, 2)])

KINDS = ("ordinary", "sparse", "huge", "tiny", "constant", "alternating")


@st.composite
def gradients(
    draw: st.DrawFn, steps: int, shape: tuple[int, ...] = (3,), dtype: Any = np.float64, kinds: tuple[str, ...] = KINDS
) -> list[Array]:
    """A gradient for each step: multiples of 1/8 that are ordinary, sparse, huge, tiny, constant or alternating."""
    kind = draw(st.sampled_from(kinds))
    size = math.prod(shape)
    rows = 1 if kind in ("constant", "alternating") else steps
    drawn = draw(st.lists(st.integers(-40, 40), min_size=rows * size, max_size=rows * size))
    values = np.array(drawn, dtype=np.float64).reshape(rows, *shape) / 8
    if kind == "sparse":
        kept = draw(st.lists(st.booleans(), min_size=rows * size, max_size=rows * size))
        values *= np.array(kept, dtype=np.float64).reshape(values.shape)
    values *= {"huge": 2.0**40, "tiny": 2.0**-40}.get(kind, 1.0)
    made = [values[i % rows] * ((-1) ** i if kind == "alternating" else 1) for i in range(steps)]
    return [np.asarray(g, dtype=dtype) for g in made]


@st.composite
def starts(draw: st.DrawFn, shape: tuple[int, ...] = (3,), dtype: Any = np.float64) -> Array:
    """Parameters to start from: zero, or multiples of 1/8."""
    size = math.prod(shape)
    drawn = draw(st.lists(st.integers(-24, 24), min_size=size, max_size=size))
    return np.asarray(np.array(drawn, dtype=np.float64).reshape(shape) / 8, dtype=dtype)
