"""Nesterov's momentum may ask for the gradient where the parameters are kept.

With phi = theta + mu v, the look-ahead point of one form is the parameter of the other; the
velocities are the same, and so are the steps. The same substitution serves RMSProp with
Nesterov momentum.

Sutskever, Martens, Dahl & Hinton 2013, equations 3 and 4, after a change of variables.
"""

from symopt import change_of_variables, t
from symopt.decide import equal
from symopt.language.vocabulary import mu, phi, theta
from symopt.language.vocabulary import velocity as v
from symopt.optimizers import get


def prove():
    nesterov = change_of_variables(get("nesterov"), phi, theta[t] + mu * v[t])
    return {
        "Nesterov momentum in phi": nesterov,
        "which is the phi form of the catalogue": equal(nesterov.after, get("nesterov-phi")),
        "RMSProp with Nesterov momentum in phi": change_of_variables(
            get("rmsprop-nesterov"), phi, theta[t] + mu * v[t]
        ),
    }
