"""Whatever a document contains, it is read and never run, the audit ends, and the rest is still audited."""

from __future__ import annotations

import builtins
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from symopt.audit import Judgement, audit
from tests.audit.documents import displayed, findings

RIGHT = r"\theta_{t+1} = \theta_t - \eta \nabla f(\theta_t)"
HOSTILE = [
    r"__import__('os').system('touch owned')",
    r"x = \text{eval}(open('owned', 'w'))",
    r"m_t = exec(\beta_1) m_{t-1} + (1 - \beta_1) g_t",
    r"m_{__import__('os')} = lambda: 0",
    r"v_t = [c for c in ().__class__.__base__.__subclasses__()]",
    r"9^{9^{9^{9^{9}}}} = x_{t}",
    r"10^{10^{10}} \cdot 2 = 3",
    r"x_t = x_{t-1}^{1000000} - \eta g_t",
    r"\sum_{i=1}^{10^{12}} i = t",
    r"\frac{\frac{\frac{1}{0}}{0}}{0} = 0",
    "{" * 10_000 + "x" + "}" * 10_000,
    r"\sqrt{" * 300 + "x",
    r"\left( \right) = )",
    r"m_t = \beta_1 m_{t-1} + (1 - \beta_1",
    r"\begin{aligned} m_t &= \\ \end{cases}",
    "\u202e x = 1",
]


@pytest.mark.parametrize("formula", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_formula_harms_nothing(formula: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def watched(original: Callable[..., object]) -> Callable[..., object]:
        def run(*args: object, **kwargs: object) -> object:
            text = str(args[0]) if args else ""
            assert not (len(text) > 3 and text.strip() in formula), f"evaluated: {text}"
            return original(*args, **kwargs)

        return run

    monkeypatch.chdir(tmp_path)
    for name in ("eval", "exec", "compile", "__import__"):
        monkeypatch.setattr(builtins, name, watched(getattr(builtins, name)))
    for name in ("sympify", "parse_expr"):
        monkeypatch.setattr(sympy, name, watched(getattr(sympy, name)))
    start = time.perf_counter()
    found = findings(displayed([formula.replace("\n", " "), RIGHT]), tmp_path)
    assert time.perf_counter() - start < 30
    assert found[-1].source == RIGHT
    assert found[-1].verdict in (Judgement.CORRECT, Judgement.VARIANT)
    assert not (tmp_path / "owned").exists()


@given(st.text(alphabet=r"\{}_^$&=+-*/()[]|tmvgw01.,' \n", max_size=120))
@settings(max_examples=40)
def test_any_text_between_dollars_is_reported(text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notes.md"
        path.write_text(f"$$ {text} $$\n\n$$ {RIGHT} $$\n", encoding="utf-8")
        (document,) = audit([path]).documents
        assert not document.problem


def test_a_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "binary.md").write_bytes(bytes(range(256)) * 50)
    (tmp_path / "good.md").write_text(displayed([RIGHT]), encoding="utf-8")
    report = audit([tmp_path, tmp_path / "missing.md"])
    problems = {Path(d.path).name: d.problem for d in report.documents}
    assert problems["missing.md"]
    assert problems["binary.md"]
    assert not problems["good.md"]
    assert report.summary["variant"] + report.summary["correct"] == 1
