"""Rprop that takes back the last step where the gradient's sign changes.

Riedmiller & Braun 1993, "A direct adaptive method for faster backpropagation learning: the RPROP algorithm", whom
Igel & Huesken 2003, doi:10.1016/S0925-2312(01)00700-7, call Rprop+. Their iRprop+ takes back only the steps after
which the error has grown: it asks for the loss, which a method by coordinates does not.
"""

from sympy import Piecewise, sign

from symopt.language import Eq, Sequence, t
from symopt.language.vocabulary import g, theta
from symopt.optimizers.rprop import initial, irprop_minus, kept, step_size

move = Sequence("d")
turned = g[t] * kept[t - 1] < 0

rprop_plus = irprop_minus.replace(
    name="rprop-plus",
    title="Rprop+",
    init={kept: 0, step_size: initial, move: 0},
    update=[
        *irprop_minus.update[:3],
        Eq(move[t], Piecewise((-move[t - 1], turned), (-sign(g[t]) * step_size[t], True))),
        Eq(theta[t], theta[t - 1] + move[t]),
    ],
    source="Riedmiller & Braun 1993; Igel & Huesken 2003, doi:10.1016/S0925-2312(01)00700-7",
)
