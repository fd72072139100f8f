"""RAdam. Liu, Jiang, He, Chen, Liu, Gao & Han 2020, "On the Variance of the Adaptive Learning Rate
and Beyond", arXiv:1908.03265, Algorithm 2.

rho is the length of the approximated simple moving average and r the rectification; both are
shared by all coordinates, and r has a meaning only where rho exceeds 4. The algorithm has no
small constant, and vhat is already a root.
"""

from sympy import Piecewise, sqrt

from symopt.language import Eq, Optimizer, Sequence, Shape, grad, t
from symopt.language.vocabulary import beta1, beta2, eta, g, m, mhat, theta, v, vhat

rho_inf = Sequence("rho_inf", r"\rho_\infty", shape=Shape.SCALAR, sign="positive")
rho = Sequence("rho", r"\rho", shape=Shape.SCALAR)
r = Sequence("r", shape=Shape.SCALAR)

radam = Optimizer(
    "radam",
    title="RAdam",
    hyper=[eta(1e-3), beta1(0.9), beta2(0.999)],
    init={m: 0, v: 0},
    update=[
        Eq(rho_inf[t], 2 / (1 - beta2) - 1),
        Eq(g[t], grad(theta[t - 1])),
        Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * g[t] ** 2),
        Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
        Eq(mhat[t], m[t] / (1 - beta1**t)),
        Eq(rho[t], rho_inf[t] - 2 * t * beta2**t / (1 - beta2**t)),
        Eq(vhat[t], sqrt(v[t] / (1 - beta2**t))),
        Eq(r[t], sqrt((rho[t] - 4) * (rho[t] - 2) * rho_inf[t] / ((rho_inf[t] - 4) * (rho_inf[t] - 2) * rho[t]))),
        Eq(
            theta[t],
            Piecewise(
                (theta[t - 1] - eta * r[t] * mhat[t] / vhat[t], rho[t] > 4),
                (theta[t - 1] - eta * mhat[t], True),
            ),
        ),
    ],
    source="Liu et al. 2020, arXiv:1908.03265, Algorithm 2; defaults: the authors' implementation",
)
