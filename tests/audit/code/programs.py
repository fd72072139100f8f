"""Programs put into a document, and what the audit says of them."""

from __future__ import annotations

from collections.abc import Sequence

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


def mended(program: str, findings: Sequence[Finding]) -> str:
    """The program with each wrong line as its finding mends it."""
    starts = [0]
    for line in program.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for f in sorted(findings, key=lambda f: -f.line):
        start = starts[f.line - 1] + f.column - 1
        assert program[start : start + len(f.source)] == f.source
        program = program[:start] + f.fix + program[start + len(f.source) :]
    return program
