"""NovoGrad. Ginsburg, Castonguay, Hrinchuk, Kuchaiev, Lavrukhin, Leary, Li, Nguyen, Zhang & Cohen 2019, "Stochastic
Gradient Methods with Layer-wise Adaptive Moments for Training of Deep Networks", arXiv:1905.11286, Algorithm 1.
Its third version is called "Training Deep Networks with Stochastic Gradient Normalized by Layerwise Adaptive Second
Moments". The small constant's size is Adam's.

The parameters are those of one layer: its second moment is one number, which starts at the first gradient's.
"""

from sympy import Piecewise, sqrt

from symopt.language import Eq, Optimizer, Sequence, Shape, grad, norm, t
from symopt.language.vocabulary import beta1, beta2, eps, eta, g, m, theta, weight_decay

v = Sequence("v", shape=Shape.SCALAR, sign="nonnegative")

novograd = Optimizer(
    "novograd",
    title="NovoGrad",
    hyper=[eta, beta1(0.95), beta2(0.98), eps(1e-8), weight_decay],
    init={v: 0, m: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(v[t], Piecewise((norm(g[t]) ** 2, Eq(t, 1)), (beta2 * v[t - 1] + (1 - beta2) * norm(g[t]) ** 2, True))),
        Eq(m[t], beta1 * m[t - 1] + (g[t] / (sqrt(v[t]) + eps) + weight_decay * theta[t - 1])),
        Eq(theta[t], theta[t - 1] - eta * m[t]),
    ],
    source="Ginsburg et al. 2019, arXiv:1905.11286, Algorithm 1",
)
