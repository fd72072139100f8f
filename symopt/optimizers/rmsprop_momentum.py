"""RMSProp with heavy-ball momentum, as TensorFlow has it: the velocity takes in the divided gradient.

Tieleman & Hinton 2012, lecture 6.5, suggest combining the two; Graves 2013, arXiv:1308.0850, equations
40-41, is this with centring; the place of the small constant is that of Goodfellow et al. 2016,
Algorithm 8.5. PyTorch keeps the learning rate outside the velocity and the small constant outside the root.
"""

from sympy import sqrt

from symopt.language import Eq, Optimizer, grad, t
from symopt.language.vocabulary import eps, eta, g, mu, r, rho, theta
from symopt.language.vocabulary import velocity as v

rmsprop_momentum = Optimizer(
    "rmsprop-momentum",
    title="RMSProp with momentum",
    hyper=[eta(1e-3), rho(0.9), mu, eps(1e-7)],
    init={r: 0, v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(r[t], rho * r[t - 1] + (1 - rho) * g[t] ** 2),
        Eq(v[t], mu * v[t - 1] + eta * g[t] / sqrt(r[t] + eps)),
        Eq(theta[t], theta[t - 1] - v[t]),
    ],
    source="Tieleman & Hinton 2012, lecture 6.5; TensorFlow (Abadi et al. 2016), RMSprop",
)
