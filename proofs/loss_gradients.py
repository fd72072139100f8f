"""The gradients of losses: sigmoid neuron, logistic loss, softmax cross-entropy, hinge losses, regression.

Each loss of `symopt.losses` is differentiated by its score, by any one weight, and as a mean over examples with weight
decay; in any number of classes, weights and examples. For a sigmoid output p, half the squared error gives
(p - y) p (1 - p) times the weight's input, the cross-entropy (p - y) times it, because the sigmoid's own derivative is
p (1 - p). A softmax's derivative of class k's probability by class l's score is p_k (delta_kl - p_l).

Bishop 2006, "Pattern Recognition and Machine Learning", sections 4.3 and 5.3.
"""

from collections.abc import Mapping
from typing import Any

from sympy import KroneckerDelta, Symbol, exp

from symopt.decide import identity
from symopt.decide.derivative import differentiates
from symopt.derive.loss_gradients import loss_derivations
from symopt.losses import losses, regularisers
from symopt.losses.classes import k, softmax, z

u = Symbol("z", real=True)
other = Symbol("l", integer=True, positive=True)
sigmoid = 1 / (1 + exp(-u))


def prove() -> Mapping[str, Any]:
    made = {d.title: d for loss in (*losses().values(), *regularisers().values()) for d in loss_derivations(loss)}
    return {
        "the sigmoid's derivative": differentiates(sigmoid, u, sigmoid * (1 - sigmoid)),
        "one minus the sigmoid": identity(1 - sigmoid, sigmoid.subs(u, -u)),
        "the softmax's derivative": differentiates(
            softmax, z[other], softmax * (KroneckerDelta(k, other) - softmax.subs(k, other))
        ),
        **made,
    }
