"""Adafactor for vectors. Shazeer & Stern 2018, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost",
arXiv:1804.04235, the algorithm for weight vectors, with the hyperparameters that they propose.

rms(x) is norm(x)/norm(1), since norm(1) is the root of the number of coordinates. For matrices the method keeps the
means of V's rows and columns instead of V: neither side of the language has those, for its matrices are square and
take part in products, not in sums over one index.
"""

from sympy import Expr, Interval, Max, Min, oo, sqrt

from symopt.language import Eq, HyperSymbol, Optimizer, Sequence, Shape, grad, norm, t
from symopt.language.vocabulary import eta, g, positive, theta, v

exponent = HyperSymbol("c", Interval.open(-oo, 0), "exponent of the share of the new square")
added = HyperSymbol("epsilon_1", positive, "what is added to each squared gradient")
floor = HyperSymbol("epsilon_2", positive, "smallest scale of the parameters")
threshold = HyperSymbol("d", positive, "threshold of the update's root mean square")

s = Sequence("s", shape=Shape.SCALAR)
u = Sequence("u")


def rms(x: Expr) -> Expr:
    """Root mean square over the coordinates."""
    return norm(x) / norm(1)


adafactor = Optimizer(
    "adafactor",
    title="Adafactor for vectors",
    hyper=[eta(0.01), exponent(-0.8), added(1e-30), floor(1e-3), threshold(1)],
    init={v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(s[t], Max(floor, rms(theta[t - 1])) * Min(eta, 1 / sqrt(t))),
        Eq(v[t], (1 - t**exponent) * v[t - 1] + t**exponent * (g[t] ** 2 + added)),
        Eq(u[t], g[t] / sqrt(v[t])),
        Eq(theta[t], theta[t - 1] - s[t] * u[t] / Max(1, rms(u[t]) / threshold)),
    ],
    source="Shazeer & Stern 2018, arXiv:1804.04235, weight vectors",
)
