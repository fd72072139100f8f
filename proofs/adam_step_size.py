"""How long Adam's steps are: at most a constant times the learning rate, whatever the scale of the gradients.

The first moment's square is at most a constant times the second, for every sequence of gradients.
Alone after zeros, a gradient gives the quotient (1 - beta_1)/sqrt(1 - beta_2); constant gradients
give 1. Gradients c times as large act like an epsilon c times as small.

Kingma & Ba 2015, arXiv:1412.6980, sections 2 and 2.1.
"""

from symopt.derive import derivations
from symopt.optimizers import get


def prove():
    return [made for topic in ("step-size", "gradient-scale") for made in derivations(get("adam"), topic)]
