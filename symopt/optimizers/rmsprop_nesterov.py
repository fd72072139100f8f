"""RMSProp with Nesterov momentum. Goodfellow, Bengio & Courville 2016, "Deep Learning", Algorithm 8.6.

The book calls the learning rate epsilon, the momentum coefficient alpha and the small constant
delta. Algorithm 8.6 divides by sqrt(r) alone; here delta stands as in its Algorithm 8.5, since
without it a gradient that starts at zero divides zero by zero.
"""

from sympy import sqrt

from symopt.language import Eq, Optimizer, grad, t
from symopt.language.vocabulary import eps, eta, g, mu, r, rho, theta
from symopt.language.vocabulary import velocity as v

rmsprop_nesterov = Optimizer(
    "rmsprop-nesterov",
    title="RMSProp with Nesterov momentum",
    hyper=[eta, rho, mu, eps(1e-6)],
    init={r: 0, v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1] + mu * v[t - 1])),
        Eq(r[t], rho * r[t - 1] + (1 - rho) * g[t] ** 2),
        Eq(v[t], mu * v[t - 1] - eta * g[t] / sqrt(r[t] + eps)),
        Eq(theta[t], theta[t - 1] + v[t]),
    ],
    source="Goodfellow, Bengio & Courville 2016, Algorithm 8.6; epsilon: Algorithm 8.5",
)
