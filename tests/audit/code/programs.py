"""Programs put into a document, and what the audit says of them."""

from __future__ import annotations

from symopt.audit.code.blocks import code_findings_of
from symopt.audit.findings import Finding
from symopt.read.documents import CodeBlock, Document
from symopt.read.documents.blocks import Passage


def said_of(program: str) -> list[Finding]:
    """The findings on a program that is a document's only block."""
    document = Document("program.py", tuple(program.split("\n")), (CodeBlock(Passage.of_file(program), "python"),))
    return code_findings_of(document)


def verdicts(program: str) -> list[str]:
    return [str(f.verdict) for f in said_of(program)]


def mistakes(program: str) -> str:
    """The names of all mistakes that were found in a program."""
    return "; ".join(f.rewrite for f in said_of(program) if f.rewrite)
