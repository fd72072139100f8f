"""A definition for a terminal: its equations, its hyperparameters, its source."""

from __future__ import annotations

import sympy as sp

from symopt.language.convert import latex_name, to_term
from symopt.language.domains import domain_text
from symopt.language.latex import latex
from symopt.language.linear import is_linear
from symopt.language.linear_terms import linear_term
from symopt.language.optimizer import Optimizer
from symopt.language.schedule import Schedule
from symopt.language.symbols import Hyper


def to_text(definition: Optimizer | Schedule) -> str:
    """The definition as plain text, its equations as LaTeX, one a line."""
    equations = [f"  {left} = {right}" for left, right in _equations(definition)]
    return "\n".join([*_head(definition), "", *equations, "", *_feet(definition)]) + "\n"


def to_latex(definition: Optimizer | Schedule) -> str:
    """The equations as LaTeX, ready to paste into a document."""
    rows = [f"  {left} &= {right}" for left, right in _equations(definition)]
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}\n"


def _equations(definition: Optimizer | Schedule) -> list[tuple[str, str]]:
    if isinstance(definition, Schedule):
        return [(f"{latex_name(definition.symbol)}_t", latex(to_term(definition.value)))]
    term = linear_term if is_linear(definition) else to_term
    return [(latex(term(eq.lhs)), latex(term(eq.rhs))) for eq in definition.update]


def _head(definition: Optimizer | Schedule) -> list[str]:
    return [f"{definition.title} ({definition.name})", *([definition.source] if definition.source else [])]


def _feet(definition: Optimizer | Schedule) -> list[str]:
    rows = [_hyper(h) for h in definition.hyper]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    out = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    if isinstance(definition, Optimizer) and definition.init:
        out += ["", "at t = 0: " + ", ".join(f"{s} = {value}" for s, value in definition.init.items())]
    return out


def _hyper(hyper: Hyper) -> tuple[str, str, str, str]:
    default = "no default" if hyper.default is None else f"= {_decimal(hyper.default)}"
    return f"  {hyper.name}", default, f"in {domain_text(hyper.domain)}", hyper.symbol.meaning


def _decimal(value: sp.Rational) -> str:
    """A default as papers print it: 0.999, and 1e-08 rather than 1/100000000."""
    number = float(value)
    return f"{number:g}" if sp.Rational(f"{number:g}") == value else str(value)
