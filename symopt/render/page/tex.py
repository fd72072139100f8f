"""A page as a LaTeX document; what stands between its markers pastes into a Beamer frame."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symopt.render.page.blocks import Block, Figure, Formula, Heading, Items, Page, Table, Words, spans

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"$<$", ">": r"$>$", "|": r"$|$",
}  # fmt: skip
_TYPEABLE = re.compile(r"[^\x00-\x7f\u00a0-\u00ff\u2013\u2014\u2018\u2019\u201c\u201d]")
_LONG = 60
"""Characters of LaTeX, commands counted as one, from which on a formula is made to fit the line."""
_PREAMBLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage[utf8]{inputenc}
\usepackage{amsmath, amssymb, graphicx}
\usepackage[margin=2.5cm]{geometry}
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.5em}
"""


def to_tex(page: Page) -> str:
    """The page as a document for pdflatex. It needs amsmath and graphicx, which Beamer loads by itself."""
    body = "\n\n".join(part for block in page.blocks for part in _block(block))
    return (
        f"{_PREAMBLE}\\title{{{inline(page.title)}}}\n\\date{{}}\n\\begin{{document}}\n\\maketitle\n"
        f"% What follows, up to the end marker, needs only amsmath and graphicx, and pastes into Beamer frames.\n"
        f"{body}\n% The end.\n\\end{{document}}\n"
    )


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(text, level):
            size = {2: r"\Large ", 3: r"\large "}.get(level, "")
            yield f"\\bigskip\n{{{size}\\textbf{{{inline(text)}}}\\par}}"
        case Words(text, label, soft):
            body = f"{{\\footnotesize {inline(text)}\\par}}" if soft else inline(text)
            yield f"\\textbf{{{inline(label)}}} {body}" if label else body
        case Formula():
            yield f"\\[\n{_fitting(block)}\n\\]"
        case Items(texts):
            items = "\n".join(f"  \\item {inline(text)}" for text in texts)
            yield f"\\begin{{itemize}}\n{items}\n\\end{{itemize}}"
        case Table(head, rows):
            lines = [" & ".join(map(inline, row)) + r" \\" for row in (head, *rows)]
            width = f"{0.9 / len(head):.2f}"
            columns = "".join(rf"p{{{width}\linewidth}}" for _ in head)
            yield f"\\begin{{tabular}}{{{columns}}}\n{lines[0]} \\hline\n" + "\n".join(lines[1:]) + "\n\\end{tabular}"
        case Figure(_, caption):
            yield f"\\emph{{Figure: {inline(caption)}}}"


def _fitting(formula: Formula) -> str:
    """The formula, scaled down to the line if it may be wider."""
    widest = max(len(re.sub(r"\\[A-Za-z]+|[{}^_&]", "x", left + right)) for left, right in formula.lines)
    if widest < _LONG:
        return formula.latex
    latex = formula.latex
    return "\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{$\\displaystyle\n" + latex + "\n$}"


def inline(text: str) -> str:
    out = ""
    for is_formula, part in spans(text):
        out += f"${part}$" if is_formula else _words(part)
    return out


def _words(text: str) -> str:
    text = re.sub(r"\[([^\]]*)\]\([\w./#-]+\)", r"\1", text)
    return _TYPEABLE.sub("?", "".join(_SPECIAL.get(c, c) for c in text))
