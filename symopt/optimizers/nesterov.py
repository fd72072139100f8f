"""Nesterov momentum, at the look-ahead point and in the phi form.

Nesterov 1983, "A method for solving the convex programming problem with convergence rate O(1/k^2)";
Sutskever, Martens, Dahl & Hinton 2013, "On the importance of initialization and momentum in deep
learning", equations 3 and 4;
Bengio, Boulanger-Lewandowski & Pascanu 2013, "Advances in optimizing recurrent networks",
arXiv:1212.0901, section 3.5.

The phi form follows the look-ahead point itself, phi[t] = theta[t] + mu*v[t], so that the gradient
is asked where the parameters are.
"""

from symopt.language import Eq, Optimizer, grad, t
from symopt.language.vocabulary import eta, g, mu, phi, theta
from symopt.language.vocabulary import velocity as v

nesterov = Optimizer(
    "nesterov",
    title="Nesterov momentum",
    hyper=[eta, mu],
    init={v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1] + mu * v[t - 1])),
        Eq(v[t], mu * v[t - 1] - eta * g[t]),
        Eq(theta[t], theta[t - 1] + v[t]),
    ],
    source="Sutskever et al. 2013, equations 3-4",
)

nesterov_phi = Optimizer(
    "nesterov-phi",
    title="Nesterov momentum, phi form",
    hyper=[eta, mu],
    init={v: 0},
    params=phi,
    update=[
        Eq(g[t], grad(phi[t - 1])),
        Eq(v[t], mu * v[t - 1] - eta * g[t]),
        Eq(phi[t], phi[t - 1] - mu * v[t - 1] + (1 + mu) * v[t]),
    ],
    source="Bengio et al. 2013, arXiv:1212.0901, section 3.5",
)
