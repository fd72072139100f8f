"""Programs that mean harm, or are none: read without effect, in little time, and reported."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from symopt.read.code import read_program
from tests.audit.code.programs import said_of

HARM = "open('victim.txt', 'w').write('harmed')\n"
PROGRAMS = {
    "imports": "import os, sys\nos.system('touch victim.txt')\nfrom shutil import rmtree\nrmtree('.')\n",
    "exec": "exec(\"open('victim.txt', 'w')\")\neval('1/0')\n__import__('os').abort()\n",
    "files": HARM + "with open('victim.txt', 'w') as f:\n    f.write('x')\n",
    "endless loop": "while True:\n    while True:\n        for x in iter(int, 1):\n            w = w - lr * grad(w)\n",
    "deep brackets": "x = " + "(" * 3000 + "1" + ")" * 3000,
    "deep signs": "x = " + "-" * 100_000 + "1",
    "deep calls": "x = a" + "()" * 1500,
    "deep blocks": "".join(" " * i + "if a:\n" for i in range(400)) + " " * 400 + "x = 1\n",
    "long sum": "x = " + " + ".join(["a"] * 900) + "\nw = w - x\n",
    "huge integer": "x = " + "9" * 100_000,
    "huge power": "x = 9**9**9**9\nw = w - 10**(10**10) * grad(w)\n",
    "huge decimal": "lr = 1e-999999999\nw = w - 1e999999999 * grad(w)\n",
    "huge list": "x = [0] * 10**12\ny = 'a' * 10**12\nz = range(10**18)\n",
    "recursion": "def f(w):\n    return f(w - lr * grad(w))\ndef g(x):\n    return g(g(g(x)))\nf(f(g(1)))\n",
    "mutual recursion": "def a(x):\n    return b(b(x))\ndef b(x):\n    return a(a(x))\nw = w - lr * a(grad(w))\n",
    "doubling": "for t in range(9):\n" + "".join("    g = g + g\n" for _ in range(60)) + "    w = w - lr * g\n",
    "calls that branch": "".join(
        f"def f{i}(x):\n    return f{i + 1}(x) + f{i + 1}(x)\n" for i in range(60)
    ) + "w = w - lr * f0(grad(w))\n",
    "doubling before a step": "w = w - lr * grad(w)\n" * 60,
    "assigning itself": "class A:\n    def step(self, w, g):\n        self.assign(self, self)\n"
    "        w.assign(w, self)\n",
    "inheritance in circles": "class A(B):\n    def step(self, w, g):\n"
    "        return super().step(super().step(w, g), g)\n"
    "class B(A):\n    def step(self, w, g):\n        return super().step(w - g, g)\n",
    "inheritance that doubles": "class A0:\n    def step(self, w, g):\n        return w - lr * g\n"
    + "".join(
        f"class A{i + 1}(A{i}, A{i}):\n    def step(self, w, g):\n"
        "        return super().step(w, g) + super().step(w, g)\n"
        for i in range(40)
    ),
    "names in circles": "for t in range(9):\n    a = b\n    b = a\n    c = c\n    w = w - a * grad(w)\n",
    "long texts": "s = 'a' * 10**10 * 10**10\nw = w - lr * grad(w) * len(s * 10**10)\n",
    "towers": "lr = 10**10**10\nw = w - 2**(2**(2**(2**9))) * grad(w)\nw <<= 10**10\n",
    "far elements": "for k in range(10**12):\n    s[k + 10**50] = s[k]\n"
    "    w[k + 1] = w[k - 99999999] - lr * grad(w[k])\n",
    "many in place": "w = w" + ".add_(g)" * 300 + "\n",
    "null bytes": "w = w \0 - lr * grad(w)\n\0\0",
    "surrogates": "w = '\ud800'\nw = w - lr * grad(w)\n",
    "no Python": "#include <stdio.h>\nint main() { for (;;) { printf(\"%d\", x); } }\n",
    "long line": "w = [" + "1, " * 200_000 + "]\n",
    "many broken lines": "a = = b\n" * 5_000,
    "many options": "def f(w, g):\n"
    + "".join(f"    if o{i}:\n        g = g + w\n    else:\n        g = g - w\n" for i in range(40))
    + "    w = w - lr * g\n    return w\n",
    "a class of itself": "class A(A):\n    x = A()\n    def step(self, A):\n        self.A = self.A.A.A(self)\n",
    "comprehensions": "x = " + "[" * 40 + "g" + " for g in g]" * 40,
}  # fmt: skip
SECONDS = 10.0
"""Of processor time for one program; most take a hundredth of it."""


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_is_read_without_effect(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    began = time.process_time()
    found = said_of(PROGRAMS[name])
    assert time.process_time() - began < SECONDS
    assert found
    assert list(tmp_path.iterdir()) == []


def test_ten_megabytes_in_one_line_are_not_read() -> None:
    program = read_program("x = 1 + " * 1_300_000)
    assert program.faults
    assert not program.recurrences


def test_every_prefix_of_a_program_is_read() -> None:
    program = (
        "def step(w, g, m):\n    m = beta * m + (1 - beta) * g**2  # average\n    w -= lr * m / (np.sqrt(v) + 1e-8)\n"
    )
    for end in range(0, len(program), 3):
        read_program(program[:end])
