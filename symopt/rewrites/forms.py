"""Other ways to write a definition: patterns everywhere, changes of variables, restatements, spellings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sympy as sp

from symopt.language import At, Hyper, HyperSymbol, Optimizer, Sequence, t
from symopt.language.terms import Term
from symopt.rewrites.patterns import rewritten
from symopt.rewrites.roles import Roles, roles_of
from symopt.rewrites.writing import equation, restated, sides, terms_of, with_terms


class Form(ABC):
    """Another way to write a definition."""

    @abstractmethod
    def of(self, optimizer: Optimizer) -> Optimizer | None:
        """The definition in this form; None where the form does not fit."""

    def change(self, optimizer: Optimizer) -> ChangeOfVariables | None:
        """What proves the two forms equivalent; None where they are not, or the form does not fit."""
        return None

    def written(self, equations: tuple[Term, ...], roles: Roles) -> tuple[Term, ...] | None:
        """The formulas in this form, where it is one of spelling only; None otherwise."""
        return None


@dataclass(frozen=True)
class ChangeOfVariables:
    """Old quantities in terms of the new ones of the same names.

    Args:
        states: the factor f of ``x_old = f * x_new``, for each sequence that is rescaled.
        hyper: the old hyperparameter as an expression in the new ones.
        new: declarations of new hyperparameters that differ from the old ones of their name.

    The identity (both empty) says that the parameters agree as they are.
    """

    states: Mapping[Sequence, sp.Expr] = field(default_factory=dict)
    hyper: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)
    new: tuple[Hyper, ...] = ()

    def of(self, optimizer: Optimizer) -> Optimizer:
        """The definition in the new variables."""

        def changed(x: sp.Expr) -> Any:
            values = {a: self.states[a.base] * a for a in x.atoms(At) if a.base in self.states} if self.states else {}
            return x.xreplace({**values, **self.hyper})

        update: list[Any] = []
        for left, right in sides(optimizer):
            factor = self.states.get(left.base, sp.S.One)
            right = sp.Add(*(changed(part) / factor.xreplace(dict(self.hyper)) for part in sp.Add.make_args(right)))
            update.append(equation(left, right))
        replaced = {h.name: h for h in self.new}
        hyper = [replaced.get(h.name, h) for h in optimizer.hyper]
        return restated(optimizer, update, hyper)


@dataclass(frozen=True)
class Everywhere(Form):
    """Patterns rewritten wherever they match, in every equation."""

    pairs: tuple[tuple[Term, Term], ...]

    def of(self, optimizer: Optimizer) -> Optimizer | None:
        equations, roles = terms_of(optimizer), roles_of(optimizer)
        for pattern, replacement in self.pairs:
            equations = tuple(rewritten(e, pattern, replacement, roles) or e for e in equations)
        return None if equations == terms_of(optimizer) else with_terms(optimizer, equations)


@dataclass(frozen=True)
class Changed(Form):
    """A change of variables, found by looking at the definition: an equivalence."""

    find: Callable[[Optimizer], ChangeOfVariables | None]

    def change(self, optimizer: Optimizer) -> ChangeOfVariables | None:
        return self.find(optimizer)

    def of(self, optimizer: Optimizer) -> Optimizer | None:
        change = self.find(optimizer)
        return change and change.of(optimizer)


@dataclass(frozen=True)
class Restated(Form):
    """The definition rebuilt by a function; an equivalence where ``equivalent``."""

    rebuild: Callable[[Optimizer], Optimizer | None]
    equivalent: bool = False

    def change(self, optimizer: Optimizer) -> ChangeOfVariables | None:
        return ChangeOfVariables() if self.equivalent and self.rebuild(optimizer) else None

    def of(self, optimizer: Optimizer) -> Optimizer | None:
        return self.rebuild(optimizer)


@dataclass(frozen=True)
class Spelled(Form):
    """Another spelling of the same formulas: what is read is the definition itself."""

    spell: Callable[[tuple[Term, ...], Roles], tuple[Term, ...] | None]

    def of(self, optimizer: Optimizer) -> Optimizer | None:
        return None

    def change(self, optimizer: Optimizer) -> ChangeOfVariables | None:
        return ChangeOfVariables() if self.spell(terms_of(optimizer), roles_of(optimizer)) else None

    def written(self, equations: tuple[Term, ...], roles: Roles) -> tuple[Term, ...] | None:
        return self.spell(equations, roles)


@dataclass(frozen=True)
class Velocity:
    """A sequence that the parameters move along.

    Args:
        state: the sequence.
        coefficient: what it is multiplied by in the parameters' equation, at the step.
        decay: the hyperparameter that multiplies its previous value; None where it has no memory.
        forcing: what is added to the decayed previous value.
    """

    state: Sequence
    coefficient: sp.Expr
    decay: sp.Symbol | None
    forcing: sp.Expr


@lru_cache(maxsize=64)
def velocity(optimizer: Optimizer) -> Velocity | None:
    """The sequence that the parameters' equation adds, times a constant; None where there is none."""
    equations = {left.base: right for left, right in sides(optimizer)}
    for part in sp.Add.make_args(equations[optimizer.params]):
        values = [a for a in part.atoms(At) if a.index == t]
        if len(values) != 1 or part.atoms(At) != {values[0]}:
            continue
        state, coefficient = values[0].base, part / values[0]
        own = equations[state]
        if coefficient.atoms(At) or state.is_nonnegative or isinstance(own, sp.Piecewise):
            continue
        if optimizer.init.get(state, sp.S.Zero) != 0:  # what starts at a point is a point
            continue
        memory = [p for p in sp.Add.make_args(own) if p.has(state[t - 1])]
        decay = memory[0] / state[t - 1] if len(memory) == 1 else None
        known = decay if isinstance(decay, HyperSymbol) else None
        if len(memory) <= 1 and (known is not None or not memory) and own.atoms(At) != {optimizer.params[t - 1]}:
            return Velocity(state, coefficient, known, sp.Add(*(p for p in sp.Add.make_args(own) if p not in memory)))
    return None
