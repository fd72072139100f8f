"""The real differences among the libraries, found by tracing alone."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symopt.check import Finding, Outcome, check
from symopt.language import t
from symopt.read.libraries import ANY

pytestmark = pytest.mark.library


def finding(path: str, **options: Any) -> Finding:
    pytest.importorskip(path.partition(".")[0])
    return check(path, options=options)


def conventions(path: str, **options: Any) -> tuple[str, ...]:
    found = finding(path, **options).comparison
    assert found is not None
    return found.conventions


def test_keras_folds_epsilon_into_adam_and_the_others_do_not() -> None:
    folded = "epsilon hat: corrections folded into the learning rate"
    assert conventions("keras.optimizers.Adam") == (folded,)
    assert conventions("torch.optim.Adam") == conventions("optax.adam") == ()


def test_epsilon_of_rmsprop_is_outside_the_root_in_pytorch_alone() -> None:
    assert conventions("torch.optim.RMSprop") == ("epsilon outside the root",)
    assert conventions("optax.rmsprop") == conventions("keras.optimizers.RMSprop") == ()


@pytest.mark.parametrize("path", ["torch.optim.RAdam", "optax.radam"])
def test_radam_is_rectified_later_than_in_the_paper(path: str) -> None:
    """From a length of 5 on, for the paper's 4: at step 5 the paper rectifies where beta_2 is near 1."""
    found = finding(path)
    assert found.outcome is Outcome.DIFFERENT or found.comparison.definition.name == "radam-pytorch"
    assert found.comparison is not None
    assert found.comparison.against.name == "radam"
    assert found.comparison.parting is not None
    assert found.comparison.parting.t == 5
    assert found.confirmation is not None
    assert found.confirmation.witness
    (moved,) = [d for d in found.comparison.differences if d.name == "theta[t]"]
    thresholds = [_threshold(e) for e in (moved.theirs, moved.ours)]
    assert thresholds == [5, 4]


def _threshold(e: sp.Expr) -> int:
    """The length at which the cases part, by where the step changes for beta_2 = 999/1000 and gradients that are 1."""
    (cases,) = e.atoms(sp.Piecewise)
    condition = cases.args[0][1]
    beta2 = sp.Rational(999, 1000)
    rectified = [k for k in range(1, 9) if _holds(condition, beta2, k) == _holds(condition, beta2, 50)]
    length = 2 / (1 - beta2) - 1 - 2 * rectified[0] * beta2 ** rectified[0] / (1 - beta2 ** rectified[0])
    return int(sp.floor(length))


def _holds(condition: Any, beta2: sp.Rational, step: int) -> bool:
    (symbol,) = [s for s in condition.free_symbols if s != t]
    return bool(condition.subs({symbol: beta2, t: step}))


@pytest.mark.parametrize(
    ("path", "inside"), [("torch.optim.SGD", False), ("optax.sgd", False), ("keras.optimizers.SGD", True)]
)
def test_the_learning_rate_is_inside_the_velocity_in_keras_alone(path: str, inside: bool) -> None:
    found = finding(path, momentum=ANY)
    assert found.outcome is Outcome.EQUAL
    assert found.comparison is not None
    (velocity,) = [s for s in found.comparison.optimizer.states if s.name != "theta"]
    symbols = found.comparison.optimizer.equations[velocity.name].free_symbols
    assert any(s.name == "eta" for s in symbols) == inside


@pytest.mark.parametrize("path", ["torch.optim.SGD", "optax.sgd", "keras.optimizers.SGD"])
def test_nesterov_is_followed_at_the_lookahead_point_everywhere(path: str) -> None:
    found = finding(path, momentum=ANY, nesterov=True)
    assert found.outcome is Outcome.EQUAL
    assert found.comparison is not None
    assert found.comparison.definition is not None
    assert found.comparison.definition.name == "nesterov-phi"


def test_the_first_gradient_of_pytorch_is_not_dampened() -> None:
    found = finding("torch.optim.SGD", momentum=ANY, dampening=ANY)
    assert found.special == ("b",)
    assert found.comparison is not None
    assert found.comparison.definition is not None
    assert found.comparison.definition.name == "momentum-dampened-pytorch"
    against = check("torch.optim.SGD", options={"momentum": ANY, "dampening": ANY}, meant="momentum-dampened")
    assert against.outcome is Outcome.DIFFERENT


def test_a_compiled_kernel_is_not_read() -> None:
    found = finding("torch.optim.Adam", fused=True)
    assert found.outcome is Outcome.UNREAD
    assert "compiled kernel" in found.reason


def test_optax_adadelta_without_a_learning_rate_goes_uphill() -> None:
    assert conventions("optax.adadelta") == ("maximised: the gradient negated",)
