"""Derivations and theorems as pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from symopt.decide import Status
from symopt.derive.compare import in_words
from symopt.derive.derivation import Derivation, Step
from symopt.derive.theorems import Claim, Theorem
from symopt.derive.topic import Definition
from symopt.language.loss import Loss, Regulariser
from symopt.render.page import to_html, to_markdown, to_notebook, to_tex
from symopt.render.page.blocks import Block, Figure, Formula, Heading, Items, Page, Table, Words
from symopt.render.typeset import latex, lines, proved_statement

if TYPE_CHECKING:
    from symopt.derive.conventions import Held
    from symopt.render.plots import Plot

_FORMATS: dict[str, Callable[[Page], str]] = {
    "md": to_markdown, "tex": to_tex, "html": to_html, "ipynb": to_notebook,
}  # fmt: skip


def written(page: Page, form: str) -> str:
    """The page in one of the formats md, tex, html, ipynb."""
    return _FORMATS[form](page)


def page_of(definition: Definition, derivations: Iterable[Derivation], topic: str | None = None) -> Page:
    """What was derived of a definition, which comes first; as a notebook it derives it again."""
    made = tuple(derivations)
    blocks: list[Block] = [Words(definition.source, soft=True)] if definition.source else []
    blocks.append(Formula(lines(definition)))
    for derivation in made:
        blocks += blocks_of(derivation)
    asked = f'get("{definition.name}")' + (f', "{topic}"' if topic else "")
    return Page(definition.title, tuple(blocks), _CODE.format(asked=asked))


def page_of_loss(loss: Loss | Regulariser, derivations: Iterable[Derivation]) -> Page:
    """A loss's gradients, its definition first; as a notebook it derives them again."""
    blocks: list[Block] = [Words(loss.source, soft=True), Formula(lines(loss.expression))]
    for derivation in derivations:
        blocks += blocks_of(derivation)
    return Page(loss.title[:1].upper() + loss.title[1:], tuple(blocks), _LOSS_CODE.format(name=loss.name))


_LOSS_CODE = """\
from symopt.derive.loss_gradients import loss_derivations
from symopt.losses import losses, regularisers

for derivation in loss_derivations({{**losses(), **regularisers()}}["{name}"]):
    assert derivation.proved, derivation.title
    print(derivation.title, "-", derivation.status.value)
"""


_CODE = """\
from symopt.decide import recheck
from symopt.derive import derivations
from symopt.optimizers import get

for derivation in derivations({asked}):
    for step in derivation.steps:
        assert step.verdict.proved, (derivation.title, step.rule)
        certificate = step.verdict.certificate
        if certificate is not None:
            assert recheck(certificate.to_json()).proved, (derivation.title, step.rule)
    print(derivation.title, "-", derivation.status.value)
"""


def page_of_theorem(theorem: Theorem, path: str) -> Page:
    """A theorem with what shows it.

    Args:
        theorem: as it was run.
        path: its file, as a reader should find it from the page.
    """
    blocks: list[Block] = [Words(paragraph.replace("\n", " ")) for paragraph in theorem.text.split("\n\n") if paragraph]
    if theorem.problem:
        blocks.append(Words(theorem.problem, "Not proved:"))
    for claim in theorem.claims:
        blocks += _claim(claim)
    blocks.append(Words(f"Source: [{theorem.path.name}]({path})", soft=True))
    code = _THEOREM_CODE.format(path=f"proofs/{theorem.path.name}")
    return Page(theorem.title.removesuffix("."), tuple(blocks), code)


def page_of_theorems(theorems: Iterable[Theorem], definitions: Iterable[Definition], plots: Iterable[Plot]) -> Page:
    """The table of all theorems, the definitions with pages of their own, and the pictures."""
    rows = tuple(row for theorem in theorems for row in _rows(theorem))
    head = ("Theorem", "Claim", "Guarantee", "Method of proof", "Time")
    names = tuple(f"[{o.title}](of-{o.name}.md)" for o in definitions)
    words = (
        "Each theorem is a file of [proofs](../../proofs); `symopt prove` runs them. "
        "The time is that of the whole file, on the machine that last wrote a change to this page."
    )
    figures = tuple(Figure(f"plots/{plot.name}.svg", plot.caption) for plot in plots)
    blocks = (
        Words(words.replace("`", "")), Table(head, rows), Heading("What follows from a definition"), Items(names),
        Heading("Pictures"), *figures,
    )  # fmt: skip
    return Page("Derivations", blocks)


def _rows(theorem: Theorem) -> Iterator[tuple[str, ...]]:
    link = f"[{theorem.path.stem}]({theorem.path.stem}.md)"
    for claim in theorem.claims:
        verdict = "" if claim.status is Status.PROVED else f"{claim.status.value}: "
        yield link, claim.words, claim.guarantee.value, verdict + "; ".join(claim.methods), f"{theorem.seconds:.1f} s"
        link = ""


def page_of_conventions(held: Iterable[Held]) -> Page:
    """Every convention against the definition, and each two of a group against each other."""
    rows: list[tuple[str, ...]] = []
    for h in held:
        one = h.one.name if h.one else "the definition"
        _, *rest = in_words(h.comparison)
        outcome = ", ".join(filter(None, (h.comparison.outcome.value, h.comparison.condition)))
        rows.append((h.optimizer.name, one, h.other.name, outcome, "; ".join(rest)))
    words = (
        "Two ways to write a method are equal if for all hyperparameters of the first there are some of the second "
        "with which they take the same steps; the matching is proved by induction. A condition such as epsilon -> 0 "
        "is a limit. Where they are different, numbers show it with hyperparameters matched by name."
    )
    head = ("Method", "Written as", "Against", "Outcome", "Why")
    return Page("Conventions, held against each other", (Words(words), Table(head, tuple(rows))))


_THEOREM_CODE = """\
from pathlib import Path

from symopt.derive.theorems import run

theorem = run(Path("{path}"))  # relative to the repository
assert theorem.proved, theorem.problem
[(claim.words, claim.status.value) for claim in theorem.claims]
"""


def _claim(claim: Claim) -> Iterator[Block]:
    if isinstance(claim.shown, Derivation):
        yield from blocks_of(claim.shown)
        return
    yield Heading(_sentence(claim.words).removesuffix("."), 2)
    found = proved_statement(claim.shown)
    if found:
        yield Formula(found)
    yield Words(f"{claim.status.value}: {'; '.join(claim.methods)}", soft=True)


def blocks_of(derivation: Derivation, level: int = 2) -> Iterator[Block]:
    """A derivation: what it says of itself, then each statement with the rule that leads to the next."""
    yield Heading(derivation.title, level)
    kind = f"{derivation.guarantee.value}; {derivation.status.value}"
    yield Words(f"{kind}. {derivation.source}." if derivation.source else f"{kind}.", soft=True)
    match derivation.assumptions:
        case ():
            pass
        case (only,):
            yield Words(f"Supposed: {only}.")
        case several:
            yield Words("Supposed:")
            yield Items(several)
    previous = None
    for number, step in enumerate(derivation.steps, start=1):
        if step.before != previous:
            yield Formula(lines(step.before))
        yield from _step(number, step)
        previous = step.after
    if derivation.error is not None:
        yield Words(f"The error is ${latex(derivation.error)}$.")
    yield from (Words(remark) for remark in derivation.remarks)


def _step(number: int, step: Step) -> Iterator[Block]:
    verdict = step.verdict
    yield Words(_sentence(step.rule), f"{number}.")
    yield Formula(lines(step.after))
    yield Words(f"{verdict.status.value}: {verdict.argument or verdict.reason}", soft=True)


_RELATED = (" =", " <", " >", " ~")
"""What follows a letter that is a quantity, and stays as it is at the beginning of a sentence."""


def _sentence(words: str) -> str:
    text = (
        words[:1].upper() + words[1:]
        if not words[:2].isupper() and words[:1].isalpha() and words[1:2] != "(" and words[1:3] not in _RELATED
        else words
    )
    return text if text.endswith((".", ":", "?")) else text + "."
