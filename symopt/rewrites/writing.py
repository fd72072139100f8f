"""Between a definition and its formulas as terms."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import sympy as sp

from symopt.language import At, Grad, Hyper, Optimizer, Sequence, t
from symopt.language import terms as T
from symopt.language.convert import latex_name, to_sympy, to_term
from symopt.language.terms import Term


def sides(optimizer: Optimizer) -> tuple[tuple[At, Any], ...]:
    """The left and the right side of each equation, in order."""
    return tuple((eq.lhs, eq.rhs) for eq in optimizer.update)  # type: ignore[misc]  # SymPy's sides are Basic


def rights(optimizer: Optimizer) -> tuple[Any, ...]:
    """The right side of each equation, in order."""
    return tuple(eq.rhs for eq in optimizer.update)


def equation(left: At, right: Any) -> Any:
    """The equation as it is, not compared side with side."""
    return sp.Eq(left, right, evaluate=False)


@lru_cache(maxsize=4096)
def terms_of(optimizer: Optimizer) -> tuple[Term, ...]:
    """The definition's equations as they are printed, in order."""
    return tuple(T.relation("=", to_term(eq.lhs), to_term(eq.rhs)) for eq in optimizer.update)


def with_terms(optimizer: Optimizer, equations: tuple[Term, ...], new: Iterable[Sequence] = ()) -> Optimizer:
    """The definition with these equations instead of its own.

    Args:
        optimizer: gives the names their meaning.
        equations: relations ``x_t = ...``, in order of evaluation.
        new: sequences that the equations have and the optimizer lacks.

    Raises:
        KeyError: a name that neither the optimizer nor ``new`` has.
    """
    old = dict(zip(terms_of(optimizer), optimizer.update, strict=True))
    names: dict[str, sp.Symbol] = {latex_name(t): t}
    names |= {latex_name(s): s for s in (*optimizer.sequences, *(h.symbol for h in optimizer.hyper), *new)}

    def resolve(term: Term) -> Any:
        if term.head == "name":
            return names[term.name]
        if term.head == "at":
            sequence = names[term.name]
            assert isinstance(sequence, Sequence)
            return sequence[to_sympy(term.args[0], resolve)]
        return Grad(to_sympy(term.args[0], resolve)) if term.head == "grad" else None

    def compiled(relation: Term) -> sp.Eq:
        left, right = (to_sympy(side, resolve) for side in relation.args)
        assert isinstance(left, At)
        return equation(left, right)

    return restated(optimizer, (old[e] if e in old else compiled(e) for e in equations))


def restated(optimizer: Optimizer, update: Iterable[sp.Eq], hyper: Iterable[Hyper] | None = None) -> Optimizer:
    """The definition with other equations; hyperparameters and initial values that nothing uses go."""
    equations = tuple(update)
    defined: set[Any] = {eq.lhs.base for eq in equations}  # pyright: ignore[reportAttributeAccessIssue]  # At
    init = {s: x for s, x in optimizer.init.items() if s in defined}
    used = {x for eq in equations for x in eq.rhs.free_symbols} | {x for v in init.values() for x in v.free_symbols}
    declared = tuple(h for h in (optimizer.hyper if hyper is None else hyper) if h.symbol in used)
    return _unchecked(optimizer, update=equations, init=MappingProxyType(init), hyper=declared)


def _unchecked(optimizer: Optimizer, **changes: Any) -> Optimizer:
    """A copy with fields changed, not validated again.

    Validation takes most of the time that a variant costs. Forms keep definitions valid, and
    the tests validate every variant of every definition.
    """
    made: Optimizer = object.__new__(Optimizer)
    fields = ("name", "hyper", "update", "init", "params", "title", "source")
    made.__dict__.update({f: getattr(optimizer, f) for f in fields} | changes)
    return made
