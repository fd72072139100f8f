"""Under constant gradients Adagrad's steps shrink like 1/sqrt(t), and RMSProp's tend to the learning rate.

Adagrad's sum grows by g**2 a step. RMSProp's average tends to g**2, with the factor 1 - rho**t,
so that its steps begin 1/sqrt(1 - rho) times too long.

Duchi, Hazan & Singer 2011; Tieleman & Hinton 2012.
"""

from sympy import Eq, Symbol, sign, sqrt

import symopt
from symopt import t
from symopt.decide import identity
from symopt.language.vocabulary import eta, r, rho

g = Symbol("g", real=True, nonzero=True)


def prove():
    adagrad = symopt.solve_recurrence([Eq(r[t], r[t - 1] + g**2, evaluate=False)], {r[0]: 0})
    rmsprop = symopt.solve_recurrence([Eq(r[t], rho * r[t - 1] + (1 - rho) * g**2, evaluate=False)], {r[0]: 0})
    average = (1 - rho**t) * g**2
    return {
        "Adagrad's sum": adagrad,
        "Adagrad's step": identity(eta * g / sqrt(adagrad[0].value), eta * sign(g) / sqrt(t)),
        "RMSProp's average": rmsprop,
        "which is": identity(rmsprop[0].value, average),
        "RMSProp's step": identity(eta * g / sqrt(average), eta * sign(g) / sqrt(1 - rho**t)),
    }
