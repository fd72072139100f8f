"""Of the three customary decays only 1/t meets Robbins and Monro's conditions.

They ask that the learning rates sum to infinity, so that any distance can be covered, and that their squares do
not, so that the noise dies out. Step decay and exponential decay are geometric, so they fail the first; rates of
1/sqrt(t), which some analyses use, fail the second.

Robbins & Monro 1951, "A Stochastic Approximation Method".
"""

from symopt.derive import Derivation
from symopt.derive.robbins_monro import robbins_monro
from symopt.optimizers import get


def prove() -> list[Derivation]:
    names = ("step-decay", "exponential-decay", "inverse-time-decay", "inverse-root-decay")
    return [robbins_monro(get(name)) for name in names]
