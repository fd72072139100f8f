"""Momentum in its three customary forms.

Polyak 1964, "Some methods of speeding up the convergence of iteration methods" (heavy ball);
Qian 1999, "On the momentum term in gradient descent learning algorithms";
Goh 2017, "Why Momentum Really Works", Distill;
Ma & Yarats 2019, "Quasi-hyperbolic momentum and Adam for deep learning", arXiv:1810.06801, section 2.

At a constant learning rate the first two give the same parameters, with velocities that differ
by the factor eta; the third gives them with learning rate eta / (1 - beta).
"""

from symopt.language import Eq, Optimizer, grad, t
from symopt.language.vocabulary import beta, eta, g, mu, theta
from symopt.language.vocabulary import velocity as v

momentum = Optimizer(
    "momentum",
    title="Momentum",
    hyper=[eta, mu(0.9)],
    init={v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(v[t], mu * v[t - 1] + eta * g[t]),
        Eq(theta[t], theta[t - 1] - v[t]),
    ],
    source="Qian 1999; default: Ruder 2016, arXiv:1609.04747, section 4.1",
)

momentum_accumulated = Optimizer(
    "momentum-accumulated",
    title="Momentum, accumulated velocity",
    hyper=[eta, mu],
    init={v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(v[t], mu * v[t - 1] + g[t]),
        Eq(theta[t], theta[t - 1] - eta * v[t]),
    ],
    source="Polyak 1964; Goh 2017, doi:10.23915/distill.00006",
)

momentum_average = Optimizer(
    "momentum-average",
    title="Momentum, moving average",
    hyper=[eta, beta(0.9)],
    init={v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(v[t], beta * v[t - 1] + (1 - beta) * g[t]),
        Eq(theta[t], theta[t - 1] - eta * v[t]),
    ],
    source="Ma & Yarats 2019, arXiv:1810.06801, section 2",
)
