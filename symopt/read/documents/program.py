"""Python files to blocks."""

from __future__ import annotations

from collections.abc import Sequence

from symopt.read.documents.blocks import Block, CodeBlock, Passage


def python_blocks(passage: Passage) -> Sequence[Block]:
    """All of the file as one block of code."""
    return [CodeBlock(passage, "python")] if passage.text.strip() else []
