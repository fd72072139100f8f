"""Programs in other styles than the generated ones: right ones are right; mistakes are found, named and mended."""

from __future__ import annotations

import pytest

from symopt.audit import Judgement
from tests.audit.code.handwritten import Bug, handwritten
from tests.audit.code.programs import mended, said_of

PROGRAMS = handwritten()
RIGHT = {Judgement.CORRECT, Judgement.VARIANT}
BUGS = [
    pytest.param(bug, id=f"{p.name}, {bug.names[0]}, {i}") for p in PROGRAMS for i, bug in enumerate(p.bugs)
]  # fmt: skip


@pytest.mark.parametrize("program", [pytest.param(p.program, id=p.name) for p in PROGRAMS])
def test_a_right_program_is_proved_right(program: str) -> None:
    found = said_of(program)
    assert {f.verdict for f in found} <= RIGHT, found
    assert all(f.proof == "proved" for f in found)


@pytest.mark.slow
@pytest.mark.parametrize("bug", BUGS)
def test_a_mistake_is_named_refuted_and_mended(bug: Bug) -> None:
    errata = [f for f in said_of(bug.program) if f.verdict is Judgement.ERRATUM]
    assert {name for f in errata for name in f.rewrite.split("; ")} & {*bug.names}
    assert all(f.proof == "refuted" and f.witness for f in errata)
    assert {f.verdict for f in said_of(mended(bug.program, errata))} <= RIGHT
