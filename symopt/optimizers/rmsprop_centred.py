"""Centred RMSProp: the running average of squares less the square of the running average.

Graves 2013, "Generating Sequences With Recurrent Neural Networks", arXiv:1308.0850, equations 38-41,
where the step has momentum; and the same without momentum, as libraries offer it.
"""

from sympy import sqrt

from symopt.language import Eq, Optimizer, grad, t
from symopt.language.vocabulary import eps, eta, g, m, mu, r, rho, theta
from symopt.language.vocabulary import velocity as v

rmsprop_centred = Optimizer(
    "rmsprop-centred",
    title="Centred RMSProp",
    hyper=[eta(1e-4), rho(0.95), eps(1e-4)],
    init={r: 0, m: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(r[t], rho * r[t - 1] + (1 - rho) * g[t] ** 2),
        Eq(m[t], rho * m[t - 1] + (1 - rho) * g[t]),
        Eq(theta[t], theta[t - 1] - eta * g[t] / sqrt(r[t] - m[t] ** 2 + eps)),
    ],
    source="Graves 2013, arXiv:1308.0850, equations 38-41, without momentum",
)

rmsprop_centred_momentum = rmsprop_centred.replace(
    name="rmsprop-centred-momentum",
    title="Centred RMSProp with momentum",
    hyper=[eta(1e-4), rho(0.95), mu(0.9), eps(1e-4)],
    init={r: 0, m: 0, v: 0},
    update=[
        *rmsprop_centred.update[:3],
        Eq(v[t], mu * v[t - 1] - eta * g[t] / sqrt(r[t] - m[t] ** 2 + eps)),
        Eq(theta[t], theta[t - 1] + v[t]),
    ],
    source="Graves 2013, arXiv:1308.0850, equations 38-41",
)
