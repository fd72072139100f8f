"""What becomes of a method when all gradients are c times as large: which hyperparameters make up for it.

Every quantity of the definition gets a degree d, so that it is c**d times as large: 1 for a gradient, 0 for the
parameters, the sum of the factors' for a product; the terms of a sum must have one degree. That is a system of
linear equations for the degrees of the states and of the hyperparameters that are not pure numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sympy as sp

from symopt.decide import identity
from symopt.derive.derivation import Derivation, Step
from symopt.derive.errors import NotDerivable
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, Dot, Grad, HyperSymbol, Norm, t


def scale_of(optimizer: Optimizer) -> Any:
    """The factor c, called otherwise where the definition has something of that name."""
    taken = {h.name for h in optimizer.hyper} | {s.name for s in optimizer.sequences}
    return sp.Symbol(next(name for name in ("c", "k", "scale") if name not in taken), positive=True)


class _NoDegree(Exception):
    """The expression is not c**d times as large for any d."""


class _Degrees:
    """The degrees of one definition's quantities as linear expressions in unknowns, with equations for these."""

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.unknown: dict[Any, Any] = {s: sp.Dummy(s.name) for s in optimizer.sequences}
        self.unknown |= {h.symbol: sp.Dummy(h.name) for h in optimizer.hyper if not _is_pure(h.symbol)}
        self.equations: list[Any] = [self.unknown[optimizer.params]]
        for eq in optimizer.update:
            self.same([self.unknown[eq.lhs.base], self(eq.rhs)])
        for state, value in optimizer.init.items():
            if value != 0:
                self.same([self.unknown[state], self(value)])

    def same(self, degrees: list[Any]) -> Any:
        """The one degree that all are."""
        self.equations += [degrees[0] - other for other in degrees[1:]]
        return degrees[0]

    def __call__(self, e: Any) -> Any:
        match e:
            case Grad():
                return sp.S.One
            case At():
                return self.unknown.get(e.base, sp.S.Zero)
            case sp.Symbol():
                return self.unknown.get(e, sp.S.Zero)
            case sp.Add() | sp.Max() | sp.Min():
                terms: Any = e.args
                return self.same([self(part) for part in terms if part != 0])
            case sp.Mul() | Dot():
                return sp.Add(*map(self, e.args))
            case sp.Pow() if e.exp.is_Rational:
                return e.exp * self(e.base)
            case sp.Abs() | Norm() | sp.Sum():
                return self(e.args[0])
            case sp.Piecewise():
                rows: Any = e.args
                for row in rows:
                    for comparison in row.cond.atoms(sp.core.relational.Relational):
                        self.same([self(side) for side in comparison.args if side != 0] or [sp.S.Zero])
                return self.same([self(row.expr) for row in rows if row.expr != 0])
            case sp.sign():
                self(e.args[0])
                return sp.S.Zero
            case _ if not e.args:
                return sp.S.Zero
            case _:
                for part in e.args:
                    self.same([sp.S.Zero, self(part)])
                return sp.S.Zero

    def solved(self) -> dict[Any, Any]:
        """The degree of each sequence and hyperparameter; 0 where the equations leave it open."""
        names = list(self.unknown.values())
        found = sp.linsolve([sp.sympify(e, strict=True) for e in self.equations], names)
        if found == sp.S.EmptySet:
            raise _NoDegree
        values: Any = next(iter(found))
        free = dict.fromkeys(names, sp.S.Zero)
        return {s: v.subs(free) for s, v in zip(self.unknown, values, strict=True)}


def _is_pure(symbol: Any) -> bool:
    """Whether a hyperparameter is a pure number: a share, or a count of steps."""
    domain = symbol.domain if isinstance(symbol, HyperSymbol) else None
    return bool(symbol.is_integer) or (isinstance(domain, sp.Interval) and bool(domain.end.is_finite))


@lru_cache(maxsize=256)
def degrees(optimizer: Optimizer) -> Mapping[Any, Any]:
    """The degree in the gradients' scale of each sequence and hyperparameter.

    Raises:
        NotDerivable: with no choice of degrees do all terms of all sums agree.
    """
    try:
        return _Degrees(optimizer).solved()
    except (_NoDegree, IndexError):
        raise NotDerivable(
            f"{optimizer.name}: gradients c times as large are not made up for by hyperparameters alone"
        ) from None


def gradient_scale(optimizer: Optimizer) -> Derivation:
    """Gradients c times as large: the same steps with some hyperparameters multiplied by powers of c.

    Raises:
        NotDerivable: there are no such powers.
    """
    found, scale = degrees(optimizer), scale_of(optimizer)
    moved = {s[k]: scale ** found[s] * s[k] for s in optimizer.sequences for k in _indices(optimizer, s)}
    hypers = {h.symbol: scale ** found[h.symbol] * h.symbol for h in optimizer.hyper if found.get(h.symbol, 0) != 0}
    steps: list[Step] = []
    for eq in optimizer.update:
        calls: dict[Any, Any] = {g: scale * g for g in eq.rhs.atoms(Grad)}
        plain = sp.Eq(eq.lhs, eq.rhs, evaluate=False)
        larger = sp.Mul(scale ** found[eq.lhs.base], eq.rhs, evaluate=False)
        scaled = eq.rhs.xreplace(calls).xreplace(moved | hypers) if calls else eq.rhs.xreplace(moved | hypers)
        verdict = identity(scaled, larger)
        if not verdict.proved:
            raise NotDerivable(f"{optimizer.name}: {eq.lhs} is not a power of c times as large: {verdict.reason}")
        power = found[eq.lhs.base]
        rule = f"{eq.lhs.base} becomes {_times(scale, power)}" if power else f"{eq.lhs.base} stays as it is"
        steps.append(Step(plain, rule, sp.Eq(eq.lhs, larger, evaluate=False) if power else plain, verdict))
    return Derivation(
        f"Gradients {scale} times as large", tuple(steps), name="gradient-scale", optimizer=optimizer,
        assumptions=tuple(f"{h} is {_times(scale, found[h])} as well" for h in hypers) or (f"{scale} > 0",),
        remarks=tuple(_remarks(scale, {h: found[h] for h in hypers})),
    )  # fmt: skip


def _indices(optimizer: Optimizer, s: Any) -> set[Any]:
    found = {a.index for eq in optimizer.update for a in eq.rhs.atoms(At) if a.base == s}
    return found | {t, t - 1}


def _times(scale: Any, power: Any) -> str:
    return f"{scale**power} times as large"


def _remarks(scale: Any, hypers: Mapping[Any, Any]) -> list[str]:
    if not hypers:
        return ["The steps do not depend on the scale of the gradients."]
    changes = " and ".join(f"{h} multiplied by {scale**-power}" for h, power in hypers.items())
    lines = [f"Gradients {scale} times as large are the same as {changes}, with the gradients as they were."]
    if all(power > 0 and h.domain.start == 0 for h, power in hypers.items()):
        names = " and ".join(f"{h} {'=' if sp.S.Zero in h.domain else '->'} 0" for h in hypers)
        lines.append(f"With {names} the steps do not depend on the scale of the gradients; else they do.")
    return lines
