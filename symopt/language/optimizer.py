"""An optimizer, written down once as the recurrences a paper prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache, partial
from types import MappingProxyType
from typing import Any

import sympy as sp

from symopt.language.symbols import At, Grad, Hyper, HyperSymbol, Sequence, t
from symopt.language.validation import check
from symopt.language.vocabulary import theta


@lru_cache(maxsize=1 << 14)
def _values_in(right: Any) -> frozenset[At]:
    """The sequences' values that an expression has; definitions under conventions share most of their equations."""
    return frozenset(right.atoms(At))


class Optimizer:
    """A gradient-based optimizer as a system of recurrences. Immutable.

    The equations of ``update`` are evaluated in order at step t = 1, 2, ...: each defines
    one sequence at index t from values already known: sequences at earlier steps,
    sequences defined by an equation above it, hyperparameters, t, and the gradient oracle.

    Args:
        name: identifier, such as ``"adam"``.
        hyper: declared hyperparameters, with defaults from the source.
        update: equations ``Eq(x[t], expression)``.
        init: value at step 0, and at any step before it, of each sequence that is read at
            an earlier step; the parameters need none (the user starts them anywhere), and
            may set others (``{phi: theta[0]}``).
        params: the sequence of parameters; by default the one named ``theta``.
        title: the method's name as people print it.
        source: paper, and algorithm or equation number.

    Raises:
        DefinitionError: an undefined symbol, a value used before it exists in the step,
            a sequence defined twice, a missing initial value, or a default outside its
            domain; the message names the symbol and the equation.
    """

    def __init__(
        self,
        name: str,
        *,
        hyper: Iterable[Hyper | HyperSymbol],
        update: Iterable[sp.Basic],
        init: Mapping[Sequence, Any] | None = None,
        params: Sequence | None = None,
        title: str = "",
        source: str = "",
    ) -> None:
        self.name = name
        self.hyper = tuple(h if isinstance(h, Hyper) else h() for h in hyper)
        self.update: tuple[Any, ...] = tuple(update)
        self.init = MappingProxyType({s: sp.sympify(x, strict=True) for s, x in (init or {}).items()})
        self.title = title or name
        self.source = source
        self.params = params or theta
        check(self)

    @cached_property
    def sequences(self) -> tuple[Sequence, ...]:
        """Every sequence that the equations define, in order of evaluation."""
        return tuple(eq.lhs.base for eq in self.update)

    @cached_property
    def equations(self) -> Mapping[str, sp.Expr]:
        """The right-hand side at step t of each sequence, by name, in order of evaluation."""
        return MappingProxyType({eq.lhs.base.name: eq.rhs for eq in self.update})

    @cached_property
    def states(self) -> tuple[Sequence, ...]:
        """The sequences that a later step reads, the parameters first."""
        read_back = {a.base.name for eq in self.update for a in _values_in(eq.rhs) if a.index != t} | {self.params.name}
        return tuple(sorted((s for s in self.sequences if s.name in read_back), key=lambda s: s != self.params))

    @cached_property
    def query(self) -> sp.Expr:
        """The point where the step asks for the gradient."""
        calls = [c for eq in self.update for c in eq.rhs.atoms(Grad)]
        return calls[0].point if calls else self.params[t - 1]

    def sequence(self, name: str) -> Sequence:
        """The sequence of that name. Raises KeyError where there is none."""
        for s in self.sequences:
            if s.name == name:
                return s
        raise KeyError(name)

    def hyperparameter(self, name: str) -> Hyper:
        """The hyperparameter of that name. Raises KeyError where there is none."""
        for h in self.hyper:
            if h.name == name:
                return h
        raise KeyError(name)

    def replace(self, **changes: Any) -> Optimizer:
        """A copy with some of the constructor's arguments changed, validated again."""
        return Optimizer(**(self._fields() | changes))

    def _fields(self) -> dict[str, Any]:
        fields = ("name", "hyper", "update", "params", "title", "source")
        return {f: getattr(self, f) for f in fields} | {"init": dict(self.init)}

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(Optimizer, **self._fields()), ()

    def __repr__(self) -> str:
        return f"<Optimizer {self.name}: {'; '.join(f'{eq.lhs} = {eq.rhs}' for eq in self.update)}>"

    def _repr_latex_(self) -> str:
        rows = r" \\ ".join(f"{sp.latex(eq.lhs)} &= {sp.latex(eq.rhs)}" for eq in self.update)
        return rf"$\displaystyle \begin{{aligned}} {rows} \end{{aligned}}$"
