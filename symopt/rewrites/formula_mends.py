"""Formulas that are one mistake away from another: from the catalogue, or with parts that their surroundings bring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.rewrites.formula_mistakes import FORMULA_MISTAKES, NO_ROLES
from symopt.rewrites.mechanism import Rewrite


def formula_mends(
    whole: Term, *, signs: bool = True, leaving_out: frozenset[str] = frozenset()
) -> Iterator[tuple[Rewrite, Term]]:
    """Every formula that is one mistake away from this one, with the mistake; each once.

    Args:
        whole: the formula as it is written.
        signs: whether signs are settled, so that a turned one is a mistake.
        leaving_out: mistakes that are none here.
    """
    seen = {whole}
    for entry in FORMULA_MISTAKES:
        if entry.name in leaving_out or (entry.name == "sign flipped" and not signs):
            continue
        for _, new in entry.rule.mends(whole, NO_ROLES):
            if new not in seen:
                seen.add(new)
                yield entry, new


def inverts_a_letter(new: Term, old: Term) -> bool:
    """Whether an inverse of a letter is in one of two formulas alone: H may be the Hessian, or its inverse."""

    def inverted(term: Term) -> set[Term]:
        return {n.args[0].unspanned() for n in term.nodes() if n.head == "pow" and n.args[1].head == "neg"}

    return any(part.head in ("name", "at") for part in inverted(new) ^ inverted(old))


def negated(whole: Term) -> tuple[Rewrite, Term]:
    """The whole formula with its sign turned."""
    return next(entry for entry in FORMULA_MISTAKES if entry.name == "sign flipped"), Term("neg", (whole,))


def with_factor(whole: Term, factors: Iterable[Term]) -> Iterator[Term]:
    """The formula with one of the factors put to its summands, one at a time and all together.

    A factor goes into a sum over an index, where it may depend on it; last, to the summands of sums inside.
    """
    known = tuple(factors)
    for factor in known:
        if whole.head == "add":
            yield from _summand_times(whole, factor)
            yield T.mul(whole, factor)
        else:
            yield _times(whole, factor)
    inside = [(path, node) for path, node in whole.walk() if path and node.head == "add"]
    for path, node in inside:
        for factor in known:
            for new in _summand_times(node, factor):
                yield whole.put(path, new)


def _summand_times(total: Term, factor: Term) -> Iterator[Term]:
    for i, part in enumerate(total.args):
        yield replace(total, args=(*total.args[:i], _times(part, factor), *total.args[i + 1 :]))


def with_parts(whole: Term, parts: Iterable[Term]) -> Iterator[Term]:
    """The formula with one more factor in one of its products, at each place there."""
    for part in parts:
        for path, node in whole.walk():
            if node.head == "mul":
                for i in range(len(node.args) + 1):
                    yield whole.put(path, replace(node, args=(*node.args[:i], part, *node.args[i:]), span=None))


def _times(part: Term, factor: Term) -> Term:
    if part.head == "neg":
        return Term("neg", (_times(part.args[0], factor),), span=part.span)
    if part.head == "sum":
        return replace(part, args=(*part.args[:2], _times(part.args[2], factor)))
    if part.head == "mul" and part.args[-1].head == "sum":
        return replace(part, args=(*part.args[:-1], _times(part.args[-1], factor)))
    if part.head == "div":
        return replace(part, args=(_times(part.args[0], factor), part.args[1]))
    return T.mul(part, factor)


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
        base, mark, index = node.name.partition("_") if node.head == "name" else (node.name, "", "")
        if node.head in ("at", "name") and base in names:
            for other in names:
                if other != base:
                    yield whole.put(path, Term(node.head, node.args, f"{other}{mark}{index}"))
