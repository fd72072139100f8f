"""Adam. Kingma & Ba 2015, "Adam: A Method for Stochastic Optimization", arXiv:1412.6980, Algorithm 1."""

from sympy import sqrt

from symopt.language import Eq, Optimizer, grad, t
from symopt.language.vocabulary import beta1, beta2, eps, eta, g, m, mhat, theta, v, vhat

adam = Optimizer(
    "adam",
    title="Adam",
    hyper=[eta(1e-3), beta1(0.9), beta2(0.999), eps(1e-8)],
    init={m: 0, v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
        Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * g[t] ** 2),
        Eq(mhat[t], m[t] / (1 - beta1**t)),
        Eq(vhat[t], v[t] / (1 - beta2**t)),
        Eq(theta[t], theta[t - 1] - eta * mhat[t] / (sqrt(vhat[t]) + eps)),
    ],
    source="Kingma & Ba 2015, arXiv:1412.6980, Algorithm 1",
)
