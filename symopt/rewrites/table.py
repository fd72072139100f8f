"""The catalogue to look things up in, and as a table."""

from __future__ import annotations

from symopt.rewrites.convention_list import CONVENTIONS, Convention
from symopt.rewrites.formula_mistakes import CLASS, FORMULA_MISTAKES, MISSING, SWAPPED
from symopt.rewrites.mechanism import Rewrite
from symopt.rewrites.mistake_list import MISTAKES


def mistakes() -> tuple[Rewrite, ...]:
    """Every mistake, what is particular before what is general; those of recurrences first."""
    return (*MISTAKES, *_of_formulas_alone())


def _of_formulas_alone() -> tuple[Rewrite, ...]:
    known = {entry.name for entry in MISTAKES}
    return tuple(entry for entry in (*FORMULA_MISTAKES, SWAPPED, CLASS, MISSING) if entry.name not in known)


def conventions() -> tuple[Convention, ...]:
    """Every convention."""
    return CONVENTIONS


def mistake(name: str) -> Rewrite:
    """The mistake of that name. Raises KeyError where there is none."""
    for entry in mistakes():
        if entry.name == name:
            return entry
    raise KeyError(f"no mistake is called {name!r}")


def convention(name: str) -> Convention:
    """The convention of that name. Raises KeyError where there is none."""
    for entry in CONVENTIONS:
        if entry.name == name:
            return entry
    raise KeyError(f"no convention is called {name!r}")


def catalogue() -> str:
    """Every rewrite on a line: kind, name, mathematics."""
    rows = [(str(entry.kind), entry.name, entry.mathematics) for entry in (*CONVENTIONS, *mistakes())]
    widths = [max(len(row[i]) for row in rows) for i in range(2)]
    return "\n".join(f"{kind:<{widths[0]}}  {name:<{widths[1]}}  {mathematics}" for kind, name, mathematics in rows)
