"""The gradients of losses: sigmoid neuron, logistic loss, softmax cross-entropy, hinge losses, regression.

Each loss of `symopt.losses` is differentiated by its score, by any one weight, and as a mean over examples with weight
decay; in any number of classes, weights and examples. For a sigmoid output p, half the squared error gives
(p - y) p (1 - p) times the weight's input, the cross-entropy (p - y) times it, because the sigmoid's own derivative is
p (1 - p). A softmax's derivative of class k's probability by class l's score is p_k (delta_kl - p_l).

From layer to layer, with d the derivative by a score: a unit's is its activation's slope times the sum of w_k d_k over
the layer after it, a weight's is the sum of d_i x_i over the examples. Activations have the slopes that stand here.

Bishop 2006, "Pattern Recognition and Machine Learning", sections 4.3 and 5.3.
"""

from collections.abc import Mapping
from typing import Any

from sympy import KroneckerDelta, Sum, Symbol, exp, sign, tanh

from symopt.decide import identity
from symopt.decide.derivative import differentiates
from symopt.decide.kinks import identity_off_kinks
from symopt.derive.loss_gradients import activation_slope, loss_derivations
from symopt.language import Sequence
from symopt.losses import losses, regularisers
from symopt.losses.activations import ACTIVATIONS, small
from symopt.losses.classes import k, softmax, z

u = Symbol("z", real=True)
other = Symbol("l", integer=True, positive=True)
sigmoid = 1 / (1 + exp(-u))
d, w, x, o = (Sequence(name) for name in ("d", "w", "x", "o"))
one_weight, i, n = (
    Symbol("w", real=True),
    Symbol("i", integer=True, positive=True),
    Symbol("n", integer=True, positive=True),
)
above = (1 + sign(u)) / 2
"""1 where the score is positive, 0 where it is negative."""
SLOPES = {
    "sigmoid": sigmoid * (1 - sigmoid),
    "tanh": 1 - tanh(u) ** 2,
    "relu": above,
    "leaky-relu": above + small * (1 - above),
    "softplus": sigmoid,
    "swish": sigmoid + u * sigmoid * (1 - sigmoid),
}


def layers() -> Mapping[str, Any]:
    """The chain rule from layer to layer, o being what other units bring."""
    after: Any = Sum(d[i] * (w[i] * sigmoid + o[i]), (i, 1, n))
    examples: Any = Sum(d[i] * (one_weight * x[i] + o[i]), (i, 1, n))
    through: Any = Sum(d[i] * w[i], (i, 1, n))
    by_weight: Any = Sum(d[i] * x[i], (i, 1, n))
    return {
        "the error of a unit": differentiates(after, u, through * sigmoid * (1 - sigmoid)),
        "the gradient by a weight": differentiates(examples, one_weight, by_weight),
        **{
            f"the slope of {a.title}": identity_off_kinks(activation_slope(a), SLOPES[a.name])
            for a in ACTIVATIONS
            if a.name in SLOPES
        },
    }


def prove() -> Mapping[str, Any]:
    made = {d.title: d for loss in (*losses().values(), *regularisers().values()) for d in loss_derivations(loss)}
    return {
        "one minus the sigmoid": identity(1 - sigmoid, sigmoid.subs(u, -u)),
        "the softmax's derivative": differentiates(
            softmax, z[other], softmax * (KroneckerDelta(k, other) - softmax.subs(k, other))
        ),
        **layers(),
        **made,
    }
