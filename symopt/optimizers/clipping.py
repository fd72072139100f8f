"""Gradient descent with clipped gradients.

By norm: Pascanu, Mikolov & Bengio 2013, "On the difficulty of training recurrent neural networks",
arXiv:1211.5063, Algorithm 1; n is the norm over all coordinates. The form with min is the same where the
gradient is not zero. By value: Mikolov 2012, "Statistical Language Models Based on Neural Networks".
"""

from sympy import Max, Min, Piecewise

from symopt.language import Eq, HyperSymbol, Optimizer, Sequence, Shape, grad, norm, t
from symopt.language.vocabulary import eta, g, positive, theta

threshold = HyperSymbol("c", positive, "clipping threshold")

n = Sequence("n", shape=Shape.SCALAR, sign="nonnegative")
ghat = Sequence("ghat", r"\hat{g}")

clipped_by_norm = Optimizer(
    "gradient-descent-clipped-norm",
    title="Gradient descent, gradient norm clipped",
    hyper=[eta, threshold],
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(n[t], norm(g[t])),
        Eq(ghat[t], Piecewise((threshold * g[t] / n[t], n[t] >= threshold), (g[t], True))),
        Eq(theta[t], theta[t - 1] - eta * ghat[t]),
    ],
    source="Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063, Algorithm 1",
)

clipped_by_factor = clipped_by_norm.replace(
    name="gradient-descent-clipped-factor",
    title="Gradient descent, gradient times min(1, c/norm)",
    update=[
        *clipped_by_norm.update[:2],
        Eq(ghat[t], g[t] * Min(1, threshold / n[t])),
        clipped_by_norm.update[3],
    ],
    source="Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063, Algorithm 1, the two cases in one",
)

clipped_by_value = clipped_by_norm.replace(
    name="gradient-descent-clipped-value",
    title="Gradient descent, gradient clipped by value",
    update=[
        clipped_by_norm.update[0],
        Eq(ghat[t], Max(-threshold, Min(threshold, g[t]))),
        clipped_by_norm.update[3],
    ],
    source="Mikolov 2012; Goodfellow, Bengio & Courville 2016, section 10.11.1",
)
