"""Every definition that kernels are tested with, found by scanning: optimizers, wrappers, schedules, conventions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sympy import Eq, Piecewise, sqrt

from symopt.language import HyperSymbol, Optimizer, Schedule, Sequence, Shape, dot, grad, norm, t
from symopt.language.vocabulary import beta1, beta2, eps, eta, g, m, nonnegative, positive, theta
from symopt.optimizers import catalogue, get, lookahead, with_schedule, with_weight_decay

PLAIN: tuple[Optimizer, ...] = tuple(o for o in catalogue().values() if isinstance(o, Optimizer))
SCHEDULES: tuple[Schedule, ...] = tuple(s for s in catalogue().values() if isinstance(s, Schedule))

size = Sequence("v", shape=Shape.SCALAR, sign="nonnegative")
turn = Sequence("a", shape=Shape.SCALAR)
ascent = Sequence("h")
gain = HyperSymbol("kappa", positive, "how much agreement counts")
radius = HyperSymbol("rho", nonnegative, "how far the second gradient is asked uphill")

norm_moment = Optimizer(
    "norm-moment",
    hyper=[eta(1e-2), beta1(0.95), beta2(0.98), eps(1e-8)],
    init={m: 0, size: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(
            size[t], Piecewise((norm(g[t]) ** 2, Eq(t, 1)), (beta2 * size[t - 1] + (1 - beta2) * norm(g[t]) ** 2, True))
        ),
        Eq(m[t], beta1 * m[t - 1] + g[t] / (sqrt(size[t]) + eps)),
        Eq(theta[t], theta[t - 1] - eta * m[t]),
    ],
)
"""A moment of the whole gradient's norm, kept from step to step; the first step is a branch."""

turning = Optimizer(
    "turning",
    hyper=[eta(1e-2), gain(0.25)],
    init={g: 0, turn: 1},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(turn[t], turn[t - 1] / 2 + gain * dot(g[t], g[t - 1]) / (1 + norm(g[t]) * norm(g[t - 1]))),
        Eq(theta[t], theta[t - 1] - eta * turn[t] * g[t]),
    ],
)
"""A rate that grows where successive gradients agree."""

uphill = Optimizer(
    "uphill",
    hyper=[eta(1e-2), radius(0.05), eps(1e-8)],
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(ascent[t], grad(theta[t - 1] + radius * g[t] / (norm(g[t]) + eps))),
        Eq(theta[t], theta[t - 1] - eta * ascent[t]),
    ],
)
"""A second gradient, asked at a point that the norm of the first one tells."""

SHARED = (norm_moment, turning, uphill)
"""What the catalogue may not have: states that all coordinates share and that depend on the gradient."""

ELEMENTWISE = (*(o for o in PLAIN if all(s.shape.commutes for s in o.sequences)), *SHARED)


UNDECAYED = tuple(o for o in ELEMENTWISE if "lambda" not in {h.name for h in o.hyper})
WRAPPED: dict[str, Callable[[], Optimizer]] = {
    **{f"lookahead({o.name})": partial(lookahead, o) for o in ELEMENTWISE},
    **{f"{o.name}, weights decayed": partial(with_weight_decay, o, decoupled=True) for o in UNDECAYED},
    **{f"{o.name}, penalised": partial(with_weight_decay, o, decoupled=False) for o in UNDECAYED},
    **{f"adam under {s.name}": partial(with_schedule, get("adam"), s) for s in SCHEDULES},
    "lookahead twice": lambda: lookahead(lookahead(get("radam"))),
}
"""Lookahead and both kinds of weight decay around every definition, and Adam under every schedule; made when asked."""


def numbers(optimizer: Optimizer) -> dict[str, float]:
    """The defaults, and 0.01, or for periods 5, where there is none."""
    return {
        h.name: float(h.default) if h.default is not None else 5.0 if h.symbol.is_integer else 0.01
        for h in optimizer.hyper
    }
