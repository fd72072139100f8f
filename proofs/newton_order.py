"""Newton's iteration squares its error, times half the bend over the slope, and solves a quadratic in one step.

The first is Taylor's theorem divided by the slope. A method that minimises is the iteration for a root of the
derivative, so there the third derivative stands over the second.
"""

from symopt.derive import Derivation
from symopt.derive.convergence import newton_on_quadratic, newton_order, newton_steps


def prove() -> list[Derivation]:
    return [newton_order(), newton_steps(), newton_on_quadratic()]
