"""Expressions and statements as plain text, in the order that people write them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp
from sympy.printing.str import StrPrinter

from symopt.language.linear import Hessian, Inverted, Jacobian, Residual, Transposed
from symopt.language.symbols import Expect, Grad
from symopt.render.typeset import ordered

_RELATIONS: dict[type, str] = {
    sp.Eq: "=", sp.Ne: "!=", sp.StrictLessThan: "<", sp.LessThan: "<=", sp.StrictGreaterThan: ">",
    sp.GreaterThan: ">=",
}  # fmt: skip
_ORACLES: dict[type, str] = {Grad: "grad f", Hessian: "hess f", Residual: "F", Jacobian: "F'"}


class _Printer(StrPrinter):
    """SymPy's printer, with sums in the customary order and the signs that people know."""

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        return ordered(expr.args)

    def _print_Relational(self, expr: Any) -> str:
        return f"{self._print(expr.lhs)} {_RELATIONS[type(expr)]} {self._print(expr.rhs)}"

    def _print_Expect(self, expr: Any) -> str:
        return f"E[{', '.join(map(self._print, expr.args))}]"

    def _print_Function(self, expr: Any) -> str:
        kind = next((name for oracle, name in _ORACLES.items() if isinstance(expr, oracle)), "")
        if kind:
            return f"{kind}({self._print(expr.args[0])})"
        if isinstance(expr, Expect):
            return self._print_Expect(expr)
        if isinstance(expr, Transposed | Inverted):
            inside = self.parenthesize(expr.args[0], 1000)
            return f"{inside}^T" if isinstance(expr, Transposed) else f"{inside}^-1"
        return super()._print_Function(expr)

    def _print_Abs(self, expr: Any) -> str:
        return f"|{self._print(expr.args[0])}|"

    def _print_Sum(self, expr: Any) -> str:
        return self._over("sum", expr)

    def _print_Product(self, expr: Any) -> str:
        return self._over("product", expr)

    def _over(self, word: str, expr: Any) -> str:
        ends = ", ".join(f"{self._print(v)} = {self._print(low)}..{self._print(high)}" for v, low, high in expr.limits)
        return f"{word}({self._print(expr.function)}, {ends})"

    def _print_Integral(self, expr: Any) -> str:
        return self._over("integral", expr)

    def _print_Limit(self, expr: Any) -> str:
        return f"limit({self._print(expr.args[0])}, {expr.args[1]} -> {self._print(expr.args[2])})"

    def _print_Infinity(self, expr: Any) -> Any:
        return "infinity"

    def _print_Derivative(self, expr: Any) -> str:
        function, ((variable, count),) = expr.expr, expr.variable_count
        if function.args == (variable,) and count.is_Integer:
            return f"{function.func}{int(count) * chr(39)}({variable})"
        return super()._print_Derivative(expr)

    def _print_MatrixBase(self, expr: Any) -> str:
        return "[" + "; ".join(", ".join(self._print(e) for e in expr.row(k)) for k in range(expr.rows)) + "]"

    def _print_Piecewise(self, expr: Any) -> str:
        rows = [
            self._print(value) + (" otherwise" if condition == sp.true else f" if {self._print(condition)}")
            for value, condition in expr.args
        ]
        return "{" + "; ".join(rows) + "}"

    def _print_And(self, expr: Any) -> str:
        return " and ".join(self._print(c) for c in expr.args)


def plain(expression: Any) -> str:
    """The expression as text."""
    printer: Any = _Printer()
    return printer.doprint(expression)


def lines(statement: Any) -> tuple[str, ...]:
    """A statement, an equation or a system of these, one to a line."""
    if isinstance(statement, tuple | list):
        parts: Iterable[Any] = statement  # pyright: ignore[reportUnknownVariableType]  # a bare tuple says nothing
        return tuple(line for part in parts for line in lines(part))
    return (statement if isinstance(statement, str) else plain(statement),)
