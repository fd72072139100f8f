"""LAMB. You, Li, Reddi, Hseu, Kumar, Bhojanapalli, Song, Demmel, Keutzer & Hsieh 2020, "Large Batch
Optimization for Deep Learning: Training BERT in 76 minutes", arXiv:1904.00962, Algorithm 2.

The parameters are those of one layer; the scaling function is the identity. u is the step before it is
scaled to the norm of the layer's parameters.
"""

from sympy import sqrt

from symopt.language import Eq, Optimizer, Sequence, grad, norm, t
from symopt.language.vocabulary import beta1, beta2, eps, eta, g, m, mhat, theta, v, vhat, weight_decay

ratio = Sequence("r")
u = Sequence("u")

lamb = Optimizer(
    "lamb",
    title="LAMB",
    hyper=[eta(1e-3), beta1(0.9), beta2(0.999), eps(1e-6), weight_decay(0.01)],
    init={m: 0, v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
        Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * g[t] ** 2),
        Eq(mhat[t], m[t] / (1 - beta1**t)),
        Eq(vhat[t], v[t] / (1 - beta2**t)),
        Eq(ratio[t], mhat[t] / (sqrt(vhat[t]) + eps)),
        Eq(u[t], ratio[t] + weight_decay * theta[t - 1]),
        Eq(theta[t], theta[t - 1] - eta * norm(theta[t - 1]) / norm(u[t]) * u[t]),
    ],
    source="You et al. 2020, arXiv:1904.00962, Algorithm 2",
)
