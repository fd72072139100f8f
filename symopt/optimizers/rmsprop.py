"""RMSProp. Tieleman & Hinton 2012, "Lecture 6.5 - rmsprop: divide the gradient by a running average
of its recent magnitude", COURSERA: Neural Networks for Machine Learning.

The lecture has no small constant. Its place and size are those of Goodfellow, Bengio & Courville
2016, "Deep Learning", Algorithm 8.5: inside the root.
"""

from sympy import sqrt

from symopt.language import Eq, Optimizer, grad, t
from symopt.language.vocabulary import eps, eta, g, r, rho, theta

rmsprop = Optimizer(
    "rmsprop",
    title="RMSProp",
    hyper=[eta(1e-3), rho(0.9), eps(1e-6)],
    init={r: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(r[t], rho * r[t - 1] + (1 - rho) * g[t] ** 2),
        Eq(theta[t], theta[t - 1] - eta * g[t] / sqrt(r[t] + eps)),
    ],
    source="Tieleman & Hinton 2012, lecture 6.5; epsilon: Goodfellow et al. 2016, Algorithm 8.5; "
    "default eta: Ruder 2016, arXiv:1609.04747, section 4.5",
)
