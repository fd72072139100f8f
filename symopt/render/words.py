"""The words that every format says of a finding, so that no two formats disagree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from symopt.audit.findings import DocumentReport, Finding, Judgement, Report

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ACCENTED = re.compile(r"\\(hat|tilde|bar)\{(.*)\}")
_MARKS = str.maketrans("", "", "\\{}")
_EXCERPT = 300  # characters of a formula in a list
_ORDER = (
    Judgement.ERRATUM, Judgement.INCOMPLETE, Judgement.CORRECT, Judgement.VARIANT,
    Judgement.GIVEN, Judgement.UNRECOGNISED, Judgement.UNREAD,
)  # fmt: skip


def one_line(text: str) -> str:
    """The text on one line, without control characters, which could command a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))


def counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def tally(findings: Iterable[Finding]) -> str:
    """How many formulas there are, and what became of them."""
    findings = tuple(findings)
    kinds = Counter(f.kind for f in findings)
    verdicts = Counter(f.verdict for f in findings)
    parts = [counted(kinds["formula"], "formula", "formulas")] if kinds["formula"] or not kinds["code"] else []
    if kinds["code"]:
        parts.append(counted(kinds["code"], "code block", "code blocks"))
    what = " and ".join(parts)
    became = [
        counted(verdicts[v], "erratum", "errata") if v is Judgement.ERRATUM else f"{verdicts[v]} {v}"
        for v in _ORDER
        if verdicts[v] or v is Judgement.ERRATUM
    ]
    return f"{what}: {', '.join(became)}" if findings else "no formulas"


def overall(report: Report) -> str:
    """The tally over all documents, and how many could not be read."""
    read = [d for d in report.documents if not d.problem]
    out = f"{counted(len(read), 'document', 'documents')}, {tally(f for d in read for f in d.findings)}"
    unreadable = len(report.documents) - len(read)
    return out + (f"; {unreadable} could not be read" if unreadable else "")


def errata(document: DocumentReport) -> tuple[Finding, ...]:
    return tuple(f for f in document.findings if f.verdict is Judgement.ERRATUM)


def others(document: DocumentReport) -> tuple[Finding, ...]:
    return tuple(f for f in document.findings if f.verdict is not Judgement.ERRATUM)


def title(finding: Finding) -> str:
    """What is wrong, in a few words: ``adam: bias-correction exponent missing``."""
    return one_line(": ".join(filter(None, (finding.system, finding.rewrite)))) or "wrong"


def witness(values: Mapping[str, str | int], kind: str = "formula") -> str:
    """The witness as a sentence: ``at t = 2, beta1 = 9/10: the formula gives 19/10, right is 1``."""
    names = sorted((n for n in values if n not in ("claimed", "correct")), key=lambda n: n != "t")
    at = ", ".join(f"{name} = {values[name]}" for name in names)
    gives = [
        f"{says} {values[name]}"
        for name, says in (("claimed", f"the {kind} gives"), ("correct", "right is"))
        if name in values
    ]
    return ": ".join(filter(None, (f"at {at}" if at else "", ", ".join(gives))))


def listed(finding: Finding) -> str:
    """What a finding is about, short enough for a list: a formula, or the first line of code."""
    source = finding.source.strip()
    if finding.kind == "code":
        source = source.partition("\n")[0] + " ..."
    source = one_line(source)
    return source if len(source) <= _EXCERPT else source[:_EXCERPT] + " ..."


def _bare(symbol: str) -> str:
    """The symbol's name without marks of LaTeX, an accent behind: ``mhat`` for ``\\hat{m}``."""
    accented = _ACCENTED.fullmatch(symbol)
    return (accented[2] + accented[1] if accented else symbol).translate(_MARKS)


def remark(finding: Finding) -> str:
    """Everything said of a finding that is no erratum."""
    reading = ", ".join(f"{symbol} is {part}" for symbol, part in finding.reading.items() if _bare(symbol) != part)
    return "; ".join(
        filter(
            None, (finding.system, ", ".join(finding.conventions), finding.explanation, reading and f"read: {reading}")
        )
    )
