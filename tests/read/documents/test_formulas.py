"""Formulas are found where they stand, each once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symopt.read.documents import CodeBlock, Heading, MathBlock, read_document
from symopt.read.documents.blocks import Passage
from symopt.read.documents.markdown import markdown_blocks, text_blocks
from symopt.read.documents.notebook import notebook_blocks
from symopt.read.documents.tex import tex_blocks
from tests.read.documents.strategies import Known, documents

READERS = [markdown_blocks, text_blocks, tex_blocks]


def math(text: str, read=markdown_blocks) -> list[str]:
    return [b.text for b in read(Passage.of_file(text)) if isinstance(b, MathBlock)]


def known(blocks) -> list[Known]:
    return [Known(b.line, b.column, b.text) for b in blocks if isinstance(b, MathBlock)]


@pytest.mark.parametrize("read", READERS)
@given(data=st.data())
def test_formulas_put_into_prose_come_back_once_at_their_places(read, data):
    text, formulas = data.draw(documents(tex=read is tex_blocks))
    assert known(read(Passage.of_file(text))) == formulas


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@settings(max_examples=20)  # of each of the twelve
@given(data=st.data())
def test_line_ends_and_encodings_change_no_place(newline, encoding, data, tmp_path_factory):
    text, formulas = data.draw(documents(newline))
    file = tmp_path_factory.getbasetemp() / f"document-{encoding}-{len(newline)}.md"
    file.write_bytes(text.encode(encoding))
    assert known(read_document(file).blocks) == formulas


@given(documents(), st.booleans(), st.booleans(), st.sampled_from([None, 1, 4]))
def test_a_notebook_gives_the_lines_of_its_own_file(document, whole, ascii_only, indent):
    text, formulas = document
    source = text if whole else text.splitlines(keepends=True)
    cells = [{"cell_type": "markdown", "metadata": {}, "source": source}]
    raw = json.dumps({"cells": cells, "nbformat": 4}, ensure_ascii=ascii_only, indent=indent)
    blocks = [b for b in notebook_blocks(Passage.of_file(raw)) if isinstance(b, MathBlock)]
    assert [b.text for b in blocks] == [f.text for f in formulas]
    lines = raw.split("\n")
    for block in blocks:
        written = json.dumps(block.text, ensure_ascii=ascii_only)[1:-1]
        assert lines[block.line - 1][block.column - 1 :].startswith(written[:5])


@given(documents())
def test_every_offset_of_a_formula_has_its_place(document):
    text, _ = document
    lines = text.split("\n")
    for block in markdown_blocks(Passage.of_file(text)):
        for offset, character in enumerate(block.text):
            if character != "\n":
                line, column = block.place(offset)
                assert lines[line - 1][column - 1] == character


@pytest.mark.parametrize("read", READERS)
@given(text=st.text(alphabet="$\\()[]{}`~ab_ ^=\n\t#>-%<!*1&|θ√←", max_size=120))
def test_any_text_gives_blocks_in_order_that_lie_in_it(read, text):
    blocks = read(Passage.of_file(text))
    places = [(b.line, b.column) for b in blocks]
    assert all(b.text.strip() for b in blocks)
    formulas = [p for b, p in zip(blocks, places, strict=True) if isinstance(b, MathBlock)]
    assert formulas == sorted(set(formulas))
    for line, column in places:
        assert 0 < line <= text.count("\n") + 1
        assert 0 < column <= len(text) + 1


@pytest.mark.parametrize(
    "prose",
    [
        "It costs $5 and $6.",
        "US$7 or US$8",
        "between $5-$10 a day",
        "set $HOME and $PATH first",
        "a price of $5, then 6$ and some more words",
        r"an escaped \$x\$ dollar",
        "inline code `$x$` and ``a ` $y$``",
        "<!-- $x$ -->",
        r"\[1\] and \[see here\](u)",
        "θ is the parameter, and α the learning rate of it",
        "The value α = 0.1 is used here",
        "```python\nx = '$a$'\n```",
    ],
)
def test_what_is_no_formula(prose):
    assert math(prose) == []


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("the $n$th", ["n"]),
        ("spaced $ x_t $ formula", ["x_t"]),
        ("GitHub's $`a_t`$", ["a_t"]),
        ("```math\na_t\n```", ["a_t"]),
        ("```latex\na_t = b\n```", ["a_t = b"]),
        ("~~~latex\n\\begin{align} a &= b \\\\ c &= d \\end{align}\n~~~", [r"a &= b \\ c &= d"]),
        (r"\\( q_t \\) and \\[ r_t \\]", ["q_t", "r_t"]),
        ("$$\n\na_t = 1\n\n$$", ["a_t = 1"]),
        ("> $$\n> a\n> + b\n> $$", ["a\n  + b"]),
        (r"$a \text{ if $x > 0$ else } b$", [r"a \text{ if $x > 0$ else } b"]),
        (r"$a$$b$", ["a", "b"]),
        (r"\begin{cases} a \\ b \end{cases}", [r"\begin{cases} a \\ b \end{cases}"]),
        (r"\[ \begin{aligned} a &= b \end{aligned} \]", [r"\begin{aligned} a &= b \end{aligned}"]),
        (r"\begin{alignat}{2} a &= b \end{alignat}", ["a &= b"]),
        (r"\begin{equation}\begin{split} a \end{split}\end{equation}", [r"\begin{split} a \end{split}"]),
        ("| $a$ | $b$ |\n|---|---|", ["a", "b"]),
        (r"\textbf{Bold: $x_t$}", ["x_t"]),
        ("- item\n\n      $x_t$ below it", ["x_t"]),
    ],
)
def test_delimiters(text, formulas):
    assert math(text) == formulas


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("```\n1 $m_t \\leftarrow g_t$ (Update)\n2 **return** $m_T$\n```", ["m_t \\leftarrow g_t", "m_T"]),
        ("```\nm_t ← β·m_{t−1} + (1−β)·g_t\n```", ["m_t ← β·m_{t−1} + (1−β)·g_t"]),
        ("θ_t ← θ_{t-1} − α m̂_t / (√v̂_t + ε)   (move the parameters)", ["θ_t ← θ_{t-1} − α m̂_t / (√v̂_t + ε)"]),
        ("3: m_t = β_1 m_{t-1} + (1 - β_1) g_t  // first moment", ["m_t = β_1 m_{t-1} + (1 - β_1) g_t"]),
        (r"\theta_t = \theta_{t-1} - \eta g_t", [r"\theta_t = \theta_{t-1} - \eta g_t"]),
    ],
)
@pytest.mark.parametrize("read", [markdown_blocks, text_blocks])
def test_pseudo_code(read, text, formulas):
    blocks = read(Passage.of_file(text))
    assert [b.text for b in blocks] == formulas
    assert all(isinstance(b, MathBlock) for b in blocks)


@pytest.mark.parametrize(
    ("text", "unclosed", "rest"),
    [
        ("$$ a_t = \\frac{b}{c\n\nthen $x_t$", r"a_t = \frac{b}{c", ["x_t"]),
        ("\\begin{align} a &= b\n\nthen $x_t$", "a &= b", ["x_t"]),
        ("\\[ a_t = \\beta\n\nthen $x_t$", r"a_t = \beta", ["x_t"]),
        (r"the $\theta_t of step $x_t$ here", r"\theta_t of step", ["x_t"]),
        ("the $\\theta_t of it\nand no more", r"\theta_t of it", []),
    ],
)
def test_an_unclosed_delimiter_is_reported_and_swallows_nothing(text, unclosed, rest):
    blocks = [b for b in markdown_blocks(Passage.of_file(text)) if isinstance(b, MathBlock)]
    assert [(b.text, b.closed) for b in blocks] == [(unclosed, False), *((r, True) for r in rest)]


def test_an_unclosed_fence_ends_with_its_paragraph():
    blocks = markdown_blocks(Passage.of_file("```python\nx = 1\n\nthen $x_t$"))
    assert [(type(b), b.text) for b in blocks] == [(CodeBlock, "x = 1"), (MathBlock, "x_t")]


def test_latex_files():
    text = r"""\newcommand{\m}{$m$}
\begin{document}
\section{Adam $x$}  % not $this$
50\% of $a$ \verb|$b$|
\begin{lstlisting}[language=Python]
x = "$c$" % y
\end{lstlisting}
\begin{comment} $d$ \end{comment}
\begin{equation*} e \label{f} \end{equation*}
\end{document} $g$
"""
    blocks = tex_blocks(Passage.of_file(text))
    assert [(type(b).__name__, b.line, b.text.strip()) for b in blocks] == [
        ("Heading", 3, "Adam $x$"),
        ("MathBlock", 3, "x"),
        ("MathBlock", 4, "a"),
        ("CodeBlock", 6, 'x = "$c$" % y'),
        ("MathBlock", 9, r"e \label{f}"),
    ]


def test_headings():
    text = "# One #\n\nTwo\n===\n\n**Three**\n\n## Four $x$\ntext\n"
    found = [(b.level, b.text) for b in markdown_blocks(Passage.of_file(text)) if isinstance(b, Heading)]
    assert found == [(1, "One"), (1, "Two"), (6, "Three"), (2, "Four $x$")]
    slides = "Momentum Optimizer\n\n$$a$$\n\nthis is a sentence.\n\nSGD + MOMENTUM\n\n"
    assert [b.text for b in text_blocks(Passage.of_file(slides)) if isinstance(b, Heading)] == [
        "Momentum Optimizer",
        "SGD + MOMENTUM",
    ]


def test_unfenced_code_of_a_transcript():
    text = "A slide\n\ndef step(w):\n    # move\n    w += -0.1 * g\n\n    return w\n\nand so on. We set x = the rate.\n"
    code = [b for b in text_blocks(Passage.of_file(text)) if isinstance(b, CodeBlock)]
    assert [(b.line, b.text.count("\n")) for b in code] == [(3, 4)]


def test_code_keeps_its_language(tmp_path: Path):
    file = tmp_path / "a.md"
    file.write_text("```python title\nx\n```\n~~~{.julia}\ny\n~~~\n\n    z = 1\n")
    assert [(b.language, b.text.strip(), b.line) for b in read_document(file).blocks] == [
        ("python", "x", 2),
        ("julia", "y", 5),
        ("", "z = 1", 8),
    ]
