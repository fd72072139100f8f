"""What a vector-valued method may ask of a function, and what is wrong with an answer that cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
SYMMETRY = 1e-6
"""How far a Hessian may be from its transpose, relative to its largest entry."""


class StepError(ArithmeticError):
    """A step that cannot be taken; the message says why, and what would help."""


class SingularMatrix(StepError):
    """A matrix that has no inverse, or none that means anything in floating point."""


class IndefiniteHessian(StepError):
    """A Hessian with a negative eigenvalue: Newton's step does not go down."""


class NonFinite(StepError):
    """An oracle answered with NaN or infinity."""


class LineSearchFailed(StepError):
    """No step length meets the condition: no descent, or the last digits are reached."""


class NotDownhill(LineSearchFailed):
    """A direction along which the function does not fall."""


class ZeroGradient(StepError):
    """A step from where the gradient is zero: there is nothing left to do."""


class BelowMinimum(StepError):
    """The function is smaller than what was given as its smallest value: Polyak's step would go up."""


class DimensionMismatch(ValueError):
    """An oracle's answer of another shape than the parameters ask for."""


class MissingOracle(TypeError):
    """A method that asks what the problem does not answer."""


@dataclass(frozen=True)
class Oracle:
    """A function as a method sees it.

    Args:
        gradient: at a point of shape (n,), an array of shape (n,); of a float, a float.
        value: a float.
        hessian: a symmetric (n, n) array; of a float, a float.
        residual, jacobian: for roots: (n,) and (n, n); of a float, floats.
        seed: of the random draws.
    """

    gradient: Callable[[Any], Any] | None = None
    value: Callable[[Any], Any] | None = None
    hessian: Callable[[Any], Any] | None = None
    residual: Callable[[Any], Any] | None = None
    jacobian: Callable[[Any], Any] | None = None
    seed: int = field(default=0, kw_only=True)

    def ask(self, what: str, point: Array) -> Any:
        """The checked answer at a point.

        Raises:
            MissingOracle: the problem has no such function.
            DimensionMismatch: an answer of the wrong shape, or a Hessian that is not symmetric.
            NonFinite: an answer with NaN or infinity.
        """
        function = getattr(self, what)
        if function is None:
            raise MissingOracle(f"the method asks for the {what}; give Oracle({what}=...)")
        answer = np.asarray(function(point if point.ndim else point[()]), dtype=point.dtype)
        wanted = _shape(what, point)
        if answer.shape != wanted:
            raise DimensionMismatch(f"Expected the {what} to have shape {wanted} but got shape {answer.shape}")
        if not np.isfinite(answer).all():
            raise NonFinite(f"the {what} is not finite at {_short(point)}; start elsewhere or step less far")
        if what == "hessian" and answer.ndim and not _symmetric(answer):
            raise DimensionMismatch("the Hessian is not symmetric; a gradient's derivative always is")
        return answer


def _shape(what: str, point: Array) -> tuple[int, ...]:
    if what == "value":
        return ()
    return point.shape * 2 if what in ("hessian", "jacobian") else point.shape


def _symmetric(matrix: Array) -> bool:
    return bool(np.abs(matrix - matrix.T).max(initial=0) <= SYMMETRY * np.abs(matrix).max(initial=0))


def _short(point: Array) -> str:
    return np.array2string(point, precision=4, threshold=6, edgeitems=3)
