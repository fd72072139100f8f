"""Adaptive methods as loops written by hand; see ``references``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import mpmath as mp

from tests.optimizers.references import Hyper, Number, Step, sure_sign


def corrected(decay: Number, values: list[Number]) -> Number:
    """Adam's average: exponential weights that sum to one."""
    weights = [(1 - decay) * decay ** (len(values) - i) for i in range(1, len(values) + 1)]
    return mp.fdot(zip(weights, values, strict=True)) / mp.fsum(weights)


def amsgrad(h: Hyper) -> Step:
    m = v = largest = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal m, v, largest
        g = grad(x)
        m = h["beta_1"] * m + (1 - h["beta_1"]) * g
        v = h["beta_2"] * v + (1 - h["beta_2"]) * g * g
        largest = v if v > largest else largest
        return x - h["eta"] * m / (mp.sqrt(largest) + h["epsilon"])

    return step


def amsgrad_corrected(h: Hyper) -> Step:
    """As PyTorch codes it: the largest second moment's root, divided by the correction's root."""
    m = v = largest = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal m, v, largest
        g = grad(x)
        m = m + (g - m) * (1 - h["beta_1"])
        v = v * h["beta_2"] + g * g * (1 - h["beta_2"])
        largest = max(largest, v)
        denominator = mp.sqrt(largest) / mp.sqrt(1 - h["beta_2"] ** t) + h["epsilon"]
        return x - h["eta"] / (1 - h["beta_1"] ** t) * (m / denominator)

    return step


def amsgrad_largest_corrected(h: Hyper) -> Step:
    gradients: list[Number] = []
    moments: list[Number] = []

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        gradients.append(grad(x))
        moments.append(corrected(h["beta_2"], [g * g for g in gradients]))
        return x - h["eta"] * corrected(h["beta_1"], gradients) / (mp.sqrt(max(moments)) + h["epsilon"])

    return step


def adamax(h: Hyper, *, inside: bool = False, outside: bool = False) -> Step:
    m = u = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal m, u
        g = grad(x)
        m = h["beta_1"] * m + (1 - h["beta_1"]) * g
        u = max(h["beta_2"] * u, abs(g) + (h["epsilon"] if inside else 0))
        return x - (h["eta"] / (1 - h["beta_1"] ** t)) * m / (u + (h["epsilon"] if outside else 0))

    return step


def nadam(h: Hyper, *, extra: bool = False, late: int = 1) -> Step:
    """Dozat's loop with constant momentum; ``late`` is by how many steps the average's correction is ahead."""
    m = n = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal m, n
        mu, nu = h["beta_1"], h["beta_2"]
        g = grad(x)
        ghat = g / (1 - mu**t)
        m = mu * m + (1 - mu) * g
        mhat = m / (1 - mu ** (t + late))
        n = nu * n + (1 - nu) * g**2
        nhat = (nu if extra else 1) * n / (1 - nu**t)
        return x - h["eta"] / (mp.sqrt(nhat) + h["epsilon"]) * ((1 - mu) * ghat + mu * mhat)

    return step


def nadam_schedule(h: Hyper, *, constant_average: bool) -> Step:
    m = n = 0

    def mu(t: int) -> Number:
        return h["beta_1"] * (1 - mp.mpf(1) / 2 * (mp.mpf(96) / 100) ** (t * h["psi"]))

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal m, n
        g = grad(x)
        decay = h["beta_1"] if constant_average else mu(t)
        m = decay * m + (1 - decay) * g
        n = h["beta_2"] * n + (1 - h["beta_2"]) * g**2
        now = mp.fprod(mu(i) for i in range(1, t + 1))
        ahead = mp.fprod(mu(i) for i in range(1, t + 2))
        mbar = (1 - mu(t)) * g / (1 - now) + mu(t + 1) * m / (1 - ahead)
        return x - h["eta"] * mbar / (mp.sqrt(n / (1 - h["beta_2"] ** t)) + h["epsilon"])

    return step


def adabelief(h: Hyper, *, accumulated: bool) -> Step:
    m = s = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal m, s
        g = grad(x)
        m = h["beta_1"] * m + (1 - h["beta_1"]) * g
        s = h["beta_2"] * s + (1 - h["beta_2"]) * (m - g) ** 2
        if accumulated:
            s += h["epsilon"]
        root = mp.sqrt(s / (1 - h["beta_2"] ** t))
        return x - h["eta"] * (m / (1 - h["beta_1"] ** t)) / (root + h["epsilon"])

    return step


def yogi(h: Hyper, *, corrections: bool = False) -> Step:
    m = v = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal m, v
        g = grad(x)
        m = h["beta_1"] * m + (1 - h["beta_1"]) * g
        change = (1 - h["beta_2"]) * g * g
        v = v + change * sure_sign(g * g - v) if g else v
        first, second = (1 - h["beta_1"] ** t, 1 - h["beta_2"] ** t) if corrections else (1, 1)
        return x - h["eta"] * (m / first) / (mp.sqrt(v / second) + h["epsilon"])

    return step


def adan(h: Hyper, *, decayed: bool = True) -> Step:
    m = v = n = before = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal m, v, n, before
        b1, b2, b3 = h["beta_1"], h["beta_2"], h["beta_3"]
        g = grad(x)
        change, before = g - before, g
        m = (1 - b1) * m + b1 * g
        v = (1 - b2) * v + b2 * change
        n = (1 - b3) * n + b3 * (g + (1 - b2) * change) ** 2
        rate = h["eta"] / mp.sqrt(n + h["epsilon"])
        stepped = x - rate * (m + (1 - b2) * v)
        return stepped / (1 + h["lambda"] * h["eta"]) if decayed else stepped

    return step


def rmsprop_centred(h: Hyper) -> Step:
    """Graves's loop; without momentum the velocity is forgotten."""
    n = mean = change = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal n, mean, change
        g = grad(x)
        n = h["rho"] * n + (1 - h["rho"]) * g**2
        mean = h["rho"] * mean + (1 - h["rho"]) * g
        change = h.get("mu", 0) * change - h["eta"] * g / mp.sqrt(n - mean**2 + h["epsilon"])
        return x + change

    return step


def rmsprop_momentum(h: Hyper) -> Step:
    r = v = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal r, v
        g = grad(x)
        r = r + (1 - h["rho"]) * (g * g - r)
        v = h["mu"] * v + h["eta"] * g / mp.sqrt(r + h["epsilon"])
        return x - v

    return step


def qhadam(h: Hyper) -> Step:
    gradients: list[Number] = []

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        g = grad(x)
        gradients.append(g)
        first = corrected(h["beta_1"], gradients)
        second = corrected(h["beta_2"], [a * a for a in gradients])
        top = g + h["nu_1"] * (first - g)
        return x - h["eta"] * top / (mp.sqrt(g * g + h["nu_2"] * (second - g * g)) + h["epsilon"])

    return step


def lamb(h: Hyper) -> Step:
    gradients: list[Number] = []

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        gradients.append(grad(x))
        second = corrected(h["beta_2"], [a * a for a in gradients])
        update = corrected(h["beta_1"], gradients) / (mp.sqrt(second) + h["epsilon"]) + h["lambda"] * x
        return x - h["eta"] * abs(x) * sure_sign(update)

    return step


def optimistic(h: Hyper) -> Step:
    """The last gradient foretells the next: the step is g plus what g has changed by."""
    last: Number = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal last
        g = grad(x)
        change, last = g - last, g
        return x - h["eta"] * (g + change)

    return step


def optimistic_adam(h: Hyper) -> Step:
    gradients: list[Number] = []
    last: Number = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal last
        gradients.append(grad(x))
        root = mp.sqrt(corrected(h["beta_2"], [g * g for g in gradients]))
        direction = corrected(h["beta_1"], gradients) / (root + h["epsilon"])
        change, last = direction - last, direction
        return x - h["eta"] * (direction + change)

    return step


def fromage(h: Hyper) -> Step:
    """On one coordinate the step is the parameter's own size, against the gradient's sign."""

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        return (x - h["eta"] * abs(x) * sure_sign(grad(x))) / mp.hypot(1, h["eta"])

    return step


ADAPTIVE: dict[str, Callable[[Hyper], Step]] = {
    "amsgrad": amsgrad,
    "amsgrad-corrected": amsgrad_corrected,
    "amsgrad-largest-corrected": amsgrad_largest_corrected,
    "adamax": adamax,
    "adamax-corrected": adamax,
    "adamax-epsilon-in-norm": partial(adamax, inside=True),
    "adamax-epsilon": partial(adamax, outside=True),
    "nadam": nadam,
    "nadam-workshop": partial(nadam, extra=True),
    "nadam-ruder": partial(nadam, late=0),
    "nadam-schedule": partial(nadam_schedule, constant_average=False),
    "nadam-library": partial(nadam_schedule, constant_average=True),
    "adabelief": partial(adabelief, accumulated=True),
    "adabelief-plain": partial(adabelief, accumulated=False),
    "yogi": yogi,
    "yogi-corrected": partial(yogi, corrections=True),
    "adan": adan,
    "adan-undecayed": partial(adan, decayed=False),
    "rmsprop-centred": rmsprop_centred,
    "rmsprop-centred-momentum": rmsprop_centred,
    "rmsprop-momentum": rmsprop_momentum,
    "qhadam": qhadam,
    "lamb": lamb,
    "optimistic-gradient-descent": optimistic,
    "optimistic-adam": optimistic_adam,
    "fromage": fromage,
}
