"""Padam. Chen, Zhou, Tang, Yang, Cao & Gu 2018, "Closing the Generalization Gap of Adaptive Gradient Methods in
Training Deep Neural Networks", arXiv:1806.06763: AMSGrad whose second moment is raised to a power p, not always
to one half. As in the paper there is no bias correction and no small constant.
"""

from sympy import Interval, Rational

from symopt.language import Eq, HyperSymbol, t
from symopt.language.vocabulary import beta1, beta2, eta, m, theta, vhat
from symopt.optimizers.amsgrad import amsgrad

power = HyperSymbol("p", Interval.Lopen(0, Rational(1, 2)), "power of the second moment")

padam = amsgrad.replace(
    name="padam",
    title="Padam",
    hyper=[eta(0.1), beta1(0.9), beta2(0.999), power(0.125)],
    update=[
        *amsgrad.update[:4],
        Eq(theta[t], theta[t - 1] - eta * m[t] / vhat[t] ** power),
    ],
    source="Chen et al. 2018, arXiv:1806.06763",
)
