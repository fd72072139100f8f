"""Formulas a second: the audit on a folder, and on the same notes repeated.

    python tests/benchmarks/audit_speed.py docs/lectures

The first line is a cold start with one process a processor, as the command line has it, in an
interpreter of its own: its processor time is that of all its processes, the workers too. The
others repeat the documents' text in one process, to see whether the time grows with the number
of formulas alone: the last figure of each line is the time of a formula, by that of the first.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

T = TypeVar("T")


def main(folder: Path) -> None:
    command = [sys.executable, "-m", "symopt", "audit", str(folder), "--format", "json", "--output"]
    with TemporaryDirectory() as scratch:
        report = Path(scratch, "report.json")
        run = partial(subprocess.run, [*command, str(report)], check=False)
        _, wall, spent = _measured(run, resource.RUSAGE_CHILDREN)
        _tell("cold start, all processors", _findings(report.read_text(encoding="utf-8")), wall, spent)
    _repeated([p.read_text(encoding="utf-8") for p in sorted(folder.iterdir()) if p.suffix in (".md", ".txt")])


def _repeated(texts: list[str]) -> None:
    from symopt.audit import audit

    first = 0.0
    for times in (1, 2, 4):
        with TemporaryDirectory() as scratch:
            for number, text in enumerate(texts):
                Path(scratch, f"{number}.md").write_text("\n\n".join([text] * times), encoding="utf-8")
            report, wall, spent = _measured(partial(audit, [scratch], processes=1), resource.RUSAGE_SELF)
            found = sum(report.summary.values())
            _tell(f"one process, {times} times", found, wall, spent)
            first = first or spent / found
            print(f"  a formula takes {spent / found / first:.2f} of its time in the first of these lines")


def _measured(work: Callable[[], T], whose: int) -> tuple[T, float, float]:
    """What comes of the work, its seconds on the clock, and of processor time, which a busy machine changes least.

    Args:
        work: what is measured.
        whose: RUSAGE_SELF, or RUSAGE_CHILDREN for a process that has ended, with those that it waited for.
    """
    start, spent = time.perf_counter(), _processor_time(whose)
    made = work()
    return made, time.perf_counter() - start, _processor_time(whose) - spent


def _processor_time(whose: int) -> float:
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


def _findings(report: str) -> int:
    return sum(json.loads(report)["summary"].values())


def _tell(what: str, formulas: int, seconds: float, spent: float) -> None:
    print(
        f"{what}: {formulas} formulas in {seconds:.1f} s, {formulas / seconds:.1f} a second; "
        f"{spent:.1f} s of processor time, {formulas / spent:.1f} a second of it"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
