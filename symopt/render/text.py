"""A report for a terminal, and for the door of a lecture hall."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from symopt.audit.findings import DocumentReport, Finding, Report
from symopt.render import words

_BOLD, _RED, _GREEN, _FAINT, _PLAIN = "1", "31", "32", "2", "0"
_LABELS = 9  # columns that the labels "written", "mended" take


def to_text(report: Report, *, verbose: bool = False, colour: bool = False, width: int = 100) -> str:
    """The report as plain text.

    Args:
        report: what the audit said.
        verbose: list every formula, not only the errata.
        colour: mark the text with ANSI colours.
        width: columns of the terminal; lines are wrapped to it, except where one word is longer.
    """
    page = _Page(colour, max(width, 30))
    lines: list[str] = []
    for document in report.documents:
        lines += page.document(document, verbose)
    if len(report.documents) != 1:
        lines.append(page.marked(words.overall(report), _BOLD))
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines) + "\n"


class _Page:
    def __init__(self, colour: bool, width: int) -> None:
        self.colour = colour
        self.width = width

    def marked(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[{_PLAIN}m" if self.colour else text

    def document(self, document: DocumentReport, verbose: bool) -> Iterator[str]:
        path = words.one_line(document.path)
        if document.problem:
            yield self.marked(f"{path}: {document.problem}", _RED)
            yield ""
            return
        yield self.marked(f"{path}: {words.tally(document.findings)}", _BOLD)
        yield ""
        for finding in words.errata(document):
            yield from self.erratum(path, finding)
        if verbose and words.others(document):
            for finding in words.others(document):
                yield from self.other(path, finding)
            yield ""

    def erratum(self, path: str, finding: Finding) -> Iterator[str]:
        yield f"  {self.marked(f'{path}:{finding.line}', _BOLD)}  {self.marked(words.title(finding), _RED)}"
        yield from self.entry("written", finding.source, _RED)
        yield from self.entry("mended", finding.fix, _GREEN)
        yield from self.entry("why", finding.explanation)
        check = words.witness(finding.witness, finding.kind)
        yield from self.entry("check", check + (f" ({finding.proof})" if check and finding.proof else ""))
        yield ""

    def other(self, path: str, finding: Finding) -> Iterator[str]:
        yield f"  {path}:{finding.line}  {finding.verdict}"
        yield from self.entry("written", words.listed(finding))
        yield from self.entry("", words.remark(finding), _FAINT)

    def entry(self, label: str, text: str, code: str = "") -> Iterator[str]:
        text = words.one_line(text)
        if not text:
            return
        margin = " " * (4 + _LABELS)
        first = f"    {label:<{_LABELS}}"
        wrapped = textwrap.wrap(text, max(self.width - len(margin), 20), break_long_words=False, break_on_hyphens=False)
        for i, line in enumerate(wrapped):
            yield (margin if i else first) + (self.marked(line, code) if code else line)
