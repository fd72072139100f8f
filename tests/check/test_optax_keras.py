"""optax and Keras, traced through JAX and decided."""

from __future__ import annotations

from typing import Any

import pytest

from symopt.check import Outcome, check
from symopt.read.libraries import ANY

pytestmark = pytest.mark.library

VERDICTS: list[tuple[str, dict[str, Any], Outcome, str]] = [
    ("optax.sgd", {}, Outcome.EQUAL, "sgd"),
    ("optax.sgd", {"momentum": ANY, "nesterov": True}, Outcome.EQUAL, "nesterov-phi"),
    ("optax.adam", {}, Outcome.EQUAL, "adam"),
    ("optax.adamw", {}, Outcome.CONVENTIONS, "adamw"),
    ("keras.optimizers.Adam", {}, Outcome.CONVENTIONS, "adam"),
    ("keras.optimizers.SGD", {"momentum": ANY}, Outcome.EQUAL, "momentum"),
    ("keras.optimizers.RMSprop", {}, Outcome.EQUAL, "rmsprop"),
    ("optax.rmsprop", {"momentum": ANY, "nesterov": True}, Outcome.EQUAL, "rmsprop-nesterov-phi"),
    ("optax.sm3", {}, Outcome.EQUAL, "sm3-epsilon"),
    ("keras.optimizers.Muon", {}, Outcome.CONVENTIONS, "adamw"),
    ("keras.optimizers.Adafactor", {}, Outcome.EQUAL, "adafactor"),
    ("optax.novograd", {}, Outcome.EQUAL, "novograd"),
    ("keras.optimizers.Adagrad", {}, Outcome.EQUAL, "adagrad-started"),
    ("keras.optimizers.Ftrl", {}, Outcome.CONVENTIONS, "ftrl"),
    ("keras.optimizers.ScheduleFreeAdamW", {}, Outcome.EQUAL, "schedule-free-adamw-short"),
]


@pytest.mark.parametrize(("path", "options", "outcome", "definition"), VERDICTS, ids=lambda x: str(x))
def test_verdict(path: str, options: dict[str, Any], outcome: Outcome, definition: str) -> None:
    pytest.importorskip(path.partition(".")[0])
    finding = check(path, options=options)
    assert finding.outcome is outcome
    assert finding.comparison is not None
    assert finding.comparison.definition is not None
    assert finding.comparison.definition.name == definition
    assert finding.confirmation is not None
    assert finding.confirmation.error < 1e-10
    assert finding.confirmation.witness in (None, True)
