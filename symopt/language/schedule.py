"""Hyperparameters that depend on the step."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symopt.language.symbols import Hyper, HyperSymbol


@dataclass(frozen=True)
class Schedule:
    """A hyperparameter's value at each step, such as a decaying learning rate.

    Args:
        name: identifier, such as ``"exponential-decay"``.
        symbol: the hyperparameter that it replaces.
        value: its value at step t, an expression in t and ``hyper``.
        hyper: the schedule's own hyperparameters, with defaults.
        title: the name as people print it.
        source: paper, lecture or book.
    """

    name: str
    symbol: HyperSymbol
    value: sp.Expr
    hyper: tuple[Hyper, ...]
    title: str
    source: str

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {sp.latex(self.symbol)}_{{t}} = {sp.latex(self.value)}$"
