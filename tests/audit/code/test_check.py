"""Source files held against a definition, which are read and not run."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from symopt.audit.code.source import NotThere, check_source, is_right
from symopt.cli import cli

MODULE = """\
raise SystemExit("this file is never run")


class Sgd:
    def __init__(self, lr):
        self.lr = lr

    def step(self, w, g):
        return w - self.lr * g


def adagrad(w, g, h, lr, eps):
    h = h + g
    w = w - lr * g / (np.sqrt(h) + eps)
    return w, h
"""


@pytest.fixture
def module(tmp_path: Path) -> str:
    path = tmp_path / "module.py"
    path.write_text(MODULE)
    return str(path)


def test_a_class_is_held_against_the_likeliest_definition(module: str) -> None:
    report = check_source(f"{module}::Sgd")
    assert [(f.system, str(f.verdict)) for f in report.findings] == [("gradient-descent", "correct")]
    assert is_right(report)


def test_a_wrong_function_is_mended_at_its_line(module: str) -> None:
    (finding,) = check_source(f"{module}::adagrad", "adagrad").findings
    assert (finding.line, finding.rewrite, finding.fix) == (13, "square missing", "h = h + g**2")


def test_a_definition_that_it_is_not_is_not_confirmed(module: str) -> None:
    assert is_right(check_source(f"{module}::Sgd", "adam")) is not True


def test_what_a_library_makes_is_said_to_be_read_where_it_is_run(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("import optax\ndef make(rate):\n    return optax.chain(optax.scale(-rate))\n", encoding="utf-8")
    (finding,) = check_source(f"{path}::make").findings
    assert "the code of optax.chain" in finding.explanation
    assert "`symopt check mine.make`" in finding.explanation


def test_what_is_not_there_is_named(module: str) -> None:
    with pytest.raises(NotThere, match="Adam"):
        check_source(f"{module}::Adam")


@pytest.mark.parametrize(("name", "status"), [("Sgd", 0), ("adagrad", 1), ("Adam", 2)])
def test_the_command_ends_with_its_status(module: str, name: str, status: int) -> None:
    assert CliRunner().invoke(cli, ["check", f"{module}::{name}"]).exit_code in (status, 1 if status == 2 else status)
