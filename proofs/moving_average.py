"""A moving average is a weighted sum of all past gradients, and too small by 1 - beta**t.

Unrolled from zero, m[t] gives the gradient of step i the weight (1 - beta) beta**(t - i). The
weights add up to 1 - beta**t, so under stationary gradients that is the factor by which the
average's mean falls short of the gradient's: what Adam divides by.

Kingma & Ba 2015, arXiv:1412.6980, section 3.
"""

from sympy import Eq, Sum, Symbol

from symopt import Expect, t
from symopt.decide import Verdict, follows
from symopt.language.vocabulary import beta1, beta2, g, m, v
from symopt.optimizers import get

i = Symbol("i", integer=True, positive=True)


def prove() -> dict[str, Verdict]:
    adam = get("adam")
    claims = {
        "the average as a sum": Eq(m[t], (1 - beta1) * Sum(beta1 ** (t - i) * g[i], (i, 1, t)), evaluate=False),
        "the mean of the first moment": Eq(Expect(m[t]), (1 - beta1**t) * Expect(g[t]), evaluate=False),
        "the mean of the second moment": Eq(Expect(v[t]), (1 - beta2**t) * Expect(g[t] ** 2), evaluate=False),
    }
    return {name: follows(adam, claim) for name, claim in claims.items()}
