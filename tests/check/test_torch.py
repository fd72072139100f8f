"""PyTorch's optimizers, traced and decided."""

from __future__ import annotations

from typing import Any

import pytest

from symopt.check import Outcome, check
from symopt.read.libraries import ANY

pytest.importorskip("torch")
pytestmark = pytest.mark.library

VERDICTS: list[tuple[str, dict[str, Any], Outcome, str]] = [
    ("SGD", {}, Outcome.EQUAL, "sgd"),
    ("SGD", {"momentum": ANY, "dampening": ANY}, Outcome.EQUAL, "momentum-dampened-pytorch"),
    ("SGD", {"momentum": 0.9}, Outcome.EQUAL, "momentum-accumulated"),
    ("Adam", {}, Outcome.EQUAL, "adam"),
    ("Adam", {"foreach": True}, Outcome.EQUAL, "adam"),
    ("RMSprop", {}, Outcome.CONVENTIONS, "rmsprop"),
    ("RMSprop", {"momentum": ANY}, Outcome.EQUAL, "rmsprop-momentum-outside"),
    ("RMSprop", {"centered": True, "momentum": ANY}, Outcome.EQUAL, "rmsprop-centred-momentum-outside"),
    ("Adagrad", {"lr_decay": ANY}, Outcome.EQUAL, "adagrad-decayed"),
    ("RAdam", {}, Outcome.EQUAL, "radam-pytorch"),
    ("Adafactor", {}, Outcome.DIFFERENT, "adafactor"),
]


@pytest.mark.parametrize(("name", "options", "outcome", "definition"), VERDICTS, ids=lambda x: str(x))
def test_verdict(name: str, options: dict[str, Any], outcome: Outcome, definition: str) -> None:
    finding = check(f"torch.optim.{name}", options=options)
    assert finding.outcome is outcome
    assert finding.comparison is not None
    assert finding.comparison.definition is not None
    assert finding.comparison.definition.name == definition
    assert finding.confirmation is not None
    assert finding.confirmation.error < 1e-12
    assert finding.confirmation.witness in (None, True)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("LBFGS", "asks for `closure`"), ("Muon", "method for matrices"), ("SparseAdam", "sparse gradients only")],
)
def test_what_cannot_be_traced_says_why(name: str, reason: str) -> None:
    finding = check(f"torch.optim.{name}")
    assert finding.outcome is Outcome.UNREAD
    assert reason in finding.reason
