"""A moving average is a weighted sum of all past gradients, and too small by 1 - beta**t.

Unrolled from zero, m[t] gives the gradient of step i the weight (1 - beta) beta**(t - i). The
weights add up to 1 - beta**t, so under stationary gradients that is the factor by which the
average's mean falls short of the gradient's: what Adam divides by.

Kingma & Ba 2015, arXiv:1412.6980, section 3.
"""

from collections.abc import Mapping

from sympy import Eq

import symopt
from symopt import Expect, t
from symopt.decide import Verdict, follows
from symopt.derive import Derivation
from symopt.language.vocabulary import beta1, beta2, g, m, v
from symopt.optimizers import get


def prove() -> Mapping[str, Verdict | Derivation]:
    adam = get("adam")
    return {
        "the average as a sum": symopt.unroll(adam, "m"),
        "the mean of the first moment": follows(adam, Eq(Expect(m[t]), (1 - beta1**t) * Expect(g[t]), evaluate=False)),
        "the mean of the second moment": follows(
            adam, Eq(Expect(v[t]), (1 - beta2**t) * Expect(g[t] ** 2), evaluate=False)
        ),
    }
