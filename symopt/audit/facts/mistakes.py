"""What slides get wrong in formulas of vectors, matrices and derivatives: one line of data each.

A mistake is undone on the formula as it is written: ``undo`` yields what may stand in a node's place. The catalogue of
elementwise mistakes (`symopt.rewrites`) has the same names where the mistakes are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from symopt.language import terms as T
from symopt.language.terms import Term

Undo = Callable[[Term], Iterator[Term]]


@dataclass(frozen=True)
class Mistake:
    """One way to go wrong.

    Args:
        name: as findings print it.
        sentence: for people.
        undo: for a node, what may stand in its place.
        sign: whether it is about signs, which some formulas leave to convention.
    """

    name: str
    sentence: str
    undo: Undo
    sign: bool = False


def _signs(node: Term) -> Iterator[Term]:
    if node.head == "add":
        for i, part in enumerate(node.args):
            yield replace(node, args=(*node.args[:i], _negated(part), *node.args[i + 1 :]), span=None)
    elif node.head == "neg":
        yield node.args[0]
    elif node.head in ("div", "call", "grad", "name", "at", "mul"):
        yield Term("neg", (node,))


def _negated(part: Term) -> Term:
    return part.args[0] if part.head == "neg" else Term("neg", (part,))


def _primes(node: Term) -> Iterator[Term]:
    """f, f' and f'' taken for each other; a gradient for a Hessian."""
    if (
        node.head == "call"
        and len(node.args) == 1
        and node.name.rstrip("'").isalpha()
        and len(node.name.rstrip("'")) == 1
    ):
        name, primes = node.name.rstrip("'"), node.name.count("'")
        for n in {primes + 1, primes - 1} - {-1}:
            yield Term("call", node.args, name + "'" * n)


def _inverses(node: Term) -> Iterator[Term]:
    if node.head in ("name", "at") or (node.head == "call" and node.name not in ("norm", "transpose")):
        yield Term("pow", (node, T.neg(T.number(1))))
    if node.head == "pow" and node.args[1].head == "neg":
        yield node.args[0]


def _fractions(node: Term) -> Iterator[Term]:
    if node.head == "div":
        yield Term("div", (node.args[1], node.args[0]))


def _products(node: Term) -> Iterator[Term]:
    if node.head == "mul" and len(node.args) == 2:
        yield Term("div", node.args)
    if node.head == "div":
        yield Term("mul", node.args)


def _transposes(node: Term) -> Iterator[Term]:
    """x y^T for x^T y, in any stretch of a product."""
    if node.head != "mul":
        return
    for i, (a, b) in enumerate(zip(node.args, node.args[1:], strict=False)):
        if (a.name == "transpose") != (b.name == "transpose"):
            pair = (_flipped(a), _flipped(b))
            yield replace(node, args=(*node.args[:i], *pair, *node.args[i + 2 :]), span=None)
            turned = (_flipped(b), _flipped(a))
            if turned != (a, b):
                yield replace(node, args=(*node.args[:i], *turned, *node.args[i + 2 :]), span=None)


def _flipped(a: Term) -> Term:
    return a.args[0] if a.head == "call" and a.name == "transpose" else T.call("transpose", a)


def _order(node: Term) -> Iterator[Term]:
    if node.head == "mul":
        for i in range(len(node.args) - 1):
            a, b = node.args[i : i + 2]
            if a != b:
                yield replace(node, args=(*node.args[:i], b, a, *node.args[i + 2 :]), span=None)


def _earlier(node: Term) -> Iterator[Term]:
    if node.head == "at" and len(node.args) == 1:
        index = node.args[0]
        if index.head == "add" and len(index.args) == 2 and index.args[1] == T.number(1):
            yield Term("at", (index.args[0],), node.name)


def _later(node: Term) -> Iterator[Term]:
    if node.head == "at" and len(node.args) == 1 and node.args[0].head == "name":
        yield Term("at", (T.add(node.args[0], T.number(1)),), node.name)


def _factors(node: Term) -> Iterator[Term]:
    if node.head == "mul":
        for i, part in enumerate(node.args):
            if part.head in ("number", "div") and not part.names():
                yield T.mul(*node.args[:i], *node.args[i + 1 :])
    if node.head in ("mul", "pow", "call", "div"):
        yield T.mul(T.number(1) / T.number(2), node)
        yield T.mul(T.number(2), node)
    if node.head == "div" and node.args[1].head == "number":
        yield node.args[0]
    if node.head == "name":
        yield T.mul(T.number(2), node)


def _squares(node: Term) -> Iterator[Term]:
    if node.head == "pow" and node.args[1] == T.number(2):
        yield node.args[0]
    elif node.head in ("call", "name", "at") and node.name != "transpose":
        yield node ** T.number(2)


def _powers(node: Term) -> Iterator[Term]:
    if node.head == "call" and node.name == "O" and len(node.args) == 1:
        inner = node.args[0]
        base, power = (inner.args[0], inner.args[1].value) if inner.head == "pow" else (inner, 1)
        if power is not None:
            for n in (power - 1, power + 1):
                if n >= 1:
                    yield Term("call", (base if n == 1 else base ** T.number(n),), "O")


MISTAKES: tuple[Mistake, ...] = (
    Mistake("sign flipped", "The sign is turned.", _signs, sign=True),
    Mistake("fraction upside down", "Numerator and denominator have changed places.", _fractions),
    Mistake("inverse missing", "The matrix stands where its inverse belongs, or the other way round.", _inverses),
    Mistake("wrong derivative", "A derivative of another order belongs here.", _primes),
    Mistake("division missing", "The two belong in a quotient, not in a product, or the other way round.", _products),
    Mistake("value one step early", "The new value stands where the one of the step before belongs.", _earlier),
    Mistake("value one step old", "An old value stands where the new one belongs.", _later),
    Mistake("transpose misplaced", "The transpose belongs to the other factor, or the factors are exchanged.",
            _transposes),
    Mistake("factors in the wrong order", "Matrices do not commute: the factors belong in another order.", _order),
    Mistake("square missing", "A square is missing, or does not belong here.", _squares),
    Mistake("factor wrong", "A factor is missing, or does not belong here.", _factors),
    Mistake("order of the error", "The terms that are left out are of another order.", _powers),
)  # fmt: skip


def _pairs(node: Term, names: tuple[str, ...]) -> Iterator[Term]:
    """b b^T for a a^T."""
    if node.head != "mul":
        return
    for i, (a, b) in enumerate(zip(node.args, node.args[1:], strict=False)):
        if b == T.call("transpose", a) and a.head in ("at", "name") and a.name in names:
            for other in names:
                if other != a.name:
                    new = Term(a.head, a.args, other)
                    yield replace(
                        node, args=(*node.args[:i], new, T.call("transpose", new), *node.args[i + 2 :]), span=None
                    )


def swaps(whole: Term, names: tuple[str, ...]) -> Iterator[Term]:
    """The formula with one occurrence of one of the names exchanged for another."""
    for path, node in whole.walk():
        for new in _pairs(node, names):
            yield whole.put(path, new)
        if node.head in ("at", "name") and node.name in names:
            for other in names:
                if other != node.name:
                    yield whole.put(path, Term(node.head, node.args, other))


SWAPPED = Mistake("one vector for another", "Another vector belongs here.", lambda node: iter(()))


def mended(
    whole: Term, *, signs: bool = True, leaving_out: frozenset[str] = frozenset()
) -> Iterator[tuple[Mistake, Term]]:
    """Every way to undo one mistake at one place of a formula."""
    for mistake in MISTAKES:
        if (mistake.sign and not signs) or mistake.name in leaving_out:
            continue
        for path, node in whole.walk():
            for new in mistake.undo(node):
                yield mistake, whole.put(path, new)
