"""The heavy ball in one line. Polyak 1964, "Some methods of speeding up the convergence of iteration methods".

theta[t] = theta[t-1] - eta g[t] + mu (theta[t-1] - theta[t-2]), with two equal starting points; p[t] keeps
the parameters that the step came from, so that p[t-1] is theta[t-2].
"""

from symopt.language import Eq, Optimizer, Sequence, grad, t
from symopt.language.vocabulary import eta, g, mu, theta

p = Sequence("p")

heavy_ball = Optimizer(
    "heavy-ball",
    title="Heavy ball in one line",
    hyper=[eta, mu],
    init={p: theta[0]},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(theta[t], theta[t - 1] - eta * g[t] + mu * (theta[t - 1] - p[t - 1])),
        Eq(p[t], theta[t - 1]),
    ],
    source="Polyak 1964; Sutskever et al. 2013, equations 1-2, with the velocity eliminated",
)
