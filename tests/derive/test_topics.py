"""Every topic, found by scanning, derives and proves something of the definitions that it fits."""

from __future__ import annotations

import pytest

from symopt.decide import Status
from symopt.derive import NotDerivable, UnknownTopic, derivations, topic, topics, topics_of
from symopt.language import Optimizer, Schedule
from symopt.optimizers import catalogue, get, vector_methods
from symopt.render.derivation import to_text
from symopt.render.derived import page_of, written

DEFINITIONS = [*catalogue().values(), *vector_methods().values()]
QUICK = ("unrolled", "expectation", "robbins-monro", "newton")


def test_each_topic_fits_something() -> None:
    for found in topics().values():
        assert any(found.about(definition) for definition in DEFINITIONS), found.name


@pytest.mark.slow
@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.name)
def test_everything_derived_is_proved_and_typeset(definition: Optimizer | Schedule) -> None:
    for found in topics_of(definition):
        try:
            several = derivations(definition, found.name)
        except NotDerivable:
            continue
        for made in several:
            assert made.status is Status.PROVED, made
            assert made.topic == found.name
        assert all(written(page_of(definition, several, found.name), form) for form in ("md", "tex", "html"))
        assert to_text(several)


@pytest.mark.parametrize("name", ["gradient-descent", "lookahead(sgd)", "step-decay", "newton-1d"])
def test_a_sample_of_what_is_derived_is_proved(name: str) -> None:
    for found in topics_of(get(name)):
        if found.name in QUICK:
            for made in derivations(get(name), found.name):
                assert made.status is Status.PROVED, made


def test_an_unknown_topic_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownTopic, match="did you mean unrolled"):
        topic("unroled")
    with pytest.raises(UnknownTopic):
        derivations(get("adam"), "nonsense")
    with pytest.raises(UnknownTopic, match="does not fit adam; topics that do: unrolled"):
        derivations(get("adam"), "newton")
    with pytest.raises(NotDerivable, match="no topic fits lbfgs, a method of vectors"):
        derivations(get("lbfgs"))
