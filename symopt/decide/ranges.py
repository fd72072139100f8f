"""Where a quantity's values lie: an interval with rational ends, and the signs it allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp
from flint import fmpq

if TYPE_CHECKING:
    from collections.abc import Iterable

Signs = frozenset[int]
"""The signs that a quantity may have, of -1, 0 and 1."""

ANY: Signs = frozenset({-1, 0, 1})
PLUS: Signs = frozenset({1})
MINUS: Signs = frozenset({-1})
ZERO: Signs = frozenset({0})
NONNEGATIVE: Signs = frozenset({0, 1})
NONPOSITIVE: Signs = frozenset({-1, 0})


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; None is an end at infinity. An open end is not attained."""

    low: fmpq | None = None
    high: fmpq | None = None
    low_open: bool = False
    high_open: bool = False

    def signs(self) -> Signs:
        below = self.low is None or self.low < 0
        above = self.high is None or self.high > 0
        zero = (below or (self.low == 0 and not self.low_open)) and (above or (self.high == 0 and not self.high_open))
        return frozenset(s for s, there in ((-1, below), (0, zero), (1, above)) if there)

    def within(self, other: Range) -> Range:
        """The intersection."""
        low, low_open = _tighter((self.low, self.low_open), (other.low, other.low_open), 1)
        high, high_open = _tighter((self.high, self.high_open), (other.high, other.high_open), -1)
        return Range(low, high, low_open, high_open)


def _tighter(a: tuple[fmpq | None, bool], b: tuple[fmpq | None, bool], side: int) -> tuple[fmpq | None, bool]:
    if a[0] is None or b[0] is None:
        return b if a[0] is None else a
    if a[0] == b[0]:
        return a[0], a[1] or b[1]
    return a if (a[0] > b[0]) == (side > 0) else b


REAL = Range()
POSITIVE = Range(fmpq(0), None, low_open=True)
NONNEGATIVE_RANGE = Range(fmpq(0), None)
UNIT = Range(fmpq(0), fmpq(1))
FROM_ONE = Range(fmpq(1), None)


def range_of_signs(signs: Signs) -> Range:
    """The half-line that the signs leave."""
    low = None if -1 in signs else fmpq(0)
    high = None if 1 in signs else fmpq(0)
    return Range(low, high, low is not None and 0 not in signs, high is not None and 0 not in signs)


def range_of_symbol(symbol: sp.Basic, domain: sp.Set | None = None) -> Range:
    """What the symbol's assumptions, and its domain, say about its values."""
    found = range_of_signs(_assumed(symbol))
    if symbol.is_integer and symbol.is_positive:
        found = FROM_ONE
    return found if domain is None else found.within(_range_of_set(domain))


def _assumed(symbol: sp.Basic) -> Signs:
    facts: Iterable[tuple[bool | None, Signs]] = (
        (symbol.is_positive, PLUS), (symbol.is_negative, MINUS),
        (symbol.is_nonnegative, NONNEGATIVE), (symbol.is_nonpositive, NONPOSITIVE),
        (symbol.is_nonzero, PLUS | MINUS),
    )  # fmt: skip
    signs = ANY
    for known, allowed in facts:
        signs = signs & allowed if known else signs
    # An assumption "nonzero" alone leaves two half-lines, which no interval says.
    return signs if signs != PLUS | MINUS else ANY


def _range_of_set(domain: sp.Set) -> Range:
    if isinstance(domain, sp.Interval):
        low, high = domain.start, domain.end
        return Range(
            fmpq(int(low.p), int(low.q)) if isinstance(low, sp.Rational) else None,
            fmpq(int(high.p), int(high.q)) if isinstance(high, sp.Rational) else None,
            bool(domain.left_open), bool(domain.right_open),
        )  # fmt: skip
    if domain == sp.Naturals:
        return FROM_ONE
    if domain == sp.Naturals0:
        return NONNEGATIVE_RANGE
    return REAL
