"""At a constant learning rate gradient noise leaves a variance that grows with the learning rate and the momentum.

Mandt, Hoffman & Blei 2017, arXiv:1704.04289, section 3.
"""

from symopt.derive import Derivation
from symopt.derive.noise import steady_variance
from symopt.optimizers import get


def prove() -> list[Derivation]:
    return [steady_variance(get(name)) for name in ("gradient-descent", "momentum", "momentum-average", "nesterov")]
