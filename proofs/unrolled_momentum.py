"""By now, each past gradient has moved the parameters by eta (1 - mu**(t - i + 1))/(1 - mu).

The velocity is the sum of past gradients with weights mu**(t - i); the parameters add velocities
up, so the share of the gradient of step i is a geometric sum, which grows towards 1/(1 - mu).
With a learning rate that changes, the sum stays a sum; with weight decay, past steps decay.

Goh 2017, doi:10.23915/distill.00006.
"""

from sympy import Eq

import symopt
from symopt import Sequence, t
from symopt.language.vocabulary import g, mu, theta
from symopt.language.vocabulary import velocity as v
from symopt.optimizers import get

rate = Sequence("eta", r"\eta")


def prove():
    momentum = get("momentum")
    scheduled = symopt.solve_recurrence(
        [Eq(v[t], mu * v[t - 1] + g[t], evaluate=False), Eq(theta[t], theta[t - 1] - rate[t] * v[t], evaluate=False)],
        {v[0]: 0, theta[0]: theta[0]},
    )
    return {
        "the velocity": symopt.unroll(momentum, "v"),
        "the parameters": symopt.unroll(momentum, "theta"),
        "Nesterov's parameters": symopt.unroll(get("nesterov"), "theta"),
        "Nesterov's look-ahead points": symopt.unroll(get("nesterov-phi"), "phi"),
        "parameters under a changing learning rate": scheduled[1],
        "parameters under weight decay": symopt.unroll(get("adamw"), "theta"),
    }
