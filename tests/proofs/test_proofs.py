"""Every file of proofs/ is found, run, and proves what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from symopt.decide import Status
from symopt.derive import theorems

FILES = theorems.files(Path(__file__).parents[2] / "proofs")


def test_there_are_proofs() -> None:
    assert FILES


@pytest.mark.sampled(3)
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_the_theorem_is_proved(path: Path) -> None:
    theorem = theorems.run(path)
    assert not theorem.problem
    assert theorem.title
    assert theorem.text, "a theorem says where it is from, or why it holds"
    assert theorem.claims
    for claim in theorem.claims:
        assert claim.status is Status.PROVED, (claim.words, claim.methods)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("def prove(): return {}", "prove() returned nothing"),
        ("def prove(): return 1", "prove() must return derivations or verdicts, not int"),
        ("import no_such_module", "No module named"),
        ("x = (", "was never closed"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, body: str, problem: str) -> None:
    path = tmp_path / "theorem.py"
    path.write_text(body, encoding="utf-8")
    theorem = theorems.run(path)
    assert problem in theorem.problem
    assert not theorem.proved
