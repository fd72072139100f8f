"""A report as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symopt.audit.findings import DocumentReport, Finding, Report
from symopt.render import words

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~])")


def to_markdown(report: Report, *, verbose: bool = False) -> str:
    """The report as Markdown, its formulas as LaTeX in ``math`` fences. ``verbose`` lists every formula."""
    lines = ["# Errata", "", f"{words.overall(report)}.", ""]
    for document in report.documents:
        lines += _document(document, verbose)
    while not lines[-1]:
        lines.pop()
    return "\n".join(lines) + "\n"


def _document(document: DocumentReport, verbose: bool) -> Iterator[str]:
    yield f"## {escaped(document.path)}"
    yield ""
    yield f"Not read: {escaped(document.problem)}." if document.problem else f"{words.tally(document.findings)}."
    yield ""
    for finding in words.errata(document):
        yield from _erratum(finding)
    if verbose and words.others(document):
        yield "| Line | Verdict | Formula | |"
        yield "|---:|---|---|---|"
        for f in words.others(document):
            yield f"| {f.line} | {f.verdict} | {code(words.listed(f))} | {escaped(words.remark(f))} |"
        yield ""


def _erratum(finding: Finding) -> Iterator[str]:
    yield f"### Line {finding.line}: {escaped(words.title(finding))}"
    yield ""
    yield "Written:"
    yield ""
    yield from _fence(finding.source, finding.kind)
    if finding.fix:
        yield "Mended:"
        yield ""
        yield from _fence(finding.fix, finding.kind)
    if finding.explanation:
        yield escaped(finding.explanation)
        yield ""
    if finding.witness:
        yield f"Check by hand: {escaped(words.witness(finding.witness, finding.kind))}."
        yield ""


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", words.one_line(text))


def code(text: str) -> str:
    """Text as inline code that may stand in a table."""
    text = words.one_line(text).replace("|", "\\|")
    ticks = "`" * (_longest_run(text) + 1)
    return f"{ticks} {text} {ticks}" if text[:1] == "`" or text[-1:] == "`" else f"{ticks}{text}{ticks}"


def _fence(formula: str, kind: str) -> list[str]:
    ticks = "`" * max(3, _longest_run(formula) + 1)
    lines = [line.rstrip() for line in formula.strip().splitlines() if line.strip()]
    return [f"{ticks}{'python' if kind == 'code' else 'math'}", *lines, ticks, ""]


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
