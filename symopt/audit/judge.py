"""From solutions to findings: the verdict on each formula of a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from symopt.audit.claims import Claim
from symopt.audit.equations import Fact
from symopt.audit.explain import Explanation, named_apart, reached
from symopt.audit.findings import Judgement
from symopt.audit.late import particular
from symopt.audit.match import Interpretation
from symopt.audit.models import STEP
from symopt.audit.proofs import proof
from symopt.audit.solve import Solution
from symopt.audit.translate import statement
from symopt.audit.witnesses import shown
from symopt.decide.verdict import Status
from symopt.rewrites import mended_latex


@dataclass(frozen=True)
class Opinion:
    """What one claim deserves, and why. Fields as in ``Finding``."""

    verdict: Judgement
    system: str = ""
    conventions: tuple[str, ...] = ()
    rewrite: str = ""
    explanation: str = ""
    fix: str = ""
    witness: Mapping[str, str | int] | None = None
    proof: str = ""
    reading: Mapping[str, str] | None = None


UNRECOGNISED = Opinion(Judgement.UNRECOGNISED, explanation="It is none of the methods that symopt knows.")

INDEX_SHIFT = "index shift"
SAME_NAME = "corrected value under the state's name"
_EQUALS = frozenset({"=", ":=", r"\leftarrow", r"\gets", r"\coloneqq", "←"})
SOON = 6
"""How many formulas further down a symbol may be given that a formula uses."""

_RANK = (
    Judgement.CORRECT, Judgement.VARIANT, Judgement.INCOMPLETE, Judgement.ERRATUM, Judgement.UNRECOGNISED,
)  # fmt: skip


def most_charitable(opinions: Iterable[Opinion]) -> Opinion:
    """Of what several groups say of one claim, the best that can be said of it."""
    return min(opinions, key=lambda o: _RANK.index(o.verdict), default=UNRECOGNISED)


def least_charitable(opinions: Iterable[Opinion]) -> Opinion:
    """Of what is said of the equations of one chain, what decides about the whole: it is right if all of it is."""
    order = (Judgement.ERRATUM, Judgement.UNRECOGNISED, Judgement.INCOMPLETE, Judgement.VARIANT, Judgement.CORRECT)
    return min(opinions, key=lambda o: order.index(o.verdict), default=UNRECOGNISED)


class Judge:
    """Opinions on the claims of one document.

    Args:
        given: where the document first gives each symbol.
    """

    def __init__(self, given: Mapping[str, int]) -> None:
        self.given = given

    def opinion(self, claim: Claim, solution: Solution | None) -> Opinion:
        if solution is None or not solution.group.tells_of_steps:
            return UNRECOGNISED
        reading = solution.reading
        for fact in reading.facts:
            if fact.claim == claim:
                return self._holds(fact, solution)
            if claim.circular and fact.claim == named_apart(claim):
                held = self._holds(fact, solution)
                return replace(held, verdict=Judgement.VARIANT, conventions=(*held.conventions, SAME_NAME))
        if reading.aliases.get(claim.name) == claim:
            return self._abbreviation(claim, solution)
        explanation = solution.explained.get(claim)
        return UNRECOGNISED if explanation is None else self._wrong(explanation, solution)

    def _holds(self, fact: Fact, solution: Solution) -> Opinion:
        reading = solution.reading
        verdict = proof(reading, fact)
        alone = len(solution.group.claims) == 1
        if verdict.status is Status.REFUTED or (alone and verdict.status is Status.UNDECIDED):
            return UNRECOGNISED
        conventions = _conventions(fact, reading)
        missing = self._missing(fact, solution)
        if missing and len(reading.facts) == 1 and not fact.claim.tells_of_steps:
            return UNRECOGNISED
        opinion = Opinion(
            Judgement.VARIANT if conventions else Judgement.CORRECT,
            system=reading.model.system,
            conventions=conventions,
            proof=verdict.status.value,
            reading=_reading(reading, fact.claim, fact),
        )
        if missing:
            names = " and ".join(f"${n}$" for n in missing)
            return replace(
                opinion, verdict=Judgement.INCOMPLETE, explanation=f"The document never says what {names} is."
            )
        return opinion

    def _abbreviation(self, claim: Claim, solution: Solution) -> Opinion:
        reading = solution.reading
        users = [f for f in reading.facts if claim.name in reached(f.claim, reading.aliases)]
        if not users or any(claim.name in reached(c, reading.aliases) for c in reading.wrong):
            return UNRECOGNISED
        conventions = dict.fromkeys(c for f in users for c in _conventions(f, reading) if c != INDEX_SHIFT)
        return Opinion(
            Judgement.VARIANT if conventions else Judgement.CORRECT,
            system=reading.model.system,
            conventions=tuple(conventions),
            explanation="An abbreviation; the equations that use it hold.",
            proof="proved" if all(proof(reading, f).status is Status.PROVED for f in users) else "undecided",
        )

    def _wrong(self, explanation: Explanation, solution: Solution) -> Opinion:
        reading = replace(solution.reading, meanings={**solution.reading.meanings, **explanation.fact.meanings})
        mended = proof(reading, explanation.fact)
        written, judged = explanation.fact, explanation.user or explanation.claim
        if explanation.user is None:
            written = replace(written, claim=explanation.claim)
        else:
            reading = replace(reading, aliases={**reading.aliases, explanation.claim.name: explanation.claim})
        refuted = proof(reading, written)
        if refuted.status is not Status.REFUTED or mended.status is Status.REFUTED:
            return UNRECOGNISED
        return Opinion(
            Judgement.ERRATUM,
            system=reading.model.system,
            conventions=_conventions(explanation.fact, reading),
            rewrite=explanation.rewrite.name,
            explanation=explanation.rewrite.sentence,
            fix=_fix(explanation),
            witness=shown(refuted, statement(reading, written), reading.model, judged),
            proof=refuted.status.value,
            reading=_reading(reading, explanation.mended, explanation.fact),
        )

    def _missing(self, fact: Fact, solution: Solution) -> tuple[str, ...]:
        """Symbols that stand for a quantity which the document never gives."""
        model = solution.reading.model
        free = {model.gradient, model.params}
        return tuple(
            sorted(
                name
                for name, meaning in fact.meanings.items()
                if not meaning.hyper and meaning.key not in free and not self._is_given(name, fact.claim, solution)
            )
        )

    def _is_given(self, name: str, claim: Claim, solution: Solution) -> bool:
        """Whether the reader of the claim has met the symbol, or soon meets it."""
        return name in solution.group.defined or self.given.get(name, claim.place + SOON + 1) <= claim.place + SOON

    def may_hold(self, reading: Interpretation, fact: Fact) -> bool:
        """Whether an equation is not refuted."""
        whole = replace(reading, meanings={**reading.meanings, **fact.meanings})
        return proof(whole, fact).status is not Status.REFUTED


def _fix(explanation: Explanation) -> str:
    """The mended formula; a row that goes on with the one before keeps its bare relation."""
    claim, mended = (_particular(c) for c in (explanation.claim, explanation.mended))
    right = mended_latex(claim.right, mended.right, claim.source)
    if claim.left.span is None:
        return f"= {right}"
    sign = " = "
    if claim.right.span is not None:
        between = claim.source[claim.left.span[1] : claim.right.span[0]]
        sign = between.replace("&", "") if between.strip(" &") in _EQUALS else sign
    return f"{mended_latex(claim.left, mended.left, claim.source)}{sign}{right}"


def _particular(claim: Claim) -> Claim:
    return replace(claim, left=particular(claim.left, claim), right=particular(claim.right, claim))


def _conventions(fact: Fact, reading: Interpretation) -> tuple[str, ...]:
    """The conventions that this one equation shows."""
    model, claim = reading.model, fact.claim
    key = fact.meanings[claim.name].key if claim.name in fact.meanings else ""
    found = list(model.changed.get(key, ()))
    quantities = [m for m in fact.meanings.values() if not m.hyper]
    if any(m.sign < 0 and m.key != STEP for m in quantities):
        found.append("sign of a quantity")
    if len({m.offset for n, m in fact.meanings.items() if not m.hyper and n in claim.timed}) > 1:
        found.append(INDEX_SHIFT)
    if fact.choice.label:
        found.append("gradient labelled by its step")
    if fact.choice.origin:
        found.append("steps counted from 0")
    return tuple(dict.fromkeys(found))


def _reading(reading: Interpretation, claim: Claim, fact: Fact) -> Mapping[str, str]:
    """What the claim's symbols are; a loss, read as what its gradient is taken by, is not the updated parameter."""
    names = {**reading.meanings, **fact.meanings}
    updated = names.get(claim.name)
    names = {n: m for n, m in names.items() if n == claim.name or updated is None or m.key != updated.key}
    return {n: ("-" if m.sign < 0 else "") + m.key for n, m in sorted(names.items()) if n in claim.names}
