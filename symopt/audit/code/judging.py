"""What is to be said of one parameter's equations: the most charitable reading, mistakes undone and proved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import sympy as sp

from symopt.audit.catalogue import plain, rare, under_conventions
from symopt.audit.claims import Claim
from symopt.audit.code.chains import Chain, keys_of
from symopt.audit.code.claims import CLOCKS, Reading, readings
from symopt.audit.code.copies import STRANGER, Copied
from symopt.audit.code.equations import BEFORE, NOW, Step
from symopt.audit.code.slips import ORDER, STUCK, Hypothesis, Slip, hypotheses, sentence
from symopt.audit.equations import Fact, Group
from symopt.audit.explain import Custom, Explanation
from symopt.audit.findings import Judgement
from symopt.audit.judge import Judge, Opinion
from symopt.audit.likeness import likeness, marks_of
from symopt.audit.match import CONVENTION, WRONG, Interpretation, holding, interpretations
from symopt.audit.match import readings as readings_in
from symopt.audit.models import specialised
from symopt.audit.solve import Solution, solution
from symopt.audit.trials import Meaning
from symopt.decide.identity import identity
from symopt.decide.verdict import Status
from symopt.language import terms as T
from symopt.read.code import Recurrence
from symopt.read.code.results import PARAMETERS
from symopt.rewrites.mechanism import Rewrite
from symopt.rewrites.mistake_list import mistake

RIGHT = frozenset({Judgement.CORRECT, Judgement.VARIANT, Judgement.INCOMPLETE})
TRIED = 14
"""How many forms of one chain are tried on the definitions."""
ALIKE = 8
"""How many definitions are tried under their conventions."""
LONGEST = 24
"""How many assignments a chain may have that is searched for mistakes."""
LARGEST = 600
"""How many nodes its equations may have."""
PROVED = 3
"""How many readings of equal cost are tried for one that can be proved."""
EQUAL = 0.06
"""How much dearer a reading may be and still be as good."""
SCALED_DECAY = "weight decay times the learning rate"
RATE, SMALL = r"\eta", r"\epsilon"
UNASKED = 1.1
GRADIENT = Claim(T.at("g", NOW), T.grad(T.name("parameters")), CLOCKS, dated=True)
"""What a step that forgot its gradient would have used."""


@dataclass(frozen=True)
class Said:
    """One assignment and what is to be said of it.

    Args:
        key: the assignment.
        opinion: its verdict.
        slip: the mistake of order or count that it makes, if it is one.
        explanation: how the equation is mended, if it is one of the catalogue's mistakes.
        reading, place: the equation among those it was read with.
    """

    key: str
    opinion: Opinion
    slip: Slip | None = None
    explanation: Explanation | None = None
    reading: Reading | None = None
    place: int = 0


@dataclass(frozen=True)
class Outcome:
    """What is to be said of a chain.

    Args:
        system: the method; "" where it is none that symopt knows.
        said: the assignments, right or wrong.
        moves: whether what the chain makes is what the method calls its parameters, and not a state of it.
    """

    system: str
    said: tuple[Said, ...]
    moves: bool = True

    @property
    def errata(self) -> tuple[Said, ...]:
        return tuple(s for s in self.said if s.opinion.verdict is Judgement.ERRATUM)


NOTHING = Outcome("", ())


class Court:
    """Judges chains; what was worked out for one is kept for those that say the same.

    Args:
        system: the only definition to be held against; "" for all.
        hint: words of the text around, which settle between methods that the code cannot tell apart.
    """

    def __init__(self, system: str = "") -> None:
        self.system = system
        self.judge = Judge({})
        self.found: dict[Group, list[Interpretation]] = {}
        self.held: dict[Group, list[Interpretation]] = {}
        self.solved: dict[Group, Solution | None] = {}
        self.custom = Custom({}, (GRADIENT,), whole=True, holds=self.judge.may_hold)

    def outcome(self, step: Step, recurrence: Recurrence, chain: Chain, hint: str = "") -> Outcome:
        """What is to be said of a chain of assignments."""
        table: list[tuple[Hypothesis, list[Reading]]] = []
        for base in (step, *_scaled(step, recurrence)):
            for made in hypotheses(base, recurrence, chain.keys):
                keys = [k for k in made.step.definitions if k in _renamed(chain.keys, made)]
                table.append((made, readings(made.step, recurrence, keys, chain.parameter)))
        table = [(made, options) for made, options in table if all(map(_evaluable, options))]
        table.sort(key=lambda row: bool(row[0].slips))
        for made, options in table[:TRIED]:
            for reading in options:
                if reading.apart:
                    continue
                outcome = self._held_outcome(made, reading, options, table, hint)
                if outcome is not None:
                    return outcome
        small = len(chain.keys) <= LONGEST and all(_size(o) <= LARGEST for _, options in table for o in options)
        return self._explained(table, hint) if small and not recurrence.choices else NOTHING

    def meant(self, copied: Copied, recurrence: Recurrence, chain: Chain, hint: str = "") -> Outcome | None:
        """What is to be said of a chain that uses another parameter's values; None if it is no method's without."""
        table = [
            (made, readings(made.step, recurrence, keys_of(made.step, chain.parameter), chain.parameter))
            for made in (copied.written, copied.mended)
        ]
        made, options = table[1]
        if not all(map(_evaluable, options)):
            return None
        found = (self._held_outcome(made, o, options, table, hint) for o in options if not o.apart)
        return next((o for o in found if o is not None), None)

    # Everything holds

    def interpreted(self, group: Group) -> list[Interpretation]:
        """Readings of a group, wrong equations and all."""
        if group not in self.found:
            found = interpretations(group) if not self.system else self._only(group)
            found = [_unexchanged(i) if _is_exchanged(i) else i for i in found]
            found = [_in_libraries(group, i) for i in found if _sensible(group, i)]
            self.found[group] = sorted(found, key=lambda i: i.cost)
        return self.found[group]

    def _only(self, group: Group) -> list[Interpretation]:
        models = [m for m in (*plain(), *rare()) if m.system == self.system]
        return readings_in(group, [*models, *under_conventions(self.system)], float("inf"))

    def _held_outcome(
        self, made: Hypothesis, reading: Reading, options: Sequence[Reading],
        table: Sequence[tuple[Hypothesis, list[Reading]]], hint: str,
    ) -> Outcome | None:  # fmt: skip
        """What is to be said where every equation holds, mistakes undone; proved, if any reading is."""
        best: Outcome | None = None
        for found in self._holding(reading, hint)[:PROVED]:
            outcome = self._right(found, reading)
            if made.slips and outcome is not None:
                outcome = self._slipped(made, reading, options, found, table)
            if outcome is not None and all(s.opinion.proof in ("proved", "refuted") for s in outcome.said):
                return outcome
            best = best or outcome
        return best

    def _holding(self, reading: Reading, hint: str) -> list[Solution]:
        """The readings under which every equation holds; the methods that the text names go first."""
        group = reading.group
        if group not in self.held:
            self.held[group] = self._held(group)
        found = self.held[group]
        if not found:
            return []
        equal = [i for i in found if i.cost <= found[0].cost + _slack(group)]
        equal.sort(
            key=lambda i: (
                _wanting(group, i), not _named(i.model.system, hint), not i.model.asks_at_parameters, i.cost,
            )
        )  # fmt: skip
        return [Solution(group, i, {}) for i in equal]

    def _held(self, group: Group) -> list[Interpretation]:
        """The readings in which nothing is wrong and a gradient is one."""
        return [i for i in self._held_at_all(group) if _sensible(group, i)]

    def _held_at_all(self, group: Group) -> list[Interpretation]:
        """The readings in which nothing is wrong: of the definitions, else of the likeliest under conventions."""
        models = [m for m in plain() if self.system in ("", m.system)]
        models += [s for m in models for s in specialised(m, group.decimals)]
        found = holding(group, models, WRONG, _slack(group))
        if found and found[0].cost < CONVENTION:
            return found
        marks = marks_of(side for c in group.claims for side in (c.left, c.right))
        alike = sorted((m for m in models if not m.fixed), key=lambda m: -likeness(marks, m.marks))
        for system in dict.fromkeys(m.system for m in alike[:ALIKE]):
            found += holding(group, under_conventions(system), found[0].cost if found else WRONG, _slack(group))
            found.sort(key=lambda i: i.cost)
        return found or holding(group, [m for m in rare() if self.system in ("", m.system)], WRONG, _slack(group))

    def _right(self, found: Solution, reading: Reading) -> Outcome | None:
        said = [
            Said(key, self.judge.opinion(claim, found), reading=reading, place=i)
            for i, (key, claim) in enumerate(zip(reading.keys, reading.claims, strict=True))
        ]
        if any(s.opinion.verdict not in RIGHT for s in said):
            return None
        return _outcome(found, reading, said)

    # Mistakes of order and count

    def _slipped(
        self, made: Hypothesis, reading: Reading, options: Sequence[Reading], found: Solution,
        table: Sequence[tuple[Hypothesis, list[Reading]]],
    ) -> Outcome | None:  # fmt: skip
        """The mistakes that were undone, each shown by what the step says with it alone."""
        said: list[Said] = []
        kinds = {s.name for s in made.slips}
        forms = [(reading, found)]
        for option in options:
            if option.apart and (solved := self._holding(option, "")):
                forms.insert(0, (option, solved[0]))
        for slip in made.slips:
            without = next((o for h, o in table if {s.name for s in h.slips} == kinds - {slip.name}), [])
            shown = (self._shown(slip, without, form, solved) for form, solved in forms)
            opinion = next((o for o in shown if o is not None), None)
            if opinion is None and slip.name == STUCK:
                opinion = _dividing_by_zero(found.reading.model.system)
            if opinion is None:
                return None
            said.append(Said(slip.key, opinion, slip=slip, reading=reading))
        return _outcome(found, reading, said)

    def _shown(self, slip: Slip, options: Sequence[Reading], reading: Reading, found: Solution) -> Opinion | None:
        """The refutation of the equation that has the mistake."""
        mended = dict(zip((c.name for c in reading.claims), reading.claims, strict=True))
        facts = {f.claim: f for f in found.reading.facts}
        for option in options:
            for claim in option.claims:
                right = mended.get(claim.name)
                fact = facts.get(right) if right is not None else None
                if right is None or right == claim or fact is None:
                    continue
                explanation = Explanation(claim, _rewrite(slip.name), right, _with_strangers(fact, option), 0.0)
                opinion = self.judge.opinion(claim, replace(found, explained={claim: explanation}))
                if opinion.verdict is Judgement.ERRATUM:
                    return opinion
        return None

    # Mistakes of the catalogue

    def _explained(self, table: Sequence[tuple[Hypothesis, list[Reading]]], hint: str) -> Outcome:
        best: tuple[float, Outcome] | None = None
        for made, options in table:
            for reading in options if not made.slips and all(_asks_at_own(o) for o in options if not o.apart) else ():
                found = self._solved(reading.group)
                if found is not None and not found.reading.wrong and (outcome := self._right(found, reading)):
                    return outcome
                if found is None or not found.explained or len(found.explained) < len(found.reading.wrong):
                    continue
                outcome = self._mended(reading, found)
                if outcome is not None and (best is None or found.cost < best[0]):
                    best = found.cost, outcome
        return best[1] if best is not None else NOTHING

    def _solved(self, group: Group) -> Solution | None:
        if group not in self.solved:
            self.solved[group] = solution(group, frozenset(group.claims), self.interpreted(group), self.custom)
        return self.solved[group]

    def _mended(self, reading: Reading, found: Solution) -> Outcome | None:
        said: list[Said] = []
        for place, (key, claim) in enumerate(zip(reading.keys, reading.claims, strict=True)):
            opinion = self.judge.opinion(claim, found)
            if opinion.verdict not in {*RIGHT, Judgement.ERRATUM}:
                return None
            said.append(Said(key, opinion, explanation=found.explained.get(claim), reading=reading, place=place))
        return _outcome(found, reading, said)


def _outcome(found: Solution, reading: Reading, said: Sequence[Said]) -> Outcome:
    """What is to be said of a chain whose last equation is the one of the parameter."""
    names = [c.name for k, c in zip(reading.keys, reading.claims, strict=True) if k == reading.parameter]
    meaning = found.reading.meanings.get(names[0]) if names else None
    moves = meaning is None or meaning.key == found.reading.model.params
    return Outcome(found.reading.model.system, tuple(said), moves)


def _wanting(group: Group, reading: Interpretation) -> int:
    """How many symbols would stand for quantities that the group does not give."""
    given = {reading.model.gradient, reading.model.params}
    meanings = reading.meanings.items()
    return sum(not m.hyper and m.key not in given and n not in group.defined for n, m in meanings)


def _sensible(group: Group, reading: Interpretation) -> bool:
    """Whether what the program is handed as a gradient is read as one, and rate and small constant not exchanged."""
    if _is_exchanged(reading):
        return False
    given = {n: m for n, m in reading.meanings.items() if _GIVEN.fullmatch(n) and n not in group.defined}
    return all(not m.hyper and m.key == reading.model.gradient for m in given.values())


def _is_exchanged(reading: Interpretation) -> bool:
    """Whether what is called a learning rate is read as the small constant, and the other way round."""
    keys = [reading.meanings[n].key for n in (RATE, SMALL) if n in reading.meanings]
    return keys == ["epsilon", "eta"]


def _unexchanged(reading: Interpretation) -> Interpretation:
    """The reading with both as they are called, and the equations that exchange them held to be wrong."""
    called = {RATE: reading.meanings[SMALL], SMALL: reading.meanings[RATE]}
    wrong = tuple(f.claim for f in reading.facts if {RATE, SMALL} & f.claim.names)
    return replace(
        reading, meanings={**reading.meanings, **called},
        facts=tuple(f for f in reading.facts if f.claim not in wrong), wrong=(*reading.wrong, *wrong),
        cost=reading.cost + WRONG * len(wrong),
    )  # fmt: skip


_GIVEN = re.compile(r"g(?:\^\{\(\d+\)\})?")
"""The letters that values called gradients have."""


def _in_libraries(group: Group, reading: Interpretation) -> Interpretation:
    """The reading; where a program multiplies the weight decay by the learning rate, that costs nothing."""
    scaled = any(
        n.head == "mul" and {r"\eta", r"\lambda"} <= {a.name for a in n.args}
        for c in group.claims
        for n in c.right.nodes()
    )
    usual = scaled and SCALED_DECAY in reading.model.conventions
    return replace(reading, cost=reading.cost - CONVENTION) if usual else reading


def _dividing_by_zero(system: str) -> Opinion:
    """What is to be said of a bias correction that is zero in every step, so that no run has a value to compare."""
    beta = sp.Symbol("beta", real=True)
    zero = identity(1 - sp.Pow(beta, 0, evaluate=False), sp.Integer(0))
    proof = Status.REFUTED.value if zero.status is Status.PROVED else Status.UNDECIDED.value
    witness = {"t": 1, "claimed": "a division by 1 - beta^0 = 0", "correct": "1 - beta"}
    return Opinion(Judgement.ERRATUM, system, (), STUCK, sentence(STUCK), witness=witness, proof=proof)


def _with_strangers(fact: Fact, reading: Reading) -> Fact:
    """The fact, with another parameter's values as numbers of which nothing is known."""
    strange = {n: x.removeprefix(STRANGER) for n, x in reading.names.items() if x.startswith(STRANGER)}
    return replace(fact, meanings={**fact.meanings, **{n: Meaning(x, hyper=True) for n, x in strange.items()}})


def _asks_at_own(reading: Reading) -> bool:
    """Whether every gradient is asked at a point made from the parameter that is moved."""
    own = [c.name for k, c in zip(reading.keys, reading.claims, strict=True) if k == reading.parameter]
    points = [n.args[0].names() - CLOCKS for term in reading.terms for n in term.nodes() if n.head == "grad"]
    return not own or all(own[0] in names for names in points if names)


def _size(reading: Reading) -> int:
    return sum(1 for term in reading.terms for _ in term.walk())


def _evaluable(reading: Reading) -> bool:
    """Whether nothing in the equations is a function that only the program knows."""
    return all(claim.evaluable for claim in reading.claims)


def _slack(group: Group) -> float:
    """How much dearer a reading may be; more where nothing says at what point the gradient is taken."""
    asked = any(n.head == "grad" for c in group.claims for n in c.right.nodes())
    return EQUAL if asked else UNASKED


def _scaled(step: Step, recurrence: Recurrence) -> Iterator[Step]:
    """A transformation of gradients that leaves the learning rate and the sign to the next one."""
    if recurrence.change and PARAMETERS in step.definitions:
        whole = step.definitions[PARAMETERS]
        moved = T.add(T.at(PARAMETERS, BEFORE), T.neg(T.mul(T.name("learning_rate"), whole.right.args[1])))
        yield replace(step, definitions={**step.definitions, PARAMETERS: replace(whole, right=moved)})


def _renamed(keys: Sequence[str], made: Hypothesis) -> frozenset[str]:
    """The chain's keys, with those that a mistake undone has given another name."""
    return frozenset(keys) | {s.key for s in made.slips} | {k for k in made.step.definitions if k.endswith("_hat")}


def _rewrite(name: str) -> Rewrite:
    return replace(mistake(ORDER), name=name, sentence=sentence(name))


def _named(system: str, hint: str) -> bool:
    words = [w for w in system.split("-") if len(w) > 3]
    return bool(words) and words[0] in hint
