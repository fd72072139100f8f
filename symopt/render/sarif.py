"""A report as SARIF 2.1.0, which code hosts and editors show beside the line."""

from __future__ import annotations

import json
import re
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from symopt.audit.findings import DocumentReport, Finding, Judgement, Report
from symopt.render import words

_LEVELS = {Judgement.ERRATUM: "error", Judgement.INCOMPLETE: "warning", Judgement.UNREAD: "note"}
_RULES = {
    Judgement.ERRATUM: "The formula is wrong, and cannot be read so that it is right.",
    Judgement.INCOMPLETE: "The formula needs something that the document never defines.",
    Judgement.UNREAD: "The formula could not be understood.",
}


def to_sarif(report: Report, *, version: str) -> str:
    """The report as SARIF: errata as errors, incomplete formulas as warnings, unread ones as notes.

    Args:
        report: what the audit said.
        version: symopt's own version, which SARIF names.
    """
    results = [(d, f) for d in report.documents for f in d.findings if f.verdict in _LEVELS]
    rules = {_rule_id(f): f.verdict for _, f in results}
    run = {
        "tool": {"driver": {"name": "symopt", "semanticVersion": version, "rules": [
            {"id": rule, "shortDescription": {"text": _RULES[verdict]},
             "defaultConfiguration": {"level": _LEVELS[verdict]}}
            for rule, verdict in rules.items()
        ]}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "results": [_result(d, f, list(rules)) for d, f in results],
    }  # fmt: skip
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1) + "\n"


def _rule_id(finding: Finding) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", finding.rewrite.lower()).strip("-")
    return f"{finding.verdict}/{slug}" if finding.verdict is Judgement.ERRATUM and slug else str(finding.verdict)


def _result(document: DocumentReport, finding: Finding, rules: list[str]) -> dict[str, Any]:
    rule = _rule_id(finding)
    region = {"startLine": finding.line, "startColumn": finding.column, "snippet": {"text": finding.source}}
    return {
        "ruleId": rule,
        "ruleIndex": rules.index(rule),
        "level": _LEVELS[finding.verdict],
        "message": {"text": _message(finding)},
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": _uri(document.path)}, "region": region}},
        ],
    }


def _message(finding: Finding) -> str:
    check = words.witness(finding.witness, finding.kind)
    parts = (
        words.title(finding) if finding.verdict is Judgement.ERRATUM else "",
        finding.explanation,
        f"Mended: {finding.fix}" if finding.fix else "",
        f"Check {check}" if check else "",
    )
    return ". ".join(words.one_line(p).rstrip(".") for p in parts if p) + "." if any(parts) else _RULES[finding.verdict]


def _invocation(report: Report) -> dict[str, Any]:
    unreadable = [d for d in report.documents if d.problem]
    notifications = [
        {
            "level": "error",
            "message": {"text": d.problem},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(d.path)}}}],
        }
        for d in unreadable
    ]
    return {"executionSuccessful": not unreadable, "toolExecutionNotifications": notifications}


def _uri(path: str) -> str:
    parts = PurePath(path)
    uri = quote(parts.as_posix(), safe="/", errors="surrogatepass")
    return f"file://{uri}" if parts.is_absolute() else uri
