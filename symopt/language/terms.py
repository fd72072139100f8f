"""A formula as it is written: the tree that documents are read into and definitions are printed from.

SymPy reorders and rewrites what it is given; a lecturer's formula must keep its shape, so that
a finding can point at the part that is wrong and print the mended formula in the lecturer's
own notation. A `Term` keeps that shape, and the place in the source that each part came from.

Heads, with their arguments:

    number                  ``value``, an exact fraction
    name                    a symbol without a time index; ``name`` is its canonical LaTeX
    at        (index)       a sequence's value at a step; ``name`` as above
    add       (a, b, ...)   a difference is an ``add`` with a ``neg``
    mul       (a, b, ...)   ``name`` is "\\cdot" where dots are written between the factors and vectors may be meant
    neg       (a)
    div       (a, b)
    pow       (a, b)
    call      (a, ...)      ``name`` is one of FUNCTIONS
    grad      (point)       the gradient oracle asked at a point; ``name`` is "" when the point
                            was written as an argument, "label" when only the variable of
                            differentiation was (``\\nabla w_t``, ``\\partial L / \\partial w_t``)
    sum, prod (lo, hi, a)   ``name`` is the bound variable
    expect    (a)           expectation
    cases     (a, cond, b, cond, ...)   a condition may be the name ``otherwise``
    relation  (a, b)        ``name`` is one of RELATIONS; used in conditions and statements
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

Head = Literal[
    "number", "name", "at", "add", "mul", "neg", "div", "pow", "call", "grad",
    "sum", "prod", "expect", "cases", "relation",
]  # fmt: skip

FUNCTIONS = frozenset(
    {"sqrt", "abs", "sign", "max", "min", "exp", "log", "floor", "ceil", "mod", "norm", "dot", "sin", "cos", "tanh"}
)
RELATIONS = frozenset({"=", "<", "<=", ">", ">=", "!=", "~", "propto", "->", "=>", "in"})

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One node of a formula. Equality ignores ``span``, the (start, end) offsets in the source."""

    head: Head
    args: tuple[Term, ...] = ()
    name: str = ""
    value: Fraction | None = None
    span: tuple[int, int] | None = field(default=None, compare=False)
    _key: tuple[object, ...] | None = field(default=None, init=False, repr=False, compare=False)
    _hash: int | None = field(default=None, init=False, repr=False, compare=False)
    _names: frozenset[str] | None = field(default=None, init=False, repr=False, compare=False)
    _leaves: int = field(default=0, init=False, repr=False, compare=False)

    def __hash__(self) -> int:
        """Worked out once: terms are looked up often, and a deep one is long to hash."""
        if self._hash is None:
            object.__setattr__(self, "_hash", hash((self.head, self.args, self.name, self.value)))
        assert self._hash is not None
        return self._hash

    def __reduce__(self) -> tuple[object, ...]:
        """Without what was worked out: another process hashes text otherwise."""
        return Term, (self.head, self.args, self.name, self.value, self.span)

    def __add__(self, other: Term | int) -> Term:
        return add(self, _term(other))

    def __radd__(self, other: Term | int) -> Term:
        return add(_term(other), self)

    def __sub__(self, other: Term | int) -> Term:
        return add(self, neg(_term(other)))

    def __rsub__(self, other: Term | int) -> Term:
        return add(_term(other), neg(self))

    def __mul__(self, other: Term | int) -> Term:
        return mul(self, _term(other))

    def __rmul__(self, other: Term | int) -> Term:
        return mul(_term(other), self)

    def __truediv__(self, other: Term | int) -> Term:
        return Term("div", (self, _term(other)))

    def __rtruediv__(self, other: Term | int) -> Term:
        return Term("div", (_term(other), self))

    def __pow__(self, other: Term | int) -> Term:
        return Term("pow", (self, _term(other)))

    def __neg__(self) -> Term:
        return neg(self)

    @property
    def key(self) -> tuple[object, ...]:
        """What terms share that differ only in the order of sums and products; worked out once."""
        if self._key is None:
            args = [a.key for a in self.args]
            if self.head in ("add", "mul"):
                args.sort()
            value = "" if self.value is None else str(self.value)
            object.__setattr__(self, "_key", (self.head, self.name, value, *args))
        assert self._key is not None
        return self._key

    def walk(self, path: Path = ()) -> Iterator[tuple[Path, Term]]:
        """Every node with its path from here, parents before children."""
        yield path, self
        for i, arg in enumerate(self.args):
            yield from arg.walk((*path, i))

    def nodes(self) -> Iterator[Term]:
        """Every node, parents before children."""
        todo: list[Term] = [self]
        while todo:
            node = todo.pop()
            yield node
            todo.extend(reversed(node.args))

    def at_path(self, path: Path) -> Term:
        node = self
        for i in path:
            node = node.args[i]
        return node

    def put(self, path: Path, new: Term) -> Term:
        """A copy with the node at ``path`` replaced."""
        if not path:
            return new
        i, rest = path[0], path[1:]
        return self.with_args((*self.args[:i], self.args[i].put(rest, new), *self.args[i + 1 :]))

    def with_args(self, args: tuple[Term, ...]) -> Term:
        """A copy with other arguments."""
        return Term(self.head, args, self.name, self.value, self.span)

    def map(self, change: Callable[[Term], Term | None]) -> Term:
        """A copy in which ``change``, asked parents first, has replaced what it does not return None for."""
        new = change(self)
        if new is not None:
            return new
        args = tuple(a.map(change) for a in self.args)
        return self if all(a is b for a, b in zip(args, self.args, strict=True)) else self.with_args(args)

    def unspanned(self) -> Term:
        """The same term, written nowhere."""
        args = tuple(a.unspanned() for a in self.args)
        same = self.span is None and all(a is b for a, b in zip(args, self.args, strict=True))
        return self if same else Term(self.head, args, self.name, self.value)

    @property
    def leaves(self) -> int:
        """How many symbols and numbers it is made of; worked out once."""
        if not self._leaves:
            object.__setattr__(self, "_leaves", sum(a.leaves for a in self.args) if self.args else 1)
        return self._leaves

    def names(self) -> frozenset[str]:
        """The names that occur, bound variables and function names excluded; worked out once."""
        if self._names is None:
            own = frozenset((self.name,) if self.head in ("name", "at") else ())
            found = own.union(*(a.names() for a in self.args))
            object.__setattr__(self, "_names", found - {self.name} if self.head in ("sum", "prod") else found)
        assert self._names is not None
        return self._names


def _term(x: Term | int) -> Term:
    return x if isinstance(x, Term) else number(x)


def number(value: int | Fraction) -> Term:
    return Term("number", value=Fraction(value))


def name(text: str) -> Term:
    return Term("name", name=text)


def at(text: str, index: Term | int) -> Term:
    return Term("at", (_term(index),), text)


def call(function: str, *args: Term | int) -> Term:
    return Term("call", tuple(_term(a) for a in args), function)


def sqrt(x: Term) -> Term:
    return call("sqrt", x)


def neg(x: Term) -> Term:
    return x.args[0] if x.head == "neg" else Term("neg", (x,))


def add(*args: Term) -> Term:
    """The sum, flattened; the empty sum is 0."""
    return _nary("add", args, 0)


def mul(*args: Term) -> Term:
    """The product, flattened; the empty product is 1."""
    return _nary("mul", args, 1)


def _nary(head: Literal["add", "mul"], args: tuple[Term, ...], empty: int) -> Term:
    flat = tuple(b for a in args for b in (a.args if a.head == head and not a.name else (a,)))
    if not flat:
        return number(empty)
    return flat[0] if len(flat) == 1 else Term(head, flat)


def grad(point: Term, *, label: bool = False) -> Term:
    return Term("grad", (point,), "label" if label else "")


def expect(value: Term) -> Term:
    return Term("expect", (value,))


def relation(symbol: str, left: Term, right: Term) -> Term:
    return Term("relation", (left, right), symbol)
