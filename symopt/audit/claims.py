"""Claims: the equations of a document, with what can be told from their shape alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from functools import cached_property

from symopt.audit.names import hyper_like
from symopt.language.terms import FUNCTIONS, Term


@dataclass(frozen=True)
class Claim:
    """One equation of a document.

    Args:
        left, right: its sides.
        clocks: the document's time variables.
        source: the formula that it was read from, which the terms' spans refer to.
        place, line, section: which formula of the document that is, and where. Claims that say the
            same are equal wherever they stand.
        dated: whether its steps are the definitions' own, as those of a program are.
        late: the step that it is written at, where that is too late to be run and stands as t here.
        assigned: whether it is written as an assignment.
        part_of: the place of the later assignment of the same step that this one is written into, if any.
    """

    left: Term
    right: Term
    clocks: frozenset[str]
    source: str = ""
    place: int = field(default=0, compare=False)
    line: int = field(default=0, compare=False)
    section: int = field(default=0, compare=False)
    dated: bool = False
    late: int | None = None
    assigned: bool = field(default=False, compare=False)
    part_of: int | None = field(default=None, compare=False)

    def with_sides(self, left: Term, right: Term) -> Claim:
        """The claim with other sides."""
        return Claim(left, right, *(getattr(self, name) for name in _BESIDE_SIDES))

    @cached_property
    def name(self) -> str:
        """The symbol that the equation gives, or "" where its left side is no plain symbol."""
        return self.left.name if self.left.head in ("name", "at") else ""

    @cached_property
    def step(self) -> int | None:
        """The concrete step that a hand-unrolled equation speaks of (``m_3 = ...``)."""
        steps = [s for s in (_constant(i) for i in _indices(self.left)) if s is not None]
        return steps[0] if steps else None

    @cached_property
    def shift(self) -> int:
        """c where the left side is at t + c; 0 for a side without an index."""
        for index in _indices(self.left):
            found = offset(index, self.clocks)
            if found is not None:
                return found
        return 0

    @cached_property
    def indexed(self) -> bool:
        return self.left.head == "at"

    @cached_property
    def recurrent(self) -> bool:
        """Whether it gives a symbol from that symbol's own earlier value."""
        return bool(self.name) and self.name in self.right.names() and self.step is None

    @cached_property
    def names(self) -> frozenset[str]:
        """Names whose meaning is to be found: all but time variables."""
        return (self.left.names() | self.right.names()) - self.clocks - {"otherwise"}

    @cached_property
    def timed(self) -> frozenset[str]:
        """Names that stand somewhere with a time index."""
        return frozenset(n.name for side in (self.left, self.right) for n in side.nodes() if n.head == "at")

    @cached_property
    def circular(self) -> bool:
        """Whether it gives a value from that very value."""
        left = self.left
        if not self.indexed or left.name not in self.right.names():
            return False
        return any(node.name == left.name and node == left for node in self.right.nodes())

    @cached_property
    def counts(self) -> bool:
        """Whether the number of the step itself enters, as in a bias correction, and may be counted from 0 or 1."""
        return not self.dated and any(_counts(side, self.clocks) for side in (self.left, self.right))

    @cached_property
    def tells_of_steps(self) -> bool:
        """Whether it has a value made from itself or at a time, a gradient, a change, or a mean."""
        changes = any(n.startswith(r"\Delta") for n in self.names)
        stepped = self.recurrent or self.timed or self.counts or self.step is not None
        return bool(stepped or changes or self.gradients or self.expects)

    @cached_property
    def evaluable(self) -> bool:
        """Whether it is made of nothing but arithmetic on numbers and one-index sequences."""
        nodes = [node for side in (self.left, self.right) for node in side.nodes()]
        return all(_has_value(node) for node in nodes)

    @cached_property
    def cased(self) -> bool:
        """Whether it tells cases apart."""
        return any(node.head == "cases" for node in self.right.nodes())

    @cached_property
    def branches(self) -> bool:
        """Whether it tells cases apart, or has a function that does."""
        calls = {node.name for side in (self.left, self.right) for node in side.nodes() if node.head == "call"}
        return self.cased or bool(calls & {"sign", "abs", "max", "min"})

    @cached_property
    def expects(self) -> bool:
        return any(node.head == "expect" for side in (self.left, self.right) for node in side.nodes())

    @cached_property
    def labels(self) -> bool:
        """Whether a gradient in it is told apart only by the index of the variable (``\\nabla w_i``)."""
        nodes = [node for side in (self.left, self.right) for node in side.nodes()]
        return any(n.head == "grad" and n.name == "label" and n.args[0].head == "at" for n in nodes)

    @cached_property
    def gradients(self) -> tuple[Term, ...]:
        """Its calls of the oracle."""
        return tuple(n for side in (self.left, self.right) for n in side.nodes() if n.head == "grad")

    @cached_property
    def asks_ahead(self) -> int:
        """How many gradients it asks at points of the author's own making."""
        return sum(g.args[0].head not in ("name", "at") for g in self.gradients)

    @cached_property
    def loose(self) -> frozenset[str]:
        """Names that stand somewhere on the right without a time index."""
        return frozenset(node.name for node in self.right.nodes() if node.head == "name") - self.clocks - {"otherwise"}


_BESIDE_SIDES = tuple(f.name for f in fields(Claim))[2:]


def _counts(term: Term, clocks: frozenset[str]) -> bool:
    """Whether a time variable stands anywhere but in an index or a bound."""
    if term.head == "name":
        return term.name in clocks
    args = () if term.head == "at" else term.args[2:] if term.head in ("sum", "prod") else term.args
    return any(_counts(a, clocks) for a in args)


def _has_value(node: Term) -> bool:
    if node.head == "call":
        return node.name in FUNCTIONS
    return node.head != "at" or len(node.args) == 1


def _indices(term: Term) -> Iterable[Term]:
    return (node.args[0] for node in term.nodes() if node.head == "at")


def _constant(index: Term) -> int | None:
    return int(index.value) if index.head == "number" and index.value is not None else None


def offset(index: Term, clocks: frozenset[str]) -> int | None:
    """c for an index that reads t + c, or None for any other index."""
    match index.head:
        case "name":
            return 0 if index.name in clocks else None
        case "add" if len(index.args) == 2 and index.args[0].name in clocks:
            last = index.args[1]
            sign = -1 if last.head == "neg" else 1
            constant = _constant(last.args[0] if last.head == "neg" else last)
            return None if constant is None else sign * constant
        case _:
            return None


def gradient_variables(terms: Iterable[Term]) -> frozenset[str]:
    """The parameters' names: the symbols at which, or with respect to which, gradients are taken."""
    found: set[str] = set()
    for term in terms:
        for node in term.nodes():
            if node.head == "grad" and node.args[0].head in ("name", "at"):
                found.add(node.args[0].name)
    return frozenset(found)


def _with_first_value(claim: Claim) -> Claim:
    """A schedule, ``\\eta_t = \\eta_0 / (1 + k t)``, with the value it starts from as a constant of its own."""
    name = claim.name
    others = [n for n in claim.right.nodes() if n.head == "at" and n.name == name]
    first = all(n.args == (Term("number", value=Fraction(0)),) for n in others)
    if not (others and first and hyper_like(name) and claim.indexed and claim.step is None):
        return claim

    def named(node: Term) -> Term | None:
        return Term("name", name=f"{name}_0", span=node.span) if node in others else None

    return replace(claim, right=claim.right.map(named))


def told_apart(claims: Sequence[Claim]) -> list[Claim]:
    """The claims with a constant and a sequence that share a letter (``\\eta`` and ``\\eta_t``) named differently.

    The sequence's name gets braces, which change nothing in print.
    """
    claims = [_with_first_value(c) for c in claims]
    sides = [side for c in claims for side in (c.left, c.right)]
    timed = {n.name for side in sides for n in side.nodes() if n.head == "at"}
    loose = {n.name for side in sides for n in side.nodes() if n.head == "name"}
    both = {n for n in timed & loose if hyper_like(n)}
    if not both:
        return list(claims)

    def braced(node: Term) -> Term | None:
        return replace(node, name=f"{{{node.name}}}") if node.head == "at" and node.name in both else None

    return [replace(c, left=c.left.map(braced), right=c.right.map(braced)) for c in claims]


def without_remainders(claims: Sequence[Claim]) -> list[Claim]:
    r"""The claims on expectations with 0 for what their authors add for gradients whose moments do change.

    Such is ``\zeta`` in ``E[v_t] = E[g_t^2] (1 - \beta_2^t) + \zeta``: a symbol that stands nowhere else.
    """
    added = [{a.name for a in _summands(c.right) if a.head == "name"} if c.expects else set[str]() for c in claims]
    rest = [_without(c.right, names).names() | c.left.names() for c, names in zip(claims, added, strict=True)]
    elsewhere = frozenset[str]().union(*rest, *(c.clocks for c in claims))
    return [
        replace(c, right=_without(c.right, names - elsewhere)) if names - elsewhere else c
        for c, names in zip(claims, added, strict=True)
    ]


def _summands(side: Term) -> tuple[Term, ...]:
    return side.args if side.head == "add" else ()


def _without(side: Term, names: Set[str]) -> Term:
    """A sum with 0 in the place of summands of that name, which are printed as they were."""
    if side.head != "add":
        return side
    zero = Term("number", value=Fraction(0))
    return replace(side, args=tuple(replace(zero, span=a.span) if a.name in names else a for a in side.args))
