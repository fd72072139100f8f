"""Claims about orders of growth: ``O(k^2 M)`` for a step of L-BFGS, ``\\log\\log\\epsilon`` steps, ``O(\\mu^n)``.

The formula is read as an order, its words tell of what, and `symopt.decide` compares it with what is derived: the same
order is right, a larger one a bound that is not tight, a smaller one wrong, with numbers far along. Letters that the
claim does not have are held fast. It is called wrong only where its own sentence names one subject and nothing that
may turn its meaning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import log

from symopt.audit.facts.order_terms import NoOrder, Written, in_precision, in_sizes, in_steps, printed
from symopt.audit.facts.quantities import CAREFUL, COST, ERROR, ITERATIONS, OTHER_UNITS, STORAGE, TRUTHS, WORDS, Truth
from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.decide.orders import bounds
from symopt.derive.orders import CONDITION, PRECISION, SIZE, STEPS
from symopt.language.terms import Term

NOT_TIGHT, UNSIGNED = "upper bound that is not tight", "logarithm without its sign"
_SENTENCE = re.compile(r"(?<=[.;!?])\s+|\n\s*\n|\n\s*[-*#|]\s*|\$\$")
_FORMULA = re.compile(r"\$+[^$]*\$+|\\\([^)]*\\\)")
_CONVERGES = re.compile(r"\bconverg", re.IGNORECASE)


@dataclass(frozen=True)
class Words:
    """What stands around a claim.

    Args:
        above: the text before its sentence.
        ahead: its sentence, from the formula before it or the start.
        earlier: its sentence before that.
        behind: what follows it, up to the next formula or stop.
    """

    above: str
    earlier: str
    ahead: str
    behind: str

    @property
    def clause(self) -> str:
        return f"{self.ahead} {self.behind}"


@dataclass(frozen=True)
class Subjects:
    """What a claim may be about, the likeliest first.

    Args:
        truths: what is known of each.
        alone: whether there is one alone.
        sure: whether the claim's own sentence names it ahead of the claim, and nothing that may turn the meaning.
    """

    truths: tuple[Truth, ...]
    alone: bool = False
    sure: bool = False


def words_around(source: str, line: str, before: str) -> Words:
    """The words around a formula's first place in its line."""
    start, _, rest = line.partition(source) if source in line else (line, "", "")
    *above, sentence = _SENTENCE.split(f"{before}\n{start.rstrip('$')}")
    formulas = list(_FORMULA.finditer(sentence))
    cut = formulas[-1].end() if formulas else 0
    behind = re.split(r"[$.;!?]|\\\(", rest.lstrip("$"))[0]
    return Words("\n".join(above), sentence[:cut], sentence[cut:], behind)


def growth_opinion(claim: Term, source: str, words: Words, quantities: tuple[str, ...] = ()) -> Opinion | None:
    """What is to be said of an order of growth; None where its words do not tell of what it is.

    Args:
        claim: the order.
        source: the text that spans refer to.
        words: what stands around it.
        quantities: what it is of, where the formula says so itself.
    """
    for own, read in (((ITERATIONS,), in_precision), ((ERROR,), in_steps), ((COST, STORAGE), in_sizes)):
        if quantities and own != quantities:
            continue
        try:
            written = read(claim)
        except NoOrder:
            continue
        quantity = _quantity(own, written, words, told=bool(quantities))
        opinion = None if quantity is None else compared(quantity, written, source, words)
        if opinion is not None:
            return opinion
    return None


def compared(quantity: str, written: Written, source: str, words: Words) -> Opinion | None:
    """What is to be said of an order, with what is known of the quantity for the subject that its words name."""
    known = [truth for truth in TRUTHS if truth.quantity == quantity]
    about = _subjects(known, written.order.quantities, words)
    if not about.truths and written.unsigned is not None:
        about = Subjects(tuple(truth for truth in TRUTHS if truth.quantity == ITERATIONS))
    found = (_compared(written, truth, source, words, about) for truth in about.truths)
    return next((opinion for opinion in found if opinion is not None), None)


def _quantity(quantities: tuple[str, ...], written: Written, words: Words, *, told: bool) -> str | None:
    """Which of the quantities the claim is of: the one named last ahead of it, or first behind it.

    Args:
        quantities: those that it may be of.
        written: the claim.
        words: what stands around it.
        told: whether the formula itself says so.
    """
    own = written.order.single or {}
    if quantities == (ERROR,):
        falls = STEPS in own and next(e for e in own[STEPS] if e) < 0
        return ERROR if falls and (told or written.wrapped) else None
    if quantities == (ITERATIONS,):
        grows = bool(written.order.quantities & {PRECISION, CONDITION})
        return ITERATIONS if grows and (told or re.search(WORDS[ITERATIONS], words.clause, re.IGNORECASE)) else None
    if not written.wrapped or SIZE not in written.order.quantities or OTHER_UNITS.match(words.behind):
        return None
    ahead = _named(quantities, words.ahead)
    return ahead[-1] if ahead else next(iter(_named(quantities, words.behind)), None)


def _named(quantities: tuple[str, ...], text: str) -> list[str]:
    """The quantities that a text names, in order."""
    found = ((m.start(), q) for q in quantities for m in re.finditer(WORDS[q], text, re.IGNORECASE))
    return [q for _, q in sorted(found)]


def _subjects(known: list[Truth], letters: frozenset[str], words: Words) -> Subjects:
    """What the claim may be about: of its own sentence, or what was mentioned last above it."""

    whole = f"{words.earlier} {words.clause}"

    def mentioned(text: str, given: str = whole) -> list[Truth]:
        return _mentioned(known, letters, text, given)

    for text in (words.ahead, words.clause, whole):
        found = mentioned(text)
        if found:
            said = [mentioned(part) for part in (whole, f"{words.earlier} {words.ahead}")]
            alone = len({truth.system for truth in found}) == 1
            sure = alone and all(len(s) == len(found) for s in said) and not CAREFUL.search(words.clause)
            return Subjects(tuple(reversed(found)), alone, sure)
    return Subjects(tuple(mentioned(words.above, words.above)[-1:]), alone=True)


def _mentioned(known: list[Truth], letters: frozenset[str], text: str, sentence: str) -> list[Truth]:
    """The subjects that a text mentions, under what its sentence gives, and whose orders have these letters."""
    found: list[tuple[int, Truth]] = []
    for truth in known:
        places = [m.start() for m in re.finditer(truth.words, text, re.IGNORECASE)]
        if places and re.search(truth.given, sentence, re.IGNORECASE) and letters <= truth.order().quantities:
            found.append((places[-1], truth))
    return [truth for _, truth in sorted(found, key=lambda pair: pair[0])]


def _compared(written: Written, truth: Truth, source: str, words: Words, about: Subjects) -> Opinion | None:
    """The claim against what is derived, in the letters that it has."""
    if written.nested and written.unsigned is not None:
        return _undefined(written, truth, source)
    if truth.upper and not written.wrapped:
        return None  # with constants of its own
    known = truth.order().only(written.order.quantities)
    enough, tight = bounds(written.order, known), bounds(known, written.order)
    if enough.proved and tight.proved:
        kind = (UNSIGNED,) if written.unsigned is not None else ()
        verdict = Judgement.VARIANT if kind else Judgement.CORRECT
        return Opinion(verdict, truth.system, kind, explanation=truth.sentence, proof="proved")
    start, end = written.span or (0, len(source))
    fix = f"{source[:start]}{printed(known, written)}{source[end:]}"
    said = Opinion(Judgement.VARIANT, truth.system, explanation=truth.sentence, fix=fix)
    if enough.proved:
        told = about.alone and not truth.loose and not written.unsigned
        return replace(said, conventions=(NOT_TIGHT,), proof="proved") if told else None
    if truth.upper or not (enough.refuted and about.sure and _is_meant(truth, words)) or enough.witness is None:
        return None
    witness = {k: str(v) for k, v in enough.witness.assignments.items()}
    return replace(
        said, verdict=Judgement.ERRATUM, rewrite="order too small", proof="refuted",
        witness={**witness, "claimed": enough.witness.left, "correct": enough.witness.right},
    )  # fmt: skip


def _is_meant(truth: Truth, words: Words) -> bool:
    """Whether the sentence says that a kind of convergence is one: "linear" and "quadratic" are said of much else."""
    return not truth.system.endswith("-convergence") or truth.loose or bool(
        _CONVERGES.search(f"{words.earlier} {words.clause}")
    )  # fmt: skip


def _undefined(written: Written, truth: Truth, source: str) -> Opinion | None:
    """The logarithm of the logarithm of a small error."""
    error = written.unsigned
    tight = bounds(truth.order().only(written.order.quantities), written.order)
    if error is None or error.span is None or not tight.proved:
        return None
    start, end = error.span
    return Opinion(
        Judgement.ERRATUM, truth.system, rewrite="logarithm of a negative number",
        explanation="An error below 1 has a negative logarithm, which has none itself; what is meant is the logarithm "
        "of the number of digits.",
        fix=f"{source[:start]}1/{source[start:end]}{source[end:]}",
        witness={"epsilon": "1/100", "claimed": "undefined", "correct": f"about {log(log(100)):.4g}"}, proof="refuted",
    )  # fmt: skip
