"""Newton's step: the minimum of the quadratic model, and of any quadratic at once; how fast it converges.

The model f + g^T h + h^T H h / 2 is its value at h = -H^-1 g plus (h + H^-1 g)^T H (h + H^-1 g) / 2, so for positive
definite H that step is its only minimum. On f(x) = x^T A x / 2 - b^T x the gradient is A x - b and the Hessian A:
one step from anywhere ends at A^-1 b, where the gradient is zero.

In one variable, Taylor's theorem gives 0 = f(r) = f(x) + f'(x) (r - x) + f''(xi) (r - x)^2 / 2 at the root r, for
some xi between x and r. Then Newton's new error is f''(xi) / (2 f'(x)) times the square of the old one, exactly:
quadratic convergence with the constant f''(r) / (2 f'(r)) in the limit.

Nocedal & Wright 2006, "Numerical Optimization", 2nd ed., section 3.3 and theorem 11.2.
"""

from collections.abc import Mapping
from typing import Any

from sympy import Rational, Symbol

from symopt.decide import Verdict, identity, linear_identity
from symopt.language import Sequence, Shape, dot, grad, hessian, inverse, t
from symopt.language.linear import Jacobian, Residual
from symopt.language.vectors import A, x, y
from symopt.optimizers import get

half = Rational(1, 2)
a, b, point = A[t], y[t], x[t - 1]
H = Sequence("H", shape=Shape.MATRIX)[t]
g, h = (Sequence(name, shape=Shape.VECTOR)[t] for name in ("g", "h"))


def prove() -> Mapping[str, Verdict]:
    step = get("newton").equations["x"]
    on_quadratic = step.subs({grad(point): a * point - b, hessian(point): a})
    best = -inverse(H) * g

    def model(h: Any) -> Any:
        return dot(g, h) + half * dot(h, H * h)

    here, root, slope, bend = (Symbol(name, real=True) for name in ("x", "r", "f'(x)", "f''(xi)"))
    value = -(slope * (root - here) + bend * (root - here) ** 2 / 2)
    one = get("newton-root")
    start = one.params[t - 1]
    moved = one.equations["x"].subs({Residual(start): value, Jacobian(start): slope}).subs(start, here)
    return {
        "the model's minimum": linear_identity(
            model(h) - model(best), half * dot(h - best, H * (h - best)), symmetric=[H]
        ),
        "one step on any quadratic": linear_identity(on_quadratic, inverse(a) * b),
        "the gradient is zero there": linear_identity(a * on_quadratic - b, 0 * b),
        "the new error over the old one squared": identity(moved - root, bend / (2 * slope) * (here - root) ** 2),
    }
