"""A constant learning rate converges linearly without noise; with noise, steps of 1/t make the error 1/t.

How many steps a linear rate needs for a given precision follows from the rate alone.

Robbins & Monro 1951; Chung 1954.
"""

from symopt.derive import Derivation
from symopt.derive.convergence import harmonic_rate, linear_rate, steps_to_precision
from symopt.optimizers import get


def prove() -> list[Derivation]:
    return [linear_rate(get("gradient-descent")), steps_to_precision(), harmonic_rate(get("sgd"))]
