"""Every definition printed is read back and held right; every mistake in it is found and named."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from symopt.audit import Finding, Judgement
from symopt.audit.catalogue import plain, under_conventions
from symopt.language import Optimizer
from symopt.language.latex import latex
from symopt.optimizers import catalogue
from symopt.rewrites import Broken, apply_mistake, mistakes, terms_of
from tests.audit.documents import findings, printed

OPTIMIZERS = {name: d for name, d in catalogue().items() if isinstance(d, Optimizer)}
PLAIN = [pytest.param(d, id=name) for name, d in OPTIMIZERS.items()]
WRITTEN = [
    pytest.param(m, id=f"{m.system} {' + '.join(m.conventions)}") for p in plain() for m in under_conventions(p.system)
]
ACCEPTED = {Judgement.CORRECT, Judgement.VARIANT, Judgement.GIVEN}


@pytest.mark.parametrize("optimizer", PLAIN)
def test_a_definition_as_printed_is_right(optimizer: Optimizer, tmp_path: Path) -> None:
    wrong = [f for f in findings(printed(terms_of(optimizer)), tmp_path) if f.verdict not in ACCEPTED]
    assert not wrong, wrong


@pytest.mark.slow
@pytest.mark.parametrize("model", WRITTEN)
def test_no_convention_is_flagged(model, tmp_path: Path) -> None:
    found = findings(printed(terms_of(model.optimizer)), tmp_path)
    assert not [f for f in found if f.verdict is Judgement.ERRATUM]
    assert all(f.verdict in ACCEPTED for f in found), [f for f in found if f.verdict not in ACCEPTED]


def _named(broken: Broken, found: tuple[Finding, ...]) -> str:
    """What became of a mistake: "named", "mended" by another mistake's undoing, "found", or "missed"."""
    errata = [f for f in found if f.verdict is Judgement.ERRATUM]
    if any(f.rewrite == broken.mistake.name for f in errata):
        return "named"
    if any(f.fix and f.proof == "refuted" for f in errata):
        return "mended"
    return "found" if errata else "missed"


def _sample(optimizer: Optimizer, each: int) -> list[Broken]:
    """The first places where each mistake can be made."""
    return [b for m in mistakes() for b in list(apply_mistake(optimizer, m))[:each]]


@pytest.mark.slow
def test_mistakes_are_found_and_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """At least 95 of 100 mistakes are flagged and explained by themselves or an equivalent one.

    A mistake that makes another method of the catalogue, or the same one in another form, is none.
    """
    counts: Counter[str] = Counter()
    missed: list[str] = []
    for optimizer in OPTIMIZERS.values():
        for broken in _sample(optimizer, 1):
            found = findings(printed(broken.equations), tmp_path)
            right = all(f.verdict in ACCEPTED and f.proof == "proved" for f in found)
            outcome = "legitimate" if right else _named(broken, found)
            counts[outcome] += 1
            if outcome in ("missed", "found", "legitimate"):
                culprit = latex(broken.equations[broken.changed[0]])
                missed.append(f"{outcome}: {optimizer.name}, {broken.mistake.name}: {culprit}")
    with capsys.disabled():
        print(f"\nmistakes: {dict(counts)}", *missed, sep="\n  ")
    explained = counts["named"] + counts["mended"]
    assert explained >= 0.95 * (counts.total() - counts["legitimate"])
