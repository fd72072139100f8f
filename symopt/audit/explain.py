"""Why a formula is wrong: the smallest rewrite of the catalogue that mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import islice

from symopt.audit.claims import Claim
from symopt.audit.equations import Fact, Group
from symopt.audit.match import Interpretation, is_open, readings_of
from symopt.audit.names import affinity
from symopt.audit.trials import Meaning
from symopt.audit.variations import Abbreviated, variations
from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.rewrites.mechanism import Rewrite, mends_of
from symopt.rewrites.mistake_list import MISTAKES
from symopt.rewrites.roles import EPSILON, GRADIENT, PARAMETER, STATE, Roles, roles_of, shifted

LOST = 1.0
"""What it costs to mend a formula by leaving out a symbol that its author wrote."""
BROUGHT = 1.5
"""What it costs to mend a formula by a symbol that the document does not have."""
RESIZED = 0.2
"""What it costs to mend a formula by each symbol or number more, or fewer, than its author wrote."""
LATER = 0.001
"""What each place further down among the candidates costs: the catalogue puts the particular first."""
UNASKED = 3.0
"""What it costs to ask a gradient where the parameters are that its author asked at a point of his own making."""
ABBREVIATED = 600
"""How many ways of mending one abbreviation are tried."""
REFUTED = 8
"""How many of them, the cheapest first, are tried for one that holds."""
CANDIDATES = 3000
"""How many ways of mending one formula are tried."""
FARFETCHED = frozenset(
    {
        "part of a sum missing", "part of a sum too many", "one quantity used for another",
        "gradient in place of an average", "average in place of the gradient", "quantity missing", "stray quantity",
        "two quantities exchanged", "two hyperparameters exchanged", "gradient in place of the parameters",
    }
)  # fmt: skip
"""Mistakes that an equation alone is never charged with, nor by way of a symbol that its group does not have:
it may be of a method that is not in the catalogue."""


Candidate = tuple[int, Rewrite, Claim]


@dataclass(frozen=True)
class Explanation:
    """A wrong equation, mended.

    Args:
        claim: the equation as written.
        rewrite: the mistake of the catalogue.
        mended: the equation as it should be; parts that were not touched keep their spans.
        fact: how the mended equation holds.
        cost: how far-fetched the mending is.
        user: where the equation is an abbreviation, the equation that uses it, which ``fact`` is about.
    """

    claim: Claim
    rewrite: Rewrite
    mended: Claim
    fact: Fact
    cost: float
    user: Claim | None = None


def _always(reading: Interpretation, fact: Fact) -> bool:
    return True


@dataclass(frozen=True)
class Custom:
    """How the rest of the document writes what one group may not mention.

    Args:
        hypers: its name for each hyperparameter, by the definition's.
        gradients: the equations that give the gradient a name.
        whole: whether the group is all there is, so that what it leaves out is not said elsewhere.
        holds: whether an equation that the trials let pass may hold; for what decides such things.
    """

    hypers: Mapping[str, str]
    gradients: tuple[Claim, ...] = ()
    whole: bool = False
    holds: Callable[[Interpretation, Fact], bool] = field(default=_always, compare=False)
    candidates: dict[tuple[object, ...], tuple[Claim, list[Candidate]]] = field(
        default_factory=dict[tuple[object, ...], tuple[Claim, list[Candidate]]], compare=False, repr=False
    )
    """What each equation may have been meant to be, kept for other readings that give its names the same roles."""


def explain(group: Group, reading: Interpretation, claim: Claim, custom: Custom) -> Explanation | None:
    """The cheapest single mistake that turns what the reading's model says into the claim; None if there is none."""
    if is_open(group, reading, claim, reading.meanings):
        return None
    meanings, roles = roles_in(reading, group, claim, custom)
    found: list[Explanation] = []
    tried = 1 if custom.holds is _always else REFUTED
    known_names = claim.names.union(reading.meanings, custom.hypers.values(), (c.name for c in custom.gradients))
    known = replace(reading, meanings=meanings)
    others = variations(group, reading.aliases, reading.model, claim, meanings)
    for order, rewrite, mended in _candidates(claim, roles, custom):
        lost, brought = len(claim.names - mended.names), len(mended.names - known_names)
        cost = LOST * lost + BROUGHT * brought + RESIZED * resized(claim, mended) + LATER * order
        cost += BROUGHT * (rewrite.name in FARFETCHED) + UNASKED * (mended.asks_ahead < claim.asks_ahead)
        if len(found) >= tried and cost > found[tried - 1].cost:
            continue
        if _drops_epsilon(claim, mended, roles) or not others.may_hold(mended) or _cancels(mended, group):
            continue
        for fact in [f for f in readings_of(group, known, mended) if _counts_alike(f, reading)][:1]:
            found.append(Explanation(claim, rewrite, mended, fact, fact.cost + cost))
            found.sort(key=lambda e: e.cost)
    return next((e for e in found[:tried] if custom.holds(reading, e.fact)), None)


def _compared(*sides: Term) -> frozenset[str]:
    """Which of the larger and the smaller of two values is taken."""
    return frozenset(n.name for side in sides for n in side.nodes() if n.head == "call") & {"max", "min"}


def _counts_alike(fact: Fact, reading: Interpretation) -> bool:
    """Whether an equation counts its steps from where the others that count do."""
    others = (f for f in reading.facts if f.claim.counts)
    return not fact.claim.counts or all(f.choice.origin == fact.choice.origin for f in others)


def _candidates(claim: Claim, roles: Roles, custom: Custom) -> Sequence[Candidate]:
    """What an equation may have been meant to be: places among all that lead to it by one mistake, and the mistakes."""
    key = (id(claim), custom.whole, *roles.role.items(), roles.values, roles.time)
    if key not in custom.candidates:
        whole = T.relation("=", claim.left, claim.right)
        found: list[Candidate] = []
        for order, mend in enumerate(islice(mends_of(whole, roles, MISTAKES), CANDIDATES)):
            mended = _mended(claim, mend.term)
            if mended is None or _loses_gradient(claim, mended) or _adds_epsilon(claim, mended, roles, custom):
                continue
            found.append((order, mend.rewrite, mended))
        custom.candidates[key] = claim, found  # the claim too, so that no other ever has its identity
    return custom.candidates[key][1]


def _mended(claim: Claim, term: Term) -> Claim | None:
    """The claim as a candidate has it; None where that gives another symbol or is no equation to work with."""
    if term.head != "relation":
        return None
    mended = claim.with_sides(*term.args)
    if mended.name != claim.name or mended.step != claim.step or mended.circular:
        return None
    return mended


def explain_abbreviation(
    group: Group, reading: Interpretation, custom: Custom
) -> tuple[Interpretation, Explanation] | None:
    """The cheapest single mistake in one abbreviation that explains every wrong equation, all of which use it.

    Returns:
        The reading with the abbreviation mended, in which those equations hold, and the explanation.
    """
    best: tuple[Interpretation, Explanation] | None = None
    for name, alias in reading.aliases.items():
        used = all(name in reached(claim, reading.aliases) for claim in reading.wrong)
        if not used or not _compared(alias.right) <= _compared(*(right for _, right in reading.model.terms)):
            continue  # a maximum is no slip of a method that has none
        meanings, roles = roles_in(reading, group, alias, custom)
        known_names = alias.names.union(reading.meanings, custom.hypers.values())
        others = Abbreviated(group, reading.aliases, reading.model, reading.wrong, meanings, name)
        whole = T.relation("=", alias.left, alias.right)
        for order, mend in enumerate(islice(mends_of(whole, roles, MISTAKES), ABBREVIATED)):
            if mend.term.head != "relation" or mend.term.args[0] != alias.left:
                continue
            mended = replace(alias, right=mend.term.args[1])
            if _loses_gradient(alias, mended) or _adds_epsilon(alias, mended, roles, custom) or _cancels(mended, group):
                continue
            mending = replace(reading, meanings=meanings, aliases={**reading.aliases, name: mended})
            if not others.may_hold(mending.aliases):
                continue
            facts = _all_hold(group, mending)
            if facts is None:
                continue
            lost, brought = len(alias.names - mended.names), len(mended.names - known_names)
            cost = sum(f.cost for f in facts) + LOST * lost + BROUGHT * brought
            cost += RESIZED * resized(alias, mended) + LATER * order + BROUGHT * (mend.rewrite.name in FARFETCHED)
            if best is None or cost < best[1].cost:
                told = {n: m for f in facts for n, m in f.meanings.items()}
                held = replace(mending, meanings={**reading.meanings, **told}, facts=(*reading.facts, *facts), wrong=())
                best = held, Explanation(alias, mend.rewrite, mended, facts[0], cost, facts[0].claim)
    return best


def reached(claim: Claim, aliases: Mapping[str, Claim]) -> frozenset[str]:
    """The claim's names, with those inside the abbreviations it uses."""
    names, todo = set(claim.names), list(claim.names)
    while todo:
        alias = aliases.get(todo.pop())
        new = alias.names - names if alias else frozenset[str]()
        names |= new
        todo += new
    return frozenset(names)


def _all_hold(group: Group, reading: Interpretation) -> list[Fact] | None:
    """How each equation that was wrong holds after all; None where one does not."""
    facts: list[Fact] = []
    meanings = reading.meanings
    for claim in reading.wrong:
        if is_open(group, reading, claim, meanings):
            return None
        fact = next(iter(readings_of(group, replace(reading, meanings=meanings), claim)), None)
        if fact is None:
            return None
        facts.append(fact)
        meanings = {**meanings, **fact.meanings}
    return facts


def named_apart(claim: Claim) -> Claim:
    """A value made from itself, under a name of its own."""
    fresh = rf"\hat{{{claim.name}}}"
    return replace(claim, left=T.at(fresh, claim.left.args[0].unspanned()))


def resized(claim: Claim, mended: Claim) -> int:
    """By how many symbols and numbers a mended equation is longer or shorter than the one written."""
    before, after = (c.left.leaves + c.right.leaves for c in (claim, mended))
    return abs(before - after)


def _adds_epsilon(claim: Claim, mended: Claim, roles: Roles, custom: Custom) -> bool:
    """Whether a mended formula has a small constant that its author left out, which is a convention.

    Where the group is all there is, it may have been left out with the rest of a denominator.
    """
    new = mended.names - claim.names
    small = {n for n in new if roles.role.get(n) == EPSILON}
    return bool(small) and (not custom.whole or new <= small)


def _drops_epsilon(claim: Claim, mended: Claim, roles: Roles) -> bool:
    """Whether a mended average lacks a small constant that its author adds to it, which is a convention."""
    lost = claim.names - mended.names
    return claim.recurrent and roles.role.get(claim.name) == STATE and bool(lost) and _all_small(lost, roles)


def _all_small(names: Set[str], roles: Roles) -> bool:
    return all(roles.role.get(n) == EPSILON for n in names)


def _cancels(mended: Claim, group: Group) -> bool:
    """Whether a value is taken away from itself or compared with itself, as nobody writes, under any name."""
    named = {c.left.unspanned(): c.right.unspanned() for c in group.claims if c.right.head == "grad"}

    def meant(part: Term) -> Term:
        return part.unspanned().map(named.get)

    nodes = [
        (n, [meant(a) for a in n.args]) for n in mended.right.nodes() if n.head == "add" or n.name in ("max", "min")
    ]
    return any(len(set(parts)) < len(parts) for n, parts in nodes if n.head == "call") or any(
        T.neg(a) == b for n, parts in nodes if n.head == "add" for a in parts for b in parts
    )


def _loses_gradient(claim: Claim, mended: Claim) -> bool:
    """Whether a gradient asked at a point of its own making is gone: no mistake invents one."""
    made = any(node.args[0].head not in ("name", "at") for node in claim.gradients)
    return made and len(mended.gradients) < len(claim.gradients)


def roles_in(
    reading: Interpretation, group: Group, claim: Claim, custom: Custom
) -> tuple[Mapping[str, Meaning], Roles]:
    """Meanings and roles of every name that the formula has or a mended one may need."""
    model = reading.model
    own = roles_of(model.optimizer)
    meanings = dict(reading.meanings)
    used = {(m.hyper, m.key) for m in meanings.values()}
    unknown = claim.names if custom.whole else {claim.name}
    guessed = _guessed(claim, reading) | _guessed_values(unknown - reading.meanings.keys(), reading)
    for hyper in model.hypers:
        own_name = model.latex_names[hyper]
        written = own_name if own_name in claim.names else custom.hypers.get(hyper, own_name)
        if (True, hyper) not in used and written not in meanings and written not in claim.names:
            meanings[written] = Meaning(hyper, hyper=True)
    role = guessed | {n: own.role.get(model.latex_names[m.key], "gradient") for n, m in meanings.items()}
    clock = _clock(claim)
    values = tuple(_written(n, m, group, clock) for n, m in sorted(meanings.items()) if not m.hyper)
    if role.get(claim.name) in (STATE, PARAMETER) and claim.name not in meanings:
        values += (claim.left.unspanned(),)
    if custom.whole:
        values += tuple(shifted(x, -1, clock) for x in values if role.get(x.name) == STATE)
    gradients = [*dict.fromkeys(_gradients(group))]
    for given in custom.gradients:
        if given.name not in meanings and given.name not in claim.names:
            meanings[given.name] = Meaning(model.gradient, offset=given.shift)
            role[given.name] = GRADIENT
            gradients.append(given.left.unspanned())
    return meanings, Roles(role, (*values, *gradients), clock)


def _clock(claim: Claim) -> str:
    """The letter that counts the claim's steps: one of its own indices where it has any."""
    indices = [n.args[0].names() for s in (claim.left, claim.right) for n in s.nodes() if n.head == "at"]
    used = frozenset(x for names in indices for x in names) & claim.clocks
    return min(used or claim.clocks, key=lambda c: (c != "t", c), default="t")


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


def _guessed_values(names: Set[str], reading: Interpretation) -> dict[str, str]:
    """Roles of quantities that only the wrong equation has, by custom."""
    model = reading.model
    own = roles_of(model.optimizer).role
    found: dict[str, str] = {}
    for name in sorted(names - {""}):
        scores = {q: affinity(name, q, model.latex_names[q], False) for q in model.quantities}
        best = max(scores, key=lambda q: scores[q])
        if scores[best] > 0:
            found[name] = own.get(model.latex_names[best], GRADIENT)
    return found


def _written(name: str, meaning: Meaning, group: Group, clock: str) -> Term:
    """A sequence's value at the step, as the document writes it."""
    definition = group.defined.get(name)
    if definition is not None:
        return definition.left.unspanned()
    indexed = any(n.head == "at" and n.name == name for c in group.claims for n in c.right.nodes())
    return T.at(name, T.name(clock)) if indexed else T.name(name)


def _gradients(group: Group) -> Iterator[Term]:
    for claim in group.claims:
        for node in claim.right.nodes():
            if node.head == "grad":
                yield node.unspanned()
