"""Second-order and vector methods as whole texts: never called wrong; with a slip in one line, found and mended.

The elementwise methods have `test_roundtrip`; here a text has every line of a definition, in the notation of a book
of `vector_texts`, and the lines tell of each other.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from symopt.audit import Finding, Judgement, audit
from symopt.audit.facts import beside_opinion, claimed, section_opinions
from symopt.audit.judge import Opinion
from symopt.optimizers import vector_methods
from symopt.read.notation import Statement, read

from .vector_texts import BOOKS, Text, texts

LEFT_OUT = {"lbfgs", "random-search", "cg-fletcher-reeves-restarted"}
"""Their definitions have loops written out, draws and cases, which no text prints as they are."""
METHODS = {name: o for name, o in vector_methods().items() if name not in LEFT_OUT}
ACCEPTED = {Judgement.CORRECT, Judgement.VARIANT, Judgement.GIVEN}
FLOOR = 0.88
"""The share of slips that is found and mended, over all methods."""
SAMPLE = 9
"""Of so many slips one is tried."""


def broken(book_of: int = 0) -> list[Text]:
    """Every slip in every definition, each definition in one of the books in turn."""
    books = [BOOKS[(i + book_of) % len(BOOKS)] for i in range(len(METHODS))]
    return [text for o, book in zip(METHODS.values(), books, strict=True) for text in texts(o, book, broken=True)]


def audited(given: list[Text], folder: Path) -> list[tuple[Finding, ...]]:
    paths = [folder / f"{i:04}.md" for i in range(len(given))]
    for path, text in zip(paths, given, strict=True):
        path.write_text(text.body, encoding="utf-8")
    found = {Path(d.path).name: d.findings for d in audit(paths).documents}
    return [found[path.name] for path in paths]


def together(lines: tuple[str, ...]) -> dict[int, Opinion]:
    """What is said of lines of a section of which nothing else is known."""
    contents = read(list(lines))
    made = [claimed(i, c, s) for i, (c, s) in enumerate(zip(contents, lines, strict=True)) if isinstance(c, Statement)]
    return section_opinions([c for c in made if c is not None], frozenset(range(len(lines))), frozenset())


@pytest.mark.parametrize("name", [pytest.param("cg-hestenes-stiefel", marks=pytest.mark.slow), "polyak-step"])
@pytest.mark.parametrize("book", [b for b in BOOKS if b.name in ("slides", "course")], ids=lambda b: b.name)
def test_lines_are_right_together(name: str, book: object) -> None:
    (text,) = texts(METHODS[name], next(b for b in BOOKS if b == book))
    said = together(text.lines)
    assert {o.verdict for o in said.values()} == {Judgement.CORRECT}
    assert said.keys() == set(range(len(text.lines)))


SLIPS = {
    (r"d_k = -H_k g_k", r"x_{k+1} = x_k + \alpha_k d_k", r"s_k = x_{k+1} - x_k", r"y_k = g_k - g_{k+1}",
     r"\rho_k = \frac{1}{y_k^T s_k}"): (3, "sign flipped", r"y_k = g_{k+1} - g_{k}"),
    (r"x_{k+1} = x_k + \alpha_k d_k", r"g_{k+1} = \nabla f(x_{k+1})",
     r"\beta_k = \frac{g_{k+1} \cdot g_{k+1}}{g_k \cdot g_k}", r"d_{k+1} = g_{k+1} + \beta_k d_k"):
        (3, "sign flipped", r"d_{k+1} = -g_{k+1} + \beta_k d_k"),
    (r"V_k = I - \rho_k y_k s_k^T", r"H_{k+1} = V_k^T H_k V_k + \rho_k y_k y_k^T", r"\rho_k = \frac{1}{y_k^T s_k}"):
        (1, "one vector for another", r"H_{k+1} = V_k^T H_k V_k + \rho_k s_k s_k^T"),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "expected"), SLIPS.items(), ids=lambda x: x[1] if isinstance(x[0], int) else "")
def test_a_line_is_mended_by_those_beside_it(lines: tuple[str, ...], expected: tuple[int, str, str]) -> None:
    place, mistake, fix = expected
    wrong = {p: (o.rewrite, o.fix, o.proof) for p, o in together(lines).items() if o.verdict is Judgement.ERRATUM}
    assert wrong == {place: (mistake, fix, "refuted")}


@pytest.mark.slow
def test_a_line_of_two_loops_is_mended_beside_others() -> None:
    (content,) = read([r"q \leftarrow q + \alpha_i y_i"])
    assert isinstance(content, Statement)
    line = claimed(0, content, r"q \leftarrow q + \alpha_i y_i")
    assert line is not None
    assert beside_opinion(line, ["lbfgs"]) is None
    found = beside_opinion(line, ["lbfgs", "lbfgs"])
    assert found is not None
    assert (found.verdict, found.fix) == (Judgement.ERRATUM, r"q = q - \alpha_i y_i")


@pytest.mark.slow
def test_one_line_of_another_method_is_not_wrong() -> None:
    """A line that the method gives elsewhere is another's."""
    lines = (r"d_k = -H_k g_k", r"x_{k+1} = x_k + \alpha_k d_k", r"s_k = x_{k+1} - x_k", r"y_k = g_{k+1} - g_k",
             r"x_{k+1} = x_k - \alpha_k g_k", r"\rho_k = \frac{1}{y_k^T s_k}")  # fmt: skip
    assert Judgement.ERRATUM not in {o.verdict for o in together(lines).values()}


@pytest.mark.slow
def test_no_text_is_called_wrong(tmp_path: Path) -> None:
    given = [text for o in METHODS.values() for book in BOOKS for text in texts(o, book)]
    for text, found in zip(given, audited(given, tmp_path), strict=True):
        assert not [f for f in found if f.verdict is Judgement.ERRATUM], text.name


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_slips_are_found_and_mended(tmp_path: Path) -> None:
    """A slip that makes another line that is right, as it is proved, is none."""
    given = broken()[::SAMPLE]
    missed: list[str] = []
    counted = 0
    for text, found in zip(given, audited(given, tmp_path), strict=True):
        if all(f.verdict in ACCEPTED for f in found):
            continue
        counted += 1
        assert text.slip
        if not any(f.verdict is Judgement.ERRATUM and f.fix and f.proof == "refuted" for f in found):
            missed.append(f"{text.name}: {text.slip.mistake.name}: {text.wrong}")
    assert len(missed) <= (1 - FLOOR) * counted, missed
