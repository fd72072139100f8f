"""The rules that the catalogue is made of. Each is a value; each works in both directions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, permutations

from symopt.language import terms as T
from symopt.language.convert import latex_name
from symopt.language.terms import Path, Term
from symopt.language.vocabulary import weight_decay
from symopt.rewrites.mechanism import Change, Rule
from symopt.rewrites.patterns import kind_of, positions, put, rewrites_of
from symopt.rewrites.roles import ACCEPTS, GRADIENT, OTHER, PARAMETER, Roles, shifted


class Replace(Rule):
    """``right -> wrong``, from pairs of patterns: ``Replace((1 - b**T, 1 - b), ...)``.

    A metavariable that only one side has is filled with every name of its kind.
    """

    def __init__(self, *pairs: tuple[Term, Term]) -> None:
        self.pairs = pairs

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        for right, wrong in self.pairs:
            yield from _sensible(term, right, wrong, roles)

    def mends(self, term: Term, roles: Roles) -> Iterator[Change]:
        for right, wrong in self.pairs:
            yield from _sensible(term, wrong, right, roles)


def _sensible(term: Term, pattern: Term, replacement: Term, roles: Roles) -> Iterator[Change]:
    """Rewrites but those that a rewrite one node further up or down gives too."""
    if not kind_of(pattern):
        yield from rewrites_of(term, pattern, replacement, roles)
        return
    anything = kind_of(pattern) == "term"
    for path, new in rewrites_of(term, pattern, replacement, roles):
        parent = term.at_path(path[:-1]).head if path else ""
        node = term.at_path(path).head
        elsewhere = (
            (replacement.head == "mul" and (parent == "mul" or node == "neg"))
            or (replacement.head == "div" and (parent in ("mul", "div") or node == "neg"))
            or node in ("number", "relation", "cases")
        )
        power = replacement.head in ("pow", "call") and parent in ("pow", "call") and replacement.name != "abs"
        power |= anything and replacement.name == "sqrt" and node == "pow"  # the root of a square is no root
        if not (power or (anything and elsewhere) or under_gradient(term, path)):
            yield path, new


@dataclass(frozen=True)
class Shift(Rule):
    """A value taken ``by`` steps later than it should be (earlier where negative)."""

    by: int

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        return self._moved(term, roles, self.by)

    def mends(self, term: Term, roles: Roles) -> Iterator[Change]:
        return self._moved(term, roles, -self.by)

    def _moved(self, term: Term, roles: Roles, by: int) -> Iterator[Change]:
        for path, node in positions(term):
            if node.head == "at" and roles.fits(node, "value"):
                yield path, put(term, path, shifted(node, by, roles.time))


class OffByOne(Rule):
    """A number one too large or one too small."""

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        for path, node in positions(term):
            if node.value is not None:
                yield path, put(term, path, T.number(node.value + 1))
                if node.value >= 1:
                    yield path, put(term, path, T.number(node.value - 1))

    mends = breaks


@dataclass(frozen=True)
class Swap(Rule):
    """One hyperparameter written for another of the given kind.

    Args:
        kind: "decay", or "hyper" for any two.
        everywhere: whether all occurrences in the formula are swapped, or just one.
    """

    kind: str
    everywhere: bool = False

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        for ours, names in self._by_name(term, roles):
            for new in names:
                if self.everywhere:
                    yield ours[0][0], _renamed(term, ours, new)
                else:
                    yield from ((path, put(term, path, replace(node, name=new, span=None))) for path, node in ours)

    def mends(self, term: Term, roles: Roles) -> Iterator[Change]:
        """The same; where every occurrence was swapped, one may have been what it is from the beginning."""
        yield from self.breaks(term, roles)
        if self.everywhere:
            for ours, names in self._by_name(term, roles):
                for kept in ours if len(ours) > 2 else ():
                    others = [place for place in ours if place is not kept]
                    for new in names:
                        yield others[0][0], _renamed(term, others, new)

    def _by_name(self, term: Term, roles: Roles) -> Iterator[tuple[list[tuple[Path, Term]], list[str]]]:
        """Where each hyperparameter stands, and the others."""
        named = ((path, node) for path, node in _everywhere(term) if node.head in ("name", "at"))
        places = [(path, node) for path, node in named if roles.fits(node, self.kind)]
        names = [n for n in roles.role if roles.role[n] in ACCEPTS[self.kind]]
        for old in dict.fromkeys(node.name for _, node in places):
            yield [(path, node) for path, node in places if node.name == old], [n for n in names if n != old]


def _renamed(term: Term, places: list[tuple[Path, Term]], new: str) -> Term:
    paths = {path for path, _ in places}

    def go(node: Term, path: Path) -> Term:
        if path in paths:
            return replace(node, name=new, span=None)
        args = tuple(go(a, (*path, i)) for i, a in enumerate(node.args))
        same = all(a is b for a, b in zip(args, node.args, strict=True))
        return node if same else replace(node, args=args, span=None)

    return go(term, ())


def _everywhere(term: Term) -> Iterator[tuple[Path, Term]]:
    """Every position, the insides of exponents and of time indices too."""
    for path, node in term.walk():
        if not (term.head == "relation" and path[:1] == (0,)):
            yield path, node


@dataclass(frozen=True)
class Exchange(Rule):
    """Two names of the given kind written for each other wherever they stand in the formula."""

    kind: str

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        first: dict[str, Path] = {}
        for path, node in _everywhere(term):
            if node.head in ("name", "at") and roles.fits(node, self.kind):
                first.setdefault(node.name, path)
        for one, other in combinations(first, 2):
            if not defined_name(term) & {one, other}:
                yield first[one], _exchanged(term, {one: other, other: one})

    mends = breaks


def _exchanged(term: Term, names: Mapping[str, str]) -> Term:
    if term.head == "relation":
        return replace(term, args=(term.args[0], _exchanged(term.args[1], names)), span=None)

    def change(node: Term) -> Term | None:
        ours = node.head in ("name", "at") and node.name in names
        return replace(node, name=names[node.name], span=None) if ours else None

    return term.map(change)


@dataclass(frozen=True)
class Substitute(Rule):
    """One quantity written for another: a value that plays ``right`` replaced by one that plays ``wrong``."""

    right: str
    wrong: str

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        return self._put(term, roles, self.right, self.wrong)

    def mends(self, term: Term, roles: Roles) -> Iterator[Change]:
        return self._put(term, roles, self.wrong, self.right)

    def _put(self, term: Term, roles: Roles, old: str, new: str) -> Iterator[Change]:
        for path, node in positions(term):
            if not roles.fits(node, old) or under_gradient(term, path):
                continue
            scaled = bool(path) and term.at_path(path[:-1]).head in ("mul", "div")
            for value in roles.candidates(new):
                if scaled and roles.of(value) == PARAMETER:
                    continue  # parameters are scaled only where they decay
                moved = _at_the_time_of(node, value)
                if _key(value) != _key(node) and not (term.head == "relation" and moved == term.args[0]):
                    yield path, put(term, path, moved)


@dataclass(frozen=True)
class SubstituteAll(Substitute):
    """In a step, each of several quantities that play ``right`` replaced by another that plays ``wrong``."""

    def _put(self, term: Term, roles: Roles, old: str, new: str) -> Iterator[Change]:
        if term.head != "relation" or not roles.fits(term.args[0], "parameter"):
            return
        found: dict[str, Path] = {}
        for path, node in positions(term):
            if roles.fits(node, old) and node.head in ("name", "at") and not under_gradient(term, path):
                found.setdefault(node.name, path)
        values = [x for x in roles.candidates(new) if x.name and x.name not in defined_name(term)]
        for chosen in permutations(values, len(found)) if len(found) > 1 else ():
            instead = dict(zip(found, chosen, strict=True))
            yield next(iter(found.values())), _substituted(term, instead)


def _substituted(term: Term, values: Mapping[str, Term]) -> Term:
    """The right side of a formula with values put in the place of names."""

    def change(node: Term) -> Term | None:
        value = values.get(node.name) if node.head in ("name", "at") else None
        return None if value is None else replace(_at_the_time_of(node, value), span=None)

    return replace(term, args=(term.args[0], term.args[1].map(change)), span=None)


def _key(value: Term) -> str:
    return value.name or value.head


def defined_name(term: Term) -> frozenset[str]:
    """The name that an equation defines, which its right side cannot use at the step."""
    return frozenset({term.args[0].name}) if term.head == "relation" and term.args[0].head == "at" else frozenset()


def _at_the_time_of(old: Term, new: Term) -> Term:
    if old.head == "at" and new.head == "at":
        return Term("at", old.args, new.name)
    return new


def under_gradient(term: Term, path: Path) -> bool:
    """Whether the path leads into the point of a gradient."""
    return any(term.at_path(path[:k]).head == "grad" for k in range(len(path)))


_WEIGHT_DECAY = latex_name(weight_decay)


class Decayed(Rule):
    """The gradient, times the weight decay, where the parameters belong.

    Only by its usual name is the weight decay told from the weight that a method gives the gradient.
    """

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        yield from self._put(term, roles, PARAMETER, list(roles.candidates("gradient")))

    def mends(self, term: Term, roles: Roles) -> Iterator[Change]:
        old = [shifted(x, -1, roles.time) for x in roles.candidates("parameter")]
        yield from self._put(term, roles, GRADIENT, old)

    def _put(self, term: Term, roles: Roles, role: str, values: list[Term]) -> Iterator[Change]:
        for path, node in positions(term):
            product = term.at_path(path[:-1]) if path else node
            decays = roles.role.get(_WEIGHT_DECAY) == OTHER and _WEIGHT_DECAY in product.names()
            if roles.of(node) == role and product.head == "mul" and decays:
                yield from ((path, put(term, path, value)) for value in values)


class Point(Rule):
    """The gradient asked at another point: without the look-ahead, or with one that does not belong."""

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        yield from self._without(term)
        yield from self._with(term, roles)

    mends = breaks

    def _without(self, term: Term) -> Iterator[Change]:
        for path, node in positions(term):
            if node.head == "grad" and node.args[0].head == "add":
                parts = node.args[0].args
                for i in range(1, len(parts)):
                    yield path, put(term, path, T.grad(T.add(*parts[:i], *parts[i + 1 :])))

    def _with(self, term: Term, roles: Roles) -> Iterator[Change]:
        for path, node in positions(term):
            if node.head == "grad" and not node.name and roles.of(node.args[0]) == PARAMETER:
                for ahead in (h * x for h in roles.candidates("momentum") for x in roles.candidates("previous")):
                    yield path, put(term, path, T.grad(node.args[0] + ahead))
                    yield path, put(term, path, T.grad(node.args[0] - ahead))
