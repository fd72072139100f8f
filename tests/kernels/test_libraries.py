"""What the libraries' own interfaces do with a kernel."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symopt
from symopt.kernels import KernelError

pytestmark = [
    pytest.mark.library,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # PyTorch's own, where it loads its compiler
]


def test_optax_takes_the_transformation() -> None:
    jax, optax = pytest.importorskip("jax"), pytest.importorskip("optax")
    ours, theirs = symopt.kernel("adam", "jax").transformation(), optax.adam(1e-3)
    params = {"w": jax.numpy.arange(6.0).reshape(2, 3), "b": jax.numpy.ones(3)}
    other = params
    states = ours.init(params), theirs.init(other)

    @jax.jit
    def moved(method_state: Any, params: Any, gradient: Any) -> Any:
        updates, state = ours.update(gradient, method_state, params)
        return optax.apply_updates(params, updates), state

    mine, reference = states
    for step in range(4):
        gradient = jax.tree.map(lambda x, k=step: jax.numpy.cos(x + k), params)
        params, mine = moved(mine, params, gradient)
        updates, reference = theirs.update(gradient, reference, other)
        other = optax.apply_updates(other, updates)
    for a, b in zip(jax.tree.leaves(params), jax.tree.leaves(other), strict=True):
        assert np.allclose(a, b, rtol=1e-5, atol=1e-6)
    with pytest.raises(KernelError, match="adam: the update needs the parameters"):
        ours.update(params, mine)


def test_scalars_are_wide_under_jax() -> None:
    jax = pytest.importorskip("jax")
    kernel, reference = symopt.kernel("radam", "jax"), symopt.kernel("radam")
    start, gradient = np.zeros(3, np.float32), np.ones(3, np.float32)
    state, held = kernel.init(start), reference.init(start)
    params, other = start, start
    step = jax.jit(kernel.step)
    for _ in range(6):  # rectification begins at step 6: rho is a difference of numbers near 2000
        params, state = step(params, gradient, state)
        other, held = reference.step(other, gradient, held)
    assert np.allclose(params, other, rtol=1e-6)


@pytest.mark.parametrize("compiled", [False, True])
def test_torch_takes_the_optimizer(compiled: bool) -> None:
    torch = pytest.importorskip("torch")
    weights = torch.linspace(-1, 1, 12).reshape(3, 4)
    ours, theirs = torch.nn.Parameter(weights.clone()), torch.nn.Parameter(weights.clone())
    mine = symopt.kernel("adam", "torch").optimizer_of([ours], compile=compiled)
    reference = torch.optim.Adam([theirs])
    for _ in range(4):
        for parameter, optimizer in ((ours, mine), (theirs, reference)):
            optimizer.zero_grad()
            (parameter**4).sum().backward()
            optimizer.step()
    assert torch.allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    assert mine.state_dict()["state"]


def test_torch_asks_ahead_for_nesterov() -> None:
    torch = pytest.importorskip("torch")
    parameter = torch.nn.Parameter(torch.ones(2, dtype=torch.float64))
    optimizer = symopt.kernel("nesterov", "torch", eta=0.1, mu=0.5).optimizer_of([parameter], compile=False)

    def closure() -> Any:
        optimizer.zero_grad()
        loss = (parameter**2).sum() / 2
        loss.backward()
        return loss

    for _ in range(3):
        optimizer.step(closure)
    path = symopt.run("nesterov", lambda x: x, np.ones(2), 3, eta=0.1, mu=0.5)
    assert np.allclose(parameter.detach().numpy(), path[-1], rtol=1e-12)
    with pytest.raises(RuntimeError, match="give a closure"):
        optimizer.step()


SECOND = """
import sys
import numpy as np, symopt
kernel = symopt.kernel("sgd", "numba", eta=0.1)
params, _ = kernel.step(np.ones(3), np.ones(3), kernel.init(np.ones(3)))
assert (params == 0.9).all()
print(sum(kernel.module.compute.stats.cache_hits.values()), "sympy" in sys.modules)
try:
    symopt.kernel("sgd", "numba", eta=-1)
except symopt.kernels.KernelError as error:
    assert str(error) == "sgd: eta must be in (0, infinity), but it is -1.0"
assert kernel.optimizer is symopt.optimizers.get("sgd")
"""


def test_compiled_code_is_found_again(tmp_path: Path) -> None:
    pytest.importorskip("numba")

    def ran() -> str:
        environment = {**os.environ, "SYMOPT_CACHE": str(tmp_path)}
        command = [sys.executable, "-c", SECOND]
        done = subprocess.run(
            command, env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    assert ran() == "0 True"
    assert ran() == "1 False"  # neither compiled again nor derived again: SymPy is not even loaded
    (card,) = tmp_path.glob("symopt_sgd_*.json")
    card.write_text('{"module": "os"}', encoding="utf-8")  # whatever lies there, it is made anew
    assert ran() == "1 True"
    assert ran() == "1 False"


def test_half_precision_is_refused_by_compiled_code() -> None:
    pytest.importorskip("numba")
    with pytest.raises(KernelError, match="params is float16; the numba backend has float32 and float64"):
        symopt.kernel("adam", "numba").init(np.ones(3, np.float16))
