"""What makes a definition runnable; checked when the definition is made."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import sympy as sp

from symopt.language.dimensions import ShapeError, dimensions
from symopt.language.symbols import At, Sequence, t

if TYPE_CHECKING:
    from symopt.language.optimizer import Optimizer


class DefinitionError(ValueError):
    """A definition that cannot be run: the message names the symbol and the equation."""


def check(optimizer: Optimizer) -> None:
    """Raise DefinitionError at the first thing that keeps the definition from running."""
    _check_form(optimizer)
    _check_names(optimizer)
    _check_defaults(optimizer)
    _check_equations(optimizer)
    _check_initial_values(optimizer)
    if not all(s.is_commutative for s in optimizer.sequences):
        _check_shapes(optimizer)


def _check_form(optimizer: Optimizer) -> None:
    for number, equation in enumerate(optimizer.update, start=1):
        if not isinstance(equation, sp.Eq):
            raise DefinitionError(f"{optimizer.name}: equation {number} must be Eq(x[t], ...), but it is {equation}")
        if not (isinstance(equation.lhs, At) and equation.lhs.index == t):
            raise DefinitionError(f"{_place(optimizer, number)}: the left side must be a sequence at step t")
    if optimizer.params not in optimizer.sequences:
        raise DefinitionError(f"{optimizer.name}: no equation defines the parameters {optimizer.params}")


def _check_names(optimizer: Optimizer) -> None:
    names = ["t", *(s.name for s in optimizer.sequences), *(h.name for h in optimizer.hyper)]
    for number, sequence in enumerate(optimizer.sequences, start=1):
        if sequence in optimizer.sequences[: number - 1]:
            raise DefinitionError(f"{_place(optimizer, number)}: {sequence} is defined twice in one step")
    for name in names:
        if names.count(name) > 1:
            raise DefinitionError(f"{optimizer.name}: the name {name} is used for two things")


def _check_defaults(optimizer: Optimizer) -> None:
    for hyper in optimizer.hyper:
        if hyper.default is not None and not _is_within(hyper.default, hyper.domain):
            raise DefinitionError(
                f"{optimizer.name}: {hyper.name} has default {hyper.default}, outside its domain {hyper.domain}"
            )


# Definitions share most of their values and domains, and SymPy is slow to print, expand and compare them.


@lru_cache(maxsize=4096)
def _is_within(default: Any, domain: Any) -> bool:
    return default in domain


@lru_cache(maxsize=4096)
def _lag(index: Any) -> Any:
    return sp.expand(t - index)


@lru_cache(maxsize=4096)
def _text(x: Any) -> str:
    return str(x)


def _check_equations(optimizer: Optimizer) -> None:
    declared: set[sp.Basic] = {t, *(h.symbol for h in optimizer.hyper)}
    defined: set[Sequence] = set()
    for number, equation in enumerate(optimizer.update, start=1):
        where = partial(_place, optimizer, number)
        for used in sorted(equation.rhs.atoms(At), key=_text):
            _check_use(optimizer, used, defined, where)
        for symbol in sorted(equation.rhs.free_symbols - declared, key=str):
            raise DefinitionError(f"{where()}: {_undeclared(symbol)}")
        defined.add(equation.lhs.base)


def _check_use(optimizer: Optimizer, used: At, defined: set[Sequence], where: Callable[[], str]) -> None:
    _check_known(optimizer, used.base, where)
    lag = _lag(used.index)
    if not (lag.is_Integer and lag >= 0) and used.index != 0:
        raise DefinitionError(f"{where()}: {used} must be read at step t, at an earlier one, or at 0")
    if lag == 0 and used.base not in defined:
        raise DefinitionError(f"{where()}: {used} is used before it exists in the step (a circular definition)")
    if lag != 0 and used.base not in optimizer.init and used.base != optimizer.params:
        raise DefinitionError(f"{where()}: {used} needs an initial value, init={{{used.base}: ...}}")


def _check_known(optimizer: Optimizer, sequence: Sequence, where: Callable[[], str]) -> None:
    if sequence in optimizer.sequences:
        return
    if sequence.name in {s.name for s in optimizer.sequences}:
        raise DefinitionError(f"{where()}: {sequence} is declared twice, with different signs or shapes")
    raise DefinitionError(f"{where()}: {sequence} is not defined; no equation of the definition gives it")


def _check_initial_values(optimizer: Optimizer) -> None:
    declared: set[sp.Basic] = {h.symbol for h in optimizer.hyper}
    for sequence, value in optimizer.init.items():
        where = partial(_initially, optimizer, sequence)
        _check_known(optimizer, sequence, where)
        for symbol in sorted(value.free_symbols - declared, key=str):
            raise DefinitionError(f"{where()}: {_undeclared(symbol)}")
        if value.atoms(At) - {optimizer.params[0]}:
            raise DefinitionError(f"{where()}: only the initial parameters {optimizer.params[0]} may set it")
        for sign in ("real", "nonnegative", "positive"):
            if getattr(sequence, f"is_{sign}") and getattr(value, f"is_{sign}") is False:
                raise DefinitionError(f"{where()}: {sequence} is declared {sign}")


def _check_shapes(optimizer: Optimizer) -> None:
    for number, equation in enumerate(optimizer.update, start=1):
        try:
            left, right = dimensions(equation.lhs), dimensions(equation.rhs)
        except ShapeError as error:
            raise DefinitionError(f"{_place(optimizer, number)}: {error}") from error
        if left != right:
            given = " by ".join(right)
            raise DefinitionError(
                f"{_place(optimizer, number)}: {equation.lhs.base} is {' by '.join(left)}, not {given}"
            )


def _undeclared(symbol: sp.Basic) -> str:
    if isinstance(symbol, Sequence):
        return f"{symbol} is a sequence; write at which step, such as {symbol}[t]"
    return f"{symbol} is not defined; declare it as a hyperparameter"


def _place(optimizer: Optimizer, number: int) -> str:
    equation = optimizer.update[number - 1]
    return f"{optimizer.name}: equation {number}, {equation.lhs} = {equation.rhs}"


def _initially(optimizer: Optimizer, sequence: Sequence) -> str:
    return f"{optimizer.name}: initial value {sequence}[0] = {optimizer.init[sequence]}"
