"""SM3 where each coordinate is a set of its own. Anil, Gupta, Koren & Singer 2019, "Memory-Efficient Adaptive
Optimization", arXiv:1901.11150, Algorithm SM3-II.

The method keeps one number for each set of a cover of the coordinates: for a matrix, its rows and columns. Here the
sets are single coordinates, as implementations have it for vectors: then the smallest and largest values over sets are
the values themselves. 0/0 is 0, as in the paper. With momentum, the step is a moving average of the divided gradients;
optax adds a constant inside the root.
"""

from sympy import Piecewise, sqrt

from symopt.language import Eq, Optimizer, Sequence, grad, t
from symopt.language.vocabulary import eps, eta, g, m, mu, theta

nu = Sequence("nu", r"\nu", sign="nonnegative")

sm3 = Optimizer(
    "sm3",
    title="SM3, single coordinates",
    hyper=[eta],
    init={nu: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(nu[t], nu[t - 1] + g[t] ** 2),
        Eq(theta[t], theta[t - 1] - eta * Piecewise((g[t] / sqrt(nu[t]), nu[t] > 0), (0, True))),
    ],
    source="Anil et al. 2019, arXiv:1901.11150, Algorithm SM3-II, each coordinate a set",
)

sm3_momentum = sm3.replace(
    name="sm3-momentum",
    title="SM3 with momentum, single coordinates",
    hyper=[eta, mu(0.9)],
    init={nu: 0, m: 0},
    update=[
        *sm3.update[:2],
        Eq(m[t], mu * m[t - 1] + (1 - mu) * Piecewise((g[t] / sqrt(nu[t]), nu[t] > 0), (0, True))),
        Eq(theta[t], theta[t - 1] - eta * m[t]),
    ],
    source="Anil et al. 2019, arXiv:1901.11150, Algorithm SM3-II, each coordinate a set, with momentum",
)

sm3_epsilon = sm3_momentum.replace(
    name="sm3-epsilon",
    title="SM3 with momentum and epsilon, single coordinates",
    hyper=[eta, mu(0.9), eps(1e-8)],
    update=[
        *sm3.update[:2],
        Eq(m[t], mu * m[t - 1] + (1 - mu) * Piecewise((g[t] / sqrt(nu[t] + eps), nu[t] > 0), (0, True))),
        Eq(theta[t], theta[t - 1] - eta * m[t]),
    ],
    source="Anil et al. 2019, arXiv:1901.11150, Algorithm SM3-II, each coordinate a set; epsilon: optax "
    "(DeepMind 2020), sm3",
)
