"""When gradients drift, a moving average's mean is off by a term that forgetting keeps small.

Besides the factor 1 - beta**t there is zeta, the weighted sum of how far the earlier means are
from the present one. For means that move by D a step it tends to -D beta/(1 - beta): the average
lags by the mean age of its weights. Means that move by at most D a step, up and down, keep it below that.

Kingma & Ba 2015, arXiv:1412.6980, section 3, equation 4.
"""

from symopt.derive import drift, drift_bound
from symopt.optimizers import get


def prove():
    return [derive(get("adam"), name) for name in ("m", "v") for derive in (drift, drift_bound)]
