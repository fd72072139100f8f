"""A moving average is worth (1 + beta)/(1 - beta) gradients, and forgets half in log 2 / -log beta steps.

The variance of the average of independent gradients is the gradients' times (1 - beta)/(1 + beta)
in the long run; as many equally weighted gradients would have it. Corrected for its bias the
average starts with the variance of a single gradient.
"""

import symopt
from symopt.derive import corrected_variance
from symopt.optimizers import get


def prove():
    adam = get("adam")
    return [
        symopt.variance(adam, "m"),
        corrected_variance(adam, "m"),
        symopt.effective_sample_size(adam, "m"),
        symopt.half_life(adam, "m"),
        symopt.time_constant(adam, "m"),
    ]
