"""The inverse of a matrix after a change of low rank, in any number of dimensions.

Sherman and Morrison's formula for one product of two vectors, Woodbury's for any product of matrices: each is
multiplied by what it inverts, and the result is the identity matrix.

Sherman & Morrison 1950; Woodbury 1950.
"""

from collections.abc import Mapping

from symopt.decide import Verdict, linear_identity
from symopt.language import Sequence, Shape, dot, identity, inverse, t, transpose
from symopt.language.vectors import A, x, y

U, C, V = (Sequence(name, shape=Shape.MATRIX)[t] for name in ("U", "C", "V"))
a, u, v = A[t], x[t], y[t]


def prove() -> Mapping[str, Verdict]:
    one = inverse(a) - inverse(a) * u * transpose(v) * inverse(a) / (1 + dot(v, inverse(a) * u))
    many = inverse(a) - inverse(a) * U * inverse(inverse(C) + V * inverse(a) * U) * V * inverse(a)
    return {
        "Sherman-Morrison": linear_identity((a + u * transpose(v)) * one, identity),
        "Woodbury": linear_identity((a + U * C * V) * many, identity),
    }
