"""Rprop without weight-backtracking, and its improved form.

Riedmiller & Braun 1993, "A direct adaptive method for faster backpropagation learning: the RPROP
algorithm" (step sizes and defaults; that paper also takes back the last step where the sign changes);
Riedmiller 1994, "Advanced supervised learning in multi-layer perceptrons - from backpropagation to
adaptive learning algorithms", doi:10.1016/0920-5489(94)90017-5 (no backtracking);
Igel & Huesken 2003, "Empirical evaluation of the improved Rprop learning algorithms",
doi:10.1016/S0925-2312(01)00700-7 (names them Rprop- and iRprop-).

iRprop- forgets the gradient where the sign changes: no move then, and no change of step size next.
"""

from sympy import Basic, Expr, Interval, Max, Min, Piecewise, oo, sign

from symopt.language import Eq, HyperSymbol, Optimizer, Sequence, grad, t
from symopt.language.vocabulary import g, theta

growth = HyperSymbol("eta_plus", Interval.open(1, oo), "factor that grows a step size")
shrinkage = HyperSymbol("eta_minus", Interval.open(0, 1), "factor that shrinks a step size")
smallest = HyperSymbol("Delta_min", Interval.open(0, oo), "smallest step size")
largest = HyperSymbol("Delta_max", Interval.open(0, oo), "largest step size")
initial = HyperSymbol("Delta_0", Interval.open(0, oo), "initial step size")

step_size = Sequence("Delta", r"\Delta", sign="positive")
kept = Sequence("gtilde", r"\tilde{g}")


def adapted(agreement: Expr) -> Basic:
    """The step size, grown where two gradients agree in sign and shrunk where they do not."""
    return Piecewise(
        (Min(growth * step_size[t - 1], largest), agreement > 0),
        (Max(shrinkage * step_size[t - 1], smallest), agreement < 0),
        (step_size[t - 1], True),
    )


rprop = Optimizer(
    "rprop",
    title="Rprop",
    hyper=[growth(1.2), shrinkage(0.5), smallest(1e-6), largest(50), initial(0.1)],
    init={g: 0, step_size: initial},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(step_size[t], adapted(g[t] * g[t - 1])),
        Eq(theta[t], theta[t - 1] - sign(g[t]) * step_size[t]),
    ],
    source="Riedmiller 1994, doi:10.1016/0920-5489(94)90017-5; defaults: Riedmiller & Braun 1993",
)

irprop_minus = rprop.replace(
    name="irprop-minus",
    title="iRprop-",
    init={kept: 0, step_size: initial},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(step_size[t], adapted(g[t] * kept[t - 1])),
        Eq(kept[t], Piecewise((0, g[t] * kept[t - 1] < 0), (g[t], True))),
        Eq(theta[t], theta[t - 1] - sign(kept[t]) * step_size[t]),
    ],
    source="Igel & Huesken 2003, doi:10.1016/S0925-2312(01)00700-7; defaults: Riedmiller & Braun 1993",
)
