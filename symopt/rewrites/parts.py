"""Rules about the parts of sums and products: one too many, one too few, one of the wrong sign."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from symopt.language import terms as T
from symopt.language.terms import Path, Term
from symopt.rewrites.mechanism import Change, Rule
from symopt.rewrites.patterns import canonical, positions, put
from symopt.rewrites.roles import PARAMETER, Roles, shifted
from symopt.rewrites.rules import defined_name


@dataclass(frozen=True)
class StrayFactor(Rule):
    """A factor of that kind that does not belong."""

    kind: str

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        factors = list(roles.candidates(self.kind))
        for path, summand in summands(term):
            if roles.of(summand) != PARAMETER:
                for factor in factors:
                    if factor.name not in defined_name(term):
                        yield path, put(term, path, _times(summand, factor))

    def mends(self, term: Term, roles: Roles) -> Iterator[Change]:
        for path, node in positions(term):
            if node.head == "mul":
                for i, factor in enumerate(node.args):
                    if roles.fits(factor, self.kind):
                        yield path, put(term, path, T.mul(*node.args[:i], *node.args[i + 1 :]), join=False)
            elif node.head == "div" and roles.fits(node.args[0], self.kind):
                yield path, put(term, path, T.number(1) / node.args[1])


@dataclass(frozen=True)
class MissingFactor(Rule):
    """A factor of that kind that is not there."""

    kind: str

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        return StrayFactor(self.kind).mends(term, roles)

    def mends(self, term: Term, roles: Roles) -> Iterator[Change]:
        yield from StrayFactor(self.kind).breaks(term, roles)
        old = [*roles.candidates("previous"), *(shifted(x, -1, roles.time) for x in roles.candidates("parameter"))]
        before = old if self.kind == "value" else []
        for path, whole, weight, rest in _loose_weights(term, roles):
            for factor in (*roles.candidates(self.kind), *before):
                yield path, put(term, path, T.add(*whole, T.mul(weight, factor), *rest))
        for path, summand in summands(term):
            for value in before:
                yield path, put(term, path, _times(summand, value))


def _loose_weights(term: Term, roles: Roles) -> Iterator[tuple[Path, tuple[Term, ...], Term, tuple[Term, ...]]]:
    """Where ``1 - beta`` or ``1 - eta lambda`` stands as two parts of a sum: what is before it, itself, the rest."""
    for path, node in positions(term):
        if node.head != "add" or len(node.args) < 3:
            continue
        for i, (one, rate) in enumerate(pairwise(node.args)):
            if one == T.number(1) and rate.head == "neg" and _is_rate(rate.args[0], roles):
                yield path, node.args[:i], T.add(one, rate), node.args[i + 2 :]


def _is_rate(term: Term, roles: Roles) -> bool:
    product = term.head == "mul" and all(roles.fits(factor, "hyper") for factor in term.args)
    return product or roles.fits(term, "decay")


def _times(summand: Term, factor: Term) -> Term:
    if summand.head == "neg":
        return T.neg(_times(summand.args[0], factor))
    if summand == T.number(1):
        return factor
    if summand.head == "div":
        return _times(summand.args[0], factor) / summand.args[1]
    # Coefficients are written before what they multiply, values after.
    return T.mul(factor, summand) if factor.head == "name" else T.mul(summand, factor)


def summands(term: Term) -> Iterator[tuple[Path, Term]]:
    """The parts of every sum on the right side, or the whole of it where it is none."""
    for path, node in positions(term):
        if node.head == "relation":
            continue
        parent = term.at_path(path[:-1]) if path else None
        whole = parent is None or parent.head in ("relation", "cases") or parent.name in ("max", "min")
        part = parent is not None and parent.head == "add"
        if node.head != "number" and (part or (whole and node.head != "add")):
            yield path, node


class MissingHalf(Rule):
    """One half that is not there: ``(a - b) (1 + c)`` for ``(a - b) (1 + c) / 2``."""

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        for path, summand in summands(term):
            if summand.head == "div" and summand.args[1] == T.number(2) and summand.args[0].head != "number":
                yield path, put(term, path, summand.args[0])

    def mends(self, term: Term, roles: Roles) -> Iterator[Change]:
        for path, summand in summands(term):
            if summand.name == "sqrt" or (summand.head == "mul" and all(a.head != "number" for a in summand.args)):
                yield path, put(term, path, summand / T.number(2))


class Sign(Rule):
    """The sign of one part of a sum flipped."""

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        for path, node in positions(term):
            if node.head == "add":
                for i in range(len(node.args)):
                    flipped = T.add(*node.args[:i], T.neg(node.args[i]), *node.args[i + 1 :])
                    yield (*path, i), put(term, path, flipped)
            elif node.name == "exp" and node.args[0].head != "neg":
                yield (*path, 0), put(term, (*path, 0), T.neg(node.args[0]))
            elif node.head == "neg" and (not path or term.at_path(path[:-1]).head != "add"):
                yield path, put(term, path, node.args[0])
        for path, summand in summands(term):
            above = term.at_path(path[:-1]) if path else summand
            compared = above.name in ("max", "min") and roles.fits(summand, "value")  # of a value and its negative
            if not (summand.head == "neg" or above.head == "add" or compared):
                yield path, put(term, path, T.neg(summand))

    mends = breaks


class MissingSummand(Rule):
    """A part of a sum that is not there. Mended with the parts that sums of optimizers have: memory,
    a gradient or its square, weighted or not, the constant that guards a division, and 1."""

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        usual = {canonical(p) for p in _usual_parts(term.args[0], roles)} if term.head == "relation" else set()
        for path, node in positions(term):
            if node.head != "add":
                continue
            for i, part in enumerate(node.args):
                left = (*node.args[:i], *node.args[i + 1 :])
                one = part == T.number(1) and [a.head for a in left] == ["neg"]
                if one or roles.fits(part, "epsilon") or (path == (1,) and canonical(part) in usual):
                    yield path, put(term, path, T.add(*left))

    def mends(self, term: Term, roles: Roles) -> Iterator[Change]:
        if term.head == "relation" and term.args[1].head != "cases":
            for part in _usual_parts(term.args[0], roles):
                yield (1,), put(term, (1,), part + term.args[1])
        for path, node in positions(term):
            if node.head == "neg":
                yield path, put(term, path, T.number(1) - node.args[0], join=False)
                if node.args[0].head == "mul":
                    first, *others = node.args[0].args
                    yield path, put(term, path, T.mul(T.number(1) - first, *others))
            if (_in_denominator(term, path) or _under_root(term, path)) and node.head not in ("number", "add"):
                for epsilon in roles.candidates("epsilon"):
                    yield path, put(term, path, node + epsilon)


def _usual_parts(left: Term, roles: Roles) -> Iterator[Term]:
    old = shifted(left, -1, roles.time)
    yield old
    decays, coefficients = list(roles.candidates("decay")), list(roles.candidates("hyper"))
    yield from (decay * old for decay in decays)
    for gradient in roles.candidates("gradient"):
        for value in (gradient, gradient**2):
            yield value
            yield from ((1 - decay) * value for decay in decays)
        yield from (h * gradient for h in coefficients)
        yield from (-(h * gradient) for h in coefficients)
    for value in roles.candidates("average"):
        yield value
        yield -value
        yield from (-(h * value) for h in coefficients)


def _in_denominator(term: Term, path: Path) -> bool:
    return any(term.at_path(path[:k]).head == "div" and path[k] == 1 for k in range(len(path)))


def _under_root(term: Term, path: Path) -> bool:
    return bool(path) and term.at_path(path[:-1]).name == "sqrt"


class StraySummand(Rule):
    """A part of a sum that does not belong: the constant that guards a division, or a previous value."""

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        for path, node in positions(term):
            if _in_denominator(term, path) and roles.fits(node, "average"):
                for epsilon in roles.candidates("epsilon"):
                    yield path, put(term, path, node + epsilon)

    def mends(self, term: Term, roles: Roles) -> Iterator[Change]:
        for path, node in positions(term):
            if node.head == "add" and len(node.args) > 1:
                for i, part in enumerate(node.args):
                    values = {x for x in part.nodes() if roles.fits(x, "value")}  # more than one is a thought, no slip
                    if not roles.fits(part, "parameter") and part.head != "number" and len(values) < 2:
                        yield path, put(term, path, T.add(*node.args[:i], *node.args[i + 1 :]))
