"""Optimizers of one's own, and what only looks like one: each is read, or it is said what stands in the way."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from symopt.check import Outcome, check
from symopt.read.libraries import NotFound

pytest.importorskip("torch")
pytest.importorskip("optax")
pytestmark = pytest.mark.library

SOURCE = """
import optax, torch

def chain(learning_rate=0.1, decay_of_mine=0.9):
    return optax.chain(optax.trace(decay=decay_of_mine), optax.scale(-learning_rate))

made = optax.sgd(0.1)
made_of_torch = torch.optim.SGD([torch.zeros(2)])

class Interface:
    def __init__(self, learning_rate=0.1): self.rate = learning_rate
    def init(self, params): return ()
    def update(self, gradient, state, params=None): return -self.rate * gradient, state

class Mine(torch.optim.Optimizer):
    def __init__(self, params, lr=0.1): super().__init__(params, {"lr": lr})
    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                p.add_(p.grad, alpha=-group["lr"])

class Raises(Mine):
    def __init__(self, params, lr=0.1): raise RuntimeError("no licence\\nbuy one")

class Ends(Mine):
    def step(self, closure=None): raise SystemExit("bye")

class Duck:
    def __init__(self, params, lr=0.1): self.params = list(params)
    def step(self): ...

def asks(of_me): return optax.sgd(0.1)
def gives_a_number(learning_rate=0.1): return learning_rate
def fails(learning_rate=0.1): raise KeyError("missing")
def around(inner, learning_rate=0.1) -> optax.GradientTransformation: return inner
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "own_optimizers.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "own_optimizers", raising=False)
    return "own_optimizers"


@pytest.mark.parametrize(
    ("name", "definition"),
    [("chain", "momentum-accumulated"), ("Interface", "gradient-descent"), ("Mine", "gradient-descent")],
)
def test_it_is_proved_to_be(name: str, definition: str, own: str) -> None:
    finding = check(f"{own}.{name}")
    assert finding.outcome is Outcome.EQUAL
    assert finding.comparison is not None
    assert finding.comparison.definition is not None
    assert finding.comparison.definition.name == definition
    assert ("0 <= decay_of_mine < 1" in finding.assumed) == (name == "chain")


def test_what_is_made_already_is_read_with_its_numbers(own: str) -> None:
    finding = check(f"{own}.made")
    assert finding.comparison is not None
    assert str(finding.comparison.optimizer.update[-1].rhs) == "-g[t]/10 + theta[t - 1]"
    assert finding.outcome is Outcome.EQUAL or "its numbers are fixed" in finding.comparison.equality.reason


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Raises", r"its code raised RuntimeError: no licence \(own_optimizers.py, line 24\)"),
        ("Ends", r"its code ends the program SystemExit: bye \(own_optimizers.py, line 27\)"),
        ("around", "nothing says what `inner` is: set it as an option, or name a function of your own"),
    ],
)
def test_what_cannot_be_traced_says_why(name: str, reason: str, own: str) -> None:
    finding = check(f"{own}.{name}")
    assert finding.outcome is Outcome.UNREAD
    assert re.search(reason, finding.reason)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("made_of_torch", "made already; name its class, torch.optim.sgd.SGD"),
        ("Duck", "no subclass of torch.optim.Optimizer .* check its source, own_optimizers.py::Duck"),
        ("asks", "it is a function that asks for `of_me`; expected"),
        ("gives_a_number", "called with small numbers, it gives a float"),
        ("fails", r"called with small numbers, its code raised KeyError: 'missing' \(own_optimizers.py"),
    ],
)
def test_what_is_no_optimizer_says_what_it_is(name: str, reason: str, own: str) -> None:
    with pytest.raises(NotFound, match=reason):
        check(f"{own}.{name}")


def test_line_searches_ask_for_the_loss() -> None:
    finding = check("optax.lbfgs")
    assert finding.outcome is Outcome.UNREAD
    assert "asks for `value`, the loss itself" in finding.reason
