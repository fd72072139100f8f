"""The sets that hyperparameters range over: in words, and as tests of floating-point numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import sympy as sp


def domain_text(domain: sp.Set) -> str:
    """An interval with the brackets that say which of its ends belong to it."""
    if domain == sp.S.Naturals:
        return "{1, 2, ...}"
    if domain == sp.S.Reals:
        return "the real numbers"
    if isinstance(domain, sp.Range):
        return f"{{{domain.inf}, ..., {domain.sup}}}"
    if not isinstance(domain, sp.Interval):
        return sp.sstr(domain)
    opening, closing = "(" if domain.left_open else "[", ")" if domain.right_open else "]"
    return f"{opening}{domain.start}, {domain.end}{closing}".replace("oo", "infinity")


def contains(domain: sp.Set) -> Callable[[float], bool]:
    """Whether a number lies in the set: the ends of an interval as floating point has them. NaN lies in none."""
    if domain == sp.S.Naturals:
        return lambda x: x >= 1 and math.isfinite(x) and x == math.floor(x)
    if isinstance(domain, sp.Interval):
        low, high = float(domain.start), float(domain.end)  # pyright: ignore[reportArgumentType]  # real numbers
        left: Any = (lambda x: x > low) if domain.left_open else (lambda x: x >= low)
        right: Any = (lambda x: x < high) if domain.right_open else (lambda x: x <= high)
        return lambda x: bool(left(x) and right(x))
    if isinstance(domain, sp.FiniteSet):
        members = {float(x) for x in domain}  # pyright: ignore[reportArgumentType]  # real numbers
        return lambda x: float(x) in members
    return lambda x: math.isfinite(x) and sp.Rational(float(x)) in domain
