"""SignSGD and Signum. Bernstein, Wang, Azizzadenesheli & Anandkumar 2018, "signSGD: Compressed
Optimisation for Non-Convex Problems", arXiv:1802.04434, Algorithms 1 and 2."""

from sympy import sign

from symopt.language import Eq, Optimizer, grad, t
from symopt.language.vocabulary import beta, eta, g, m, theta

sign_sgd = Optimizer(
    "sign-sgd",
    title="SignSGD",
    hyper=[eta],
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(theta[t], theta[t - 1] - eta * sign(g[t])),
    ],
    source="Bernstein et al. 2018, arXiv:1802.04434, Algorithm 1",
)

signum = Optimizer(
    "signum",
    title="Signum",
    hyper=[eta, beta(0.9)],
    init={m: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(m[t], beta * m[t - 1] + (1 - beta) * g[t]),
        Eq(theta[t], theta[t - 1] - eta * sign(m[t])),
    ],
    source="Bernstein et al. 2018, arXiv:1802.04434, Algorithm 2",
)
