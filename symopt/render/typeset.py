"""Expressions and statements as LaTeX, in the order that people write them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter

from symopt.decide import Equality, Verdict
from symopt.language.optimizer import Optimizer
from symopt.language.order import ordered
from symopt.language.roots import SumOverRoots
from symopt.language.schedule import Schedule

Line = tuple[str, str]
_RELATIONS: dict[type, str] = {
    sp.Eq: "=", sp.Ne: r"\neq", sp.StrictLessThan: "<", sp.LessThan: r"\leq", sp.StrictGreaterThan: ">",
    sp.GreaterThan: r"\geq",
}  # fmt: skip
_NAMED = {"Var": r"\operatorname{Var}", "Cov": r"\operatorname{Cov}"}


class _Printer(LatexPrinter):
    """SymPy's printer, with sums in the customary order and square roots joined."""

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        return ordered(expr.args)

    def _print_Mul(self, expr: Any) -> str:
        large = [f for f in expr.args if isinstance(f, sp.Sum | sp.Product | sp.Integral | SumOverRoots)]
        if len(large) == 1 and sp.fraction(expr)[1] != 1:
            # A sum in a numerator would be set small.
            return f"{self._print(sp.Mul(*(f for f in expr.args if f != large[0])))} {self._print(large[0])}"
        roots = [f for f in expr.args if f.is_Pow and f.exp == sp.Rational(1, 2)]
        if len(roots) < 2:
            return super()._print_Mul(expr)
        joined = sp.sqrt(sp.Mul(*(f.base for f in roots)), evaluate=False)
        rest = [f for f in expr.args if f not in roots]
        return super()._print_Mul(sp.Mul(*rest, joined, evaluate=False)) if rest else self._print(joined)

    def _print_Piecewise(self, expr: Any) -> str:
        rows = [
            f"{self._print(value)} & "
            + (r"\text{otherwise}" if condition == sp.true else rf"\text{{if }} {self._print(condition)}")
            for value, condition in expr.args
        ]
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"

    def _print_Relational(self, expr: Any) -> str:
        return f"{self._print(expr.lhs)} {_RELATIONS[type(expr)]} {self._print(expr.rhs)}"

    def _print_AppliedUndef(self, expr: Any, exp: str | None = None) -> str:
        name = _NAMED.get(expr.func.__name__) or self._print(sp.Symbol(expr.func.__name__))
        power = f"^{{{exp}}}" if exp else ""
        return rf"{name}{power}\left({', '.join(map(self._print, expr.args))}\right)"


_SETTINGS = {"mul_symbol": None, "fold_short_frac": False, "ln_notation": False, "root_notation": True}


def latex(expression: Any) -> str:
    """The expression as LaTeX."""
    printer: Any = _Printer(_SETTINGS)
    return printer.doprint(expression)


def lines(statement: Any) -> tuple[Line, ...]:
    """A statement as lines: an equation, inequality, expression, system of these, or definition."""
    match statement:
        case Optimizer():
            return lines(statement.update)
        case Schedule():
            name = latex(statement.symbol)
            return ((f"{name}_{{t}}", f"= {latex(statement.value)}"),)
        case tuple() | list():
            parts: Iterable[Any] = statement  # pyright: ignore[reportUnknownVariableType]  # a bare tuple says nothing
            return tuple(line for part in parts for line in lines(part))
        case sp.core.relational.Relational():
            return ((latex(statement.lhs), f"{_RELATIONS[type(statement)]} {latex(statement.rhs)}"),)
        case str():
            return ((rf"\text{{{statement}}}", ""),)
        case _:
            return ((latex(statement), ""),)


def proved_statement(shown: Verdict | Equality) -> tuple[Line, ...]:
    """What a verdict's certificate says was proved; () where it has none, or says nothing short."""
    if isinstance(shown, Equality):
        known = [f"{latex(sp.Symbol(name))}^{{\\prime}}" for name in (*shown.states, *shown.hypers)]
        values = [latex(e) for e in (*shown.states.values(), *shown.hypers.values())]
        return tuple((left, f"= {right}") for left, right in zip(known, values, strict=True) if left)
    statement = shown.certificate.statement if shown.certificate else None
    if statement is None:
        return ()
    match statement.kind, statement.parts:
        case "identity", (left, right, *_):
            return lines(sp.Eq(left, right, evaluate=False))
        case "claim", (_, claim):
            return lines(claim)
        case "relation", (claim, *_):
            return lines(claim)
        case _:
            return ()
