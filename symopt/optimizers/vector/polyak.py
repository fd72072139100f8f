"""Gradient descent whose step length follows from the loss: Polyak's.

Polyak 1969, "Minimization of unsmooth functionals"; Polyak 1987, "Introduction to Optimization". It needs the smallest
value of the loss; where that is not known, a lower bound such as 0 takes its place.
"""

from sympy import Eq, Reals

from symopt.language import HyperSymbol, Optimizer, dot, grad, t, value
from symopt.language.vectors import alpha, g, x

smallest = HyperSymbol("f_min", Reals, "smallest value of the loss")

polyak_step = Optimizer(
    "polyak-step",
    title="Gradient descent with Polyak's step size",
    hyper=[smallest(0)],
    update=[
        Eq(g[t], grad(x[t - 1])),
        Eq(alpha[t], (value(x[t - 1]) - smallest) / dot(g[t], g[t])),
        Eq(x[t], x[t - 1] - alpha[t] * g[t]),
    ],
    params=x,
    source="Polyak 1969; Polyak 1987, Introduction to Optimization",
)
