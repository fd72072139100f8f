"""Nesterov's method as two sequences: x takes a gradient step from y, and y extrapolates along x.

Constant coefficient: Nesterov 2004, "Introductory Lectures on Convex Optimization", scheme 2.2.11, which
fixes mu by the strong convexity. Growing: Nesterov 1983, "A method for solving the convex programming
problem with convergence rate O(1/k^2)", and Beck & Teboulle 2009, "A Fast Iterative Shrinkage-Thresholding
Algorithm for Linear Inverse Problems", equations 4.1-4.3. Simple: Su, Boyd & Candes 2016, "A Differential
Equation for Modeling Nesterov's Accelerated Gradient Method", arXiv:1503.01243, equation 1.

The parameters are y, where the gradient is asked.
"""

from sympy import Basic, Expr, sqrt

from symopt.language import Eq, Optimizer, Sequence, Shape, grad, t
from symopt.language.vocabulary import eta, g, mu

x = Sequence("x")
y = Sequence("y")
a = Sequence("a", shape=Shape.SCALAR, sign="positive")


def extrapolated(coefficient: Expr) -> list[Basic]:
    """The step, with the coefficient of the extrapolation."""
    return [
        Eq(g[t], grad(y[t - 1])),
        Eq(x[t], y[t - 1] - eta * g[t]),
        Eq(y[t], x[t] + coefficient * (x[t] - x[t - 1])),
    ]


nesterov_sequences = Optimizer(
    "nesterov-sequences",
    title="Nesterov's method, two sequences",
    hyper=[eta, mu],
    init={x: y[0]},
    params=y,
    update=extrapolated(mu),
    source="Nesterov 2004, Introductory Lectures on Convex Optimization, scheme 2.2.11",
)

nesterov_growing = nesterov_sequences.replace(
    name="nesterov-growing",
    title="Nesterov's method, growing momentum",
    hyper=[eta],
    init={x: y[0], a: 1},
    update=[Eq(a[t], (1 + sqrt(1 + 4 * a[t - 1] ** 2)) / 2), *extrapolated((a[t - 1] - 1) / a[t])],
    source="Nesterov 1983; Beck & Teboulle 2009, equations 4.1-4.3, without the proximal step",
)

nesterov_simple = nesterov_sequences.replace(
    name="nesterov-simple",
    title="Nesterov's method, momentum (t - 1)/(t + 2)",
    hyper=[eta],
    update=extrapolated((t - 1) / (t + 2)),
    source="Su, Boyd & Candes 2016, arXiv:1503.01243, equation 1",
)
