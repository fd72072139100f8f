"""Adagrad. Duchi, Hazan & Singer 2011, "Adaptive Subgradient Methods for Online Learning and
Stochastic Optimization", Figure 1, diagonal matrices, no regularizer and no constraint.

There H[t] = delta*I + diag(s[t]) with s[t] the norm of the gradients so far, coordinate by
coordinate: the small constant stands outside the root. The paper gives no defaults.
"""

from sympy import sqrt

from symopt.language import Eq, Optimizer, grad, t
from symopt.language.vocabulary import eps, eta, g, r, theta

adagrad = Optimizer(
    "adagrad",
    title="Adagrad",
    hyper=[eta(0.01), eps(1e-8)],
    init={r: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(r[t], r[t - 1] + g[t] ** 2),
        Eq(theta[t], theta[t - 1] - eta * g[t] / (sqrt(r[t]) + eps)),
    ],
    source="Duchi, Hazan & Singer 2011, Figure 1; defaults: Ruder 2016, arXiv:1609.04747, section 4.3",
)
