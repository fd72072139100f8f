"""Finite differences: how far they are off, and the step at which they are best.

Taylor's theorem with its remainder gives the truncation error exactly, with derivatives at points in between. Values
that are off by at most e move the quotient by at most 2 e / h (forward) or e / h (central). The sum of both errors
exceeds its value at the best step by a square times something positive, so no step is better:

    forward:  h M / 2 + 2 e / h       best at 2 sqrt(e / M),   error 2 sqrt(e M)
    central:  h^2 D / 6 + e / h       best at s with s^3 = 3 e / D,   error s^2 D / 2

with M and D bounds of the second and third derivative. In double precision, e about 2^-53 times the function's size,
that is about 1e-8 of the derivative for forward differences and 1e-11 for central ones.

Nocedal & Wright 2006, "Numerical Optimization", 2nd ed., section 8.1.
"""

from collections.abc import Mapping

from sympy import Symbol, sqrt

from symopt.decide import Verdict, identity

f, slope, bend, ahead, behind, up, down = (
    Symbol(name, real=True) for name in ("f", "f'", "f''", "f'''(a)", "f'''(b)", "e_1", "e_2")
)
h, bound, third, error, best = (Symbol(name, positive=True) for name in ("h", "M", "D", "e", "s"))


def prove() -> Mapping[str, Verdict]:
    to_second = f + h * slope + h**2 * bend / 2
    right = f + h * slope + h**2 * bend / 2 + h**3 * ahead / 6
    left = f - h * slope + h**2 * bend / 2 - h**3 * behind / 6
    forward, central = h * bound / 2 + 2 * error / h, h**2 * third / 6 + error / h
    step = 2 * sqrt(error / bound)
    by_cube = third * best**3 / 3
    return {
        "truncation, forward": identity((to_second - f) / h - slope, h * bend / 2),
        "truncation, central": identity((right - left) / (2 * h) - slope, h**2 * (ahead + behind) / 12),
        "rounding, forward": identity(((to_second + up) - (f + down)) / h - (to_second - f) / h, (up - down) / h),
        "rounding, central": identity(
            ((right + up) - (left + down)) / (2 * h) - (right - left) / (2 * h), (up - down) / (2 * h)
        ),
        "the best step, forward": identity(forward - forward.subs(h, step), bound * (h - step) ** 2 / (2 * h)),
        "the best step, central": identity(
            (central - central.subs(h, best)).subs(error, by_cube), third * (h - best) ** 2 * (h + 2 * best) / (6 * h)
        ),
    }
