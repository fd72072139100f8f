"""The order in which people write the terms of a sum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp

from symopt.language.symbols import At


def ordered(terms: Iterable[Any]) -> list[Any]:
    """The terms of a sum in the customary order; a number stands last where the others are counts: t - i + 1."""
    found = sorted(terms, key=customary)
    numbers = [term for term in found if term.is_number]
    others = [term for term in found if not term.is_number]
    counts = numbers and others and all(term.is_integer for term in others)
    return [*others, *numbers] if counts and not others[0].could_extract_minus_sign() else found


def customary(term: Any) -> tuple[Any, ...]:
    """Powers of z first, then what is added before what is taken away, values at steps first, numbers in front."""
    z = sp.Symbol("z")
    degree = sp.Poly(term, z).degree() if term.has(z) and term.is_polynomial(z) else 0
    lags = [str(a.index) for a in term.atoms(At)]
    return (
        -int(degree), bool(term.could_extract_minus_sign()), not term.is_number, not isinstance(term, At), not lags,
        sp.default_sort_key(term),
    )  # fmt: skip
