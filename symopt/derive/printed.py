"""Expressions in the shape that people write them: 1 - beta rather than -(beta - 1)."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.language.symbols import HyperSymbol, t


def merged(e: Any) -> Any:
    """The expression with powers of one base in a product made one power."""
    if e.is_Add:
        return sp.Add(*map(merged, e.args))
    if not e.is_Mul:
        return e
    exponents: dict[Any, Any] = {}
    for factor in e.args:
        base, exponent = factor.as_base_exp()
        exponents[base] = exponents.get(base, 0) + exponent
    return sp.Mul(*(merged(base) ** exponent for base, exponent in exponents.items()))


def outward(e: Any) -> Any:
    """The product with each factor that is negative for customary hyperparameters negated, and the sign in front."""
    e = merged(e)
    if not e.is_Mul and not e.is_Pow:
        return e
    sign, factors = sp.S.One, []
    for factor in sp.Mul.make_args(e):
        base, exponent = factor.as_base_exp()
        if base.is_Add and exponent.is_Integer and _usually_negative(base):
            sign *= (-1) ** (exponent % 2)
            terms: Any = base.args
            base = sp.Add(*(-a for a in terms))
        factors.append(base**exponent)
    return sp.Mul(sign, *factors)


def _usually_negative(e: Any) -> bool:
    """Whether the value at middling hyperparameters is negative; powers that depend on the step count as small."""
    moving = {p: sp.Rational(1, 50) for p in e.atoms(sp.Pow) if not p.exp.is_Rational}
    values = {s: _middling(s) for s in e.free_symbols} | {t: sp.Integer(9)}
    value = e.xreplace(moving).xreplace(values)
    if value.is_number and value.is_extended_real and value != 0:
        return bool(value < 0)
    return e.could_extract_minus_sign()


def _middling(symbol: Any) -> Any:
    if symbol.is_integer and not isinstance(symbol, HyperSymbol):
        return sp.S.One
    domain = symbol.domain if isinstance(symbol, HyperSymbol) else None
    if isinstance(domain, sp.Interval) and domain.end.is_finite and domain.start.is_finite:
        # Different values for different symbols, the later names nearer to the upper end.
        low: Any = domain.start
        high: Any = domain.end
        rank = sum(map(ord, symbol.name)) % 97
        return low + (high - low) * sp.Rational(100 + rank, 200 + rank)
    return sp.Rational(1, 10) if symbol.is_positive or symbol.is_nonnegative else symbol
