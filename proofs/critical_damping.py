"""Where two eigenvalues meet, the powers of the matrix have a form of their own.

The closed form with two separate eigenvalues divides zero by zero there; r**t I + t r**(t-1) (M - r I) does not.

O'Donoghue & Candes 2015, arXiv:1204.3982, section 3.
"""

from symopt.derive import Derivation
from symopt.derive.stability import critical_damping, spectral_radius
from symopt.optimizers import get


def prove() -> list[Derivation]:
    methods = [get(name) for name in ("momentum", "nesterov")]
    return [found for method in methods for found in (spectral_radius(method), critical_damping(method))]
