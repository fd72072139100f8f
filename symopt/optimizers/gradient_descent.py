"""Gradient descent: one recurrence; the variants differ in what the oracle averages over.

Batch: all examples. Stochastic: one example drawn anew at each step. Mini-batch: a few.
Cauchy 1847, "Méthode générale pour la résolution des systèmes d'équations simultanées";
Robbins & Monro 1951, "A Stochastic Approximation Method";
Ruder 2016, "An overview of gradient descent optimization algorithms", arXiv:1609.04747, section 2.
"""

from symopt.language import Eq, Optimizer, grad, t
from symopt.language.vocabulary import eta, g, theta

gradient_descent = Optimizer(
    "gradient-descent",
    title="Gradient descent",
    hyper=[eta],
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(theta[t], theta[t - 1] - eta * g[t]),
    ],
    source="Cauchy 1847; Ruder 2016, arXiv:1609.04747, section 2.1",
)

sgd = gradient_descent.replace(
    name="sgd",
    title="Stochastic gradient descent",
    source="Robbins & Monro 1951; Ruder 2016, arXiv:1609.04747, section 2.2",
)

mini_batch_gradient_descent = gradient_descent.replace(
    name="mini-batch-gradient-descent",
    title="Mini-batch gradient descent",
    source="Ruder 2016, arXiv:1609.04747, section 2.3",
)
