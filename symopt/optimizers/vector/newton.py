"""Newton's method, for roots and for optima, of one variable and of many.

Newton 1669; Raphson 1690; Simpson 1740, who found the form for several variables and for optima.
Nocedal & Wright 2006, "Numerical Optimization", 2nd ed., sections 3.3 and 11.1.
"""

from sympy import Eq

from symopt.language import Optimizer, Sequence, Shape, grad, hessian, inverse, jacobian, residual, t
from symopt.language.vectors import x
from symopt.language.vocabulary import eta

u = Sequence("x", shape=Shape.SCALAR)

newton_root = Optimizer(
    "newton-root",
    title="Newton's method for a root, one variable",
    hyper=[],
    update=[Eq(u[t], u[t - 1] - residual(u[t - 1]) / jacobian(u[t - 1]))],
    params=u,
    source="Nocedal & Wright 2006, section 11.1, in one variable",
)

newton_root_system = Optimizer(
    "newton-root-system",
    title="Newton's method for a root of a system",
    hyper=[],
    update=[Eq(x[t], x[t - 1] - inverse(jacobian(x[t - 1])) * residual(x[t - 1]))],
    params=x,
    source="Nocedal & Wright 2006, Algorithm 11.1",
)

newton_one = Optimizer(
    "newton-1d",
    title="Newton's method for an optimum, one variable",
    hyper=[],
    update=[Eq(u[t], u[t - 1] - grad(u[t - 1]) / hessian(u[t - 1]))],
    params=u,
    source="Nocedal & Wright 2006, equation 3.30, in one variable",
)

newton = Optimizer(
    "newton",
    title="Newton's method",
    hyper=[],
    update=[Eq(x[t], x[t - 1] - inverse(hessian(x[t - 1])) * grad(x[t - 1]))],
    params=x,
    source="Nocedal & Wright 2006, equation 3.30",
)

newton_damped = newton.replace(
    name="newton-damped",
    title="Newton's method, damped",
    hyper=[eta(1)],
    update=[Eq(x[t], x[t - 1] - eta * inverse(hessian(x[t - 1])) * grad(x[t - 1]))],
    source='Boyd & Vandenberghe 2004, "Convex Optimization", section 9.5.2, with a fixed step length',
)
