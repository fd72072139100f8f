"""Files in, report out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from symopt.audit.catalogue import plain
from symopt.audit.document import audit_document
from symopt.audit.findings import DocumentReport, Report
from symopt.read.documents import collect, read_document

Progress = Callable[[str, int, int], None]


def audit(
    paths: Sequence[str | os.PathLike[str]], progress: Progress | None = None, *, processes: int | None = None
) -> Report:
    """Audit documents: Markdown, plain text, LaTeX and notebooks, or folders of them.

    Args:
        paths: files and folders.
        progress: told the file, how much of the work on it is done, and of how much.
        processes: how many documents are audited at the same time; by default one on each processor.

    Returns:
        A report with one document for each file, in order; a file that cannot be read has a problem.
    """
    files = collect([str(p) for p in paths])
    workers = min(processes or os.cpu_count() or 1, len(files))
    return Report(tuple(_together(files, workers, progress) if workers > 1 else _in_turn(files, progress)))


def _in_turn(files: Sequence[Path], progress: Progress | None) -> Iterator[DocumentReport]:
    for file in files:
        told = (lambda done, total, file=file: progress(str(file), done, total)) if progress else None
        yield audit_document(read_document(file), told)


def _together(files: Sequence[Path], workers: int, progress: Progress | None) -> Iterator[DocumentReport]:
    plain()  # made once, before the processes part
    with ProcessPoolExecutor(workers) as pool:
        # The longest first, so that none is left to one processor at the end.
        made = {file: pool.submit(_audit_file, file) for file in sorted(files, key=_length, reverse=True)}
        for done, file in enumerate(files, start=1):
            report = made[file].result()
            if progress:
                progress(str(file), done, len(files))
            yield report


def _length(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _audit_file(file: Path) -> DocumentReport:
    return audit_document(read_document(file))
