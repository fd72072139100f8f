"""Formulas a second: the audit on a folder, and on the same notes repeated.

    python tests/benchmarks/audit_speed.py docs/lectures

The first line is a cold start with one process a processor, as the command line has it. The
others repeat the documents' text in one process, to see whether the time grows with the number
of formulas alone.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory


def main(folder: Path) -> None:
    start, spent = time.perf_counter(), _processor_time()
    from symopt.audit import audit

    report = audit([folder])
    _tell("cold start, all processors", sum(report.summary.values()), time.perf_counter() - start)
    print(f"  processor time of all processes: {_processor_time() - spent:.1f} s")
    texts = [p.read_text(encoding="utf-8") for p in sorted(folder.iterdir()) if p.suffix in (".md", ".txt")]
    for times in (1, 2, 4):
        with TemporaryDirectory() as scratch:
            for number, text in enumerate(texts):
                Path(scratch, f"{number}.md").write_text("\n\n".join([text] * times), encoding="utf-8")
            start = time.perf_counter()
            report = audit([scratch], processes=1)
            _tell(f"warm, one process, {times} times", sum(report.summary.values()), time.perf_counter() - start)


def _processor_time() -> float:
    """Of this process and those of its children that have ended: what a busy machine changes least."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _tell(what: str, formulas: int, seconds: float) -> None:
    print(f"{what}: {formulas} formulas in {seconds:.1f} s, {formulas / seconds:.0f} a second")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
