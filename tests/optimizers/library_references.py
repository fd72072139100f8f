"""What libraries ship as loops written by hand; see ``references``."""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp

from tests.optimizers.references import Hyper, Number, Step, sure_sign


def rmsprop_momentum_outside(h: Hyper) -> Step:
    square = buffer = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal square, buffer
        g = grad(x)
        square = square * h["rho"] + g * g * (1 - h["rho"])
        buffer = buffer * h["mu"] + g / (mp.sqrt(square) + h["epsilon"])
        return x - h["eta"] * buffer

    return step


def rmsprop_centred_momentum_outside(h: Hyper) -> Step:
    square = mean = buffer = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal square, mean, buffer
        g = grad(x)
        square = square * h["rho"] + g * g * (1 - h["rho"])
        mean = h["rho"] * mean + (1 - h["rho"]) * g
        buffer = buffer * h["mu"] + g / (mp.sqrt(square - mean * mean) + h["epsilon"])
        return x - h["eta"] * buffer

    return step


def rmsprop_nesterov_phi(h: Hyper) -> Step:
    square = trace = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal square, trace
        g = grad(x)
        square = square * h["rho"] + g * g * (1 - h["rho"])
        scaled = h["eta"] * g / mp.sqrt(square + h["epsilon"])
        trace = scaled + h["mu"] * trace
        return x - (scaled + h["mu"] * trace)

    return step


def adagrad_decayed(h: Hyper) -> Step:
    total = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal total
        g = grad(x)
        total += g * g
        return x - h["eta"] / (1 + (t - 1) * h["kappa"]) * (g / (mp.sqrt(total) + h["epsilon"]))

    return step


def adagrad_started(h: Hyper) -> Step:
    total = h["r_0"]

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal total
        g = grad(x)
        total += g * g
        return x - h["eta"] * g / mp.sqrt(total + h["epsilon"])

    return step


def novograd(h: Hyper) -> Step:
    second = first = None

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal second, first
        g = grad(x)
        second = g * g if second is None else h["beta_2"] * second + (1 - h["beta_2"]) * g * g
        scaled = g / (mp.sqrt(second) + h["epsilon"]) + h["lambda"] * x
        first = scaled if first is None else h["beta_1"] * first + scaled
        return x - h["eta"] * first

    return step


def followed(h: Hyper, start: Number) -> Callable[[Number, Number], tuple[Number, Number]]:
    """What FTRL-Proximal keeps of each gradient: the sum of squares, and the linear term."""
    total, linear = start, mp.mpf(0)

    def more(g: Number, x: Number) -> tuple[Number, Number]:
        nonlocal total, linear
        sigma = (mp.sqrt(total + g * g) - mp.sqrt(total)) / h["eta"]
        linear += g - sigma * x
        total += g * g
        return total, linear

    return more


def ftrl(h: Hyper) -> Step:
    more = followed(h, h["r_0"])

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        total, linear = more(grad(x), x)
        return -linear / ((h["gamma"] + mp.sqrt(total)) / h["eta"])

    return step


def ftrl_proximal(h: Hyper) -> Step:
    more = followed(h, mp.mpf(0))

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        total, linear = more(grad(x), x)
        if abs(linear) <= h["lambda_1"]:
            return mp.mpf(0)
        shrunk = linear - sure_sign(linear) * h["lambda_1"]
        return -shrunk / ((h["gamma"] + mp.sqrt(total)) / h["eta"] + h["lambda_2"])

    return step


def schedule_free_sgd(h: Hyper) -> Step:
    """The average is of all z so far, the start among them."""
    zs: list[Number] = []

    def step(t: int, y: Number, grad: Callable[[Number], Number]) -> Number:
        if not zs:
            zs.append(y)
        zs.append(zs[-1] - h["eta"] * grad(y))
        return (1 - h["beta"]) * zs[-1] + h["beta"] * mp.fsum(zs) / len(zs)

    return step


def schedule_free_sgd_later(h: Hyper) -> Step:
    """The average is of the z after the start."""
    zs: list[Number] = []

    def step(t: int, y: Number, grad: Callable[[Number], Number]) -> Number:
        zs.append((zs[-1] if zs else y) - h["eta"] * grad(y))
        return (1 - h["beta"]) * zs[-1] + h["beta"] * mp.fsum(zs) / len(zs)

    return step


def schedule_free_sgd_short(h: Hyper) -> Step:
    """The average is read off the parameters, y = (1 - beta) z + beta x, not kept."""
    z = None

    def step(t: int, y: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal z
        z = y if z is None else z
        blended = y - (1 - h["beta"]) * z  # beta x
        z = z - h["eta"] * grad(y)
        blended = blended + (h["beta"] * z - blended) / t
        return (1 - h["beta"]) * z + blended

    return step


def schedule_free_adamw(h: Hyper) -> Step:
    """The average is of the z after the start."""
    zs: list[Number] = []
    second = mp.mpf(0)
    last = mp.mpf(0)

    def step(t: int, y: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal second, last
        last = last if zs else y
        g = grad(y)
        second = h["beta_2"] * second + (1 - h["beta_2"]) * g * g
        scaled = g / (mp.sqrt(second / (1 - h["beta_2"] ** t)) + h["epsilon"])
        last = last - h["eta"] * (scaled + h["lambda"] * y)
        zs.append(last)
        return (1 - h["beta_1"]) * last + h["beta_1"] * mp.fsum(zs) / len(zs)

    return step


def schedule_free_adamw_short(h: Hyper) -> Step:
    """The average is read off the parameters, y = (1 - beta_1) z + beta_1 x, not kept."""
    z, v = None, mp.mpf(0)

    def step(t: int, y: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal z, v
        z, g = y if z is None else z, grad(y)
        blended = y - (1 - h["beta_1"]) * z  # beta_1 x
        v = h["beta_2"] * v + (1 - h["beta_2"]) * g * g
        z = z - h["eta"] * g / (mp.sqrt(v / (1 - h["beta_2"] ** t)) + h["epsilon"]) - h["eta"] * h["lambda"] * y
        blended = blended + (h["beta_1"] * z - blended) / t
        return (1 - h["beta_1"]) * z + blended

    return step


def adamomentum(h: Hyper) -> Step:
    m = v = 0

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal m, v
        m = h["beta_1"] * m + (1 - h["beta_1"]) * grad(x)
        v = h["beta_2"] * v + (1 - h["beta_2"]) * m**2
        root = mp.sqrt(v / (1 - h["beta_2"] ** t)) + h["epsilon"]
        return x - h["eta"] * (m / (1 - h["beta_1"] ** t)) / root

    return step


def yogi_started(h: Hyper) -> Step:
    first = second = h["m_0"]

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal first, second
        g = grad(x)
        first = h["beta_1"] * first + (1 - h["beta_1"]) * g
        second = second - (1 - h["beta_2"]) * sure_sign(second - g * g) * g * g
        corrected = mp.sqrt(second / (1 - h["beta_2"] ** t))
        return x - h["eta"] * first / (1 - h["beta_1"] ** t) / (corrected + h["epsilon"])

    return step


def sm3(h: Hyper) -> Step:
    return _sm3(h, mp.mpf(0), averaged=False)


def sm3_momentum(h: Hyper) -> Step:
    return _sm3(h, mp.mpf(0), averaged=True)


def sm3_epsilon(h: Hyper) -> Step:
    return _sm3(h, h["epsilon"], averaged=True)


def _sm3(h: Hyper, inside: Number, *, averaged: bool) -> Step:
    total, mean = mp.mpf(0), mp.mpf(0)

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal total, mean
        g = grad(x)
        total += g * g
        divided = g / mp.sqrt(total + inside) if total else mp.mpf(0)
        mean = h["mu"] * mean + (1 - h["mu"]) * divided if averaged else divided
        return x - h["eta"] * mean

    return step


def padam(h: Hyper) -> Step:
    first = second = largest = mp.mpf(0)

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal first, second, largest
        g = grad(x)
        first = h["beta_1"] * first + (1 - h["beta_1"]) * g
        second = h["beta_2"] * second + (1 - h["beta_2"]) * g * g
        largest = second if second > largest else largest
        if not largest:
            raise ZeroDivisionError
        return x - h["eta"] * first * largest ** -h["p"]

    return step


def adabound(h: Hyper) -> Step:
    return _bounded(h, ever=False)


def amsbound(h: Hyper) -> Step:
    return _bounded(h, ever=True)


def _bounded(h: Hyper, *, ever: bool) -> Step:
    """``ever``: the largest second moment so far."""
    first = second = largest = mp.mpf(0)

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal first, second, largest
        g = grad(x)
        first = h["beta_1"] * first + (1 - h["beta_1"]) * g
        second = h["beta_2"] * second + (1 - h["beta_2"]) * g * g
        largest = max(largest, second) if ever else second
        rate = h["eta"] / (mp.sqrt(largest) + h["epsilon"]) * mp.sqrt(1 - h["beta_2"] ** t) / (1 - h["beta_1"] ** t)
        low = h["eta_infinity"] * (h["gamma"] * t) / (h["gamma"] * t + 1)
        high = h["eta_infinity"] * (h["gamma"] * t + 1) / (h["gamma"] * t)
        return x - (low if rate < low else high if rate > high else rate) * first

    return step


def radam_pytorch(h: Hyper) -> Step:
    first = second = mp.mpf(0)

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal first, second
        g = grad(x)
        decay = h["beta_2"]
        first = h["beta_1"] * first + (1 - h["beta_1"]) * g
        second = decay * second + (1 - decay) * g * g
        mean, corrected = first / (1 - h["beta_1"] ** t), 1 - decay**t
        longest = (1 + decay) / (1 - decay)
        length = longest - 2 * t * decay**t / corrected
        if abs(length - 5) < mp.mpf(10) ** -20:
            raise ZeroDivisionError  # rounding decides
        if length < 5:
            return x - h["eta"] * mean
        r = mp.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
        return x - h["eta"] * mean * r * mp.sqrt(corrected) / (mp.sqrt(second) + h["epsilon"])

    return step


def adafactor(h: Hyper) -> Step:
    second = mp.mpf(0)

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal second
        g = grad(x)
        share = mp.mpf(t) ** h["c"]
        second = (1 - share) * second + share * (g * g + h["epsilon_1"])
        update = g / mp.sqrt(second)
        update = update / max(mp.mpf(1), abs(update) / h["d"])
        return x - max(h["epsilon_2"], abs(x)) * min(h["eta"], 1 / mp.sqrt(t)) * update

    return step


def rprop_plus(h: Hyper) -> Step:
    size, last, moved = h["Delta_0"], mp.mpf(0), mp.mpf(0)

    def step(t: int, x: Number, grad: Callable[[Number], Number]) -> Number:
        nonlocal size, last, moved
        g = grad(x)
        agree = sure_sign(g) * mp.sign(last)
        if agree < 0:
            size, last, moved = max(h["eta_minus"] * size, h["Delta_min"]), mp.mpf(0), -moved
        else:
            size = min(h["eta_plus"] * size, h["Delta_max"]) if agree > 0 else size
            last, moved = g, -mp.sign(g) * size
        return x + moved

    return step


LIBRARIES: dict[str, Callable[[Hyper], Step]] = {
    "rmsprop-momentum-outside": rmsprop_momentum_outside,
    "rmsprop-centred-momentum-outside": rmsprop_centred_momentum_outside,
    "rmsprop-nesterov-phi": rmsprop_nesterov_phi,
    "adagrad-decayed": adagrad_decayed,
    "adagrad-started": adagrad_started,
    "novograd": novograd,
    "ftrl": ftrl,
    "ftrl-proximal": ftrl_proximal,
    "schedule-free-sgd": schedule_free_sgd,
    "schedule-free-sgd-later": schedule_free_sgd_later,
    "schedule-free-sgd-short": schedule_free_sgd_short,
    "schedule-free-adamw": schedule_free_adamw,
    "schedule-free-adamw-short": schedule_free_adamw_short,
    "adamomentum": adamomentum,
    "yogi-started": yogi_started,
    "sm3": sm3,
    "sm3-momentum": sm3_momentum,
    "sm3-epsilon": sm3_epsilon,
    "padam": padam,
    "adabound": adabound,
    "amsbound": amsbound,
    "radam-pytorch": radam_pytorch,
    "adafactor": adafactor,
    "rprop-plus": rprop_plus,
}
