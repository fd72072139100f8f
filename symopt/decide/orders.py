"""Whether one order of growth bounds another: O(k M) against O(k^2 M), log(1/epsilon) against its logarithm.

An order is a sum of products. In each product a quantity x that grows stands with five exponents,

    exp(-c q^x)    exp(-c x)    x^p    (log x)^l    (log log x)^m,       c > 0 not known

of which the first that differ decide. A product bounds another if it does so quantity by quantity, and a sum is
bounded if each of its parts is bounded by a part of the other; it is not if the quantities can grow, as powers of one
number, so that their quotient grows without end. What neither decides is undecided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import log

from symopt.decide.verdict import Status, Verdict, Witness

Exponents = tuple[Fraction, ...]
DOUBLE, SINGLE, POWER, LOG, LOGLOG = range(5)
_SPEEDS = range(4)
_BASE, _FAST_BASE = 100, 5
"""What grows is at this number in a witness, or at a power of it; the second where there are exponentials."""


@dataclass(frozen=True)
class Order:
    """A sum of products; equal orders may be different ones, for only `bounds` compares them."""

    parts: frozenset[tuple[tuple[str, Exponents], ...]]

    @staticmethod
    def of(quantity: str, exponent: Fraction | int = 1, level: int = POWER) -> Order:
        """One quantity to a power, or its logarithm to a power."""
        exponents = [Fraction(0)] * 5
        exponents[level] = Fraction(exponent)
        return Order(frozenset({((quantity, tuple(exponents)),)}))

    @property
    def quantities(self) -> frozenset[str]:
        return frozenset(name for part in self.parts for name, _ in part)

    @property
    def single(self) -> Mapping[str, Exponents] | None:
        """The exponents of the only part; None where there are several."""
        return dict(next(iter(self.parts))) if len(self.parts) == 1 else None

    def __mul__(self, other: Order) -> Order:
        return Order(frozenset(_times(a, b) for a in self.parts for b in other.parts))

    def __add__(self, other: Order) -> Order:
        return Order(self.parts | other.parts)

    def power(self, exponent: Fraction) -> Order | None:
        """A power; of a sum, a whole one alone."""
        if len(self.parts) == 1:
            (part,) = self.parts
            return Order(frozenset({_tidy((name, tuple(e * exponent for e in own)) for name, own in part)}))
        if exponent.denominator != 1 or not 1 <= exponent <= 4:
            return None
        made = self
        for _ in range(int(exponent) - 1):
            made = made * self
        return made

    @property
    def leading(self) -> Order:
        """Without the parts that others bound."""
        return Order(frozenset(p for p in self.parts if not any(p != q and _within(p, q) for q in self.parts)))

    def only(self, quantities: Iterable[str]) -> Order:
        """The order with all other quantities held fast."""
        kept = frozenset(quantities)
        return Order(frozenset(tuple(pair for pair in part if pair[0] in kept) for part in self.parts))


ONE = Order(frozenset({()}))


def bounds(upper: Order, lower: Order) -> Verdict:
    """Whether the first order is an upper bound of the second, up to a constant, as all quantities grow.

    Args:
        upper, lower: orders.

    Returns:
        Refuted with numbers: the quantities far along a way on which the quotient of the second and the first grows.
    """
    if all(any(_within(small, large) for large in upper.parts) for small in lower.parts):
        return Verdict(Status.PROVED, argument="each part is at most a part of the bound, quantity by quantity")
    for speeds in _ways(upper, lower):
        if _greatest(lower, speeds) > _greatest(upper, speeds):
            base = _FAST_BASE if _is_fast(upper, lower) else _BASE
            at = {name: Fraction(base) ** speed for name, speed in speeds.items()}
            values = (_number(side, at) for side in (upper, lower))
            return Verdict(
                Status.REFUTED, argument="the quotient grows without end",
                witness=Witness(at, None, *(f"about {value:.6g}" for value in values)),
            )  # fmt: skip
    return Verdict(Status.UNDECIDED, reason="neither is the larger in each quantity, and no way was found to part them")


def equal_orders(a: Order, b: Order) -> Verdict:
    """Whether each of two orders bounds the other."""
    first = bounds(a, b)
    return bounds(b, a) if first.proved else first


def _tidy(pairs: Iterable[tuple[str, Exponents]]) -> tuple[tuple[str, Exponents], ...]:
    return tuple(sorted((name, own) for name, own in pairs if any(own)))


def _times(
    a: tuple[tuple[str, Exponents], ...], b: tuple[tuple[str, Exponents], ...]
) -> tuple[tuple[str, Exponents], ...]:
    made = dict(a)
    for name, own in b:
        made[name] = tuple(x + y for x, y in zip(made[name], own, strict=True)) if name in made else own
    return _tidy(made.items())


def _within(small: tuple[tuple[str, Exponents], ...], large: tuple[tuple[str, Exponents], ...]) -> bool:
    mine, bound = dict(small), dict(large)
    zero = (Fraction(0),) * 5
    return all(mine.get(name, zero) <= bound.get(name, zero) for name in mine.keys() | bound.keys())


def _ways(*orders: Order) -> Iterator[dict[str, int]]:
    """How fast each quantity may grow: as which power of one number. Exponentials are compared by themselves."""
    names = sorted(frozenset().union(*(o.quantities for o in orders)))
    fast = _is_fast(*orders)
    for speeds in product(_SPEEDS, repeat=len(names)):
        moving = sum(1 for s in speeds if s)
        if moving and not (fast and (moving > 1 or max(speeds) > 1)):
            yield dict(zip(names, speeds, strict=True))


def _is_fast(*orders: Order) -> bool:
    return any(own[DOUBLE] or own[SINGLE] for o in orders for part in o.parts for _, own in part)


def _greatest(order: Order, speeds: Mapping[str, int]) -> Exponents:
    """The exponents of the order as a function of the one number."""
    return max(_along(part, speeds) for part in order.parts)


def _along(part: tuple[tuple[str, Exponents], ...], speeds: Mapping[str, int]) -> Exponents:
    total = [Fraction(0)] * 5
    for name, own in part:
        speed = speeds.get(name, 0)
        for level, e in enumerate(own):
            total[level] += e * speed if level == POWER else e if speed else 0
    return tuple(total)


def _number(order: Order, at: Mapping[str, Fraction]) -> float:
    """The value at large numbers; of exponentials, the constant is taken as log 2."""
    return sum(_value(part, at) for part in order.parts)


def _value(part: tuple[tuple[str, Exponents], ...], at: Mapping[str, Fraction]) -> float:
    value = 1.0
    for name, own in part:
        x = float(at[name])
        if x > 1:
            exponent = x * float(own[SINGLE]) - (float(-own[DOUBLE]) ** x if own[DOUBLE] else 0)
            value *= 2.0 ** max(exponent, -1000.0)
            value *= x ** float(own[POWER]) * log(x) ** float(own[LOG]) * log(log(x)) ** float(own[LOGLOG])
    return value
