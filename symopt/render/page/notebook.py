"""A page as a Jupyter notebook, format 4.5, whose code cells derive again what the page says."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from symopt.render.page.blocks import Block, Formula, Heading, Page
from symopt.render.page.markdown import inline, to_markdown


def to_notebook(page: Page) -> str:
    """The notebook as JSON. A new cell begins at each heading, and the page's code stands under its title."""
    cells = [_markdown(f"# {inline(page.title)}", 0)]
    if page.code:
        cells.append(_code(page.code, 1))
    group: list[Block] = []
    for block in page.blocks:
        if isinstance(block, Heading) and group:
            cells.append(_cell_of(group, len(cells)))
            group = []
        group.append(block)
    if group:
        cells.append(_cell_of(group, len(cells)))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    book = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def _cell_of(blocks: list[Block], place: int) -> dict[str, Any]:
    text = to_markdown(Page("", tuple(blocks))).removeprefix("# \n\n")
    for block in blocks:
        if isinstance(block, Formula):  # notebooks know dollars, not GitHub's fences
            text = text.replace(f"```math\n{block.latex}\n```", f"$$\n{block.latex}\n$$")
    return _markdown(text.replace("$`", "$").replace("`$", "$").strip(), place)


def _markdown(text: str, place: int) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": _id(text, place), "metadata": {}, "source": _lines(text)}


def _code(text: str, place: int) -> dict[str, Any]:
    return {
        "cell_type": "code", "execution_count": None, "id": _id(text, place), "metadata": {}, "outputs": [],
        "source": _lines(text.strip()),
    }  # fmt: skip


def _id(text: str, place: int) -> str:
    """The same page gets the same identifiers."""
    return hashlib.sha256(f"{place} {text}".encode()).hexdigest()[:12]


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
