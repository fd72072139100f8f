"""Sums over the roots of a polynomial that has none worth writing out."""

from __future__ import annotations

from typing import Any

import sympy as sp


class SumOverRoots(sp.Expr):
    """The sum of an expression over all roots of a polynomial without repeated roots.

    ``SumOverRoots(r**t, r, r**3 - r - 1)`` is the sum of the t-th powers of the three roots. With real coefficients
    the roots come in conjugate pairs, so the sum is real. SymPy's RootSum evaluates itself by rules of its own.

    Args:
        body: what is added up, an expression in the variable.
        variable: stands for each root in turn.
        polynomial: in the variable; its other symbols are parameters.
    """

    is_commutative = True

    def __new__(cls, body: Any, variable: Any, polynomial: Any, **_: Any) -> SumOverRoots:
        return super().__new__(cls, *(sp.sympify(part, strict=True) for part in (body, variable, polynomial)))

    @property
    def body(self) -> Any:
        return self.args[0]

    @property
    def variable(self) -> Any:
        return self.args[1]

    @property
    def polynomial(self) -> Any:
        return self.args[2]

    @property
    def free_symbols(self) -> set[sp.Basic]:
        return (self.body.free_symbols | self.polynomial.free_symbols) - {self.variable}

    def _eval_is_real(self) -> bool:
        return True

    def _sympystr(self, printer: Any) -> str:
        where = f"{self.variable}: {printer._print(self.polynomial)} = 0"
        return f"sum({printer._print(self.body)}, {where})"

    def _latex(self, printer: Any) -> str:
        below = f"{printer._print(self.variable)} :\\, {printer._print(self.polynomial)} = 0"
        return rf"\sum_{{{below}}} {printer.parenthesize(self.body, 40)}"
