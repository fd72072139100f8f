"""Mistakes planted in clean programs are found and named; clean programs are never called wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress

import pytest

from symopt.audit import Judgement
from symopt.rewrites import variants
from tests.audit.code.planted import (
    METHODS,
    Planted,
    early,
    elementwise,
    outcome,
    planted,
    sampled,
    uncounted,
    unreset,
)  # fmt: skip
from tests.audit.code.programs import said_of
from tests.audit.code.recurrences import Equations, Unwritable
from tests.audit.code.styles import STYLES, written

EVERY = 6
"""One in how many of the planted mistakes is tried: all of them, of all of METHODS, take half an hour."""
FLOOR = 0.95
"""The share of planted mistakes that must be called wrong and mended, by themselves or an equivalent mistake."""


def clean(name: str) -> Iterator[str]:
    """The definition of this name in every style that can say it."""
    equations = Equations.of(elementwise()[name])
    for style in STYLES:
        with suppress(Unwritable):
            yield written(equations, style)


def found_share(cases: Iterable[Planted]) -> tuple[float, list[str]]:
    """How many of the mistakes were found and mended, and the others; what turned out to be no mistake apart."""
    outcomes = [(outcome(case)[0], case) for case in cases]
    counts = Counter(kind for kind, _ in outcomes)
    missed = [f"{kind}: {case.line}" for kind, case in outcomes if kind in ("missed", "flagged")]
    return (counts["named"] + counts["mended"]) / (counts.total() - counts["legitimate"]), missed


@pytest.mark.parametrize("method", ["momentum", "adagrad", "rmsprop", "adam"])
def test_a_clean_program_is_right(method: str) -> None:
    for program in clean(method):
        found = said_of(program)
        assert {f.verdict for f in found} <= {Judgement.CORRECT, Judgement.VARIANT}, program
        assert all(f.proof == "proved" for f in found)


@pytest.mark.slow
@pytest.mark.parametrize("method", elementwise())
def test_no_clean_program_is_called_wrong(method: str) -> None:
    for program in clean(method):
        assert not [f for f in said_of(program) if f.verdict is Judgement.ERRATUM], program


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_no_clean_program_under_conventions_is_called_wrong(method: str) -> None:
    for turn, variant in enumerate(variants(elementwise()[method], limit=6)):
        equations = Equations.of(variant.optimizer)
        for place, style in enumerate(STYLES):
            if (turn + place) % 3 == 0:
                try:
                    program = written(equations, style)
                except Unwritable:
                    continue
                wrong = [f for f in said_of(program) if f.verdict is Judgement.ERRATUM]
                assert not wrong, (variant.conventions, style, wrong)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_planted_mistakes_are_found_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    share, missed = found_share(sampled(EVERY))
    with capsys.disabled():
        print(f"\nplanted mistakes: {share:.1%} found", *missed, sep="\n  ")
    assert share >= FLOOR


SLIPS = [*uncounted(), *early(), *unreset()]


@pytest.mark.slow
def test_what_only_a_program_gets_wrong_is_named() -> None:
    missed = [case.line for case in SLIPS if outcome(case)[0] != "named"]
    assert len(missed) <= (1 - FLOOR) * len(SLIPS), missed


@pytest.mark.parametrize(
    ("method", "style", "mistake"),
    [
        ("momentum", "PyTorch", "sign flipped"),
        ("adagrad", "NumPy function", "division by the root missing"),
        ("momentum-average", "optax", "gradient missing"),
        ("gradient-descent", "NumPy in place", "gradient missing"),
        ("rmsprop", "PyTorch", "value one step old"),
    ],
)
def test_a_mistake_is_named(method: str, style: str, mistake: str) -> None:
    (case,) = [c for c in planted(method, (style,)) if c.mistake == mistake]
    kind, found = outcome(case)
    assert kind == "named"
    assert all(f.proof == "refuted" and f.fix for f in found)
