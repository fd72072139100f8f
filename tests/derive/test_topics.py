"""Every topic, found by scanning, derives and proves something of the definitions that it fits."""

from __future__ import annotations

import pytest

from symopt.decide import Status
from symopt.derive import UnknownTopic, derivations, topic, topics, topics_of
from symopt.language import Optimizer
from symopt.optimizers import catalogue, get

OPTIMIZERS = [d for d in catalogue().values() if isinstance(d, Optimizer)]


def test_each_topic_fits_something() -> None:
    for found in topics().values():
        assert any(found.fits(optimizer) for optimizer in OPTIMIZERS), found.name


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: o.name)
def test_nothing_derived_is_wrong(optimizer: Optimizer) -> None:
    for made in derivations(optimizer):
        assert made.status is Status.PROVED, made
        assert made.topic in {found.name for found in topics_of(optimizer)}


def test_an_unknown_topic_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownTopic, match="did you mean unrolled"):
        topic("unroled")
    with pytest.raises(UnknownTopic):
        derivations(get("adam"), "nonsense")
