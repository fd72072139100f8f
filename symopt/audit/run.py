"""Files in, report out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike

from symopt.audit.document import audit_document
from symopt.audit.findings import Report
from symopt.read.documents import collect, read_document


def audit(paths: Sequence[str | PathLike[str]], progress: Callable[[str, int, int], None] | None = None) -> Report:
    """Audit documents: Markdown, plain text, LaTeX and notebooks, or folders of them.

    Args:
        paths: files and folders.
        progress: told the file, how many of its formulas are done, and of how many.

    Returns:
        A report with one document for each file, in order; a file that cannot be read has a problem.
    """
    reports = []
    for path in collect([str(p) for p in paths]):
        told = (lambda done, total, path=path: progress(str(path), done, total)) if progress else None
        reports.append(audit_document(read_document(path), told))
    return Report(tuple(reports))
