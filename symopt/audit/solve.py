"""What each group of equations says: the most charitable interpretation, wrong equations explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symopt.audit.claims import Claim
from symopt.audit.explain import Explanation, explain
from symopt.audit.likeness import likeness, marks_of
from symopt.audit.match import WRONG, Group, Interpretation, interpretations
from symopt.audit.names import affinity

EXPLAINED = 4.0
"""What a wrong equation costs when a single mistake explains it."""
DOUBTFUL = 3.0
TRIED = 8
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
    def cost(self) -> float:
        mended = sum(EXPLAINED - WRONG + e.cost for e in self.explained.values())
        return self.reading.cost + mended


def solve(groups: Sequence[Group]) -> list[Solution | None]:
    """A solution for each group, or None where no definition fits.

    Hyperparameters' names found in groups that hold are used to mend the others.
    """
    readings = {group: interpretations(group) for group in dict.fromkeys(groups)}
    names = _customs([found[0] for found in readings.values() if found and not found[0].wrong])
    solved = {group: _solution(group, found, names) for group, found in readings.items()}
    return [solved[group] for group in groups]


def _customs(readings: Sequence[Interpretation]) -> Mapping[str, str]:
    """What the document calls each hyperparameter, by majority."""
    votes: dict[str, Counter[str]] = {}
    for reading in readings:
        for name, meaning in reading.meanings.items():
            if meaning.hyper:
                votes.setdefault(meaning.key, Counter())[name] += 1
    return {key: counter.most_common(1)[0][0] for key, counter in votes.items()}


def _solution(group: Group, readings: Sequence[Interpretation], names: Mapping[str, str]) -> Solution | None:
    """The cheapest reading whose wrong equations are all explained; else the cheapest, with nothing called wrong."""
    if not readings:
        return None
    best: Solution | None = None
    if readings[0].wrong:
        for reading in _worth_explaining(group, readings):
            if best is not None and _least_cost(reading) >= best.cost:
                break
            found = _explained(group, reading, names)
            if found is not None and _is_sure(found) and (best is None or found.cost < best.cost):
                best = found
    return best or Solution(group, readings[0], {})


def _explained(group: Group, reading: Interpretation, names: Mapping[str, str]) -> Solution | None:
    """The reading with every wrong equation explained; None where one is not: the method may be one we do not know."""
    found: dict[Claim, Explanation] = {}
    for claim in reading.wrong:
        explanation = explain(group, reading, claim, names)
        if explanation is None:
            return None
        found[claim] = explanation
    return Solution(group, reading, found)


def _is_sure(solution: Solution) -> bool:
    """Whether the reading is established well enough to call anything in it wrong.

    Some equation of the group must hold as it stands, or the symbols must be the customary ones.
    """
    telling = [f for f in solution.reading.facts if f.claim.right.head not in ("grad", "number")]
    return bool(telling) or all(_customary(solution, e) for e in solution.explained.values())


def _customary(solution: Solution, explanation: Explanation) -> bool:
    latex = solution.reading.model.latex_names
    meanings = {**solution.reading.meanings, **explanation.fact.meanings}
    known = [(n, meanings.get(n)) for n in explanation.claim.names]
    scores = [affinity(n, m.key, latex[m.key], m.hyper) if m else 0.0 for n, m in known]
    return bool(scores) and min(scores) >= 0.5 and sum(scores) / len(scores) >= 0.7


def _worth_explaining(group: Group, readings: Sequence[Interpretation]) -> Sequence[Interpretation]:
    """The likeliest readings; where no equation holds in any, the plain definitions."""
    if any(r.facts for r in readings):
        return sorted((r for r in readings if r.facts), key=_least_cost)[:TRIED]
    marks = marks_of(side for c in group.claims for side in (c.left, c.right))
    plain = [r for r in readings if not r.model.conventions and not r.model.fixed and not r.aliases]
    return sorted(plain, key=lambda r: -likeness(marks, r.model.marks))[:TRIED]


def _least_cost(reading: Interpretation) -> float:
    """What the reading costs if a mistake explains each of its wrong equations.

    An abbreviation that ends in a wrong equation is likelier a quantity that was itself written wrong.
    """
    doubtful = DOUBTFUL * len(reading.aliases) if reading.wrong else 0.0
    return reading.cost + doubtful + (EXPLAINED - WRONG) * len(reading.wrong)
