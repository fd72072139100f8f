"""Conjugate gradients: residuals orthogonal, directions conjugate, done in n steps.

By induction on the steps, in any number of dimensions. At a step with residual r and direction p, and any earlier
step j, suppose r^T r_j = 0, p^T A p_j = 0, r^T p_j = 0 and p^T r = r^T r. The claims below say the same of the new
residual r' = r - alpha A p and the new direction p' = r' + beta p. So all residuals are orthogonal, and n + 1
orthogonal vectors of n coordinates include a zero: the residual vanishes after n steps at most. For n = 2 and 3 that is
also worked out from the definition, in coordinates along the eigenvectors of A.

Hestenes & Stiefel 1952; Nocedal & Wright 2006, theorem 5.3.
"""

from collections.abc import Mapping
from typing import Any

from sympy import Eq, Integer, Symbol, factor

from symopt.decide import Verdict, conjunction, identity, linear_identity
from symopt.language import Sequence, Shape, dot, t
from symopt.language.vectors import A, alpha, beta, p, r

a = A[t]
step, last, at_j, length_j = alpha[t], beta[t - 1], Symbol("b_j", real=True), Symbol("a_j", positive=True)
new, old, older = r[t], r[t - 1], p[t - 2]
ahead = p[t - 1]
r_j, r_next, p_j, p_prev = (
    Sequence(name, shape=Shape.VECTOR)[t] for name in ("s_j", "s_next", "e_j", "e_prev")
)  # names that come late stand for what others are written in


def zero(x: Any, y: Any) -> Any:
    return Eq(dot(x, y), 0, evaluate=False)


def prove() -> Mapping[str, Verdict]:
    length = dot(old, old) / dot(ahead, a * ahead)
    share = dot(new, new) / dot(old, old)
    moved = old - length * a * ahead
    same = Eq(dot(ahead, old), dot(old, old), evaluate=False)
    by_residuals = Eq(a * ahead, (old - new) / step, evaluate=False)
    return {
        "the new residual is orthogonal to the last": linear_identity(
            dot(moved, old), Integer(0),
            given=[Eq(old, ahead - last * older, evaluate=False), zero(older, a * ahead)], symmetric=[a],
        ),
        "the new residual is orthogonal to earlier ones": linear_identity(
            dot(moved, r_j), Integer(0),
            given=[Eq(r_j, p_j - at_j * p_prev, evaluate=False), zero(p_j, a * ahead), zero(p_prev, a * ahead),
                   zero(old, p_j), zero(old, p_prev)], symmetric=[a],
        ),
        "the new residual is orthogonal to the direction": linear_identity(
            dot(moved, ahead), Integer(0), given=[same], symmetric=[a]
        ),
        "the new residual is orthogonal to earlier directions": linear_identity(
            dot(moved, p_j), Integer(0), given=[zero(old, p_j), zero(p_j, a * ahead)], symmetric=[a]
        ),
        "the new direction is conjugate to the last": linear_identity(
            dot(new + share * ahead, a * ahead), Integer(0),
            given=[by_residuals, zero(new, old), zero(new, ahead), same], symmetric=[a],
        ),
        "the new direction is conjugate to earlier ones": linear_identity(
            dot(new + share * ahead, a * p_j), Integer(0),
            given=[Eq(a * p_j, (r_j - r_next) / length_j, evaluate=False), zero(new, r_j), zero(new, r_next),
                   zero(ahead, a * p_j)], symmetric=[a],
        ),
        "the new direction has the residual's slope": linear_identity(
            dot(new + share * ahead, new), dot(new, new), given=[zero(new, ahead)]
        ),
        "two steps in two dimensions": _finite(2),
        "three steps in three dimensions": _finite(3),
    }  # fmt: skip


def _finite(n: int) -> Verdict:
    """The definition's recurrences for A diagonal: each residual is a factor times the first residual's coordinate.

    w is the square of that coordinate; one that is zero stays zero, and leaves fewer dimensions. The first of each is
    1, by the choice of units: A and b may be divided by positive numbers.
    """
    eigenvalues = [Integer(1), *(Symbol(f"lambda_{i}", positive=True) for i in range(1, n))]
    weights = [Integer(1), *(Symbol(f"w_{i}", positive=True) for i in range(1, n))]

    checked: list[Verdict] = []

    def factored(e: Any) -> Any:
        checked.append(identity(e, factor(e), limit=20))
        return factor(e)

    def inner(x: list[Any], y: list[Any]) -> Any:
        return factored(sum(w * u * v for w, u, v in zip(weights, x, y, strict=True)))

    def image(x: list[Any]) -> list[Any]:
        return [e * u for e, u in zip(eigenvalues, x, strict=True)]

    residual: list[Any] = [Integer(1)] * n
    direction = residual
    for _ in range(n):
        length = inner(residual, residual) / inner(direction, image(direction))
        after = [factored(x - length * y) for x, y in zip(residual, image(direction), strict=True)]
        share = inner(after, after) / inner(residual, residual)
        direction = [factored(x + share * y) for x, y in zip(after, direction, strict=True)]
        residual = after
    return conjunction([*checked, *(identity(x, Integer(0)) for x in residual)])
