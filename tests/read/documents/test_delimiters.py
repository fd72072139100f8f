"""Commands and environments of a document's own that stand for delimiters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from symopt.read.documents import CodeBlock, MathBlock, read_document
from symopt.read.documents.blocks import Passage
from symopt.read.documents.delimiters import written_out

PREAMBLE = (
    r"\newcommand{\be}{\begin{equation}}" "\n"
    r"\newcommand\ee{\end{equation}}" "\n"
    r"\def\rows#1{\begin{align}#1\end{align}}" "\n"
    r"\newenvironment{eq}{\begin{equation*}}{\end{equation*}}" "\n"
    r"\newcommand{\pair}[2]{\begin{pmatrix}#1 \\ #2\end{pmatrix}}" "\n"
    r"\begin{document}" "\n"
)  # fmt: skip
BODY = (
    r"  \be v = \pair{a}{b} \ee and \rows{w &= w + v \\ u &= v} $x$" "\n"
    r"\begin{eq} y = z \end{eq}" "\n"
    r"\begin{verbatim}" "\n" r"\be" "\n" r"\end{verbatim}" "\n"
    r"\bell \be" "\n" r"s = t" "\n" r"\ee \end{document}" "\n"
)  # fmt: skip


def test_what_stands_between_them_is_a_formula_at_its_place(tmp_path):
    file = tmp_path / "notes.tex"
    file.write_text(PREAMBLE + BODY)
    document = read_document(file)
    found = [(b.text, b.line, b.column) for b in document.blocks if isinstance(b, MathBlock)]
    wanted = [r"v = \pair{a}{b}", r"w &= w + v \\ u &= v", "x", "y = z", "s = t"]
    assert [text for text, _, _ in found] == wanted
    for text, line, column in found:
        assert document.lines[line - 1][column - 1 :].startswith(text)
    (code,) = (b for b in document.blocks if isinstance(b, CodeBlock))
    assert code.line == BODY[: BODY.index("\\be\n")].count("\n") + PREAMBLE.count("\n") + 1


@given(st.lists(st.sampled_from([r"\be", r"\ee ", r"\rows{", "}", "{", r"\begin{eq}", "x", "\n", "\\", PREAMBLE])))
def test_every_character_that_is_not_replaced_keeps_its_place(parts):
    text = PREAMBLE + "".join(parts)
    lines = text.split("\n")
    out = written_out(Passage.of_file(text))
    for offset, character in enumerate(out.text):
        line, column = out.place(offset)
        if character == "x":
            assert lines[line - 1][column - 1] == "x"
    assert out.text.count("x") == text.count("x")
