"""Documents for the tests: formulas set as a lecture sets them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from symopt.audit import Finding, audit
from symopt.language.latex import latex
from symopt.language.terms import Term


def displayed(formulas: Iterable[str]) -> str:
    """Each formula in a display of its own."""
    return "# Notes\n\n" + "\n\n".join(f"$$\n{f}\n$$" for f in formulas) + "\n"


def printed(equations: Iterable[Term]) -> str:
    return displayed(latex(e) for e in equations)


def findings(text: str, folder: Path, name: str = "notes.md") -> tuple[Finding, ...]:
    """What the audit says of a document with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    (document,) = audit([path]).documents
    assert not document.problem
    return document.findings
