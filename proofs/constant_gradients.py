"""Constant gradients: RMSProp's steps tend to the learning rate, Adagrad's fall like 1/sqrt(t), Adadelta's tend to g.

Adagrad's sum grows by g**2 a step. RMSProp's average tends to g**2, with the factor 1 - rho**t, so that its steps
begin 1/sqrt(1 - rho) times too long; Adam's correction mends just that. Momentum's steps grow to 1/(1 - mu) times
gradient descent's. Adadelta has no learning rate: its two averages tend to one another, and its steps to the gradient,
which they never exceed. Without the square root the steps would be the longer the smaller the gradient is.

Duchi, Hazan & Singer 2011; Tieleman & Hinton 2012; Zeiler 2012.
"""

from symopt.derive import Derivation, derivations
from symopt.optimizers import get


def prove() -> list[Derivation]:
    methods = ("momentum", "adagrad", "rmsprop", "adam", "adadelta")
    return [made for name in methods for made in derivations(get(name), "constant-gradients")]
