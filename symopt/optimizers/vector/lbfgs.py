"""L-BFGS: BFGS that remembers the last few pairs instead of a matrix.

Nocedal 1980, "Updating quasi-Newton matrices with limited storage"; Liu & Nocedal 1989.
Nocedal & Wright 2006, "Numerical Optimization", 2nd ed., Algorithm 7.4 (two-loop recursion) and equation 7.20.
Before the memory is full, the pairs that do not exist yet are zero, with rho = 0: they change nothing.
"""

from __future__ import annotations

from typing import Any

from sympy import Eq, Ne, Piecewise

from symopt.language import Optimizer, Sequence, Shape, dot, grad, line_search, t
from symopt.language.vectors import alpha, d, g, rho, s, x, y

USUAL = 5
"""Nocedal & Wright find 3 to 20 useful, section 7.2."""

gamma = Sequence("gamma", r"\gamma", shape=Shape.SCALAR)


def lbfgs_with(memory: int) -> Optimizer:
    """L-BFGS with a memory of so many pairs.

    Args:
        memory: pairs (s, y) that are kept; 1 or more.

    Returns:
        The definition; its two loops are written out, 2 * memory updates of one vector each.
    """
    if memory < 1:
        raise ValueError(f"Expected a memory of at least 1 pair but got memory={memory}")
    first, q = _first_loop(memory)
    second, r = _second_loop(memory, gamma[t] * q)
    return Optimizer(
        "lbfgs" if memory == USUAL else f"lbfgs({memory})",
        title=f"L-BFGS, {memory} pairs",
        hyper=[],
        init={g: grad(x[0]), s: 0, y: 0, rho: 0},
        update=[
            *first,
            Eq(gamma[t], Piecewise((dot(s[t - 1], y[t - 1]) / dot(y[t - 1], y[t - 1]), Ne(rho[t - 1], 0)), (1, True))),
            *second,
            Eq(d[t], -r),
            Eq(alpha[t], line_search(x[t - 1], d[t])),
            Eq(x[t], x[t - 1] + alpha[t] * d[t]),
            Eq(g[t], grad(x[t])),
            Eq(s[t], x[t] - x[t - 1]),
            Eq(y[t], g[t] - g[t - 1]),
            Eq(rho[t], 1 / dot(y[t], s[t])),
        ],
        params=x,
        source="Nocedal & Wright 2006, Algorithms 7.4 and 7.5",
    )


def _number(name: str, i: int) -> Sequence:
    return Sequence(f"{name}_{i}", shape=Shape.SCALAR)


def _vector(name: str, i: int) -> Sequence:
    return Sequence(f"{name}_{i}", shape=Shape.VECTOR)


def _first_loop(memory: int) -> tuple[list[Any], Any]:
    """From the newest pair to the oldest: the gradient stripped of its parts along them."""
    equations: list[Any] = []
    q: Any = g[t - 1]
    for i in range(1, memory + 1):
        a, after = _number("a", i)[t], _vector("q", i)[t]
        equations += [Eq(a, rho[t - i] * dot(s[t - i], q)), Eq(after, q - a * y[t - i])]
        q = after
    return equations, q


def _second_loop(memory: int, start: Any) -> tuple[list[Any], Any]:
    """From the oldest pair to the newest: what each knows is put back."""
    equations: list[Any] = []
    r = start
    for i in range(memory, 0, -1):
        b, after = _number("b", i)[t], _vector("r", i)[t]
        equations += [
            Eq(b, rho[t - i] * dot(y[t - i], r)),
            Eq(after, r + (_number("a", i)[t] - b) * s[t - i]),
        ]
        r = after
    return equations, r


lbfgs = lbfgs_with(USUAL)
