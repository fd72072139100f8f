"""Each method as a loop written by hand from its paper, with numbers only: no SymPy, no definitions.

A reference takes the hyperparameters (a mutable mapping, read at each step, so that a schedule may
change them) and returns a step: (t, parameters, gradient) to the new parameters, where ``gradient``
maps a point to the gradient there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mpmath as mp

Number = Any  # mpmath.mpf, for which mpmath has no types
Hyper = Mapping[str, Number]
Step = Callable[[int, Number, Callable[[Number], Number]], Number]


def sure_sign(x: Number) -> Number:
    """The sign of a number that rounding cannot have made of zero. Raises ZeroDivisionError: not to be judged."""
    if abs(x) < mp.mpf(10) ** -20:
        raise ZeroDivisionError
    return mp.sign(x)


def gradient_descent(h: Hyper) -> Step:
    return lambda t, x, grad: x - h["eta"] * grad(x)


def momentum(h: Hyper) -> Step:
    v = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal v
        v = h["mu"] * v + h["eta"] * grad(x)
        return x - v

    return step


def momentum_accumulated(h: Hyper) -> Step:
    z = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal z
        z = h["mu"] * z + grad(x)
        return x - h["eta"] * z

    return step


def momentum_average(h: Hyper) -> Step:
    history: list[Number] = []

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        history.append(grad(x))
        weighted = [(1 - h["beta"]) * h["beta"] ** (t - i) * g for i, g in enumerate(history, start=1)]
        return x - h["eta"] * mp.fsum(weighted)

    return step


def nesterov(h: Hyper) -> Step:
    v = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal v
        v = h["mu"] * v - h["eta"] * grad(x + h["mu"] * v)
        return x + v

    return step


def nesterov_phi(h: Hyper) -> Step:
    """As libraries code it: move by the gradient seen through the new velocity."""
    buffer = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal buffer
        g = -h["eta"] * grad(x)
        buffer = h["mu"] * buffer + g
        return x + g + h["mu"] * buffer

    return step


def adagrad(h: Hyper) -> Step:
    seen: list[Number] = []

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        seen.append(grad(x))
        return x - h["eta"] / (mp.sqrt(mp.fsum(g * g for g in seen)) + h["epsilon"]) * seen[-1]

    return step


def adadelta(h: Hyper) -> Step:
    g2 = d2 = 0
    rho, eps = h["rho"], h["epsilon"]

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal g2, d2
        g = grad(x)
        g2 = rho * g2 + (1 - rho) * g * g
        change = -(mp.sqrt(d2 + eps) / mp.sqrt(g2 + eps)) * g
        d2 = rho * d2 + (1 - rho) * change * change
        return x + change

    return step


def rmsprop(h: Hyper) -> Step:
    r = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal r
        g = grad(x)
        r = h["rho"] * r + (1 - h["rho"]) * g**2
        return x - h["eta"] / mp.sqrt(h["epsilon"] + r) * g

    return step


def rmsprop_nesterov(h: Hyper) -> Step:
    r = v = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal r, v
        ahead = x + h["mu"] * v
        g = grad(ahead)
        r = h["rho"] * r + (1 - h["rho"]) * g**2
        v = h["mu"] * v - h["eta"] / mp.sqrt(h["epsilon"] + r) * g
        return x + v

    return step


def adam(h: Hyper) -> Step:
    m = v = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal m, v
        g = grad(x)
        m = h["beta_1"] * m + (1 - h["beta_1"]) * g
        v = h["beta_2"] * v + (1 - h["beta_2"]) * g**2
        corrected = m / (1 - h["beta_1"] ** t), v / (1 - h["beta_2"] ** t)
        return x - h["eta"] * corrected[0] / (mp.sqrt(corrected[1]) + h["epsilon"])

    return step


def adamw(h: Hyper) -> Step:
    inner = adam(h)
    return lambda t, x, grad: inner(t, x, grad) - h["lambda"] * x


def radam(h: Hyper) -> Step:
    m = v = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal m, v
        b1, b2 = h["beta_1"], h["beta_2"]
        g = grad(x)
        v = b2 * v + (1 - b2) * g**2
        m = b1 * m + (1 - b1) * g
        mhat = m / (1 - b1**t)
        longest = 2 / (1 - b2) - 1
        length = longest - 2 * t * b2**t / (1 - b2**t)
        if length <= 4:
            return x - h["eta"] * mhat
        vhat = mp.sqrt(v / (1 - b2**t))
        r = mp.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
        return x - h["eta"] * r * mhat / vhat

    return step


def _adapted(h: Hyper, size: Number, agreement: Number) -> Number:
    if agreement > 0:
        return min(size * h["eta_plus"], h["Delta_max"])
    return max(size * h["eta_minus"], h["Delta_min"]) if agreement < 0 else size


def rprop(h: Hyper) -> Step:
    before, size = 0, h["Delta_0"]

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal before, size
        g = grad(x)
        size = _adapted(h, size, before * g)
        before = g
        return x - mp.sign(g) * size

    return step


def irprop_minus(h: Hyper) -> Step:
    before, size = 0, h["Delta_0"]

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal before, size
        g = grad(x)
        size = _adapted(h, size, before * g)
        if before * g < 0:
            g = 0
        before = g
        return x - mp.sign(g) * size

    return step


LECTURES: dict[str, Callable[[Hyper], Step]] = {
    "gradient-descent": gradient_descent,
    "sgd": gradient_descent,
    "asgd": gradient_descent,
    "asgd-polyak-juditsky": gradient_descent,
    "mini-batch-gradient-descent": gradient_descent,
    "momentum": momentum,
    "momentum-accumulated": momentum_accumulated,
    "momentum-average": momentum_average,
    "nesterov": nesterov,
    "nesterov-phi": nesterov_phi,
    "nesterov-rewritten": nesterov_phi,
    "adagrad": adagrad,
    "adadelta": adadelta,
    "rmsprop": rmsprop,
    "rmsprop-nesterov": rmsprop_nesterov,
    "rprop": rprop,
    "irprop-minus": irprop_minus,
    "adam": adam,
    "adamw": adamw,
    "radam": radam,
}
