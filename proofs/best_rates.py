"""On a quadratic with condition number kappa, gradient descent's best rate is (kappa - 1)/(kappa + 1).

Heavy ball replaces kappa by its square root, and no learning rate and momentum do better. Nesterov's method at the
learning rate 1/lambda_max has the rate 1 - 1/sqrt(kappa), and a little better when it is balanced.

Polyak 1964; Lessard, Recht & Packard 2016, arXiv:1408.3595, section 2.2.
"""

from symopt.derive import Derivation
from symopt.derive.tuning import tuning
from symopt.optimizers import get


def prove() -> list[Derivation]:
    return [found for name in ("gradient-descent", "momentum", "nesterov") for found in tuning(get(name))]
