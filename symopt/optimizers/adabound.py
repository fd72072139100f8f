"""AdaBound and AMSBound. Luo, Xiong, Liu & Sun 2019, "Adaptive Gradient Methods with Dynamic Bound of Learning Rate",
arXiv:1902.09843: Adam, and AMSGrad, whose step sizes are kept between two bounds that close in on one number.

The form is the authors' implementation's, which corrects the averages' bias, has a small constant, and does not divide
the step by sqrt(t) as the algorithms in the paper do.
"""

from sympy import Expr, Max, Min, sqrt

from symopt.language import Eq, HyperSymbol, Optimizer, Sequence, grad, t
from symopt.language.vocabulary import beta1, beta2, eps, eta, g, m, positive, theta, v

final = HyperSymbol("eta_infinity", positive, "learning rate that the bounds close in on")
closing = HyperSymbol("gamma", positive, "how fast the bounds close in")

vmax = Sequence("vmax", r"v^{max}", sign="nonnegative")
rate = Sequence("r", sign="positive")


def bounded(step: Expr) -> Expr:
    """The step size, between the bounds of step t."""
    lowest = final * (1 - 1 / (closing * t + 1))
    highest = final * (1 + 1 / (closing * t))
    return Min(Max(step, lowest), highest)


adabound = Optimizer(
    "adabound",
    title="AdaBound",
    hyper=[eta(1e-3), beta1(0.9), beta2(0.999), final(0.1), closing(1e-3), eps(1e-8)],
    init={m: 0, v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
        Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * g[t] ** 2),
        Eq(rate[t], bounded(eta * sqrt(1 - beta2**t) / (1 - beta1**t) / (sqrt(v[t]) + eps))),
        Eq(theta[t], theta[t - 1] - rate[t] * m[t]),
    ],
    source="Luo et al. 2019, arXiv:1902.09843, as in the authors' implementation",
)

amsbound = adabound.replace(
    name="amsbound",
    title="AMSBound",
    init={m: 0, v: 0, vmax: 0},
    update=[
        *adabound.update[:3],
        Eq(vmax[t], Max(vmax[t - 1], v[t])),
        Eq(rate[t], bounded(eta * sqrt(1 - beta2**t) / (1 - beta1**t) / (sqrt(vmax[t]) + eps))),
        adabound.update[4],
    ],
    source="Luo et al. 2019, arXiv:1902.09843, as in the authors' implementation, amsbound",
)
