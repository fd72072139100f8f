"""Averaged stochastic gradient descent: the average of the iterates, which nothing feeds back.

Polyak & Juditsky 1992, "Acceleration of Stochastic Approximation by Averaging", doi:10.1137/0330046;
Ruppert 1988, "Efficient Estimations from a Slowly Convergent Robbins-Monro Process". Polyak & Juditsky
average theta[0], ..., theta[t-1]; most texts and libraries average theta[1], ..., theta[t].
"""

from symopt.language import Eq, Optimizer, Sequence, grad, t
from symopt.language.vocabulary import eta, g, theta

average = Sequence("thetabar", r"\bar{\theta}")

asgd = Optimizer(
    "asgd",
    title="Averaged stochastic gradient descent",
    hyper=[eta],
    init={average: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(theta[t], theta[t - 1] - eta * g[t]),
        Eq(average[t], average[t - 1] + (theta[t] - average[t - 1]) / t),
    ],
    source="Polyak & Juditsky 1992, as in Bottou 2010, Large-Scale Machine Learning with SGD, and in libraries",
)

asgd_polyak_juditsky = asgd.replace(
    name="asgd-polyak-juditsky",
    title="Averaged stochastic gradient descent, from the start",
    update=[*asgd.update[:2], Eq(average[t], average[t - 1] + (theta[t - 1] - average[t - 1]) / t)],
    source="Polyak & Juditsky 1992, doi:10.1137/0330046",
)
