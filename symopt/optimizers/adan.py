"""Adan. Xie, Zhou, Li, Lin & Yan 2022, "Adan: Adaptive Nesterov Momentum Algorithm for Faster Optimizing
Deep Models", arXiv:2208.06677, Algorithm 1, without restarts.

The betas are the weights of the new values, as the paper has them; epsilon stands inside the root there,
outside in the authors' code. All averages and the gradient before the first start at 0 here; the paper
starts m and n from the first gradient and its square.
"""

from sympy import sqrt

from symopt.language import Eq, HyperSymbol, Optimizer, Sequence, grad, t
from symopt.language.vocabulary import eps, eta, fraction, g, m, theta, weight_decay
from symopt.language.vocabulary import velocity as v

beta1 = HyperSymbol("beta_1", fraction, "weight of the new gradient in its average")
beta2 = HyperSymbol("beta_2", fraction, "weight of the new difference of gradients in its average")
beta3 = HyperSymbol("beta_3", fraction, "weight of the new square in its average")

n = Sequence("n", sign="nonnegative")

adan_undecayed = Optimizer(
    "adan-undecayed",
    title="Adan without weight decay",
    hyper=[eta(1e-3), beta1(0.02), beta2(0.08), beta3(0.01), eps(1e-8)],
    init={g: 0, m: 0, v: 0, n: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(m[t], (1 - beta1) * m[t - 1] + beta1 * g[t]),
        Eq(v[t], (1 - beta2) * v[t - 1] + beta2 * (g[t] - g[t - 1])),
        Eq(n[t], (1 - beta3) * n[t - 1] + beta3 * (g[t] + (1 - beta2) * (g[t] - g[t - 1])) ** 2),
        Eq(theta[t], theta[t - 1] - eta / sqrt(n[t] + eps) * (m[t] + (1 - beta2) * v[t])),
    ],
    source="Xie et al. 2022, arXiv:2208.06677, Algorithm 1, with lambda 0; defaults: the authors' implementation",
)

adan = adan_undecayed.replace(
    name="adan",
    title="Adan",
    hyper=[*adan_undecayed.hyper, weight_decay],
    update=[
        *adan_undecayed.update[:4],
        Eq(
            theta[t],
            (theta[t - 1] - eta / sqrt(n[t] + eps) * (m[t] + (1 - beta2) * v[t])) / (1 + weight_decay * eta),
        ),
    ],
    source="Xie et al. 2022, arXiv:2208.06677, Algorithm 1; defaults: the authors' implementation",
)
