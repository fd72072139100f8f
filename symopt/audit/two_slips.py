"""Two mistakes in one formula, where everything else says what it was meant to be."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from functools import cache

import numpy as np

from symopt.audit.arithmetic import apply
from symopt.audit.claims import Claim
from symopt.audit.equations import Group
from symopt.audit.explain import BROUGHT, FARFETCHED, Custom, Explanation, roles_in
from symopt.audit.match import Interpretation, readings_of
from symopt.audit.trials import Meaning
from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.rewrites.mechanism import Kind, Mend, Rewrite, mends_of
from symopt.rewrites.mistake_list import MISTAKES
from symopt.rewrites.roles import Roles, lag, step
from symopt.rewrites.systems import Overwrite, Reorder

TELLING = 3
"""How many other equations of the group have to hold before two mistakes are looked for."""
_PARTICULAR = tuple(
    m for m in MISTAKES if m.name not in FARFETCHED and not isinstance(m.rule, Overwrite | Reorder)
)  # fmt: skip


def explain_by_two(group: Group, reading: Interpretation, claim: Claim, custom: Custom) -> Explanation | None:
    """The two mistakes that lead from the definition to the only equation of a group that does not hold.

    The quantity that the equation gives is known from those that use it, and is not the parameters, which methods
    that are not in the catalogue move in other ways. The search meets in the middle: a formula that is one mistake
    away from the definition and one from what is written.
    """
    telling = [f for f in reading.facts if f.claim.right.head not in ("grad", "number")]
    if reading.wrong != (claim,) or claim.branches or len(telling) < TELLING:
        return None
    meanings, roles = roles_in(reading, group, claim, custom)
    meant = _meant(reading, claim, meanings, roles)
    if meant is None:
        return None
    aim = _print(meant)
    between: dict[object, list[Rewrite]] = {}
    for mistake in _PARTICULAR:
        for made in {_print(new) for _, new in mistake.rule.breaks(meant, roles)} - {aim}:
            between.setdefault(made, []).append(mistake)
    written = T.relation("=", claim.left, claim.right)
    for first in mends_of(written, roles, _PARTICULAR):
        second = _last(first.term, roles, aim, between.get(_print(first.term), ()))
        if second is None:
            continue
        mended = Claim(second.term.args[0], second.term.args[1], claim.clocks, claim.source, dated=claim.dated)
        for fact in readings_of(group, reading, mended)[:1]:
            return Explanation(claim, _both(first.rewrite, second.rewrite), mended, fact, fact.cost + 2 * BROUGHT)
    return None


def _last(term: Term, roles: Roles, aim: object, mistakes: Iterable[Rewrite]) -> Mend | None:
    """The mistake that is left to undo."""
    return next((mend for mend in mends_of(term, roles, mistakes) if _print(mend.term) == aim), None)


def _both(first: Rewrite, second: Rewrite) -> Rewrite:
    return Rewrite(
        f"{first.name}; {second.name}",
        Kind.MISTAKE,
        rf"{first.mathematics},\ {second.mathematics}",
        f"{first.sentence} {second.sentence}",
        first.rule,
    )


def _meant(reading: Interpretation, claim: Claim, meanings: Mapping[str, Meaning], roles: Roles) -> Term | None:
    """The definition's equation for what the claim gives, in the document's symbols; None where it lacks one."""
    meaning = reading.meanings.get(claim.name)
    model = reading.model
    terms = dict(model.terms)
    if meaning is None or meaning.hyper or meaning.key not in terms or meaning.key == model.params:
        return None
    keys = {latex: key for key, latex in model.latex_names.items()}
    names = {m.key: n for n, m in meanings.items()}

    def written(node: Term) -> Term | None:
        if node.head == "name" and node.name == "t":
            return T.name(roles.time)
        key = keys.get(node.name, "") if node.head in ("name", "at") else ""
        if key == model.gradient and key not in names:
            return next(roles.candidates("gradient"), None)
        behind = lag(node.args[0], "t") if node.head == "at" else None
        if key not in names or behind is None:
            return T.name(names[key]) if key in names else None
        own = meanings[names[key]]
        value = T.at(names[key], step(own.offset - behind, roles.time))
        return T.neg(value) if own.sign < 0 else value

    return T.relation("=", claim.left.unspanned(), terms[meaning.key].map(written))


def _print(term: Term) -> object:
    """What two formulas share that are the same number for independent values of their symbols."""
    try:
        with np.errstate(all="ignore"):
            return None if term.head != "relation" else f"{_number(term.args[1].unspanned()):.9e}"
    except (KeyError, ValueError, OverflowError, ZeroDivisionError):
        return None


def _number(term: Term) -> float:
    if term.head in ("name", "at", "grad"):
        return _drawn(term)
    return float(apply(term, [_number(a) for a in term.args]))


@cache
def _drawn(leaf: Term) -> float:
    return random.Random(repr(leaf)).uniform(0.2, 0.9)
