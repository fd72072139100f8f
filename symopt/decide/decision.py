"""The one procedure that every proof ends in: two elements of the field are one, in every case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symopt.decide.budget import MAX_GENERATORS, Budget, Overflow, Undecidable, Undefined
from symopt.decide.cases import branches
from symopt.decide.conditions import signed_part
from symopt.decide.field import Field, Poly, Ratio
from symopt.decide.normal import Normalizer
from symopt.decide.ranges import MINUS, NONNEGATIVE, NONPOSITIVE, PLUS, ZERO, Signs
from symopt.decide.signs import times
from symopt.decide.world import World

RELATION_SIGNS: dict[type, Signs] = {
    sp.Eq: ZERO, sp.Ne: PLUS | MINUS, sp.StrictGreaterThan: PLUS, sp.GreaterThan: NONNEGATIVE,
    sp.StrictLessThan: MINUS, sp.LessThan: NONPOSITIVE,
}  # fmt: skip
"""The signs of left - right that each relation asks for."""


@dataclass(frozen=True)
class Case:
    """The polynomial identity that settles one branch.

    ``left`` and ``right`` are quotients of polynomials in the generators, written as lists of
    (exponents, coefficient); left.num * right.den - right.num * left.den is zero modulo the
    ``relations`` r**q = f and the polynomials in ``zeros``.
    """

    assumed: tuple[str, ...]
    generators: tuple[str, ...]
    relations: tuple[Any, ...]
    zeros: tuple[Any, ...]
    left: Any
    right: Any


Build = Callable[[Normalizer], tuple[Ratio, Ratio]]


def prove(
    budget: Budget, world: Callable[[], World], build: Build, *, assuming: Iterable[Any] = (), asked: Signs = ZERO
) -> list[Case] | None:
    """The cases in which the two elements that ``build`` makes are shown related as asked, or None if one fails.

    Raises:
        Undecidable: the procedure does not apply, with the reason.
    """
    for size in MAX_GENERATORS:
        try:
            return _prove(budget, size, world, build, tuple(assuming), asked)
        except Overflow:
            if size == MAX_GENERATORS[-1]:
                raise
    return None


def _prove(
    budget: Budget, size: int, world: Callable[[], World], build: Build, assuming: tuple[Any, ...], asked: Signs
) -> list[Case] | None:
    proved: list[Case] = []
    nowhere: Undefined | None = None
    for branch in branches():
        n = Normalizer(Field(size, budget), branch, world())
        try:
            for relation in assuming:
                suppose(n, relation)
            left, right = build(n)
            if any(n.vanishes(p) for p in (left.den, right.den, *n.divisors)):
                raise Undefined("a denominator is zero")
        except Undefined as error:
            if n.signs.zeros:
                # A side has no value where some quantity is zero: nothing is claimed there.
                nowhere = error
                continue
            if branch.said:
                raise Undecidable(f"a side has no value where {' and '.join(branch.said)}") from error
            raise
        if not related(n, left, right, asked):
            return None
        proved.append(record(n, left, right))
    if not proved:
        raise nowhere or Undecidable("no case is left")
    return proved


def suppose(n: Normalizer, relation: Any) -> None:
    """Take the relation as true."""
    if relation == sp.true:
        return
    if type(relation) not in RELATION_SIGNS:
        raise Undecidable(f"the assumption {relation} is not a comparison")
    wanted = RELATION_SIGNS[type(relation)]
    unknown, flip = signed_part(n, n.field.subtract(n(relation.lhs), n(relation.rhs)))
    if flip:
        wanted = times(wanted, MINUS)
    if not n.signs.of(unknown) & wanted:
        raise Undecidable(f"the assumption {relation} contradicts what is known")
    if not unknown.is_constant():
        n.signs.assume(unknown, wanted)


def related(n: Normalizer, left: Ratio, right: Ratio, asked: Signs) -> bool:
    if asked == ZERO:
        return n.vanishes(n.field.difference(left, right))
    return n.signs.of_ratio(n.field.subtract(left, right)) <= asked


def record(n: Normalizer, left: Ratio, right: Ratio) -> Case:
    """The branch's identity as data that no part of this package is needed to check."""
    field = n.field
    used = list(reversed(field.generators))

    def terms(p: Poly) -> Any:
        return [[[int(e) for e in m[field.size - len(used) :]], str(c)] for m, c in p.terms()]

    return Case(
        assumed=tuple(n.cases.said),
        generators=tuple(g.name for g in used),
        relations=tuple([used.index(g), g.order, terms(g.radicand)] for g in used if g.radicand is not None),
        zeros=tuple(terms(p) for p in n.signs.zeros),
        left=[terms(left.num), terms(left.den)],
        right=[terms(right.num), terms(right.den)],
    )
