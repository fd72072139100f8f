"""The customary forms of momentum take the same steps.

A velocity that carries the learning rate is the learning rate times one that does not, and a
moving average is 1 - beta times an accumulated velocity, at a learning rate 1 - beta times
smaller. Both hold for a constant learning rate.

Polyak 1964; Qian 1999; Sutskever et al. 2013.
"""

from symopt.decide import Equality, equal
from symopt.optimizers import get

PAIRS = (("momentum", "momentum-accumulated"), ("momentum-average", "momentum-accumulated"))


def prove() -> dict[str, Equality]:
    return {f"{a} and {b}": equal(get(a), get(b)) for a, b in PAIRS}
