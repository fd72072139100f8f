"""Pages of words and formulas in four formats: a page is a list of blocks, and each format is one small file."""

from symopt.render.page.blocks import Block, Figure, Formula, Heading, Items, Page, Table, Words
from symopt.render.page.html import to_html
from symopt.render.page.markdown import to_markdown
from symopt.render.page.notebook import to_notebook
from symopt.render.page.tex import to_tex

__all__ = [
    "Block", "Figure", "Formula", "Heading", "Items", "Page", "Table", "Words",
    "to_html", "to_markdown", "to_notebook", "to_tex",
]  # fmt: skip
