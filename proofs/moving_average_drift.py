"""When gradients drift, a moving average's mean is off by a term that forgetting keeps small.

Besides the factor 1 - beta**t there is zeta, the weighted sum of how far the earlier means are
from the present one. For means that move by D a step it tends to -D beta/(1 - beta): the average
lags by the mean age of its weights.

Kingma & Ba 2015, arXiv:1412.6980, section 3, equation 4.
"""

import symopt
from symopt.optimizers import get


def prove():
    return [symopt.drift(get("adam"), "m"), symopt.drift(get("adam"), "v")]
