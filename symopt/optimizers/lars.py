"""LARS. You, Gitman & Ginsburg 2017, "Large Batch Training of Convolutional Networks", arXiv:1708.03888,
Algorithm 1; and the form of You et al. 2020, arXiv:1904.00962, Algorithm 1, with a moving average.

The parameters are those of one layer; l is that layer's rate, shared by its coordinates. The paper's
eta, gamma, m and beta are kappa, eta, mu and lambda here. The second form's scaling function is the identity.
"""

from symopt.language import Eq, HyperSymbol, Optimizer, Sequence, Shape, grad, norm, t
from symopt.language.vocabulary import beta1, eta, g, m, mu, positive, theta, weight_decay
from symopt.language.vocabulary import velocity as v

trust = HyperSymbol("kappa", positive, "trust coefficient")

rate = Sequence("l", shape=Shape.SCALAR)

lars = Optimizer(
    "lars",
    title="LARS",
    hyper=[eta, mu(0.9), weight_decay, trust(0.001)],
    init={v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(rate[t], trust * norm(theta[t - 1]) / (norm(g[t]) + weight_decay * norm(theta[t - 1]))),
        Eq(v[t], mu * v[t - 1] + eta * rate[t] * (g[t] + weight_decay * theta[t - 1])),
        Eq(theta[t], theta[t - 1] - v[t]),
    ],
    source="You, Gitman & Ginsburg 2017, arXiv:1708.03888, Algorithm 1",
)

lars_average = Optimizer(
    "lars-average",
    title="LARS, moving average",
    hyper=[eta, beta1(0.9), weight_decay],
    init={m: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * (g[t] + weight_decay * theta[t - 1])),
        Eq(theta[t], theta[t - 1] - eta * norm(theta[t - 1]) / norm(m[t]) * m[t]),
    ],
    source="You et al. 2020, arXiv:1904.00962, Algorithm 1",
)
