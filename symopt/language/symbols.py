"""The words an optimizer is written in: time, sequences, hyperparameters, the gradient oracle.

Steps count t = 1, 2, ...; step t takes theta[t-1] to theta[t]; initial values sit at 0.
A time index is an argument of the expression, never part of a name, so ``m[t - 1]`` and
``m[t]`` are values of one sequence and ``expr.subs(t, t + 1)`` moves both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import sympy as sp

t = sp.Symbol("t", integer=True, positive=True)
"""The step counter: a positive integer."""


class Shape(Enum):
    """What one value of a sequence is.

    ELEMENTWISE values are arrays of the parameters' shape on which every operation acts
    coordinate by coordinate, so the symbol stands for one coordinate and commutes.
    SCALAR values are single numbers shared by all coordinates (a norm, a step length).
    VECTOR and MATRIX values have linear algebra; their symbols do not commute.
    """

    ELEMENTWISE = "elementwise"
    SCALAR = "scalar"
    VECTOR = "vector"
    MATRIX = "matrix"

    @property
    def commutes(self) -> bool:
        return self in (Shape.ELEMENTWISE, Shape.SCALAR)


class Sequence(sp.Symbol):
    """A quantity with a value at each step, such as a moment or the parameters.

    Args:
        name: the identifier, unique within a definition; also the name in emitted code.
        latex: how it is typeset; by default SymPy's rendering of the name.
        shape: what one value is.
        sign: "real", "nonnegative" or "positive". A declared sign is an invariant that
            the recurrence must keep; the tests prove it for every definition.
    """

    shape: Shape
    latex: str

    def __new__(
        cls, name: str, latex: str = "", *, shape: Shape = Shape.ELEMENTWISE, sign: str = "real", **rest: bool
    ) -> Sequence:
        assumptions = rest or ({"real": True, sign: True} if shape.commutes else {"commutative": False})
        made: Sequence = sp.Symbol.__xnew__(cls, name, **assumptions)
        made.shape = shape
        made.latex = latex
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name, self.latex), {"shape": self.shape, **self._assumptions_orig}

    def _hashable_content(self) -> tuple[Any, ...]:
        # SymPy's caches give back an equal expression: sequences of other shapes must not be equal.
        return (*super()._hashable_content(), self.shape.value)

    def __getitem__(self, index: Any) -> At:
        return At(self, index)

    __iter__ = None  # indexing makes Python think of a list without end, and SymPy walks through lists

    def _latex(self, printer: Any) -> str:
        return self.latex or printer._print_Symbol(self)


class At(sp.Expr):
    """The value of a sequence at a step: ``At(base, index)``, written ``base[index]``."""

    def __new__(cls, base: Sequence, index: Any) -> At:
        return super().__new__(cls, base, sp.sympify(index, strict=True))

    @property
    def base(self) -> Sequence:
        return self.args[0]  # type: ignore[return-value]  # the constructor put a Sequence there

    @property
    def index(self) -> sp.Expr:
        return self.args[1]  # type: ignore[return-value]  # the constructor put an Expr there

    @property
    def free_symbols(self) -> set[sp.Basic]:
        return self.index.free_symbols

    @property
    def is_commutative(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]  # SymPy declares a value
        return bool(self.base.is_commutative)

    def _eval_is_real(self) -> bool | None:
        return self.base.is_real

    def _eval_is_extended_real(self) -> bool | None:
        return self.base.is_extended_real

    def _eval_is_finite(self) -> bool | None:
        return self.base.is_finite

    def _eval_is_nonnegative(self) -> bool | None:
        return self.base.is_nonnegative

    def _eval_is_positive(self) -> bool | None:
        return self.base.is_positive

    def _eval_is_negative(self) -> bool | None:
        return self.base.is_negative

    def _sympystr(self, printer: Any) -> str:
        return f"{self.base.name}[{printer._print(self.index)}]"

    def _latex(self, printer: Any) -> str:
        name, index = printer._print(self.base), printer._print(self.index)
        # TeX takes one subscript only, so a name that has one keeps it in a group.
        return f"{{{name}}}_{{{index}}}" if "_" in name else f"{name}_{{{index}}}"


class Grad(sp.Function):
    """The gradient oracle asked at a point: ``grad(point)`` is the step's gradient there.

    One call stands for one draw of the stochastic gradient, at the step whose equations
    contain it; the point is part of the definition.
    """

    nargs = 1

    @property
    def point(self) -> sp.Expr:
        return self.args[0]  # type: ignore[return-value]  # nargs = 1 and SymPy sympified it

    def _eval_is_real(self) -> bool:
        return True

    def _eval_is_commutative(self) -> bool | None:
        return self.args[0].is_commutative

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = rf"\nabla f\left({printer._print(self.args[0])}\right)"
        return body if exp is None else rf"\left({body}\right)^{{{exp}}}"


grad: Any = Grad  # calls of SymPy's functions are typed as classes


class Dot(sp.Function):
    """Inner product over all coordinates of a tensor: a scalar; symmetric and bilinear."""

    nargs = 2

    def _eval_is_real(self) -> bool:
        return True

    def _eval_is_commutative(self) -> bool:
        return True

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = rf"\left\langle {printer._print(self.args[0])}, {printer._print(self.args[1])} \right\rangle"
        return body if exp is None else rf"{body}^{{{exp}}}"


class Norm(sp.Function):
    """Euclidean norm over all coordinates of a tensor: a non-negative scalar.

    A number counts as a tensor that is full of it, so ``norm(1)`` is the root of the number of coordinates.
    """

    nargs = 1

    def _eval_is_nonnegative(self) -> bool:
        return True

    def _eval_is_commutative(self) -> bool:
        return True


class Expect(sp.Function):
    """Expectation over the gradients' randomness: linear; a constant is its own expectation."""

    nargs = 1

    def _eval_is_real(self) -> bool:
        return True

    def _eval_is_commutative(self) -> bool | None:
        return self.args[0].is_commutative

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = rf"\mathbb{{E}}\left[{printer._print(self.args[0])}\right]"
        return body if exp is None else rf"\left({body}\right)^{{{exp}}}"


dot: Any = Dot
norm: Any = Norm


@dataclass(frozen=True)
class Hyper:
    """A declared hyperparameter: its symbol (with domain) and its default.

    ``default`` is None where the source gives none and the user must choose.
    """

    symbol: HyperSymbol
    default: sp.Rational | None = None

    @property
    def name(self) -> str:
        return self.symbol.name

    @property
    def domain(self) -> sp.Set:
        return self.symbol.domain


class HyperSymbol(sp.Symbol):
    """A hyperparameter's symbol, with the set it ranges over.

    Calling it declares it with a default: ``beta1(0.9)``. Decimals are read exactly
    (0.9 is 9/10).
    """

    domain: sp.Set
    meaning: str

    def __new__(cls, name: str, domain: sp.Set, meaning: str = "", **assumptions: bool) -> HyperSymbol:
        implied = {"real": True, **_signs(domain), **assumptions}
        made: HyperSymbol = sp.Symbol.__xnew__(cls, name, **implied)
        made.domain = domain
        made.meaning = meaning
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, bool]]:
        return (self.name, self.domain, self.meaning), dict(self._assumptions_orig)

    def _hashable_content(self) -> tuple[Any, ...]:
        # SymPy's caches give back an equal expression: symbols of other domains must not be equal.
        return (*super()._hashable_content(), self.domain)

    def renamed(self, name: str) -> HyperSymbol:
        """The same hyperparameter under another name."""
        return HyperSymbol(name, self.domain, self.meaning, **self._assumptions_orig)

    def __call__(self, default: float | str | sp.Rational | None = None) -> Hyper:
        return Hyper(self, None if default is None else exact(default))


def _signs(domain: sp.Set) -> dict[str, bool]:
    if domain.is_subset(sp.Interval.open(0, sp.oo)):
        return {"positive": True}
    if domain.is_subset(sp.Interval(0, sp.oo)):
        return {"nonnegative": True}
    if domain.is_subset(sp.Interval.open(-sp.oo, 0)):
        return {"negative": True}
    return {}


def exact(value: float | str | sp.Rational) -> sp.Rational:
    """The rational that a decimal means: 0.9 is 9/10, not the nearest binary fraction."""
    made: Any = value if isinstance(value, sp.Rational) else sp.Rational(str(value))
    return made
