"""Every optimizer of the libraries, found by scanning: how many are decided, and that their own steps bear it out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import mpmath as mp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symopt.check import Finding, Outcome, check
from symopt.check.survey import NAMESPACES, names
from symopt.language import At
from symopt.read import libraries
from symopt.read.libraries.request import SUGGESTED
from tests.optimizers.stepping import Run

pytestmark = pytest.mark.library
PROVED = (Outcome.EQUAL, Outcome.CONVENTIONS)
DECIDED = (*PROVED, Outcome.DIFFERENT)
DENSE = "Adadelta Adagrad Adam AdamW Adamax ASGD NAdam RAdam RMSprop Rprop SGD".split()
"""The dense elementwise optimizers of torch.optim."""
DIGITS = 50
START = 0.75
GRADIENTS = st.lists(st.sampled_from([-2.0, -0.5, -0.125, 0.25, 1.0, 1.5]), min_size=3, max_size=6, unique=True)
"""No two alike: where a gradient equals its average, AdaBelief in doubles divides what rounding leaves by epsilon."""


@cache
def found(library: str) -> tuple[Finding, ...]:
    pytest.importorskip(library)
    return tuple(check(path) for path in names(library))


@pytest.mark.parametrize("library", NAMESPACES)
def test_readings_and_witnesses_are_borne_out(library: str) -> None:
    for finding in found(library):
        assert (finding.comparison is None) == bool(finding.reason)
        if finding.confirmation is not None:
            assert finding.confirmation.error < 1e-8, finding.target  # optax.adafactor has decay rates in single
            assert finding.confirmation.witness is not False, finding.target


@pytest.mark.parametrize(("library", "least"), [("torch", 12), ("optax", 27), ("keras", 14)])
def test_enough_are_decided(library: str, least: int) -> None:
    decided = [f.target for f in found(library) if f.outcome in DECIDED]
    print(f"{library}: {len(decided)} of {len(found(library))} decided")
    assert len(decided) >= least
    if library == "torch":
        assert {f"torch.optim.{name}" for name in DENSE} <= set(decided)


@pytest.mark.parametrize("library", NAMESPACES)
@settings(max_examples=12)
@given(data=st.data(), gradients=GRADIENTS)
def test_the_library_takes_the_definitions_steps(library: str, data: st.DataObject, gradients: list[float]) -> None:
    """What is proved equal, run by the library in doubles and by the definition at fifty digits."""
    finding = data.draw(st.sampled_from([f for f in found(library) if f.outcome in PROVED and same_parameters(f)]))
    assert finding.comparison is not None
    assert finding.comparison.definition is not None
    request = libraries.request(finding.target)
    free = {h.name for h in finding.comparison.optimizer.hyper}
    values = {a.symbol.name: number(a, data) if a.symbol.name in free else a.default for a in request.symbols()}
    got = libraries.simulate(request, {a.name: values[a.symbol.name] for a in request.symbols()}, START, gradients)
    with mp.workdps(DIGITS):
        run = Run(
            finding.comparison.definition, mapped(finding, values), lambda t, _: mp.mpf(gradients[t - 1]), mp.mpf(START)
        )
        expected = run.params(len(gradients))
        for exact, double in zip(expected, got, strict=True):
            assert abs(exact - double) <= 1e-9 * max(1, abs(exact)), (finding.target, values, gradients)


def same_parameters(finding: Finding) -> bool:
    """Whether the matching leaves the parameters as they are, at every setting of the library."""
    assert finding.comparison is not None
    if any(c.startswith("at ") for c in finding.comparison.conventions):
        return False
    states = finding.comparison.equality.states
    return isinstance(states.get(finding.comparison.definition.params.name), At)


def number(argument: Any, data: st.DataObject) -> float:
    """A number of the argument's domain, near its default or elsewhere."""
    usual = argument.default or SUGGESTED
    near = [x for x in (usual, 0.5 * usual, 0.3, 0.9, 1.5) if x in argument.symbol.domain]
    return data.draw(st.sampled_from(near), label=argument.name)


def mapped(finding: Finding, values: Mapping[str, Any]) -> dict[str, Any]:
    """The definition's hyperparameters at these values of the library's."""
    assert finding.comparison is not None
    known = {h.symbol: mp.mpf(values[h.name]) for h in finding.comparison.optimizer.hyper}
    evaluated = finding.comparison.equality.hypers
    return {n: mp.mpf(known[e]) if e in known else mp.mpf(e.evalf(DIGITS, subs=known)) for n, e in evaluated.items()}
