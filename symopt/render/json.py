"""A report as JSON, version 1 of the contract: names and meanings only ever get added."""

from __future__ import annotations

import json
from typing import Any

from symopt.audit.findings import DocumentReport, Finding, Report


def to_json(report: Report) -> str:
    """The report as JSON. A document that could not be read says so under ``problem``, a name others lack."""
    value = {"version": 1, "documents": [_document(d) for d in report.documents], "summary": report.summary}
    # Half of a surrogate pair, which JSON of a notebook can hold, has no UTF-8; escaped it stays readable.
    text = json.dumps(value, indent=1, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"


def _document(document: DocumentReport) -> dict[str, Any]:
    problem = {"problem": document.problem} if document.problem else {}
    return {"path": document.path, "findings": [_finding(f) for f in document.findings], **problem}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "line": finding.line,
        "column": finding.column,
        "kind": finding.kind,
        "source": finding.source,
        "verdict": str(finding.verdict),
        "system": finding.system,
        "conventions": list(finding.conventions),
        "rewrite": finding.rewrite,
        "explanation": finding.explanation,
        "fix": finding.fix,
        "witness": {name: value if isinstance(value, int) else str(value) for name, value in finding.witness.items()},
        "proof": finding.proof,
    }
