"""Random search: the best of points drawn at random. The baseline that every method has to beat.

Rastrigin 1963, "The convergence of the random search method"; here without a memory of where it was good.
"""

from sympy import Eq, Min, Piecewise

from symopt.language import HyperSymbol, Optimizer, Sequence, Shape, draw, t, value
from symopt.language.vectors import x
from symopt.language.vocabulary import positive

spread = HyperSymbol("sigma", positive, "standard deviation of the draws")
w = Sequence("w", shape=Shape.VECTOR)
best = Sequence("b", shape=Shape.SCALAR)

random_search = Optimizer(
    "random-search",
    title="Random search",
    hyper=[spread(1)],
    init={best: value(x[0])},
    update=[
        Eq(w[t], spread * draw(t)),
        Eq(x[t], Piecewise((w[t], value(w[t]) < best[t - 1]), (x[t - 1], True))),
        Eq(best[t], Min(best[t - 1], value(w[t]))),
    ],
    params=x,
    source="Rastrigin 1963; the lectures' baseline",
)
