"""The words of vector-valued methods: transposes, inverses, and what else a method may ask of the function.

Vectors are columns; ``dot(x, y)`` is the number x^T y and ``x * transpose(y)`` the matrix x y^T. Symbols
of vectors and matrices do not commute, so the order of factors is the order that was written.

A method that is not content with a gradient asks other oracles: the function's value, its Hessian, the
residual and Jacobian of a system of equations, a line search that promises a condition, a random draw.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.language.symbols import At


class IdentityMatrix(sp.AtomicExpr):
    """The identity matrix, of whatever size its place asks for."""

    is_commutative = False

    def _sympystr(self, printer: Any) -> str:
        return "I"

    def _latex(self, printer: Any) -> str:
        return "I"


identity = IdentityMatrix()


class _Linear(sp.Function):
    """A function of one vector or matrix; of a number, it commutes."""

    nargs = 1

    def _eval_is_commutative(self) -> bool | None:
        return self.args[0].is_commutative


class Transposed(_Linear):
    """The transpose of a vector or a matrix."""

    def _latex(self, printer: Any) -> str:
        body = printer._print(self.args[0])
        return rf"{body}^{{T}}" if isinstance(self.args[0], At) else rf"\left({body}\right)^{{T}}"


class Inverted(_Linear):
    """The inverse of a square matrix; nothing is claimed where there is none."""

    def _latex(self, printer: Any) -> str:
        body = printer._print(self.args[0])
        plain = isinstance(self.args[0], At | Hessian | Jacobian)
        return rf"{body}^{{-1}}" if plain else rf"\left({body}\right)^{{-1}}"


class Hessian(_Linear):
    """The Hessian of the function at a point: a symmetric matrix; the second derivative in one dimension."""

    def _latex(self, printer: Any) -> str:
        return rf"\nabla^{{2}} f\left({printer._print(self.args[0])}\right)"


class Residual(_Linear):
    """The system of equations whose root is sought, at a point: a vector, or a number in one dimension."""

    def _latex(self, printer: Any) -> str:
        return rf"F\left({printer._print(self.args[0])}\right)"


class Jacobian(_Linear):
    """The Jacobian of the residual at a point: a matrix, or the derivative in one dimension."""

    def _latex(self, printer: Any) -> str:
        return rf"F'\left({printer._print(self.args[0])}\right)"


class Value(sp.Function):
    """The function's value at a point: a number."""

    nargs = 1

    def _eval_is_real(self) -> bool:
        return True

    def _eval_is_commutative(self) -> bool:
        return True

    def _latex(self, printer: Any) -> str:
        return rf"f\left({printer._print(self.args[0])}\right)"


class LineSearch(sp.Function):
    """A step length along a direction: ``line_search(point, direction)``, a positive number.

    ``condition`` says what it promises; the subclasses name the customary promises.
    """

    nargs = 2
    condition = ""

    def _eval_is_positive(self) -> bool:
        return True

    def _eval_is_commutative(self) -> bool:
        return True

    def _latex(self, printer: Any) -> str:
        point, direction = map(printer._print, self.args)
        return rf"\operatorname{{{self.condition}}}\left({point}, {direction}\right)"


class ExactSearch(LineSearch):
    """The minimum along the direction: the new gradient is orthogonal to it."""

    condition = "exact"


class WolfeSearch(LineSearch):
    """Strong Wolfe: enough decrease and enough loss of slope, so that y^T s > 0."""

    condition = "wolfe"


class StrictSearch(LineSearch):
    """Strong Wolfe with most of the slope gone, which conjugate gradients need to go down."""

    condition = "strict-wolfe"


class ArmijoSearch(LineSearch):
    """Enough decrease, found by halving from 1; it promises nothing about curvature."""

    condition = "armijo"


class Draw(sp.Function):
    """A point drawn at random at a step: ``draw(t)``; independent of all others, standard normal in each coordinate."""

    nargs = 1

    def _eval_is_commutative(self) -> bool:
        return False

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{draw}}\left({printer._print(self.args[0])}\right)"


transpose: Any = Transposed  # calls of SymPy's functions are typed as classes
inverse: Any = Inverted
hessian: Any = Hessian
residual: Any = Residual
jacobian: Any = Jacobian
value: Any = Value
draw: Any = Draw
SEARCHES: dict[str, type[LineSearch]] = {s.condition: s for s in (ExactSearch, WolfeSearch, StrictSearch, ArmijoSearch)}


def line_search(point: Any, direction: Any, condition: str = "wolfe") -> Any:
    """A step length from ``point`` along ``direction`` that meets the condition, one of SEARCHES."""
    if condition not in SEARCHES:
        raise ValueError(f"Expected a condition of {', '.join(SEARCHES)} but got condition={condition!r}")
    return SEARCHES[condition](point, direction)


ORACLES = (Hessian, Residual, Jacobian, Value, LineSearch, Draw)
"""What may be asked of a function besides its gradient."""


def is_linear(optimizer: Any) -> bool:
    """Whether a definition needs linear algebra or more than gradients, so that it is not run by coordinates."""
    return any(not s.is_commutative for s in optimizer.sequences) or any(
        eq.rhs.has(*ORACLES) for eq in optimizer.update
    )
