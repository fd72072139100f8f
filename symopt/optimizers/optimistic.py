"""Optimistic gradient descent and Adam. Daskalakis, Ilyas, Syrgkanis & Zeng 2018, "Training GANs with Optimism",
arXiv:1711.00141; optimistic Adam is Algorithm 1.

The step goes twice along the new direction and once back along the last one, which is zero at first.
"""

from sympy import sqrt

from symopt.language import Eq, Optimizer, Sequence, grad, t
from symopt.language.vocabulary import beta1, beta2, eps, eta, g, m, mhat, theta, v, vhat

d = Sequence("d")

optimistic_gradient_descent = Optimizer(
    "optimistic-gradient-descent",
    title="Optimistic gradient descent",
    hyper=[eta],
    init={g: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(theta[t], theta[t - 1] - 2 * eta * g[t] + eta * g[t - 1]),
    ],
    source="Daskalakis et al. 2018, arXiv:1711.00141",
)

optimistic_adam = Optimizer(
    "optimistic-adam",
    title="Optimistic Adam",
    hyper=[eta(1e-4), beta1(0.5), beta2(0.9), eps(1e-8)],
    init={m: 0, v: 0, d: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
        Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * g[t] ** 2),
        Eq(mhat[t], m[t] / (1 - beta1**t)),
        Eq(vhat[t], v[t] / (1 - beta2**t)),
        Eq(d[t], mhat[t] / (sqrt(vhat[t]) + eps)),
        Eq(theta[t], theta[t - 1] - 2 * eta * d[t] + eta * d[t - 1]),
    ],
    source="Daskalakis et al. 2018, arXiv:1711.00141, Algorithm 1",
)
