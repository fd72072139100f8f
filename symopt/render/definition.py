"""A definition for a terminal: its equations, its hyperparameters, its source."""

from __future__ import annotations

import sympy as sp

from symopt.language.convert import latex_name, to_term
from symopt.language.domains import domain_text
from symopt.language.latex import latex
from symopt.language.linear import is_linear
from symopt.language.linear_terms import linear_term
from symopt.language.loss import Loss, Regulariser
from symopt.language.optimizer import Optimizer
from symopt.language.plain import plain
from symopt.language.schedule import Schedule
from symopt.language.symbols import Hyper
from symopt.render.typeset import latex as typeset

Definition = Optimizer | Schedule | Loss | Regulariser


def to_text(definition: Definition) -> str:
    """The definition as plain text, one equation a line."""
    equations = [f"  {left} = {right}" for left, right in _plainly(definition)]
    feet = "\n".join(_feet(definition)).strip("\n")
    return "\n".join([*_head(definition), "", *equations, *(["", feet] if feet else [])]) + "\n"


def to_latex(definition: Definition) -> str:
    """The equations as LaTeX, ready to paste into a document."""
    rows = [f"  {left} &= {right}" for left, right in _equations(definition)]
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}\n"


def _plainly(definition: Definition) -> list[tuple[str, str]]:
    match definition:
        case Optimizer():
            return [(plain(eq.lhs), plain(eq.rhs)) for eq in definition.update]
        case Schedule():
            return [(f"{definition.symbol}[t]", plain(definition.value))]
        case _:
            return [(name, plain(value)) for name, value in _parts(definition)]


def _parts(definition: Loss | Regulariser) -> list[tuple[str, sp.Expr]]:
    """A loss with its prediction; a penalty, or a norm and the projection that keeps it in bounds."""
    if isinstance(definition, Loss):
        return [("loss", definition.expression), ("prediction", definition.prediction)]
    if definition.bound is None:
        return [("penalty", definition.expression)]
    return [("norm", definition.expression), (plain(definition.weight), definition.projection)]


def _equations(definition: Definition) -> list[tuple[str, str]]:
    if isinstance(definition, Loss | Regulariser):
        return [(rf"\text{{{name}}}", typeset(value)) for name, value in _parts(definition)]
    if isinstance(definition, Schedule):
        return [(f"{latex_name(definition.symbol)}_t", latex(to_term(definition.value)))]
    term = linear_term if is_linear(definition) else to_term
    return [(latex(term(eq.lhs)), latex(term(eq.rhs))) for eq in definition.update]


def _head(definition: Definition) -> list[str]:
    title = definition.title
    if isinstance(definition, Loss | Regulariser):
        title = title[:1].upper() + title[1:]  # a loss's title is made for the middle of a sentence
    return [f"{title} ({definition.name})", *([definition.source] if definition.source else [])]


def _feet(definition: Definition) -> list[str]:
    if isinstance(definition, Regulariser):
        return []
    if isinstance(definition, Loss):
        labels = domain_text(definition.domain)
        return [f"score {plain(definition.score)}, target {plain(definition.target)} in {labels}"]
    rows = [_hyper(h) for h in definition.hyper if not isinstance(h.domain, sp.FiniteSet)]  # pi is no choice
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    out = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    if isinstance(definition, Optimizer) and definition.init:
        out += ["", "at t = 0: " + ", ".join(f"{s} = {plain(value)}" for s, value in definition.init.items())]
    return out


def _hyper(hyper: Hyper) -> tuple[str, str, str, str]:
    default = "no default" if hyper.default is None else f"= {_decimal(hyper.default)}"
    return f"  {hyper.name}", default, f"in {domain_text(hyper.domain)}", hyper.symbol.meaning


def _decimal(value: sp.Rational) -> str:
    """A default as papers print it: 0.999, and 1e-08 rather than 1/100000000."""
    number = float(value)
    return f"{number:g}" if sp.Rational(f"{number:g}") == value else str(value)
