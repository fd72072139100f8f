"""Files in, report out."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from symopt.audit.document import audit_document, auditing
from symopt.audit.findings import DocumentReport, Report
from symopt.audit.parcels import Work
from symopt.audit.pool import Pool, processors
from symopt.read.documents import collect, read_document

Progress = Callable[[str, int, int], None]
AHEAD = 8
"""How many documents are under way at the same time."""


def audit(
    paths: Sequence[str | os.PathLike[str]], progress: Progress | None = None, *, processes: int | None = None
) -> Report:
    """Audit documents: Markdown, plain text, LaTeX and notebooks, or folders of them.

    Args:
        paths: files and folders.
        progress: told the file, how much of the work on it is done, and of how much.
        processes: how many processes work at the same time; by default one on each processor.

    Returns:
        A report with one document for each file, in order; a file that cannot be read has a problem.
    """
    files = collect([str(p) for p in paths])
    workers = processes or processors()
    reports = _together(files, workers, progress) if workers > 1 else _in_turn(files, progress)
    return Report(tuple(reports))


def _in_turn(files: Sequence[Path], progress: Progress | None) -> Iterator[DocumentReport]:
    for file in files:
        told = (lambda done, total, file=file: progress(str(file), done, total)) if progress else None
        yield audit_document(read_document(file), told)


def _together(files: Sequence[Path], workers: int, progress: Progress | None) -> Iterator[DocumentReport]:
    """Several documents under way; the groups of equations of all of them are worked on at the same time."""
    waiting, under_way = iter(files), deque[_Job]()
    pool = Pool(workers)
    try:
        for done in range(1, len(files) + 1):
            under_way.extend(_Job(auditing(read_document(f)), pool) for f in islice(waiting, AHEAD - len(under_way)))
            while (report := under_way[0].report) is None:
                for job in list(under_way):
                    job.go_on()
            under_way.popleft()
            yield report
            if progress:
                progress(str(files[done - 1]), done, len(files))
    finally:
        pool.close()


class _Job:
    """One document's audit, its calls made by the pool."""

    def __init__(self, work: Work[DocumentReport], pool: Pool) -> None:
        self.work, self.pool = work, pool
        self.report: DocumentReport | None = None
        self._ask(None)

    def go_on(self) -> None:
        """Wait for the answers under way, and ask for the next."""
        if self.report is None:
            self._ask([answer() for answer in self.answers])

    def _ask(self, answers: list[Any] | None) -> None:
        try:
            calls = next(self.work) if answers is None else self.work.send(answers)
        except StopIteration as end:
            self.report = end.value
        else:
            self.answers = self.pool.answers(calls)
