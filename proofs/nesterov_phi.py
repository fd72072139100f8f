"""Nesterov's momentum may ask for the gradient where the parameters are kept.

With phi = theta + mu v, the look-ahead point of one form is the parameter of the other; the
velocities are the same, and so are the steps.

Sutskever, Martens, Dahl & Hinton 2013, equations 3 and 4, after a change of variables.
"""

from symopt.decide import Equality, equal
from symopt.optimizers import get


def prove() -> dict[str, Equality]:
    return {"look-ahead and phi": equal(get("nesterov"), get("nesterov-phi"))}
