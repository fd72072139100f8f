"""Patterns of terms: where they match, and what a match is rewritten to.

A pattern is a term in which some names are metavariables, made by ``meta("b", "decay")`` and
written with the operators of terms: ``1 - b**T``. Sums and products match in any order; at
the root of a pattern they match a part of a longer sum or product, and the rest is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import combinations

from symopt.language import terms as T
from symopt.language.terms import Path, Term
from symopt.rewrites.roles import Roles

Bindings = Mapping[str, Term]
Rebuild = Callable[[Term], Term]

_HALF = (T.number(Fraction(1, 2)), T.number(1) / 2)


def meta(label: str, kind: str = "term") -> Term:
    """A metavariable: it stands for any one term of that kind (see ``roles.ACCEPTS``)."""
    return T.name(f"?{kind}:{label}")


def kind_of(term: Term) -> str:
    """The kind of a metavariable; "" for every other term."""
    return term.name[1:].partition(":")[0] if term.head == "name" and term.name.startswith("?") else ""


def canonical(term: Term) -> tuple[object, ...]:
    """A key that two terms share when they differ only in the order of sums and products."""
    return term.key


def same(a: Term, b: Term) -> bool:
    """Whether the terms differ at most in the order of sums and products."""
    return a == b or canonical(a) == canonical(b)


def matches(pattern: Term, term: Term, roles: Roles, bound: Bindings | None = None) -> Iterator[Bindings]:
    """Every way to fill the pattern's metavariables so that it is the whole of the term.

    Args:
        pattern: a term with metavariables.
        term: the formula.
        roles: what each name of the formula plays.
        bound: metavariables that are filled already.
    """
    filled: Bindings = bound or {}
    kind = kind_of(pattern)
    if kind:
        known = filled.get(pattern.name)
        if known is not None:
            yield from [filled] if same(known, term) else []
        elif roles.fits(term, kind):
            yield {**filled, pattern.name: term}
        return
    if pattern.head == term.head and pattern.head in ("add", "mul"):
        for found, rest in _parts(pattern.args, term.args, roles, filled, whole=pattern.head):
            yield from [] if rest else [found]
        return
    if _square_as_product(pattern, term) or _root_as_power(pattern, term):
        yield from matches(pattern.args[0], term.args[0], roles, filled)
    elif (pattern.head, pattern.value, len(pattern.args)) == (term.head, term.value, len(term.args)):
        if pattern.head == "grad" or pattern.name == term.name:
            yield from _each(pattern.args, term.args, roles, filled)


def _square_as_product(pattern: Term, term: Term) -> bool:
    """Whether a square meets ``g g``."""
    square = pattern.head == "pow" and pattern.args[1] == T.number(2)
    return square and term.head == "mul" and len(term.args) == 2 and same(*term.args)


def _root_as_power(pattern: Term, term: Term) -> bool:
    """Whether a root meets a power of one half."""
    return pattern.head == "call" and pattern.name == "sqrt" and term.head == "pow" and term.args[1] in _HALF


def _each(patterns: tuple[Term, ...], terms: tuple[Term, ...], roles: Roles, bound: Bindings) -> Iterator[Bindings]:
    if not patterns:
        yield bound
        return
    for found in matches(patterns[0], terms[0], roles, bound):
        yield from _each(patterns[1:], terms[1:], roles, found)


def _parts(
    patterns: tuple[Term, ...], terms: tuple[Term, ...], roles: Roles, bound: Bindings, whole: str
) -> Iterator[tuple[Bindings, tuple[int, ...]]]:
    """Ways to place each pattern on a term of its own, with the places left over.

    Where ``whole`` names a head, the last metavariable of kind "term" takes all that is left.
    """
    ordered = tuple(sorted(patterns, key=lambda p: (kind_of(p) == "term", bool(kind_of(p)))))

    def place(k: int, left: tuple[int, ...], bound: Bindings) -> Iterator[tuple[Bindings, tuple[int, ...]]]:
        if k == len(ordered):
            yield bound, left
            return
        if whole and k == len(ordered) - 1 and len(left) > 1 and kind_of(ordered[k]) == "term":
            taken = Term("add" if whole == "add" else "mul", tuple(terms[i] for i in left))
            for found in matches(ordered[k], taken, roles, bound):
                yield found, ()
            return
        for i in left:
            for found in matches(ordered[k], terms[i], roles, bound):
                yield from place(k + 1, tuple(j for j in left if j != i), found)

    if len(patterns) <= len(terms):
        yield from place(0, tuple(range(len(terms))), bound)


def _root_matches(pattern: Term, node: Term, roles: Roles) -> Iterator[tuple[Bindings, Rebuild]]:
    """Matches on the node or on a part of its sum or product, each with how to put the part back."""
    for found in matches(pattern, node, roles):
        yield found, lambda new: new
    if pattern.head in ("add", "mul") and node.head == pattern.head and len(node.args) > len(pattern.args):
        for found, rest in _parts(pattern.args, node.args, roles, {}, whole=""):
            yield found, _kept(node, rest)
    if pattern.head == "pow" and node.head == "mul" and len(node.args) > 2 and pattern.args[1] == T.number(2):
        for i, j in combinations(range(len(node.args)), 2):
            if same(node.args[i], node.args[j]):
                rest = tuple(k for k in range(len(node.args)) if k not in (i, j))
                for found in matches(pattern.args[0], node.args[i], roles):
                    yield found, _kept(node, rest)
    if pattern.head == "div" and node.head == "mul":
        yield from _fraction_in_product(pattern, node, roles)


def _fraction_in_product(pattern: Term, node: Term, roles: Roles) -> Iterator[tuple[Bindings, Rebuild]]:
    r"""``a / b`` met in ``\frac{c}{b} a``, whose numerator stands partly beside the fraction."""
    top = pattern.args[0].args if pattern.args[0].head == "mul" else (pattern.args[0],)
    for i, factor in enumerate(node.args):
        if factor.head != "div" or kind_of(pattern.args[0]) == "term":
            continue
        beside = (*node.args[:i], *node.args[i + 1 :])
        inner = factor.args[0].args if factor.args[0].head == "mul" else (factor.args[0],)
        above = Term("mul", (*(f for f in inner if f != T.number(1)), *beside))
        for bound in matches(pattern.args[1], factor.args[1], roles):
            for found, rest in _parts(top, above.args, roles, bound, whole=""):
                yield found, _kept(above, rest)


def _kept(node: Term, rest: tuple[int, ...]) -> Rebuild:
    """Puts the new part where the first matched argument stood, among the arguments that stay."""
    first = next((i for i in range(len(node.args)) if i not in rest), 0)

    def rebuild(new: Term) -> Term:
        before = tuple(node.args[i] for i in rest if i < first)
        after = tuple(node.args[i] for i in rest if i > first)
        return (T.add if node.head == "add" else T.mul)(*before, new, *after)

    return rebuild


def fill(pattern: Term, bound: Bindings) -> Term:
    """The pattern with its metavariables replaced."""
    if kind_of(pattern):
        return bound[pattern.name]
    args = tuple(fill(a, bound) for a in pattern.args)
    if pattern.head == "add":
        return T.add(*args)
    if pattern.head == "mul":
        return T.mul(*args)
    return T.neg(args[0]) if pattern.head == "neg" else pattern.with_args(args)


@lru_cache(maxsize=4096)
def metavariables(pattern: Term) -> tuple[Term, ...]:
    """The pattern's metavariables, each once, in order."""
    return tuple(dict.fromkeys(node for node in pattern.nodes() if kind_of(node)))


def completions(replacement: Term, bound: Bindings, roles: Roles) -> Iterator[Bindings]:
    """The bindings extended to metavariables that only the replacement has: each takes every
    name of its kind that no other metavariable of that kind has taken."""
    missing = [v for v in metavariables(replacement) if v.name not in bound]
    if not missing:
        yield bound
        return
    kind = kind_of(missing[0])
    taken = [term for label, term in bound.items() if label.startswith(f"?{kind}:")]
    for candidate in roles.candidates(kind):
        if not any(same(candidate, t) for t in taken):
            yield from completions(replacement, {**bound, missing[0].name: candidate}, roles)


def positions(term: Term, path: Path = ()) -> Iterator[tuple[Path, Term]]:
    """The places where a formula can be rewritten, with the term there.

    An equation's left side, time indices, exponents and the bounds of sums are left alone.
    """
    if term.head == "relation" and not path:
        yield from positions(term.args[1], (1,))
        return
    yield path, term
    inside = {"at": (), "pow": (0,), "sum": (2,), "prod": (2,)}.get(term.head, range(len(term.args)))
    for i in inside:
        yield from positions(term.args[i], (*path, i))


def put(term: Term, path: Path, new: Term, *, join: bool = True) -> Term:
    """A copy with the node at ``path`` replaced; the nodes above it are new, so they lose their spans.

    Products stay flat, and sums where ``join``; a sign moves in front of its product, and a factor 1 goes.
    """
    if not path:
        return new
    i, rest = path[0], path[1:]
    below = put(term.args[i], rest, new, join=join)
    args = (*term.args[:i], below, *term.args[i + 1 :])
    match term.head, below.head:
        case ("add", "add") if join:
            return T.add(*args)
        case ("mul", "mul"):
            return T.mul(*args)
        case ("mul", "neg"):
            return T.neg(T.mul(*term.args[:i], below.args[0], *term.args[i + 1 :]))
        case ("mul", "number") if below.value == 1:
            return T.mul(*term.args[:i], *term.args[i + 1 :])
        case ("neg", "neg"):
            return below.args[0]
        case _:
            return Term(term.head, args, term.name, term.value)


_MET_IN = {"pow": ("pow", "mul"), "call": ("call", "pow"), "div": ("div", "mul")}
"""The heads in which a pattern of a head may be met, where they are more than its own (see `matches`)."""


def _places(term: Term, pattern: Term) -> Iterator[tuple[Path, Term]]:
    """The positions in a formula at which a pattern may be met."""
    heads = () if kind_of(pattern) else _MET_IN.get(pattern.head, (pattern.head,))
    return (place for place in positions(term) if not heads or place[1].head in heads)


def rewrites_of(term: Term, pattern: Term, replacement: Term, roles: Roles) -> Iterator[tuple[Path, Term]]:
    """Every term that comes from rewriting one match of the pattern, with the path of the match.

    Parts that do not change keep their spans; what changes, and everything above it, has none.
    """
    for path, node in _places(term, pattern):
        seen: set[tuple[object, ...]] = {canonical(node)}
        for bound, rebuild in _root_matches(pattern, node, roles):
            for filled in completions(replacement, bound, roles):
                new = rebuild(fill(replacement, filled))
                key = canonical(new)
                if key not in seen:
                    seen.add(key)
                    yield path, put(term, path, new)


def rewritten(term: Term, pattern: Term, replacement: Term, roles: Roles) -> Term | None:
    """The term with every outermost match rewritten; None where there is none."""
    for path, node in _places(term, pattern):
        for bound, rebuild in _root_matches(pattern, node, roles):
            for filled in completions(replacement, bound, roles):
                new = rebuild(fill(replacement, filled))
                if not same(new, node):
                    return _continued(put(term, path, new), path, pattern, replacement, roles)
    return None


def _continued(term: Term, done: Path, pattern: Term, replacement: Term, roles: Roles) -> Term:
    """Goes on rewriting to the right of what is done."""
    while True:
        for path, node in _places(term, pattern):
            if path <= done or path[: len(done)] == done:
                continue
            match = next(_root_matches(pattern, node, roles), None)
            filled = match and next(completions(replacement, match[0], roles), None)
            if match and filled is not None:
                new = match[1](fill(replacement, filled))
                if not same(new, node):
                    term, done = put(term, path, new), path
                    break
        else:
            return term
