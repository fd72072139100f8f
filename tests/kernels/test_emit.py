"""Emitted files: what is committed is what is made, it is formatted, and it passes the kernels' tests.

python -m pytest tests/kernels/test_emit.py --update-golden -n0
"""

from __future__ import annotations

import ast
import ctypes
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symopt
from symopt.kernels import BACKENDS
from symopt.kernels.backends import c
from symopt.kernels.emit import emit
from symopt.kernels.plan import plan_of
from symopt.language import Optimizer
from symopt.testing import assert_conforms
from symopt.testing.properties import run, same
from tests.kernels.backends import NEEDS, RUNNING, on_arrays
from tests.kernels.definitions import ELEMENTWISE, numbers

GOLDEN = Path(__file__).parent / "golden"
NAMES = ("adam", "radam", "nesterov", "lars")
CASES = [(name, backend) for name in NAMES for backend in BACKENDS]


def file_of(name: str, backend: str) -> Path:
    return GOLDEN / (f"{name}.c" if backend == "c" else f"{name}_{backend}.py")


@pytest.mark.parametrize(("name", "backend"), CASES)
def test_golden(name: str, backend: str, request: pytest.FixtureRequest) -> None:
    text = emit(name, backend)
    if request.config.getoption("--update-golden"):
        file_of(name, backend).write_text(text, encoding="utf-8")
    assert file_of(name, backend).read_text(encoding="utf-8") == text, "run this file with --update-golden"


def test_golden_files_have_no_strangers() -> None:
    assert {f.name for f in GOLDEN.iterdir()} == {file_of(*case).name for case in CASES}


@pytest.mark.slow
@pytest.mark.parametrize("backend", [b for b in BACKENDS if b != "c"])
def test_emitted_python_is_formatted(backend: str, tmp_path: Path) -> None:
    if importlib.util.find_spec("ruff") is None:
        pytest.skip("ruff is not installed")
    for number, optimizer in enumerate(ELEMENTWISE):
        (tmp_path / f"f{number}.py").write_text(emit(optimizer, backend), encoding="utf-8")
    check = [sys.executable, "-m", "ruff", "format", "--isolated", "--check", str(tmp_path)]
    assert subprocess.run(check, capture_output=True, check=False).returncode == 0
    lint = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,I", str(tmp_path)]
    assert subprocess.run(lint, capture_output=True, check=False).returncode == 0


STAND_ALONE = """
import importlib.util, json, pathlib, sys

sys.modules["symopt"] = None  # whoever imports it fails
import numpy as np

folder = pathlib.Path(sys.argv[1])
backend = sys.argv[2]
if backend == "torch":
    import torch
    into, back = torch.from_numpy, lambda x: x.numpy()
elif backend == "jax":
    import jax
    jax.config.update("jax_enable_x64", True)
    into, back = jax.numpy.asarray, np.asarray
else:
    into, back = np.array, np.asarray
start, *gradients = np.load(folder / "given.npy")
ends = {}
for card in sorted(folder.glob("*.json")):
    told = json.loads(card.read_text())
    spec = importlib.util.spec_from_file_location(card.stem, card.with_suffix(".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    initial = {k: told["hyper"][k] for k in told["initial"]}
    params = into(start.copy())
    state = module.init(params, **initial)
    for gradient in gradients:
        given = [into(gradient.copy())] * told["gradients"]
        params, state = module.step(params, *given, state, **told["hyper"])
    ends[card.stem] = back(params)
np.savez(folder / "ends.npz", **ends)
"""
EVERY = {"numba": 8}
"""Of the backends that compile for seconds, every so many definitions."""


@pytest.mark.library
@pytest.mark.parametrize("backend", RUNNING)
def test_emitted_files_stand_alone(backend: str, tmp_path: Path) -> None:
    """Written, and run by a process that has no symopt, they end where the kernel ends, which conforms."""
    pytest.importorskip(NEEDS[backend])
    chosen = ELEMENTWISE[:: EVERY.get(backend, 1)]
    given = np.random.default_rng(0).normal(size=(4, 3, 2))
    np.save(tmp_path / "given.npy", given)
    for number, optimizer in enumerate(chosen):
        form = plan_of(optimizer).form
        values = numbers(optimizer)
        hyper = {s.name: values[s.symbol] for s in form.settings}
        text = emit(optimizer, backend)
        initial = sorted(parameters_of("init", text) & hyper.keys())
        told = {"hyper": hyper, "initial": initial, "gradients": max(1, form.points)}
        (tmp_path / f"f{number}.py").write_text(text, encoding="utf-8")
        (tmp_path / f"f{number}.json").write_text(json.dumps(told), encoding="utf-8")
    command = [sys.executable, "-c", STAND_ALONE, str(tmp_path), backend]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    ends = np.load(tmp_path / "ends.npz")
    for number, optimizer in enumerate(chosen):
        kernel = on_arrays(optimizer, backend)
        expected, _ = run(kernel, numbers(optimizer), given[0], list(given[1:]))
        assert same(ends[f"f{number}"], expected), optimizer.name


def parameters_of(function: str, text: str) -> set[str]:
    """The names that a function of the file takes by keyword, read and not run."""
    found = next(n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == function)
    return {a.arg for a in found.args.kwonlyargs}


COMPILER = shutil.which("cc") or shutil.which("gcc")


class Compiled:
    """An emitted C file's step, as a step function on NumPy arrays."""

    def __init__(self, optimizer: Optimizer, folder: Path, real: str = "double") -> None:
        assert COMPILER is not None
        self.plan = plan_of(optimizer)
        self.names = {s.name: s.hyper.name for s in self.plan.settings}
        self.reference = symopt.kernel(optimizer)
        (folder / "step.c").write_text(emit(optimizer, "c"), encoding="utf-8")
        command = [COMPILER, "-std=c99", "-O2", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror",
                   f"-DREAL={real}", "-shared", "-fPIC", "step.c", "-o", "step.so", "-lm"]  # fmt: skip
        made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr
        self.function = getattr(ctypes.CDLL(str(folder / "step.so")), c.function_name(self.plan))

    def __call__(self, params: Any, gradient: Any, state: Any, **hyper: float) -> tuple[Any, Any]:
        after = self.reference.init(params, **hyper) if state is None else state.copy()
        made = np.array(params)
        scalars = {s.name: ctypes.c_double(float(after[s.name])) for s in self.plan.scalars}
        arrays = [made, *(after[s.name] for s in self.plan.arrays[1:]), *[gradient] * max(1, len(self.plan.points))]
        self.function(
            ctypes.c_size_t(made.size), *(ctypes.c_void_p(a.ctypes.data) for a in arrays),
            *map(ctypes.byref, scalars.values()), ctypes.c_double(after["t"] + 1),
            *(ctypes.c_double(hyper[name]) for name in self.names),
        )  # fmt: skip
        after |= {name: value.value for name, value in scalars.items()} | {"t": after["t"] + 1}
        return made, after


@pytest.mark.slow
@pytest.mark.skipif(COMPILER is None, reason="no C compiler is installed")
@pytest.mark.parametrize("optimizer", ELEMENTWISE, ids=lambda o: o.name)
def test_emitted_c_conforms(optimizer: Optimizer, tmp_path: Path) -> None:
    assert_conforms(Compiled(optimizer, tmp_path), optimizer, examples=10)


@pytest.mark.slow
@pytest.mark.skipif(COMPILER is None, reason="no C compiler is installed")
@pytest.mark.parametrize("optimizer", ELEMENTWISE, ids=lambda o: o.name)
def test_emitted_c_in_single_precision(optimizer: Optimizer, tmp_path: Path) -> None:
    step = Compiled(optimizer, tmp_path, "float")
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=20).astype(np.float32), list(rng.normal(size=(6, 20)).astype(np.float32))
    hyper = {s.name: numbers(optimizer)[s.hyper.name] for s in step.plan.settings}
    expected, _ = run(step.reference, hyper, start, gradients)
    params, state = start, None
    for gradient in gradients:
        params, state = step(params, gradient, state, **hyper)
    assert np.allclose(params, expected, rtol=1e-4, atol=1e-4, equal_nan=True)
