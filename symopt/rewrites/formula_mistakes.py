"""Mistakes in formulas of vectors, matrices, derivatives and losses, which no list of roles goes with.

They are part of the one catalogue: where the mistake is one of recurrences too, it has that entry's name, mathematics
and sentence, and only the rule is another: it looks at the formula as it is written, node by node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.rewrites.mechanism import Change, Kind, Rewrite, Rule
from symopt.rewrites.mistake_list import mistake
from symopt.rewrites.roles import Roles

INDICATOR = "indicator"
"""The name of a call that is 1 where its condition holds."""
Local = Callable[[Term], Iterator[Term]]
"""For a node, what may stand in its place."""


@dataclass(frozen=True)
class AtNode(Rule):
    """A rule that looks at one node and what is below it.

    Args:
        undo: from the wrong form to the right one.
        do: from the right form to the wrong one; by default the same.
    """

    undo: Local
    do: Local | None = None

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        return _everywhere(term, self.do or self.undo)

    def mends(self, term: Term, roles: Roles) -> Iterator[Change]:
        return _everywhere(term, self.undo)


def _everywhere(term: Term, change: Local) -> Iterator[Change]:
    for path, node in term.walk():
        for new in change(node):
            yield path, term.put(path, new)


def _signs(node: Term) -> Iterator[Term]:
    if node.head == "add":
        for i, part in enumerate(node.args):
            yield replace(node, args=(*node.args[:i], _negated(part), *node.args[i + 1 :]), span=None)
    elif node.head == "neg":
        yield node.args[0]
    elif node.head in ("div", "call", "grad", "name", "at", "mul", "sum"):
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
    if node.head == "mul":  # a sum of matrices: (X^T X + lambda I) X^T y
        for i, part in enumerate(node.args):
            if part.head == "add" and "I" in part.names():
                turned = Term("pow", (part, T.neg(T.number(1))))
                yield replace(node, args=(*node.args[:i], turned, *node.args[i + 1 :]), span=None)
        yield from _gram_inverses(node.args)
    if node.head == "pow" and node.args[1].head == "neg":
        yield node.args[0]


def _gram_inverses(factors: tuple[Term, ...]) -> Iterator[Term]:
    """(X^T X)^{-1} X^T y for X^T X X^T y, which may have had brackets."""
    for i, (a, b) in enumerate(pairwise(factors)):
        if b == _flipped(a) and factors[2:]:
            yield T.mul(*factors[:i], Term("pow", (T.mul(a, b), T.neg(T.number(1)))), *factors[i + 2 :])


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


def _squares_earlier(node: Term) -> Iterator[Term]:
    """The inner product of a vector with itself, both a step earlier."""
    if node.head == "mul" and len(node.args) == 2 and node.args[0] == T.call("transpose", node.args[1]):
        for own in _earlier(node.args[1]):
            yield Term("mul", (T.call("transpose", own), own))
    yield from _earlier(node)


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


def _unsquared(node: Term) -> Iterator[Term]:
    if node.head == "pow" and node.args[1] == T.number(2):
        yield node.args[0]


def _squared(node: Term) -> Iterator[Term]:
    turned = any(_has_transpose(part) for part in node.args)
    if (node.head in ("call", "name", "at") or (node.head == "add" and not turned)) and node.name != "transpose":
        yield node ** T.number(2)


def _has_transpose(part: Term) -> bool:
    """Whether it has one, other than of a vector before another."""
    inner = part.args[0] if part.head == "neg" else part
    lower = all(n.name.lower() == n.name for n in inner.nodes() if n.head in ("name", "at"))
    if inner.head == "mul" and len(inner.args) == 2 and inner.args[0].name == "transpose" and lower:
        return False
    return any(n.name == "transpose" for n in inner.nodes())


def _fewer(node: Term) -> Iterator[Term]:
    """A product without one of its factors, a sum without one of its summands' factors."""
    if node.head == "mul":
        for i in range(len(node.args)):
            yield T.mul(*node.args[:i], *node.args[i + 1 :])
    if node.head == "neg" and node.args[0].head == "mul":
        for inner in _fewer(node.args[0]):
            yield Term("neg", (inner,))


def _forgotten(node: Term) -> Iterator[Term]:
    """A product of numbers without one of them."""
    if not any(n.name == "transpose" or n.name[-1:].isupper() for n in node.nodes()):
        yield from _fewer(node)


def _complements(node: Term) -> Iterator[Term]:
    """f for 1 - f, and the other way round."""
    if node.head == "add" and len(node.args) == 2 and node.args[0] == T.number(1) and node.args[1].head == "neg":
        yield node.args[1].args[0]
    elif node.head in ("name", "at", "call", "mul", "pow") and node.name not in ("transpose", "norm", "log", INDICATOR):
        yield T.number(1) - node
        if node.head == "mul" and len(node.args) > 2:
            yield T.mul(T.number(1) - T.mul(*node.args[:-1]), node.args[-1])


def _square_factor(node: Term) -> Iterator[Term]:
    """A product of numbers with one of its factors squared."""
    if node.head != "mul" or any(n.name == "transpose" or n.name[-1:].isupper() for n in node.nodes()):
        return
    for i, part in enumerate(node.args):
        plain = part.head == "call" and part.name not in ("transpose", INDICATOR)
        if plain or part.head in ("name", "at", "add"):
            yield replace(node, args=(*node.args[:i], part ** T.number(2), *node.args[i + 1 :]), span=None)


def _twice(node: Term) -> Iterator[Term]:
    """A product with one of its factors twice."""
    if node.head == "mul" and not any(n.name == "transpose" or n.name[-1:].isupper() for n in node.nodes()):
        for part in node.args:
            if part.head in ("name", "at") or (part.head == "call" and part.name != INDICATOR):
                yield T.mul(*node.args, part)


def _plain(node: Term) -> Iterator[Term]:
    """f for 1 - f."""
    if node.head == "add" and len(node.args) == 2 and node.args[0] == T.number(1) and node.args[1].head == "neg":
        yield node.args[1].args[0]


def _summands(node: Term) -> Iterator[Term]:
    """The sign of one part of a sum, or of what has one in front."""
    if node.head == "add":
        for i, part in enumerate(node.args):
            yield replace(node, args=(*node.args[:i], _negated(part), *node.args[i + 1 :]), span=None)
    elif node.head == "neg":
        yield node.args[0]


def _turned(node: Term) -> Iterator[Term]:
    """A matrix for its transpose, where nothing beside it is transposed in its place."""
    if node.head == "call" and node.name == "transpose":
        yield node.args[0]
    elif node.head == "name" and node.name[-1:].isupper():
        yield T.call("transpose", node)


def _extremes(node: Term) -> Iterator[Term]:
    if node.head == "call" and node.name in ("max", "min"):
        yield replace(node, name="min" if node.name == "max" else "max", span=None)


def _conditions(node: Term) -> Iterator[Term]:
    other = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
    if node.head == "relation" and node.name in other:
        yield replace(node, name=other[node.name], span=None)


def _powers(node: Term) -> Iterator[Term]:
    if node.head == "call" and node.name == "O" and len(node.args) == 1:
        inner = node.args[0]
        base, power = (inner.args[0], inner.args[1].value) if inner.head == "pow" else (inner, 1)
        if power is not None:
            for n in (power - 1, power + 1):
                if n >= 1:
                    yield Term("call", (base if n == 1 else base ** T.number(n),), "O")


def _same(name: str, undo: Local, do: Local | None = None, sentence: str = "") -> Rewrite:
    """The mistake of that name in the list of recurrences' mistakes, for formulas."""
    known = mistake(name)
    return replace(known, rule=AtNode(undo, do), sentence=sentence or known.sentence)


def _mistake(name: str, mathematics: str, sentence: str, undo: Local, do: Local | None = None) -> Rewrite:
    return Rewrite(name, Kind.MISTAKE, mathematics, sentence, AtNode(undo, do))


FORMULA_MISTAKES: tuple[Rewrite, ...] = (
    _same("sign flipped", _signs, _summands),
    _same("fraction upside down", _fractions),
    _mistake("inverse missing", r"H^{-1} g \to H g",
             "The matrix stands where its inverse belongs, or the other way round.", _inverses),
    _mistake("wrong derivative", r"f'(x) \to f''(x)", "A derivative of another order belongs here.", _primes),
    _mistake("division missing", r"\frac{a}{b} \to a b",
             "The two belong in a quotient, not in a product, or the other way round.", _products),
    _same("value one step early", _squares_earlier, _later),
    _same("value one step old", _later, _earlier),
    _mistake("transpose misplaced", r"s^T y \to s y^T",
             "The transpose belongs to the other factor, or the factors are exchanged.", _transposes),
    _mistake("transpose missing", r"X^T v \to X v", "The matrix stands where its transpose belongs.", _turned),
    _mistake("factors in the wrong order", r"A B \to B A",
             "Matrices do not commute: the factors belong in another order.", _order),
    _same("square missing", _squared, _unsquared, "A square is missing."),
    _same("square where none belongs", _unsquared, _square_factor),
    _mistake("factor wrong", r"\frac{1}{2} h \to h", "A number is missing in front, or does not belong there.",
             _factors),
    _mistake("order of the error", r"O(h^2) \to O(h^3)", "The terms that are left out are of another order.", _powers),
    _mistake("complement missing", r"1-p \to p", "What is left of 1 belongs here, or the other way round.",
             _complements, _plain),
    _same("stray factor", _fewer, _twice),
    _same("minimum and maximum exchanged", _extremes),
    _same("condition turned around", _conditions),
)  # fmt: skip
"""What slides get wrong in formulas that are no recurrence; the first that mends a formula explains it."""


SWAPPED = Rewrite(
    "one vector for another", Kind.MISTAKE, r"y \to s", "Another vector belongs here.", AtNode(lambda node: iter(()))
)
CLASS = Rewrite(
    "index of the class", Kind.MISTAKE, r"s_k \\to s_y", "Another class belongs here.", AtNode(lambda node: iter(()))
)
"""Which class, the left side tells."""
MISSING = replace(mistake("factor missing"), rule=AtNode(lambda node: iter(()), _forgotten))
"""Which factor, the formula's surroundings tell: see `formula_mends.with_factor`."""
NO_ROLES = Roles({})
