"""What each group of equations says: the most charitable interpretation, wrong equations explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from symopt.audit.catalogue import plain
from symopt.audit.claims import Claim, offset
from symopt.audit.descent import is_another_method
from symopt.audit.equations import Fact, Group
from symopt.audit.explain import (
    FARFETCHED,
    Custom,
    Explanation,
    explain,
    explain_abbreviation,
    named_apart,
    resized,
)
from symopt.audit.from_recurrence import from_recurrence
from symopt.audit.likeness import Tally, likeness, likest, marks_of
from symopt.audit.match import RANK, WRONG, Interpretation, interpretations, readings
from symopt.audit.models import STEP, specialised
from symopt.audit.names import affinity
from symopt.audit.parcels import Call, Work
from symopt.audit.proofs import proof
from symopt.audit.schedules import refuses, schedules
from symopt.audit.two_slips import explain_by_two
from symopt.decide.verdict import Status
from symopt.language.terms import Term
from symopt.rewrites.rules import Shift

EXPLAINED = 4.0
"""What a wrong equation costs when a single mistake explains it."""
ALIKE = 0.6
"""How much dearer a reading may be that is of a method met elsewhere in the document."""
DOUBTFUL = 3.0
UNLIKE = 4.0
"""How much dearer a reading is whose wrong equations look like nothing in its method."""
EACH = 3
"""How many interpretations as one method that hold the same equations to be wrong are tried for an explanation."""
MEANT_ALIKE = 3
"""How many interpretations are tried whose wrong equations look like the same equations of a method, or of several."""
ALIKE_BLAMED = 10
"""How many interpretations that hold the same equations to be wrong are tried."""
SLIPPED = 4
"""How many symbols and numbers a far-fetched mistake may have added to a formula, or taken from it."""
TRIED = 18
"""How many interpretations of a group with wrong equations are tried for an explanation."""


@dataclass(frozen=True)
class Solution:
    """One group, understood.

    Args:
        reading: the interpretation.
        explained: the wrong equations that a mistake explains.
    """

    group: Group
    reading: Interpretation
    explained: Mapping[Claim, Explanation]

    @property
    def whole(self) -> bool:
        """Whether it accounts for every equation of the group."""
        return all(claim in self.explained for claim in self.reading.wrong)

    @property
    def cost(self) -> float:
        mended = sum(EXPLAINED - WRONG + e.cost for e in self.explained.values())
        return self.reading.cost + mended


def solving(groups: Sequence[tuple[Group, frozenset[Claim]]]) -> Work[list[Solution | None]]:
    """A solution for each group, or None where no definition fits.

    Hyperparameters' names found in groups that hold are used to mend the others. The groups are read, then
    mended, each by itself; so that several can be at the same time, these calls are left to the caller.

    Args:
        groups: each with the equations that are to be judged in it.
    """
    distinct = list(dict.fromkeys(group for group, _ in groups))
    answers = yield [Call(interpretations, (group,)) for group in distinct]
    first: dict[Group, list[Interpretation]] = dict(zip(distinct, answers, strict=True))
    votes = _votes(first.values())
    found = {group: _familiar(group, r, votes) for group, r in first.items()}
    gradients = dict.fromkeys(c for group in first for c in group.claims if c.name and c.right.head == "grad")
    custom = Custom(_customs([r[0] for r in found.values() if r and not r[0].wrong]), tuple(gradients)[:1])
    rows = list(dict.fromkeys(groups))
    answers = yield [Call(solution, (group, judged, found[group], custom)) for group, judged in rows]
    solved: dict[tuple[Group, frozenset[Claim]], Solution | None] = dict(zip(rows, answers, strict=True))
    return [solved[row] for row in groups]


def _votes(readings: Iterable[Sequence[Interpretation]]) -> Counter[str]:
    """How many equations of the document each method accounts for, in groups that show how the parameters move."""
    votes: Counter[str] = Counter()
    for found in readings:
        if found and not found[0].wrong and any(_moves_parameters(f, found[0]) for f in found[0].facts):
            votes[found[0].model.system] += len(found[0].facts)
    return votes


def _moves_parameters(fact: Fact, reading: Interpretation) -> bool:
    meaning = fact.meanings.get(fact.claim.name)
    return meaning is not None and meaning.key == reading.model.params


def _familiar(group: Group, found: list[Interpretation], votes: Counter[str]) -> list[Interpretation]:
    """The readings, with a method that the document speaks of elsewhere before an equally good one."""
    if not found:
        return found
    best = found[0]
    names = [system for system, _ in votes.most_common() if votes[system] > votes[best.model.system]]
    for system in names:
        models = [m for m in plain() if m.system == system]
        models += [n for m in models for n in specialised(m, group.decimals)] if best.model.fixed else []
        again = readings(group, models, best.cost + ALIKE)
        if again and len(again[0].wrong) == len(best.wrong) and len(again[0].facts) == len(best.facts):
            return [replace(again[0], cost=best.cost - 0.01), *found]
    return found


def _customs(readings: Sequence[Interpretation]) -> Mapping[str, str]:
    """What the document calls each hyperparameter, by majority."""
    votes: dict[str, Counter[str]] = {}
    for reading in readings:
        for name, meaning in reading.meanings.items():
            if meaning.hyper:
                votes.setdefault(meaning.key, Counter())[name] += 1
    return {key: counter.most_common(1)[0][0] for key, counter in votes.items()}


def solution(
    group: Group, judged: frozenset[Claim], readings: Sequence[Interpretation], custom: Custom
) -> Solution | None:
    """The cheapest reading whose wrong equations are all explained; else the cheapest, with nothing called wrong.

    An equation that is judged elsewhere, and only helps to understand the others here, is not blamed before them.
    """
    apart = _told_apart(group)
    if apart is not None or not readings:
        return apart
    best: Solution | None = None
    if readings[0].wrong:
        for reading in _worth_explaining(group, readings):
            elsewhere = EXPLAINED * len(set(reading.wrong) - judged)
            if best is not None and reading.cost + (EXPLAINED - WRONG) * len(reading.wrong) + elsewhere >= best.cost:
                continue
            found = _explained(group, reading, custom)
            if found is not None and elsewhere:
                found = replace(found, reading=replace(found.reading, cost=found.reading.cost + elsewhere))
            better = found is not None and _is_sure(found) and (best is None or found.cost < best.cost)
            if found is not None and better and not _is_refuted(found):
                best = found
    else:
        best = _with_forgotten(group, readings, custom)
    return best or Solution(group, readings[0], {})


def _with_forgotten(group: Group, readings: Sequence[Interpretation], custom: Custom) -> Solution | None:
    """A solution in which the values that the best reading has no use for are what one equation should be made from."""
    idle = frozenset(n for n in readings[0].aliases if not any(n in c.names for c in group.claims if c.name != n))
    for reading in readings if idle else ():
        if len(reading.wrong) == 1 and not reading.aliases:
            (claim,) = reading.wrong
            explanation = explain(group, reading, claim, custom)
            if explanation is not None and explanation.mended.names - claim.names == idle:
                return Solution(group, reading, {claim: explanation})
    return None


def _is_refuted(solution: Solution) -> bool:
    """Whether an equation that was mended is still wrong: where there are signs or maxima, trials do not tell."""
    mended = [e.fact for e in solution.explained.values() if e.fact.claim.branches]
    meanings = solution.reading.meanings
    readings = (replace(solution.reading, meanings={**meanings, **fact.meanings}) for fact in mended)
    return any(proof(r, f).status is Status.REFUTED for r, f in zip(readings, mended, strict=True))


def _told_apart(group: Group) -> Solution | None:
    """The group with values made from themselves under names of their own, where that makes sense of all of it."""
    made = {c.name for c in group.claims if not c.circular}
    again = [c for c in group.claims if c.circular and c.name in made]
    if not again:
        return None
    found = interpretations(Group(tuple(named_apart(c) if c in again else c for c in group.claims)))
    return Solution(group, found[0], {}) if found and not found[0].wrong else None


def _explained(group: Group, reading: Interpretation, custom: Custom) -> Solution | None:
    """The reading with every wrong equation explained; None where one is not: the method may be one we do not know."""
    found: dict[Claim, Explanation] = {}
    for claim in reading.wrong:
        explanation = explain(group, reading, claim, custom) or from_recurrence(reading, claim)
        if explanation is None:
            abbreviation = explain_abbreviation(group, reading, custom)
            both = explain_by_two(group, reading, claim, custom) if abbreviation is None else None
            if both is not None:
                return Solution(group, reading, {claim: both})
            return abbreviation and Solution(group, abbreviation[0], {abbreviation[1].claim: abbreviation[1]})
        found[claim] = explanation
    return Solution(group, reading, found)


def _is_sure(solution: Solution) -> bool:
    """Whether the reading is established well enough to call anything in it wrong.

    Some equation of the group must hold as it stands, or the symbols must be the customary ones.
    """
    mended = {e.user for e in solution.explained.values()}
    telling = [
        f for f in solution.reading.facts if f.claim.right.head not in ("grad", "number") and f.claim not in mended
    ]
    if len(solution.explained) > 1:  # that the parameters move by a step is so in every method
        telling = [f for f in telling if STEP not in {m.key for m in f.meanings.values()}]
    farfetched = [e for e in solution.explained.values() if e.rewrite.name in FARFETCHED]
    written = frozenset(n for c in solution.group.claims for n in c.names)
    if any(
        not e.mended.names <= written or _is_idle(solution, e.claim) or _leaves_idle(solution, e) for e in farfetched
    ):
        return False
    if not telling and any(e.claim.asks_ahead and not e.mended.names <= written for e in solution.explained.values()):
        return False  # how the parameters move, which would tell what the point lacks, is said elsewhere
    if solution.reading.model.system in schedules():
        return all(refuses(solution.reading, e) for e in solution.explained.values())
    if telling:
        return True
    if any(not e.mended.names <= written and _is_of_unknown(solution, e) for e in solution.explained.values()):
        return False
    sensible = all(
        _customary(solution, e) and _keeps_its_times(solution, e) and not _is_a_method(solution, e)
        for e in solution.explained.values()
    )
    return sensible and all(_moves_by_its_gradient(solution, e) for e in farfetched)


def _is_idle(solution: Solution, claim: Claim) -> bool:
    """Whether an equation only gives a value that no other uses, so that nothing says what was meant by it."""
    others = (n for c in solution.group.claims if c != claim for n in c.names)
    return not claim.recurrent and claim.name not in others


def _is_a_method(solution: Solution, explanation: Explanation) -> bool:
    meanings = {**solution.reading.meanings, **explanation.fact.meanings}
    return is_another_method(explanation.claim, explanation.mended, meanings, solution.reading.model)


def _leaves_idle(solution: Solution, explanation: Explanation) -> bool:
    """Whether a mending leaves out more than a slip of the pen puts in, the step's number, or all use of a value."""
    gone = explanation.claim.names - explanation.mended.names
    used = frozenset(n for c in solution.group.claims if c != explanation.claim for n in c.right.names() - {c.name})
    idle = gone & solution.group.defined.keys() - used - {explanation.claim.name} - _unused(solution.reading)
    counted = explanation.claim.counts and not explanation.mended.counts
    return bool(idle) or counted or resized(explanation.claim, explanation.mended) > SLIPPED


def _unused(reading: Interpretation) -> frozenset[str]:
    """Symbols of values that the definition itself makes nothing of, such as an average of the parameters."""
    used = {name for key, right in reading.model.terms for name in right.names() - {reading.model.latex_names[key]}}
    latex = reading.model.latex_names
    return frozenset(n for n, m in reading.meanings.items() if latex.get(m.key, "") not in used)


def _is_of_unknown(solution: Solution, explanation: Explanation) -> bool:
    """Whether an equation is made from states that the group does not give, which may hold the parts it lacks."""
    if not resized(explanation.claim, explanation.mended):
        return False
    model = solution.reading.model
    meanings = {**solution.reading.meanings, **explanation.fact.meanings}
    states = (n for n, m in meanings.items() if not m.hyper and m.key not in (model.params, model.gradient))
    return any(n in explanation.claim.right.names() and n not in solution.group.defined for n in states)


def _keeps_its_times(solution: Solution, explanation: Explanation) -> bool:
    """Whether a value moved in time stays apart from the others, and no further back than in the definition.

    A sum of two gradients is no slip of a method that has one, and two steps written as one are no step.
    """
    if not isinstance(explanation.rewrite.rule, Shift):
        return True
    before, after = (_values(c.right) for c in (explanation.claim, explanation.mended))
    own = (_lag(n, frozenset({"t"}), 0) for _, right in solution.reading.model.terms for n in _values(right))
    clocks, shift = explanation.claim.clocks, explanation.claim.shift
    return len(after) >= len(before) and max((_lag(n, clocks, shift) for n in after), default=0) <= max(own, default=0)


def _values(side: Term) -> frozenset[Term]:
    return frozenset(n.unspanned() for n in side.nodes() if n.head == "at")


def _lag(value: Term, clocks: frozenset[str], shift: int) -> int:
    """How many steps before the one that is made a value is of."""
    ahead = offset(value.args[0], clocks)
    return 0 if ahead is None else shift - ahead


def _moves_by_its_gradient(solution: Solution, explanation: Explanation) -> bool:
    """Whether an equation moves the parameters by the gradient that the group asks at them, and by nothing strange.

    Then it is a method of one equation, and every symbol of it has its part in the one that was meant.
    """
    asked = any(f.claim.right.head == "grad" for f in solution.reading.facts)
    moving = explanation.fact.meanings[explanation.mended.name].key == solution.reading.model.params
    return asked and moving and explanation.claim.names <= explanation.mended.names


def _customary(solution: Solution, explanation: Explanation) -> bool:
    latex = solution.reading.model.latex_names
    meanings = {**solution.reading.meanings, **explanation.fact.meanings}
    known = [(n, meanings.get(n)) for n in explanation.claim.names]
    scores = [affinity(n, m.key, latex[m.key], m.hyper) if m else 0.0 for n, m in known]
    return bool(scores) and min(scores) >= 0.5 and sum(scores) / len(scores) >= 0.7


def _worth_explaining(group: Group, readings: Sequence[Interpretation]) -> Sequence[Interpretation]:
    """The likeliest readings; where no equation holds in any, the plain definitions."""
    if any(r.facts for r in readings):
        return _spread([_Likely.of(r) for r in readings if r.facts])
    marks = marks_of(side for c in group.claims for side in (c.left, c.right))
    plain = [r for r in readings if not r.model.conventions and not r.model.fixed and not r.aliases]
    return sorted(plain, key=lambda r: -likeness(marks, r.model.marks))[:TRIED]


@dataclass(frozen=True)
class _Likely:
    """A reading, with what it costs if a mistake explains each of its wrong equations.

    An abbreviation that ends in a wrong equation is likelier a quantity that was itself written wrong, and a wrong
    equation looks much like the one that was meant.

    Args:
        reading: the reading.
        cost: what it costs.
        meant: what each of its wrong equations looks most like in its method, and its abbreviations.
    """

    reading: Interpretation
    cost: float
    meant: frozenset[object]

    @classmethod
    def of(cls, reading: Interpretation) -> _Likely:
        doubtful = DOUBTFUL * len(reading.aliases) if reading.wrong else 0.0
        parts = {name: meaning.key for name, meaning in reading.meanings.items()}
        own, equations = reading.model.tallies, dict(reading.model.terms)
        meant = {c: likest(c.right, _given(c, parts, own) or own, parts) for c in reading.wrong}
        unlike = sum(1 - alike for alike, _ in meant.values())
        cost = reading.cost - RANK * reading.model.rank  # the basic method need not be what is meant
        cost += doubtful + (EXPLAINED - WRONG) * len(reading.wrong) + UNLIKE * unlike
        alike = frozenset((c, equations[name]) for c, (_, name) in meant.items())
        return cls(reading, cost, alike)


def _given(claim: Claim, parts: Mapping[str, str], tallies: Mapping[str, Tally]) -> Mapping[str, Tally]:
    """The equation of the quantity that a claim gives, where it is known which that is."""
    part = parts.get(claim.name, "")
    return {part: tallies[part]} if part in tallies else {}


def _spread(readings: Sequence[_Likely]) -> list[Interpretation]:
    """The first readings, few of each method, few that blame the same equations, and fewer that mean the same by them.

    So one method with many conventions does not crowd out the rest, nor one equation that many methods share.
    """
    seen: Counter[object] = Counter()
    apart: list[_Likely] = []
    for likely in sorted(readings, key=lambda x: x.reading.cost):
        seen[likely.meant] += 1
        if seen[likely.meant] <= MEANT_ALIKE:
            apart.append(likely)
    kept: list[Interpretation] = []
    for likely in sorted(apart, key=lambda x: x.cost):
        reading, blamed = likely.reading, frozenset(likely.reading.wrong)
        if seen[reading.model.system, blamed] < EACH and seen[blamed] < ALIKE_BLAMED:
            seen.update([(reading.model.system, blamed), blamed])
            kept.append(reading)
    return kept[:TRIED]
