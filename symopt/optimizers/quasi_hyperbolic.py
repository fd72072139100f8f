"""Quasi-hyperbolic momentum and Adam. Ma & Yarats 2019, "Quasi-hyperbolic momentum and Adam for deep
learning", arXiv:1810.06801: QHM, section 3, and QHAdam, section 4.

QHM's step is the average of the gradient and of its moving average with weights 1 - nu and nu.
QHAdam averages the second moment with the squared gradient in the same way.
"""

from sympy import Interval, sqrt

from symopt.language import Eq, HyperSymbol, Optimizer, grad, t
from symopt.language.vocabulary import beta, beta1, beta2, eps, eta, g, m, mhat, theta, v, vhat

nu = HyperSymbol("nu", Interval(0, 1), "weight of the average in the step")
nu1 = HyperSymbol("nu_1", Interval(0, 1), "weight of the first moment in the step")
nu2 = HyperSymbol("nu_2", Interval(0, 1), "weight of the second moment in the step")

qhm = Optimizer(
    "qhm",
    title="Quasi-hyperbolic momentum",
    hyper=[eta(1), beta(0.999), nu(0.7)],
    init={m: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(m[t], beta * m[t - 1] + (1 - beta) * g[t]),
        Eq(theta[t], theta[t - 1] - eta * ((1 - nu) * g[t] + nu * m[t])),
    ],
    source="Ma & Yarats 2019, arXiv:1810.06801, section 3",
)

qhadam = Optimizer(
    "qhadam",
    title="QHAdam",
    hyper=[eta(1e-3), beta1(0.995), beta2(0.999), nu1(0.7), nu2(1), eps(1e-8)],
    init={m: 0, v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
        Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * g[t] ** 2),
        Eq(mhat[t], m[t] / (1 - beta1**t)),
        Eq(vhat[t], v[t] / (1 - beta2**t)),
        Eq(
            theta[t],
            theta[t - 1]
            - eta * ((1 - nu1) * g[t] + nu1 * mhat[t]) / (sqrt((1 - nu2) * g[t] ** 2 + nu2 * vhat[t]) + eps),
        ),
    ],
    source="Ma & Yarats 2019, arXiv:1810.06801, section 4",
)
