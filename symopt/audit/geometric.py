r"""Geometric sums by themselves, ``\sum_{i=0}^{t-1} \beta^i = \frac{1-\beta^t}{1-\beta}``: why averages are corrected.

The base is between 0 and 1, what bounds the sum counts 1, 2, ... An endless sum is its first term over one minus the
ratio, which turns the claim into one about rational functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.audit.witnesses import short
from symopt.decide.identity import identity
from symopt.decide.verdict import Status, Verdict
from symopt.language import t
from symopt.language import terms as T
from symopt.language.convert import to_sympy
from symopt.language.terms import Term
from symopt.read.notation.series import FOREVER, as_term, linear, plus
from symopt.rewrites import MISTAKES, mended_latex, mends_of
from symopt.rewrites.roles import DECAY, Roles

SYSTEM = "geometric-sum"
_PLAIN = frozenset({"number", "name", "add", "neg", "mul", "div", "pow", "sum"})
_TRIED = ({"base": Fraction(1, 3), "count": Fraction(2)}, {"base": Fraction(2, 5), "count": Fraction(5)})
"""Values at which a mended formula is tried before it is proved."""


@dataclass(frozen=True)
class _Names:
    base: str
    count: str


def geometric_opinion(left: Term, right: Term, source: str) -> Opinion | None:
    """What is to be said of an equation between geometric sums and closed forms; None for anything else."""
    whole = T.relation("=", left, right)
    names = _names(whole)
    if names is None:
        return None
    verdict = _verdict(whole, names)
    if verdict is None or verdict.status is Status.UNDECIDED:
        return None
    if verdict.status is Status.PROVED:
        return Opinion(Judgement.CORRECT, system=SYSTEM, proof="proved")
    for name, sentence, new in _mends(whole, names):
        if new.head != "relation" or not _agrees(new, names) or not any(n.head == "sum" for n in new.nodes()):
            continue
        proof = _verdict(new, names)
        if proof is not None and proof.status is Status.PROVED:
            between = source[(left.span or (0, 0))[1] : (right.span or (0, 0))[0]].replace("&", "").strip() or "="
            fix = f"{mended_latex(left, new.args[0], source)} {between} {mended_latex(right, new.args[1], source)}"
            return Opinion(
                Judgement.ERRATUM, system=SYSTEM, rewrite=name, explanation=sentence, fix=fix,
                witness=_shown(verdict, names), proof="refuted",
            )  # fmt: skip
    return None


def _mends(whole: Term, names: _Names) -> Iterator[tuple[str, str, Term]]:
    """What the equation may have been meant to be: an exponent one off first, as is usual in sums."""
    summed = {id(inner) for node in whole.nodes() if node.head == "sum" for inner in node.nodes()}
    for path, node in reversed(list(whole.walk())):
        ours = node.head == "pow" and node.args[0].name == names.base and id(node) not in summed
        exponent = linear(node.args[1]) if ours else None
        for one in (Fraction(1), Fraction(-1)) if exponent is not None else ():
            moved = as_term(plus(exponent or {}, {"": one}))
            yield "exponent one off", "An exponent is one too large or too small.", whole.put((*path, 1), moved)
    for mend in mends_of(whole, Roles({names.base: DECAY}, time=names.count or "t"), MISTAKES):
        yield mend.rewrite.name, mend.rewrite.sentence, mend.term


def _shown(verdict: Verdict, names: _Names) -> Mapping[str, str | int]:
    witness = verdict.witness
    if witness is None:
        return {}
    values: dict[str, str | int] = {} if witness.t is None else {names.count or "t": witness.t}
    values |= {n: str(x) for n, x in witness.assignments.items()}
    return {**values, "claimed": short(witness.left), "correct": short(witness.right)}


def _names(whole: Term) -> _Names | None:
    """The base and what bounds the sums; None where the equation is not of geometric sums alone."""
    nodes = list(whole.nodes())
    sums = [n for n in nodes if n.head == "sum"]
    if not sums or any(n.head not in _PLAIN for n in nodes[1:]):
        return None
    bound = {n.name for n in sums}
    powers = [n for n in nodes if n.head == "pow"]
    bases = {n.args[0].name for n in powers if n.args[0].head == "name" and n.args[1].names() & bound}
    counts = {x for n in powers for x in n.args[1].names()} | {x for n in sums for a in n.args[:2] for x in a.names()}
    counts -= bound | {FOREVER}
    if len(bases) != 1 or len(counts) > 1 or counts & bases or whole.names() - bases - counts - {FOREVER}:
        return None
    if any(not n.args[2].names() & {n.name} for n in sums):
        return None
    return _Names(bases.pop(), counts.pop() if counts else "")


def _verdict(whole: Term, names: _Names) -> Verdict | None:
    base: Any = sp.Symbol(names.base, positive=True)

    def resolve(node: Term) -> Any:
        if node.head == "name":
            return {names.base: base, names.count: t}.get(node.name) or sp.Symbol(node.name, integer=True)
        return None

    closed = _closed(whole)
    if closed is None:
        return None
    try:
        left, right = (to_sympy(side, resolve) for side in closed.args)
    except (TypeError, ValueError, KeyError):
        return None
    return identity(right, left, assuming=[sp.Lt(base, 1)])


def _closed(whole: Term) -> Term | None:
    """The equation with every endless sum in closed form; None where one has none."""
    failed = False

    def close(node: Term) -> Term | None:
        nonlocal failed
        if node.head != "sum" or node.args[1].name != FOREVER:
            return None
        ratio = _ratio(node.args[2], node.name)
        if ratio is None or FOREVER in node.args[0].names():
            failed = True
            return None
        first = node.args[2].map(lambda x: node.args[0] if x.head == "name" and x.name == node.name else None)
        return first / (1 - ratio)

    closed = whole.map(close)
    return None if failed or FOREVER in closed.names() else closed


def _ratio(body: Term, bound: str) -> Term | None:
    """What each summand is multiplied by to give the next, where that is a power of the base below 1."""
    if bound not in body.names():
        return T.number(1)
    match body.head:
        case "pow":
            exponent = linear(body.args[1])
            grows = (exponent or {}).get(bound, Fraction(0))
            if body.args[0].head != "name" or body.args[0].name == bound or grows < 1 or grows.denominator != 1:
                return None
            return body.args[0] if grows == 1 else body.args[0] ** int(grows)
        case "mul":
            ratios = [_ratio(a, bound) for a in body.args if bound in a.names()]
            return ratios[0] if len(ratios) == 1 else None
        case "neg":
            return _ratio(body.args[0], bound)
        case "div" if bound not in body.args[1].names():
            return _ratio(body.args[0], bound)
        case _:
            return None


def _agrees(whole: Term, names: _Names) -> bool:
    """Whether both sides have the same value where they are tried."""
    closed = _closed(whole)
    if closed is None:
        return False
    for tried in _TRIED:
        values = {names.base: tried["base"], names.count: tried["count"]}
        try:
            sides = [_value(side, values) for side in closed.args]
        except (ZeroDivisionError, KeyError, ValueError, OverflowError):
            return False
        if sides[0] != sides[1]:
            return False
    return True


def _value(term: Term, values: Mapping[str, Fraction]) -> Fraction:
    args = [] if term.head == "sum" else [_value(a, values) for a in term.args]
    match term.head:
        case "number":
            return term.value or Fraction(0)
        case "name":
            return values[term.name]
        case "add":
            return sum(args, Fraction(0))
        case "neg":
            return -args[0]
        case "mul":
            product = Fraction(1)
            for a in args:
                product *= a
            return product
        case "div":
            return args[0] / args[1]
        case "pow":
            if args[1].denominator != 1 or abs(args[1]) > _GREATEST:
                raise ValueError(args[1])
            return args[0] ** int(args[1])
        case _:
            return sum(_summands(term, values), Fraction(0))


_GREATEST = 64


def _summands(term: Term, values: Mapping[str, Fraction]) -> Iterator[Fraction]:
    low, high = (_value(a, values) for a in term.args[:2])
    if low.denominator != 1 or high.denominator != 1 or high - low > _GREATEST:
        raise ValueError(term.name)
    for i in range(int(low), int(high) + 1):
        yield _value(term.args[2], {**values, term.name: Fraction(i)})
