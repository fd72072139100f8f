"""RAdam's rectification: the length of the average, the variance it has, and when it begins.

The exponential average is likened to a simple one with the same mean age. Of rho independent normal gradients the
adaptive rate squared is scaled inverse chi-square, whose moments are quotients of Gamma functions. The variance of the
rate itself is taken to first order; it is never too small, and off by 2/((rho - 2)(rho - 4)) at most, in units of the
scale. r is the root of the ratio of its least value to the present one. It exists where rho exceeds 4: at no step up to
the fourth, at each later one from some decay rate on, and never at all unless beta_2 > 3/5.

Liu et al. 2020, arXiv:1908.03265, section 4.
"""

from symopt.derive import derivations
from symopt.optimizers import get


def prove():
    return list(derivations(get("radam"), "rectification"))
