"""One document from its formulas to its findings."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from symopt.audit.claims import Claim, told_apart, without_remainders
from symopt.audit.code import code_findings_of
from symopt.audit.equations import Group
from symopt.audit.facts import (
    Around,
    beside_opinion,
    claimed,
    fact_opinion,
    newest,
    read_alone,
    section_opinions,
    stated_by,
)
from symopt.audit.findings import DocumentReport, Finding, Judgement
from symopt.audit.groups import Outline
from symopt.audit.judge import UNRECOGNISED, Judge, Opinion, least_charitable, most_charitable
from symopt.audit.late import general
from symopt.audit.nested import fast, flattened
from symopt.audit.numbers import exact, names_only
from symopt.audit.overwritten import versions
from symopt.audit.owners import Owners
from symopt.audit.owners import judged as judged_by_owner
from symopt.audit.parcels import Call, Work, beside, done_alone
from symopt.audit.plain import GIVEN, is_setting, plain_opinion, starts
from symopt.audit.rates import with_rates
from symopt.audit.schedules import said, schedules
from symopt.audit.settings import Settings, settings, settled_opinion
from symopt.audit.solve import Solution, solving
from symopt.language import terms as T
from symopt.read.documents import Document, Heading, MathBlock
from symopt.read.notation import Statement, Unread, defined, read, split

_UPHILL = re.compile(r"\b(ascent|ascend|maximi[sz]|reward|policy|(?:log-?)?likelihood)", re.IGNORECASE)
_DOWNHILL = re.compile(r"\b(descent|descend|minimi[sz]|loss|cost|error)", re.IGNORECASE)
_SIGN_ALONE = frozenset({"gradient-descent"})
"""Methods whose sign is all that tells descent from ascent; the text has to say which is meant."""
_SETTLED = frozenset({Judgement.CORRECT, Judgement.VARIANT, Judgement.ERRATUM})
"""Verdicts that a formula gets where it stands; for any other, the same formula elsewhere may tell more."""
_OPEN = frozenset({Judgement.UNRECOGNISED, Judgement.GIVEN})
"""Verdicts that what is known apart from elementwise methods may better."""
NEARBY = 12
"""How many lines above a formula its text reaches."""

Progress = Callable[[int, int], None]
"""Told how many formulas are done, and of how many."""


@dataclass(frozen=True)
class Formula:
    """One formula of a document, at its place, with what the reader made of it."""

    line: int
    column: int
    source: str
    content: Statement | Unread
    section: int = 0
    after_words: bool = False

    @property
    def words_before(self) -> bool:
        """Whether it begins with a relation in the midst of a sentence, whose words are its left side."""
        return self.after_words and isinstance(self.content, Statement) and self.content.continues


def formulas(document: Document) -> list[Formula]:
    """Every formula of the document once, in order."""
    macros = defined("\n".join(document.lines))
    places = [
        (*block.place(piece.offset), piece.text, block.opening)
        for block in document.blocks
        if isinstance(block, MathBlock)
        for piece in split(block.text, macros)
    ]
    contents = read([text for _, _, text, _ in places], macros)
    headings = [block.line for block in document.blocks if isinstance(block, Heading) and block.level > 0]
    return [
        Formula(line, column, text, content, bisect(headings, line), _is_after_words(document, line, column, opening))
        for (line, column, text, opening), content in zip(places, contents, strict=True)
    ]


def _is_after_words(document: Document, line: int, column: int, opening: str) -> bool:
    """Whether words stand before a formula in its line, and not another formula."""
    before = document.lines[line - 1][: column - 1].rstrip() if opening in ("$", r"\(") else ""
    return before.removesuffix(opening).rstrip()[-1:].isalnum()


def audit_document(document: Document, progress: Progress | None = None) -> DocumentReport:
    """The findings on one document; one for each formula and code block."""
    return done_alone(auditing(document, progress))


def auditing(document: Document, progress: Progress | None = None) -> Work[DocumentReport]:
    """The same; what can be done at the same time is left to the caller."""
    if document.problem:
        return DocumentReport(document.path, problem=document.problem)
    found = formulas(document)
    work = _opinions(found, progress)
    solved, code = yield from beside(work, Call(code_findings_of, (document,)))
    opinions = [_uphill(o, f, document) for o, f in zip(solved, found, strict=True)]
    opinions = [_scheduled(o, f, document) for o, f in zip(opinions, found, strict=True)]
    (opinions,) = yield [Call(_with_every_fact, (opinions, found, document))]
    findings = [_finding(f, o) for f, o in zip(found, opinions, strict=True)]
    return DocumentReport(document.path, tuple(sorted([*findings, *code], key=lambda f: (f.line, f.column))))


def _with_every_fact(opinions: Sequence[Opinion], found: Sequence[Formula], document: Document) -> list[Opinion]:
    """The opinions, each with what the losses that the section has written down so far, and its other lines, tell."""
    stated: frozenset[str] = frozenset()
    section = 0
    given = settings([(f.line, f.content) for f in found])
    told: list[Opinion] = []
    for place, (opinion, formula) in enumerate(zip(opinions, found, strict=True)):
        if formula.section != section:
            stated, section = frozenset(), formula.section
        known = newest(stated, _stated_beside(formula, found[place + 1 :])) if opinion.verdict in _OPEN else stated
        told.append(_settled(_with_facts(opinion, formula, document, known), formula, given))
        if isinstance(formula.content, Statement):
            stated = newest(stated, stated_by(formula.content, formula.source))
    return _with_sections(told, found)


def _with_sections(opinions: Sequence[Opinion], found: Sequence[Formula]) -> list[Opinion]:
    """The opinions, with what the lines of a vector method tell of each other."""
    made = list(opinions)
    for section in sorted({f.section for f in found}):
        places = [i for i, f in enumerate(found) if f.section == section and isinstance(f.content, Statement)]
        unsettled = frozenset(i for i in places if made[i].verdict in _OPEN)
        alone = frozenset(i for i in places if made[i].verdict is Judgement.CORRECT and read_alone(made[i].system))
        lines = [claimed(i, f.content, f.source) for i in places if isinstance((f := found[i]).content, Statement)]
        try:
            told = section_opinions([line for line in lines if line is not None], unsettled, alone)
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError):
            continue  # SymPy's answer to mathematics that nobody writes
        for place, opinion in told.items():
            made[place] = opinion
        systems = [made[i].system for i in alone]
        for line in lines:
            if line is not None and line.place in unsettled - told.keys():
                made[line.place] = beside_opinion(line, systems) or made[line.place]
    return made


def _stated_beside(formula: Formula, following: Sequence[Formula]) -> frozenset[str]:
    """The losses that formulas further on in the same line write down."""
    beside = takewhile(lambda f: f.line == formula.line, following)
    return frozenset().union(*(stated_by(f.content, f.source) for f in beside if isinstance(f.content, Statement)))


def _settled(opinion: Opinion, formula: Formula, given: Settings) -> Opinion:
    """The opinion, or that on the arithmetic of a formula that nothing else explains."""
    if opinion.verdict is not Judgement.UNRECOGNISED or not isinstance(formula.content, Statement):
        return opinion
    return settled_opinion(formula.content, formula.source, formula.line, given, NEARBY) or opinion


def _with_facts(opinion: Opinion, formula: Formula, document: Document, stated: frozenset[str]) -> Opinion:
    """The opinion, or a better one for a formula that no elementwise method explains."""
    open_ = opinion.verdict in _OPEN
    if (
        not isinstance(formula.content, Statement)
        or formula.words_before
        or not (open_ or opinion.verdict is Judgement.ERRATUM)
    ):
        return opinion
    lines = document.lines[max(0, formula.line - NEARBY) : formula.line]
    before = "\n".join(lines[:-1])
    line = lines[-1] if lines else ""
    around = Around(line, before, stated, bool(_UPHILL.search(f"{before}\n{line}")))
    try:
        known = fact_opinion(formula.content, formula.source, around)
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError):
        return opinion  # SymPy's answer to mathematics that nobody writes
    if known is None or (not open_ and known.verdict is Judgement.ERRATUM):
        return opinion
    return known


def _scheduled(opinion: Opinion, formula: Formula, document: Document) -> Opinion:
    """A schedule is wrong only where the text says what it should do."""
    if opinion.verdict is not Judgement.ERRATUM or opinion.system not in schedules():
        return opinion
    before = document.lines[max(0, formula.line - NEARBY) : formula.line - 1]
    return opinion if said(opinion.system, before, document.lines[formula.line - 1]) else UNRECOGNISED


def _uphill(opinion: Opinion, formula: Formula, document: Document) -> Opinion:
    """A step against the sign of descent is right where the text around it speaks of maximising."""
    if opinion.rewrite != "sign flipped":
        return opinion
    around = " ".join(document.lines[max(0, formula.line - NEARBY) : formula.line + 2])
    alone = opinion.system in _SIGN_ALONE and not _DOWNHILL.search(around)
    if not (alone or _UPHILL.search(around)):
        return opinion
    return replace(
        opinion, verdict=Judgement.VARIANT, conventions=(*opinion.conventions, "gradient ascent"),
        rewrite="", explanation="", fix="", witness=None, proof="undecided",
    )  # fmt: skip


def _opinions(found: Sequence[Formula], progress: Progress | None) -> Work[list[Opinion]]:
    claims = with_rates(general(flattened(without_remainders(told_apart(versions(list(_claims(found))))))))
    partly = frozenset(f.section for f in found if isinstance(f.content, Unread))
    outline = Outline([c for c in claims if c.name or c.expects], partly)
    owners = Owners.of(outline.claims, outline.updates)
    judge = Judge(_first_places(claims, found))
    grouped = list(outline.groups())
    solutions = yield from solving([(group, frozenset(outline.claims[i] for i in judged)) for group, judged in grouped])
    said = _said(outline, grouped, solutions, judge)
    by_place: dict[int, list[Opinion]] = {claim.place: [] for claim in claims}
    elsewhere: dict[Claim, list[Opinion]] = {}
    for position, claim in enumerate(outline.claims):
        elsewhere.setdefault(claim, []).append(most_charitable(said.get(position, [])))
    best = {claim: most_charitable(opinions) for claim, opinions in elsewhere.items()}
    for position, claim in enumerate(outline.claims):
        own = most_charitable(said.get(position, []))
        said_of = own if own.verdict in _SETTLED else best[claim]
        by_place[claim.place].append(judged_by_owner(claim, said_of, owners))
    for claim in outline.claims:  # a side of a chain that only names it again has nothing to say
        if names_only(claim.right) and len(by_place[claim.place]) > 1 and UNRECOGNISED in by_place[claim.place]:
            by_place[claim.place].remove(UNRECOGNISED)
    wholes = {claim.place: claim.part_of for claim in claims if claim.part_of is not None}
    for place, whole in sorted(wholes.items(), reverse=True):
        known = least_charitable(by_place[whole])
        if known.verdict in (Judgement.CORRECT, Judgement.VARIANT):
            by_place[place] = [known]
    out: list[Opinion] = []
    for place, formula in enumerate(found):
        plain = plain_opinion(formula.content, formula.source)
        opinion = plain or least_charitable(by_place.get(place, []))
        started = opinion.verdict in (Judgement.UNRECOGNISED, Judgement.ERRATUM) and starts(formula.content)
        out.append(GIVEN if started else opinion)
        if progress:
            progress(place + 1, len(found))
    return out


def _said(
    outline: Outline,
    grouped: Sequence[tuple[Group, frozenset[int]]],
    solutions: Sequence[Solution | None],
    judge: Judge,
) -> dict[int, list[Opinion]]:
    """What is said of each equation in the groups in which it is judged, or by those that account for all they have.

    Of an equation that none of these makes sense of, groups of the same section that need it may still say something.
    """
    said: dict[int, list[Opinion]] = {}
    surely: dict[int, list[Opinion]] = {}
    wrong: dict[Claim, Blame] = {}
    for (_, judged), solution in zip(grouped, solutions, strict=True):
        if solution is not None:
            for claim in {outline.claims[p] for p in judged} & solution.explained.keys():
                wrong[claim] = min(_blame(solution), wrong.get(claim, _blame(solution)))

    def opinion(claim: Claim, solution: Solution | None) -> Opinion:
        found = judge.opinion(claim, solution)
        leans = found.verdict is Judgement.ERRATUM and solution is not None and _leans_on(solution, wrong)
        return UNRECOGNISED if leans else found

    for (_, judged), solution in zip(grouped, solutions, strict=True):
        for position in judged:
            found = opinion(outline.claims[position], solution)
            said.setdefault(position, []).append(found)
            if solution is not None and solution.whole and found.verdict in _SETTLED:
                surely.setdefault(position, []).append(found)
    said |= surely | _forgetful(outline, grouped, solutions, opinion)
    silent = {p for p, found in said.items() if most_charitable(found) == UNRECOGNISED}
    for (group, judged), solution in zip(grouped, solutions, strict=True):
        if solution is None or not solution.whole:
            continue
        sections = {outline.claims[p].section for p in judged}
        for position in silent - judged:
            claim = outline.claims[position]
            if claim in group.claims and claim.section in sections:
                said[position].append(opinion(claim, solution))
    return said


def _forgetful(
    outline: Outline,
    grouped: Sequence[tuple[Group, frozenset[int]]],
    solutions: Sequence[Solution | None],
    opinion: Callable[[Claim, Solution | None], Opinion],
) -> dict[int, list[Opinion]]:
    """What is said of updates that leave out values worked out right above them, of which nothing else is made.

    Without those values such a step may be right under a convention; but then its author had not worked them out.
    """
    found: dict[int, list[Opinion]] = {}
    for (_, judged), solution in zip(grouped, solutions, strict=True):
        for claim, explanation in solution.explained.items() if solution is not None and solution.whole else ():
            brought = explanation.mended.names - claim.names
            for position in judged:
                if outline.claims[position] == claim and brought and outline.forgets(position, brought):
                    said = opinion(claim, solution)
                    if said.verdict is Judgement.ERRATUM:
                        found[position] = [said]
    return found


Blame = tuple[int, float]
"""With how many together an equation is blamed, and at what cost."""


def _blame(solution: Solution) -> Blame:
    return len(solution.explained), solution.cost


def _leans_on(solution: Solution, wrong: Mapping[Claim, Blame]) -> bool:
    """Whether a solution blames an equation for what another says that is blamed elsewhere, and with better reason.

    Args:
        solution: the solution.
        wrong: with how many together each equation is blamed, and at what cost, at the least.
    """
    ours = _blame(solution)
    relied_on = (f.claim for f in solution.reading.facts if f.claim not in solution.explained)
    return any(claim in wrong and wrong[claim] <= ours for claim in relied_on)


def _claims(found: Sequence[Formula]) -> Iterator[Claim]:
    """The equations of a document; each side of a chain is claimed equal to the first."""
    for place, formula in enumerate(found):
        content = formula.content
        if not isinstance(content, Statement) or formula.words_before:
            continue
        for statement in (content, *content.also):
            if is_setting(statement) and statement.left.head != "at":
                continue
            left = statement.left
            for symbol, right in statement.steps:
                whole = _continued(right, found[place + 1 :])
                if symbol == "=" and not _is_fragment(whole) and not _is_worked_out(whole):
                    yield Claim(
                        left, whole, statement.clocks, formula.source, place, formula.line, formula.section,
                        assigned=statement.assigns,
                    )  # fmt: skip
                if symbol != "=":
                    left = right


def _is_worked_out(right: T.Term) -> bool:
    """Whether a side is a number other than 0: arithmetic with somebody's data, which no definition knows."""
    return bool(exact(right))


def _is_fragment(term: T.Term) -> bool:
    """Whether a formula lists or trails off instead of stating something."""
    return any(node.name in ("list", "set", r"\ldots") for node in term.nodes())


def _continued(right: T.Term, following: Sequence[Formula]) -> T.Term:
    """The right side with the rows that go on with it: displayed formulas that begin with a sign."""
    for formula in following:
        content = formula.content
        if not (isinstance(content, Statement) and not content.steps and formula.source.lstrip()[:1] in ("+", "-")):
            break
        right = T.add(right, content.left)
    return right


def _first_places(claims: Sequence[Claim], found: Sequence[Formula]) -> dict[str, int]:
    """Where the document first gives each symbol, by formulas that were read or not."""
    first: dict[str, int] = {}
    for claim in claims:
        for name in (claim.name, fast(claim.name)) if claim.name else ():
            first[name] = min(claim.place, first.get(name, claim.place))
    for place, formula in enumerate(found):
        if isinstance(formula.content, Unread) and "=" in formula.source:
            first.setdefault(formula.source.split("=")[0].strip(), place)
    return first


def _finding(formula: Formula, opinion: Opinion) -> Finding:
    return Finding(
        line=formula.line,
        column=formula.column,
        kind="formula",
        source=formula.source,
        verdict=opinion.verdict,
        system=opinion.system,
        conventions=opinion.conventions,
        rewrite=opinion.rewrite,
        explanation=opinion.explanation,
        fix=opinion.fix,
        witness=opinion.witness or {},
        proof=opinion.proof,
        reading=opinion.reading or {},
    )
