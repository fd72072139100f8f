"""A page as Markdown that GitHub typesets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symopt.render.page.blocks import Block, Figure, Formula, Heading, Items, Page, Table, Words, spans

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~])")


def to_markdown(page: Page) -> str:
    """The page as Markdown; formulas in ``math`` fences, and in the backticked dollars that protect LaTeX."""
    parts = [f"# {inline(page.title)}", *(part for block in page.blocks for part in _block(block))]
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(text, level):
            yield f"{'#' * level} {inline(text)}"
        case Words(text, label, soft):
            body = f"<sub>{inline(text)}</sub>" if soft else inline(text)
            yield f"**{inline(label)}** {body}" if label else body
        case Formula():
            yield f"```math\n{block.latex}\n```"
        case Items(texts):
            yield "\n".join(f"- {inline(text)}" for text in texts)
        case Table(head, rows):
            lines = [head, tuple("---" for _ in head), *(tuple(map(inline, row)) for row in rows)]
            yield "\n".join(f"| {' | '.join(row)} |" for row in lines)
        case Figure(path, caption):
            yield f"![{inline(caption)}]({path})"


def inline(text: str) -> str:
    """Words with their quantities typeset; [text](page) stays a link."""
    out = ""
    for is_formula, part in spans(text):
        out += f"$`{part}`$" if is_formula else _words(part)
    return out


_LINK = re.compile(r"\[([^\]]*)\]\(([\w./#-]+)\)")


def _words(text: str) -> str:
    out, done = "", 0
    for match in _LINK.finditer(text):
        out += f"{_plain(text[done : match.start()])}[{_plain(match.group(1))}]({match.group(2)})"
        done = match.end()
    return out + _plain(text[done:])


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
