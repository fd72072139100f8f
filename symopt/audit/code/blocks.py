"""The code of a document: findings at their places in the file, each distinct block read once."""

from __future__ import annotations

import re
from dataclasses import replace

from symopt.audit.code.findings import code_findings
from symopt.audit.code.judging import Court
from symopt.audit.code.remarks import Remark
from symopt.audit.findings import Finding, Judgement
from symopt.audit.judge import Opinion
from symopt.read.documents import CodeBlock, Document

PYTHON = frozenset({"", "python", "python3", "py", "py3", "ipython", "ipython3", "pycon", "python2", "sage", "pytorch",
                    "numpy", "jax", "text", "txt", "plain", "plaintext", "none", "code"})  # fmt: skip
"""What a fence or a notebook calls code that may be Python."""
_UPHILL = re.compile(r"\b(ascent|ascend|maximi[sz]\w*|reward|policy|log_?-?likelihood|likelihood)", re.IGNORECASE)
NEARBY = 12
"""How many lines above a block its text reaches."""


def code_findings_of(document: Document) -> list[Finding]:
    """The findings on every code block of a document; each block has at least one."""
    court = Court()
    known: dict[tuple[str, bool], list[Remark]] = {}
    found: list[Finding] = []
    for block in document.blocks:
        if isinstance(block, CodeBlock):
            found += _findings(block, document, court, known)
    return found


def _findings(
    block: CodeBlock, document: Document, court: Court, known: dict[tuple[str, bool], list[Remark]]
) -> list[Finding]:
    if block.language.lower() not in PYTHON:
        opinion = Opinion(Judgement.UNRECOGNISED, explanation=f"Code in {block.language} is listed, not checked.")
        return [finding_at(block, Remark(0, block.text, opinion))]
    uphill = _is_uphill(block, document)
    key = (block.text, uphill)
    if key not in known:
        known[key] = [_turned(r) if uphill else r for r in code_findings(block.text, court)]
    return [finding_at(block, remark) for remark in known[key]]


def _is_uphill(block: CodeBlock, document: Document) -> bool:
    """Whether the block, or the text around it, speaks of going up."""
    around = document.lines[max(0, block.line - NEARBY) : block.line]
    return bool(_UPHILL.search(block.text) or _UPHILL.search(" ".join(around)))


def _turned(remark: Remark) -> Remark:
    """A step against the sign of descent, where the text speaks of maximising."""
    opinion = remark.opinion
    if opinion.rewrite != "sign flipped":
        return remark
    turned = replace(
        opinion, verdict=Judgement.VARIANT, conventions=(*opinion.conventions, "gradient ascent"),
        rewrite="", explanation="", fix="", witness=None, proof="undecided",
    )  # fmt: skip
    return replace(remark, opinion=turned)


def finding_at(block: CodeBlock, remark: Remark) -> Finding:
    """A remark as a finding at its place in the file."""
    opinion = remark.opinion
    line, column = block.place(min(remark.offset, max(len(block.text) - 1, 0)))
    return Finding(
        line=line, column=column, kind="code", source=remark.source, verdict=opinion.verdict, system=opinion.system,
        conventions=opinion.conventions, rewrite=opinion.rewrite, explanation=opinion.explanation, fix=opinion.fix,
        witness=opinion.witness or {}, proof=opinion.proof, reading=opinion.reading or {},
    )  # fmt: skip
