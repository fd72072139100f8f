"""A page as HTML that needs nothing else: formulas are MathML, which browsers typeset themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from xml.etree import ElementTree as Tree

from latex2mathml.converter import convert

from symopt.render.page.blocks import Block, Figure, Formula, Heading, Items, Page, Table, Words, spans

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #1a5fb4; }
@media (prefers-color-scheme: dark) { :root { --accent: #8ab4f8; } }
body { font: 1.05rem/1.55 Georgia, "Times New Roman", serif; max-width: 46rem; margin: 0 auto; padding: 1rem;
  overflow-wrap: break-word; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.25rem; margin: 2.2rem 0 .4rem;
  border-top: 1px solid var(--line); padding-top: 1.2rem; } h3 { font-size: 1.1rem; }
p { margin: .5rem 0; } .label { color: var(--accent); font-weight: bold; }
.soft { font-size: .85rem; opacity: .7; }
.formula { overflow-x: auto; overflow-y: hidden; margin: .4rem 0; padding: .5rem .75rem; background: var(--soft);
  border-radius: .3rem; }
math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", math; }
.formula math { font-size: 1.1rem; }
mtd { padding: .2rem .4rem; } mtr.line > mtd { padding: .2rem .1rem; }
table { border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: .3rem .6rem;
  border-bottom: 1px solid var(--line); } .wide { overflow-x: auto; }
img { max-width: 100%; }
"""


def to_html(page: Page) -> str:
    """The page, to be read on a screen of any width, in light or dark, without scripts and without a network."""
    body = "\n".join(part for block in page.blocks for part in _block(block))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(page.title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{inline(page.title)}</h1>
{body}
</body>
</html>
"""


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(text, level):
            yield f"<h{level}>{inline(text)}</h{level}>"
        case Words(text, label, soft):
            body = inline(text)
            if label:
                body = f'<span class="label">{inline(label)}</span> {body}'
            yield f'<p class="soft">{body}</p>' if soft else f"<p>{body}</p>"
        case Formula(lines):
            yield f'<div class="formula">{_display(lines)}</div>'
        case Items(texts):
            yield "<ul>\n" + "\n".join(f"<li>{inline(text)}</li>" for text in texts) + "\n</ul>"
        case Table(head, rows):
            yield '<div class="wide"><table>\n<thead>' + _row(head, "th") + "</thead>\n<tbody>"
            yield "\n".join(_row(row, "td") for row in rows) + "\n</tbody></table></div>"
        case Figure(path, caption):
            image = f'<img src="{escape(path)}" alt="{escape(caption)}">'
            yield f"<figure>{image}<figcaption>{inline(caption)}</figcaption></figure>"


def _row(cells: tuple[str, ...], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{inline(cell)}</{tag}>" for cell in cells) + "</tr>"


def _display(lines: tuple[tuple[str, str], ...]) -> str:
    """The lines as one table of MathML, aligned at their relations; a lone line without a table."""
    if len(lines) == 1:
        return f'<math display="block">{mathml(" ".join(filter(None, lines[0])))}</math>'
    rows = "".join(f'<mtr class="line">{_cells(left, right)}</mtr>' for left, right in lines)
    return f'<math display="block"><mtable displaystyle="true">{rows}</mtable></math>'


def _cells(left: str, right: str) -> str:
    if not right:
        return f'<mtd columnspan="2" style="text-align: left"><mrow>{mathml(left)}</mrow></mtd>'
    sides = (("right", left), ("left", right))
    return "".join(f'<mtd style="text-align: {to}"><mrow>{mathml(side)}</mrow></mtd>' for to, side in sides)


@lru_cache(maxsize=4096)
def mathml(latex: str) -> str:
    """The formula as MathML, without the element around it."""
    made = convert(
        latex.replace(r"\left[\begin{matrix}", r"\begin{bmatrix}").replace(r"\end{matrix}\right]", r"\end{bmatrix}")
    )
    root = Tree.fromstring(re.sub(r"\sxmlns=\"[^\"]*\"", "", made))
    return "".join(Tree.tostring(child, encoding="unicode") for child in root)


def inline(text: str) -> str:
    out = ""
    for is_formula, part in spans(text):
        out += f"<math>{mathml(part)}</math>" if is_formula else _words(part)
    return out


def _words(text: str) -> str:
    return re.sub(r"\[([^\]]*)\]\(([\w./#-]+)\)", r'<a href="\2">\1</a>', escape(text, quote=False))
