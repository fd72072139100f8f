"""RAdam's rectification: the length of the average, the variance it has, and when it begins.

The exponential average is likened to a simple one with the same mean age; the variance of the
adaptive rate is computed from the inverse chi-square distribution, to first order; r is the root
of the ratio of its least value to the present one. It exists where rho exceeds 4: at no step up
to the fourth, and never at all unless beta_2 > 3/5.

Liu et al. 2020, arXiv:1908.03265, section 4.
"""

from symopt.derive import derivations
from symopt.optimizers import get


def prove():
    return list(derivations(get("radam"), "rectification"))
