"""Momentum, Nesterov, averaging and sign methods as loops written by hand; see ``references``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import mpmath as mp

from tests.optimizers.references import Hyper, Number, Step, sure_sign


def momentum_dampened(h: Hyper, *, first_undampened: bool = False) -> Step:
    buffer = None if first_undampened else 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal buffer
        g = grad(x)
        buffer = g if buffer is None else h["mu"] * buffer + (1 - h["tau"]) * g
        return x - h["eta"] * buffer

    return step


def heavy_ball(h: Hyper) -> Step:
    before = None

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal before
        drift = 0 if before is None else h["mu"] * (x - before)
        before = x
        return x - h["eta"] * grad(x) + drift

    return step


def nesterov_positive(h: Hyper) -> Step:
    v = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal v
        ahead = x - h["mu"] * v
        v = h["mu"] * v + h["eta"] * grad(ahead)
        return x - v

    return step


def nesterov_simplified(h: Hyper) -> Step:
    """As PyTorch codes it."""
    buffer = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal buffer
        g = grad(x)
        buffer = buffer * h["mu"] + g
        return x - (g + buffer * h["mu"]) * h["eta"]

    return step


def nesterov_sequences(h: Hyper, *, coefficient: Callable[[int, Hyper], Number] = lambda t, h: h["mu"]) -> Step:
    before = None

    def step(t: int, y: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal before
        before = y if before is None else before
        x = y - h["eta"] * grad(y)
        y = (1 + coefficient(t, h)) * x - coefficient(t, h) * before
        before = x
        return y

    return step


def growing(t: int, h: Hyper) -> Number:
    """(a_k - 1)/a_{k+1} for FISTA's a_1 = 1, a_{k+1} = 1/2 + sqrt(1/4 + a_k^2)."""
    a = mp.mpf(1)
    for _ in range(t - 1):
        a = mp.mpf(1) / 2 + mp.sqrt(mp.mpf(1) / 4 + a * a)
    return (a - 1) / (mp.mpf(1) / 2 + mp.sqrt(mp.mpf(1) / 4 + a * a))


def qhm(h: Hyper) -> Step:
    m = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal m
        g = grad(x)
        m = m + (1 - h["beta"]) * (g - m)
        return x - h["eta"] * (1 - h["nu"]) * g - h["eta"] * h["nu"] * m

    return step


def sign_sgd(h: Hyper) -> Step:
    return lambda t, x, grad: x - h["eta"] * sure_sign(grad(x))


def signum(h: Hyper) -> Step:
    m = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal m
        m = h["beta"] * m + (1 - h["beta"]) * grad(x)
        return x - h["eta"] * sure_sign(m)

    return step


def lion(h: Hyper, *, decayed: bool = True) -> Step:
    m = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal m
        g = grad(x)
        update = sure_sign(m * h["beta_1"] + g * (1 - h["beta_1"]))
        m = m * h["beta_2"] + g * (1 - h["beta_2"])
        return x - h["eta"] * update - (h["eta"] * h["lambda"] * x if decayed else 0)

    return step


def weight_decay(h: Hyper) -> Step:
    return lambda t, x, grad: x - h["eta"] * (grad(x) + h["lambda"] * x)


def clipped_by_norm(h: Hyper) -> Step:
    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        g = grad(x)
        return x - h["eta"] * (g if abs(g) < h["c"] else g / abs(g) * h["c"])

    return step


def clipped_by_factor(h: Hyper) -> Step:
    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        g = grad(x)
        return x - h["eta"] * g * min(1, h["c"] / abs(g))

    return step


def clipped_by_value(h: Hyper) -> Step:
    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        g = grad(x)
        return x - h["eta"] * (h["c"] if g > h["c"] else -h["c"] if g < -h["c"] else g)

    return step


def lars(h: Hyper) -> Step:
    v = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal v
        g = grad(x)
        local = h["kappa"] * abs(x) / (abs(g) + h["lambda"] * abs(x))
        v = h["mu"] * v + h["eta"] * local * (g + h["lambda"] * x)
        return x - v

    return step


def lars_average(h: Hyper) -> Step:
    m = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal m
        m = h["beta_1"] * m + (1 - h["beta_1"]) * (grad(x) + h["lambda"] * x)
        return x - h["eta"] * abs(x) * sure_sign(m)

    return step


MOMENTUM: dict[str, Callable[[Hyper], Step]] = {
    "momentum-dampened": momentum_dampened,
    "momentum-dampened-pytorch": partial(momentum_dampened, first_undampened=True),
    "heavy-ball": heavy_ball,
    "nesterov-positive": nesterov_positive,
    "nesterov-simplified": nesterov_simplified,
    "nesterov-sequences": nesterov_sequences,
    "nesterov-growing": partial(nesterov_sequences, coefficient=growing),
    "nesterov-simple": partial(nesterov_sequences, coefficient=lambda t, h: mp.mpf(t - 1) / (t + 2)),
    "qhm": qhm,
    "sign-sgd": sign_sgd,
    "signum": signum,
    "lion": lion,
    "lion-undecayed": partial(lion, decayed=False),
    "gradient-descent-weight-decay": weight_decay,
    "gradient-descent-clipped-norm": clipped_by_norm,
    "gradient-descent-clipped-factor": clipped_by_factor,
    "gradient-descent-clipped-value": clipped_by_value,
    "lars": lars,
    "lars-average": lars_average,
}
