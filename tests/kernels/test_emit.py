"""Emitted files: what is committed is what is made, it is formatted, and it passes the kernels' tests.

python -m pytest tests/kernels/test_emit.py --update-golden -n0
"""

from __future__ import annotations

import ctypes
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symopt
from symopt.kernels import BACKENDS
from symopt.kernels.arrays import ArrayKernel
from symopt.kernels.backends import c
from symopt.kernels.emit import emit
from symopt.kernels.plan import plan_of
from symopt.language import Optimizer
from symopt.testing.properties import PROPERTIES, in_place_is_functional, run, same
from tests.kernels.definitions import ELEMENTWISE

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


@pytest.mark.parametrize("name", NAMES)
def test_emitted_numpy_has_the_kernels_properties(name: str, tmp_path: Path) -> None:
    path = tmp_path / "emitted.py"
    path.write_text(emit(name), encoding="utf-8")
    assert "symopt." not in path.read_text(encoding="utf-8").replace("symopt 0", "").replace("symopt emit", "")
    spec = importlib.util.spec_from_file_location(f"emitted_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    optimizer = next(o for o in ELEMENTWISE if o.name == name)
    kernel = ArrayKernel(plan_of(optimizer).form, {}, module)
    hyper = numbers(optimizer)
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=(3, 2)), list(rng.normal(size=(5, 3, 2)))
    for holds in (*PROPERTIES.values(), in_place_is_functional):
        holds(kernel, hyper, start, gradients)
    expected, _ = run(symopt.kernel(optimizer), hyper, start, gradients)
    assert same(run(kernel, hyper, start, gradients)[0], expected)


def numbers(optimizer: Optimizer) -> dict[str, float]:
    return {h.name: 0.01 if h.default is None else float(h.default) for h in optimizer.hyper}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc")
@pytest.mark.parametrize("optimizer", ELEMENTWISE, ids=lambda o: o.name)
@pytest.mark.parametrize("real", ["double", "float"])
def test_emitted_c_takes_the_same_steps(optimizer: Optimizer, real: str, tmp_path: Path) -> None:
    plan = plan_of(optimizer)
    (tmp_path / "step.c").write_text(emit(optimizer, "c"), encoding="utf-8")
    command = ["gcc", "-std=c99", "-O2", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", f"-DREAL={real}",
               "-shared", "-fPIC", "step.c", "-o", "step.so", "-lm"]  # fmt: skip
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    step = getattr(ctypes.CDLL(str(tmp_path / "step.so")), c.function_name(plan))
    hyper = numbers(optimizer)
    kernel = symopt.kernel(optimizer)
    rng = np.random.default_rng(0)
    dtype = np.float64 if real == "double" else np.float32
    params = rng.normal(size=20).astype(dtype)
    gradients = list(rng.normal(size=(6, 20)).astype(dtype))
    expected, _ = run(kernel, hyper, params, gradients)
    state = kernel.init(params, **hyper)
    scalars = [ctypes.c_double(float(state[s.name])) for s in plan.scalars]
    values = [ctypes.c_double(hyper[s.hyper.name]) for s in plan.settings]

    def pointer(array: Any) -> ctypes.c_void_p:
        return ctypes.c_void_p(array.ctypes.data)

    for number, gradient in enumerate(gradients, start=1):
        arrays = [pointer(params), *(pointer(state[s.name]) for s in plan.arrays[1:]), pointer(gradient)]
        size, now = ctypes.c_size_t(params.size), ctypes.c_double(number)
        step(size, *arrays, *(ctypes.byref(s) for s in scalars), now, *values)
    near = 1e-11 if real == "double" else 1e-4
    assert np.allclose(params, expected, rtol=near, atol=near, equal_nan=True)
