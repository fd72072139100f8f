"""What makes a definition runnable; checked when the definition is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from symopt.language.symbols import At, Sequence, t

if TYPE_CHECKING:
    from symopt.language.optimizer import Optimizer


class DefinitionError(ValueError):
    """A definition that cannot be run: the message names the symbol and the equation."""


def check(optimizer: Optimizer) -> None:
    """Raise DefinitionError at the first thing that keeps the definition from running."""
    _check_equations(optimizer)
    _check_names(optimizer)
    _check_defaults(optimizer)


def _check_names(optimizer: Optimizer) -> None:
    names = [s.name for s in optimizer.sequences] + [h.name for h in optimizer.hyper]
    for name in names:
        if names.count(name) > 1:
            raise DefinitionError(f"{optimizer.name}: the name {name} is used for two things")


def _check_defaults(optimizer: Optimizer) -> None:
    for hyper in optimizer.hyper:
        if hyper.default is not None and hyper.default not in hyper.domain:
            raise DefinitionError(
                f"{optimizer.name}: {hyper.name} has default {hyper.default}, outside its domain {hyper.domain}"
            )


def _check_equations(optimizer: Optimizer) -> None:
    known = {eq.lhs.base for eq in optimizer.update if isinstance(eq.lhs, At)}
    declared: set[sp.Basic] = {h.symbol for h in optimizer.hyper} | {t}
    defined: set[Sequence] = set()
    for number, equation in enumerate(optimizer.update, start=1):
        where = f"{optimizer.name}: equation {number}, {equation.lhs} = {equation.rhs}"
        left = equation.lhs
        if not (isinstance(left, At) and left.index == t):
            raise DefinitionError(f"{where}: the left side must be a sequence at step t")
        if left.base in defined:
            raise DefinitionError(f"{where}: {left.base} is defined twice in one step")
        for used in sorted(equation.rhs.atoms(At), key=str):
            _check_use(optimizer, used, known, defined, where)
        for symbol in sorted(equation.rhs.free_symbols - declared, key=str):
            raise DefinitionError(f"{where}: {symbol} is not defined; declare it as a hyperparameter")
        defined.add(left.base)
    if optimizer.params not in defined:
        raise DefinitionError(f"{optimizer.name}: no equation defines the parameters {optimizer.params}")


def _check_use(
    optimizer: Optimizer, used: At, known: set[Sequence], defined: set[Sequence], where: str
) -> None:
    if used.base not in known:
        raise DefinitionError(f"{where}: {used.base} is not defined; no equation of the definition gives it")
    lag = sp.expand(t - used.index)
    if not (lag.is_Integer and lag >= 0) and used.index != 0:
        raise DefinitionError(f"{where}: {used} must be read at step t, at an earlier one, or at 0")
    if lag == 0 and used.base not in defined:
        raise DefinitionError(f"{where}: {used} is used before it exists in the step (a circular definition)")
    if lag != 0 and used.base not in optimizer.init and used.base != optimizer.params:
        raise DefinitionError(f"{where}: {used} needs an initial value, init={{{used.base}: ...}}")
