"""Why a formula is wrong: the smallest rewrite of the catalogue that mends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from symopt.audit.claims import Claim
from symopt.audit.evaluate import Meaning
from symopt.audit.match import Fact, Group, Interpretation, is_open, probes, readings_of
from symopt.audit.names import affinity
from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.rewrites.mechanism import Rewrite, mends_of
from symopt.rewrites.mistake_list import MISTAKES
from symopt.rewrites.roles import EPSILON, GRADIENT, Roles, roles_of

LOST = 1.0
"""What it costs to mend a formula by leaving out a symbol that its author wrote."""
BROUGHT = 1.5
"""What it costs to mend a formula by a symbol that the document does not have."""
LATER = 0.001
"""What each place further down among the candidates costs: the catalogue puts the particular first."""
CANDIDATES = 3000
"""How many ways of mending one formula are tried."""


@dataclass(frozen=True)
class Explanation:
    """A wrong equation, mended.

    Args:
        claim: the equation as written.
        rewrite: the mistake of the catalogue.
        mended: the equation as it should be; parts that were not touched keep their spans.
        fact: how the mended equation holds.
        cost: how far-fetched the mending is.
    """

    claim: Claim
    rewrite: Rewrite
    mended: Claim
    fact: Fact
    cost: float


@dataclass(frozen=True)
class Custom:
    """How the rest of the document writes what one group may not mention.

    Args:
        hypers: its name for each hyperparameter, by the definition's.
        gradients: the equations that give the gradient a name.
    """

    hypers: Mapping[str, str]
    gradients: tuple[Claim, ...] = ()


def explain(group: Group, reading: Interpretation, claim: Claim, custom: Custom) -> Explanation | None:
    """The cheapest single mistake that turns what the reading's model says into the claim; None if there is none."""
    if is_open(group, reading, claim, reading.meanings):
        return None
    meanings, roles = _roles(reading, group, claim, custom)
    found: list[Explanation] = []
    known_names = claim.names.union(reading.meanings, custom.hypers.values(), (c.name for c in custom.gradients))
    known = replace(reading, meanings=meanings)
    tried = probes(group, reading, claim, meanings)
    whole = T.relation("=", claim.left, claim.right)
    for order, mend in enumerate(islice(mends_of(whole, roles, MISTAKES), CANDIDATES)):
        if mend.term.head != "relation":
            continue
        mended = replace(claim, left=mend.term.args[0], right=mend.term.args[1])
        if mended.name != claim.name or mended.step != claim.step or mended.circular:
            continue
        if _loses_gradient(claim, mended) or any(roles.role.get(n) == EPSILON for n in mended.names - claim.names):
            continue  # to leave epsilon out is a convention
        if tried and not any(p.holds(mended.left, mended.right) for p in tried):
            continue
        for fact in islice(readings_of(group, known, mended), 1):
            lost, brought = len(claim.names - mended.names), len(mended.names - known_names)
            cost = fact.cost + LOST * lost + BROUGHT * brought + LATER * order
            found.append(Explanation(claim, mend.rewrite, mended, fact, cost))
    return min(found, key=lambda e: e.cost, default=None)


def named_apart(claim: Claim) -> Claim:
    """A value made from itself, under a name of its own."""
    fresh = rf"\hat{{{claim.name}}}"
    return replace(claim, left=T.at(fresh, claim.left.args[0].unspanned()))


def _loses_gradient(claim: Claim, mended: Claim) -> bool:
    """Whether a gradient asked at a point of its own making is gone: no mistake invents one."""
    before, after = ([n for s in (c.left, c.right) for _, n in s.walk() if n.head == "grad"] for c in (claim, mended))
    made = any(node.args[0].head not in ("name", "at") for node in before)
    return made and len(after) < len(before)


def _roles(reading: Interpretation, group: Group, claim: Claim, custom: Custom) -> tuple[Mapping[str, Meaning], Roles]:
    """Meanings and roles of every name that the formula has or a mended one may need."""
    model = reading.model
    own = roles_of(model.optimizer)
    meanings = dict(reading.meanings)
    used = {(m.hyper, m.key) for m in meanings.values()}
    guessed = _guessed(claim, reading)
    for hyper in model.hypers:
        written = custom.hypers.get(hyper, model.latex_names[hyper])
        if (True, hyper) not in used and written not in meanings and written not in claim.names:
            meanings[written] = Meaning(hyper, hyper=True)
    role = guessed | {n: own.role.get(model.latex_names[m.key], "gradient") for n, m in meanings.items()}
    clock = min(claim.clocks, key=lambda c: (c != "t", c), default="t")
    values = tuple(_written(n, m, group, clock) for n, m in sorted(meanings.items()) if not m.hyper)
    gradients = [*dict.fromkeys(_gradients(group))]
    for given in custom.gradients:
        if given.name not in meanings and given.name not in claim.names:
            meanings[given.name] = Meaning(model.gradient, offset=given.shift)
            role[given.name] = GRADIENT
            gradients.append(given.left.unspanned())
    return meanings, Roles(role, (*values, *gradients), clock)


def _guessed(claim: Claim, reading: Interpretation) -> dict[str, str]:
    """Roles of names that only the wrong equation has, by custom."""
    model = reading.model
    own = roles_of(model.optimizer).role
    found: dict[str, str] = {}
    for name in claim.names - reading.meanings.keys():
        scores = {h: affinity(name, h, model.latex_names[h], True) for h in model.hypers}
        best = max(scores, key=lambda h: scores[h], default="")
        if best and scores[best] > 0:
            found[name] = own[model.latex_names[best]]
    return found


def _written(name: str, meaning: Meaning, group: Group, clock: str) -> Term:
    """A sequence's value at the step, as the document writes it."""
    definition = group.defined.get(name)
    if definition is not None:
        return definition.left.unspanned()
    indexed = any(n.head == "at" and n.name == name for c in group.claims for _, n in c.right.walk())
    return T.at(name, T.name(clock)) if indexed else T.name(name)


def _gradients(group: Group) -> Iterator[Term]:
    for claim in group.claims:
        for _, node in claim.right.walk():
            if node.head == "grad":
                yield node.unspanned()
