"""Fromage. Bernstein, Vahdat, Yue & Liu 2020, "On the distance between two neural networks and the stability
of learning", arXiv:2002.03432, Algorithm 1. The parameters are those of one layer."""

from sympy import sqrt

from symopt.language import Eq, Optimizer, grad, norm, t
from symopt.language.vocabulary import eta, g, theta

fromage = Optimizer(
    "fromage",
    title="Fromage",
    hyper=[eta(0.01)],
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(theta[t], (theta[t - 1] - eta * norm(theta[t - 1]) / norm(g[t]) * g[t]) / sqrt(1 + eta**2)),
    ],
    source="Bernstein et al. 2020, arXiv:2002.03432, Algorithm 1",
)
