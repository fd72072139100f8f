"""A moving average is a weighted sum of all past gradients, and too small by 1 - beta**t.

Unrolled from zero, m[t] gives the gradient of step i the weight (1 - beta) beta**(t - i). The
weights add up to 1 - beta**t, so under stationary gradients that is the factor by which the
average's mean falls short of the gradient's: what Adam divides by.

Kingma & Ba 2015, arXiv:1412.6980, section 3.
"""

import symopt
from symopt.optimizers import get


def prove():
    adam = get("adam")
    return {
        "the first moment as a sum": symopt.unroll(adam, "m"),
        "the second moment as a sum": symopt.unroll(adam, "v"),
        "the mean of the first moment": symopt.expect(adam, "m"),
        "the mean of the second moment": symopt.expect(adam, "v"),
        "the correction of the first moment": symopt.bias_correction(adam, "m"),
        "the correction of the second moment": symopt.bias_correction(adam, "v"),
    }
