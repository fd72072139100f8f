"""Momentum is stable on a quadratic for learning rates below 2 (1 + mu)/lambda, Nesterov's for a shorter range.

Each method is put on the quadratic as it is defined; its matrix, characteristic polynomial and region are found.
Outside the region some eigenvalue is at least 1 in absolute value, so the bounds cannot be improved.
"""

from symopt.derive import Derivation
from symopt.derive.stability import stability, transition
from symopt.optimizers import get

METHODS = ("gradient-descent", "momentum", "momentum-average", "nesterov", "qhm")


def prove() -> list[Derivation]:
    return [made for name in METHODS for made in (transition(get(name)), stability(get(name)).derivation)]
