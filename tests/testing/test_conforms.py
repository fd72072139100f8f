"""A check that passes what is right and says what is wrong with what is not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symopt
from symopt.language import Optimizer
from symopt.testing import DoesNotConform, assert_conforms
from symopt.testing.properties import given
from tests.kernels.definitions import ELEMENTWISE


def adam(fault: str = "") -> Callable[..., Any]:
    """Adam in NumPy, with a fault if one is named."""

    def step(
        params: Any, gradient: Any, state: Any, eta: float = 1e-3, beta_1: float = 0.9, beta_2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> tuple[Any, Any]:  # fmt: skip
        held = state or {"t": 0, "m": np.zeros_like(params), "v": np.zeros_like(params)}
        t = held["t"] + 1
        m = beta_1 * held["m"] + (1 - beta_1) * gradient
        weight = beta_1 if fault == "wrong beta" else beta_2
        v = beta_2 * held["v"] + (1 - weight) * gradient**2
        mhat = m / (1 - beta_1**t)
        vhat = v / (1 - beta_2 ** (1 if fault == "no exponent" else t))
        size = np.sqrt(vhat + epsilon) if fault == "epsilon inside" else np.sqrt(vhat) + epsilon
        return params - eta * mhat / size, {"t": t, "m": m, "v": v}

    return step


def test_a_right_implementation_conforms() -> None:
    assert_conforms(adam(), "adam", examples=20)


@pytest.mark.parametrize(
    ("fault", "step", "formula"),
    [
        ("wrong beta", 1, r"v\[t\] = beta_2\*v\[t - 1\] \+ \(1 - beta_2\)\*g\[t\]\*\*2"),
        ("no exponent", 2, r"theta\[t\] = "),
        ("epsilon inside", 1, r"theta\[t\] = "),
    ],
)
def test_a_wrong_one_is_told_where(fault: str, step: int, formula: str) -> None:
    with pytest.raises(
        DoesNotConform, match=rf"differs at step {step}, coordinate \d[\s\S]*formula  {formula}"
    ) as error:
        assert_conforms(adam(fault), "adam", examples=30)
    assert "gradient 1 = [" in str(error.value)
    assert "eta = 0.001" in str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ELEMENTWISE, ids=lambda o: o.name)
def test_every_kernel_conforms(optimizer: Optimizer) -> None:
    kernel = symopt.kernel(optimizer)

    def step(params: Any, gradient: Any, state: Any, **hyper: float) -> tuple[Any, Any]:
        state = kernel.init(params, **hyper) if state is None else state
        return kernel.step(params, given(kernel, gradient), state, **hyper)

    assert_conforms(step, optimizer, examples=25)


def test_a_missing_hyperparameter_is_asked_for() -> None:
    with pytest.raises(TypeError, match="momentum-accumulated: eta has no default"):
        assert_conforms(lambda params, gradient, state: (params, state), "momentum-accumulated")


@pytest.mark.parametrize(
    ("step", "error", "message"),
    [
        (3, TypeError, "step must be a function of parameters, gradient and state, but it is a int"),
        (lambda params, gradient, state: None, TypeError, "must return a pair .* returned a NoneType"),
        (lambda params, gradient, state: (params, state, 1), TypeError, "must return a pair .* a tuple of 3"),
        (lambda params, gradient, state: (params[:1], state), DoesNotConform, r"the parameters' shape is \(1,\)"),
        (lambda params, gradient, state: (params + 0j, state), DoesNotConform, "the parameters' type is complex128"),
        (lambda params, gradient, state: (params.astype(int), state), DoesNotConform, "the parameters' type is int"),
        (lambda params, gradient, state: (params - 1, {"m": "x", "v": None}), DoesNotConform, "differs at step 1"),
        (lambda params, gradient, state: (params * np.nan, state), DoesNotConform, "got      nan"),
    ],
)
def test_what_is_no_step_function_is_told_so(step: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        assert_conforms(step, "adam", examples=5)


PLUGIN = """
import numpy as np
import pytest

def right(params, gradient, state, eta=0.01):
    return params - eta * gradient, None

def wrong(params, gradient, state, eta=0.01):
    return params + eta * gradient, None

@pytest.mark.optimizer("sgd", examples=10)
def test_right(conforms):
    conforms(right)

def test_wrong(conforms):
    conforms(wrong, "sgd", examples=10)
"""


@pytest.mark.slow
def test_the_plugin(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(PLUGIN, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:symopt", "-p", "symopt.testing.plugin", "-p", "no:xdist",
               "--strict-markers", "--rootdir", str(tmp_path), str(tmp_path)]  # fmt: skip
    ran = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    assert "1 failed, 1 passed" in ran.stdout, ran.stdout + ran.stderr
    assert "sgd: differs at step 1, coordinate" in ran.stdout


def test_the_plugin_imports_nothing_heavy() -> None:
    code = (
        "import sys; import symopt.testing.plugin; "
        "print(sorted({'numpy', 'sympy', 'mpmath', 'hypothesis'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() in ("[]", "['hypothesis']")  # pytest itself may have loaded Hypothesis' plugin


def test_the_documented_report_is_what_is_reported() -> None:
    def my_rmsprop(
        params: Any, gradient: Any, state: Any, eta: float = 0.001, rho: float = 0.9, epsilon: float = 1e-6
    ) -> tuple[Any, Any]:
        r = np.zeros_like(params) if state is None else state["r"]
        r = rho * r + (1 - rho) * gradient
        return params - eta * gradient / np.sqrt(r + epsilon), {"r": r}

    with pytest.raises(DoesNotConform) as error:
        assert_conforms(my_rmsprop, "rmsprop")
    page = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
    assert str(error.value) in page
