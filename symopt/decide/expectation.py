"""Expectations: linear, with what does not depend on gradients taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flint import fmpq

from symopt.decide import sums
from symopt.decide.budget import Undecidable
from symopt.decide.field import Field, Generator, Poly, Ratio
from symopt.decide.ranges import NONNEGATIVE, NONNEGATIVE_RANGE, REAL

if TYPE_CHECKING:
    from symopt.decide.normal import Normalizer

_RANDOM_KEYS = ("at", "draw", "grad")


def expectation(n: Normalizer, e: Any) -> Ratio:
    """E of each term: its deterministic factors times the mean of the rest."""
    with n.where():
        value = n(e.args[0])
    return mean_of(n, value)


def mean_of(n: Normalizer, value: Ratio) -> Ratio:
    field = n.field
    if any(is_random(field, g) for g in field.used(value.den)):
        raise Undecidable("the expectation of a quotient by a random quantity")
    total = field.number(0)
    for monomial, coefficient in value.num.terms():
        used = [(field.generator_at(s), e) for s, e in enumerate(monomial) if e]
        random = [(g, e) for g, e in used if is_random(field, g)]
        kept = tuple(0 if is_random_slot(field, s, e) else e for s, e in enumerate(monomial))
        fixed = field.make(field.context.from_dict({kept: coefficient}), value.den)
        total = field.add(total, field.multiply(fixed, _mean(n, random)))
    return total


def is_random_slot(field: Field, slot: int, exponent: int) -> bool:
    return bool(exponent) and is_random(field, field.generator_at(slot))


def is_random(field: Field, g: Generator) -> bool:
    """Whether the generator depends on gradients: a sequence's value, a draw, or what is made of them."""
    if g.key == "grad" or (isinstance(g.key, tuple) and g.key[0] in _RANDOM_KEYS):
        return True
    if isinstance(g.key, tuple) and g.key[0] == "mean":
        return False
    inside = [p for a in g.args for p in a] + ([g.radicand] if g.radicand is not None else [])
    return any(is_random(field, h) for p in inside for h in field.used(p))


def _mean(n: Normalizer, random: list[tuple[Generator, int]]) -> Ratio:
    if not random:
        return n.field.number(1)
    if len(random) == 1 and random[0][1] == 1 and _is_sum(random[0][0]):
        return _mean_of_sum(n, random[0][0])
    known = n.world.mean(n, random)
    if known is not None:
        return known
    p = monomial_of(n.field, random)
    with n.where():
        range = NONNEGATIVE_RANGE if n.signs.of(p) <= NONNEGATIVE else REAL
    return n.named(("mean", str(p)), f"E[{n.text(p)}]", range, args=(Ratio(p, n.field.one),))


def _is_sum(g: Generator) -> bool:
    return isinstance(g.key, tuple) and g.key[0] == "sum"


def _mean_of_sum(n: Normalizer, g: Generator) -> Ratio:
    """The sum of the means of the terms."""
    bound, low, high, dummy = g.args
    return sums.sum_of(n, mean_of(n, bound), dummy, low, high)


def monomial_of(field: Field, factors: list[tuple[Generator, int]]) -> Poly:
    exponents = [0] * field.size
    for g, e in factors:
        exponents[g.slot] = e
    return field.context.from_dict({tuple(exponents): fmpq(1)})
