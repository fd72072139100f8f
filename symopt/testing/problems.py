"""Standing problems with known minima, for methods to be tried on.

Rosenbrock 1960; Beale 1958; Himmelblau 1972; quadratics of a given condition; logistic regression with a feature
that is rarely there, the case that adaptive learning rates are explained with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.kernels.oracle import Oracle

Array = NDArray[Any]


@dataclass(frozen=True)
class Problem:
    """A function to minimise.

    Args:
        name: for reports.
        oracle: its value, gradient and Hessian.
        start: where runs customarily begin.
        minima: the points where it is least, one row each; empty where they are not known in closed form.
        least: its value there.
    """

    name: str
    oracle: Oracle
    start: Array
    minima: Array
    least: float


def rosenbrock(n: int = 2) -> Problem:
    """Sum over i of 100 (x[i+1] - x[i]**2)**2 + (1 - x[i])**2: a bent valley; least at (1, ..., 1), value 0.

    From n = 4 on there is a second minimum near (-1, 1, ..., 1), so the start is 0 there and not (-1.2, 1).
    """

    def value(x: Array) -> float:
        return float(np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2))

    def gradient(x: Array) -> Array:
        out = np.zeros_like(x)
        gap = x[1:] - x[:-1] ** 2
        out[:-1] += -400 * x[:-1] * gap - 2 * (1 - x[:-1])
        out[1:] += 200 * gap
        return out

    def hessian(x: Array) -> Array:
        out = np.zeros((x.size, x.size))
        i = np.arange(x.size - 1)
        out[i, i] += 1200 * x[:-1] ** 2 - 400 * x[1:] + 2
        out[i + 1, i + 1] += 200
        out[i, i + 1] = out[i + 1, i] = -400 * x[:-1]
        return out

    start = np.resize([-1.2, 1.0], n) if n < 4 else np.zeros(n)
    return Problem(f"Rosenbrock, n = {n}", Oracle(gradient, value, hessian), start, np.ones((1, n)), 0.0)


def beale() -> Problem:
    """Sum of (c - x + x y**k)**2 over (c, k) = (1.5, 1), (2.25, 2), (2.625, 3): flat; least at (3, 1/2), value 0."""
    rows = ((1.5, 1), (2.25, 2), (2.625, 3))

    def parts(p: Array) -> list[tuple[float, Array, Array]]:
        x, y = p
        return [
            (
                c - x + x * y**k,
                np.array([y**k - 1, x * k * y ** (k - 1)]),
                np.array([[0, k * y ** (k - 1)], [k * y ** (k - 1), x * k * (k - 1) * y ** max(k - 2, 0)]]),
            )
            for c, k in rows
        ]

    return _least_squares("Beale", parts, np.array([1.0, 1.0]), np.array([[3.0, 0.5]]))


def himmelblau() -> Problem:
    """(x**2 + y - 11)**2 + (x + y**2 - 7)**2: four minima of value 0, one at (3, 2)."""

    def parts(p: Array) -> list[tuple[float, Array, Array]]:
        x, y = p
        return [
            (x**2 + y - 11, np.array([2 * x, 1.0]), np.array([[2.0, 0], [0, 0]])),
            (x + y**2 - 7, np.array([1.0, 2 * y]), np.array([[0, 0], [0, 2.0]])),
        ]

    minima = [[3.0, 2.0], [-2.805118086952745, 3.131312518250573]]
    minima += [[-3.779310253377747, -3.283185991286170], [3.584428340330492, -1.848126526964404]]
    return _least_squares("Himmelblau", parts, np.array([0.0, 0.0]), np.array(minima))


def _least_squares(
    name: str, parts: Callable[[Array], list[tuple[float, Array, Array]]], start: Array, minima: Array
) -> Problem:
    """A sum of squares from its residuals with their gradients and Hessians."""

    def value(p: Array) -> float:
        return float(sum(r * r for r, _, _ in parts(p)))

    def gradient(p: Array) -> Array:
        return np.sum([2 * r * g for r, g, _ in parts(p)], axis=0)

    def hessian(p: Array) -> Array:
        return np.sum([2 * np.outer(g, g) + 2 * r * h for r, g, h in parts(p)], axis=0)

    return Problem(name, Oracle(gradient, value, hessian), start, minima, 0.0)


def quadratic(condition: float, n: int = 2, *, seed: int = 0) -> Problem:
    """x^T A x / 2 - b^T x with A of the given condition number, its eigenvalues spread evenly on a logarithmic scale.

    Args:
        condition: the largest eigenvalue over the smallest, 1 or more; the smallest is 1.
        n: the number of variables.
        seed: of the rotation; n = 2 is turned by 45 degrees for every seed 0.
    """
    if condition < 1:
        raise ValueError(f"Expected a condition number of at least 1 but got condition={condition}")
    values = np.logspace(0, np.log10(condition), n)
    if n == 2 and seed == 0:
        turn = np.array([[1.0, -1.0], [1.0, 1.0]]) / np.sqrt(2)
    else:
        turn = np.linalg.qr(np.random.default_rng(seed).standard_normal((n, n)))[0]
    matrix = turn @ np.diag(values) @ turn.T
    matrix = (matrix + matrix.T) / 2
    solution = np.arange(1.0, n + 1)
    b = matrix @ solution
    oracle = Oracle(lambda x: matrix @ x - b, lambda x: float(x @ matrix @ x / 2 - b @ x), lambda x: matrix)
    least = float(-b @ solution / 2)
    return Problem(f"quadratic, condition {condition:g}, n = {n}", oracle, np.zeros(n), solution[None], least)


def sparse_logistic(examples: int = 200, features: int = 4, *, rare: float = 0.1, penalty: float = 1e-2) -> Problem:
    """Logistic regression whose last feature is zero but for a share ``rare`` of the examples.

    mean over i of log(1 + exp(-y_i w^T x_i)) + penalty ||w||^2 / 2, with labels y_i in {-1, 1}; its minimum has
    no closed form, so ``minima`` is empty.
    """
    random = np.random.default_rng(7)
    x = random.standard_normal((examples, features))
    x[random.random(examples) >= rare, -1] = 0
    truth = np.linspace(1, 2, features)
    y = np.where(random.random(examples) < 1 / (1 + np.exp(-x @ truth)), 1.0, -1.0)

    def value(w: Array) -> float:
        return float(np.logaddexp(0, -y * (x @ w)).mean() + penalty * w @ w / 2)

    def gradient(w: Array) -> Array:
        return -(x.T @ (y * _sigmoid(-y * (x @ w)))) / examples + penalty * w

    def hessian(w: Array) -> Array:
        p = _sigmoid(x @ w)
        return (x.T * (p * (1 - p))) @ x / examples + penalty * np.eye(features)

    oracle = Oracle(gradient, value, hessian)
    return Problem(f"logistic, a feature in {rare:.0%} of the examples", oracle, np.zeros(features),
                   np.empty((0, features)), float("nan"))  # fmt: skip


def _sigmoid(z: Array) -> Array:
    return np.exp(-np.logaddexp(0, -z))


def problems() -> tuple[Problem, ...]:
    """The standing problems."""
    return (rosenbrock(), rosenbrock(10), beale(), himmelblau(), quadratic(100), quadratic(1e4, 10), sparse_logistic())
