"""Newton's iteration squares its error, times half the bend over the slope, and solves a quadratic in one step.

The first is Taylor's theorem divided by the slope. A method that minimises is the iteration for a root of the
derivative, so there the third derivative stands over the second.
"""

from symopt.derive import Derivation
from symopt.derive.newton import newton_on_quadratic, newton_order, newton_steps
from symopt.optimizers import get


def prove() -> list[Derivation]:
    root, optimum = get("newton-root"), get("newton-1d")
    several = [newton_on_quadratic(get(name)) for name in ("newton-1d", "newton", "newton-root-system")]
    return [newton_order(root), newton_order(optimum), newton_steps(), *several]
