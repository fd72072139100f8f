"""What a document claims, held against the definitions: recognise, compare, explain."""

from symopt.audit.findings import DocumentReport, Finding, Judgement, Report
from symopt.audit.run import audit

__all__ = ["DocumentReport", "Finding", "Judgement", "Report", "audit"]
