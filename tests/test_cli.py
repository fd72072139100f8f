"""The command line: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import symopt
import symopt.audit
from symopt.audit.findings import DocumentReport, Finding, Judgement, Report
from symopt.cli import COMMANDS, cli
from symopt.cli.audit import FORMATS
from symopt.cli.output import say
from symopt.losses import losses, regularisers

RIGHT = Finding(1, 1, "formula", "x", Judgement.CORRECT)
WRONG = Finding(2, 1, "formula", "y", Judgement.ERRATUM, fix="z")


@pytest.fixture
def told(monkeypatch):
    """An audit that finds what its file's name says."""

    def audit(paths, progress=None):
        documents = []
        for path in paths:
            progress(str(path), 1, 1)
            findings = {"right": (RIGHT,), "wrong": (RIGHT, WRONG)}.get(path.stem)
            problem = "" if findings else "no such file"
            documents.append(DocumentReport(str(path), findings or (), problem))
        return Report(tuple(documents))

    monkeypatch.setattr(symopt.audit, "audit", audit)
    return lambda *arguments: CliRunner().invoke(cli, ["audit", *arguments])


def run(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "symopt", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )


@pytest.mark.parametrize(
    ("paths", "status"),
    [(["right.md"], 0), (["wrong.md", "right.md"], 1), (["gone.md"], 2), (["wrong.md", "gone.md"], 2)],
)
def test_exit_status(told, paths, status):
    result = told(*paths)
    assert result.exit_code == status
    assert ("symopt: gone.md: no such file" in result.stderr) == ("gone.md" in paths)
    assert ("wrong.md:2" in result.stdout) == ("wrong.md" in paths)


@pytest.mark.parametrize("form", FORMATS)
def test_formats_go_to_a_file(told, tmp_path, form):
    file = tmp_path / "report"
    result = told("wrong.md", "--format", form, "--output", str(file))
    assert (result.exit_code, result.stdout) == (1, "")
    assert told("wrong.md", "--format", form).stdout == file.read_text("utf-8")


def test_json_output_is_json(told):
    assert json.loads(told("right.md", "--format", "json").stdout)["summary"]["correct"] == 1


def test_an_output_that_cannot_be_written(told, tmp_path):
    result = told("right.md", "--output", str(tmp_path / "none" / "report"))
    assert result.exit_code != 0
    assert "no such file" in result.stderr


def test_no_colour_without_a_terminal(told):
    assert "\x1b" not in told("wrong.md").output


def test_list_and_show():
    listed = run("list")
    assert listed.returncode == 0
    assert "adam " in listed.stdout
    shown = CliRunner().invoke(cli, ["show", "adam"])
    assert "mhat[t] = m[t]/(1 - beta_1**t)" in shown.stdout
    assert CliRunner().invoke(cli, ["show", "adam", "--format", "latex"]).stdout.startswith(r"\begin{aligned}")


def test_a_mistyped_name_offers_the_nearest():
    result = run("show", "adma")
    assert result.returncode == 2
    assert "adam" in result.stderr
    assert result.stdout == ""


def test_a_mistyped_command_offers_the_nearest():
    result = CliRunner().invoke(cli, ["audti", "notes.md"])
    assert result.exit_code == 2
    assert "did you mean audit?" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["audit"], ["audit", "--format", "x", "y"], ["frobnicate"]])
def test_misuse_ends_with_2(arguments):
    result = run(*arguments)
    assert result.returncode == 2
    assert result.stderr
    assert result.stdout == ""


def test_version():
    assert run("--version").stdout == f"symopt, version {symopt.__version__}\n"


def test_a_reader_who_has_had_enough_hears_no_complaint():
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        result = subprocess.run(
            [sys.executable, "-m", "symopt", "list"], stdout=closed, stderr=subprocess.PIPE, timeout=120, check=False
        )
    assert result.stderr == b""
    assert result.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_full_standard_output_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w") as full:
        monkeypatch.setattr("sys.stdout", full)
        with pytest.raises(click.ClickException, match="standard output: no space left"):
            say("text")


def test_an_interrupt_is_answered():
    code = (
        "import symopt.audit, symopt.cli, sys\n"
        "def stop(*_, **__): raise KeyboardInterrupt\n"
        "symopt.audit.audit = stop\n"
        "sys.argv = ['symopt', 'audit', 'x']\n"
        "symopt.cli.main()\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 130
    assert result.stderr.strip() == "symopt: interrupted"


def test_real_files(tmp_path: Path):
    (tmp_path / "a.md").write_text("# Adam\n\n$\\hat{m}_t = \\frac{m_t}{1 - \\beta_1^t}$\n\n$x")
    (tmp_path / "b.md").write_bytes(b"\x00\x01")
    result = run("audit", str(tmp_path), str(tmp_path / "gone.md"), "--format", "json")
    assert result.returncode == 2
    documents = json.loads(result.stdout)["documents"]
    assert [bool(d.get("problem")) for d in documents] == [False, True, True]
    assert len(documents[0]["findings"]) == 1


@pytest.mark.slow
def test_import_is_cheap():
    """``import symopt`` costs at most 1.3 times ``import sympy``, in processor time."""

    def seconds(statement: str) -> float:
        code = f"{statement}; import time; print(time.process_time())"
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return float(run.stdout)

    statements = ("import sympy", "import symopt", "from symopt import Optimizer")
    rounds = [{s: seconds(s) for s in statements} for _ in range(9)]
    cost = {s: min(r[s] for r in rounds) for s in statements}
    assert cost["import symopt"] <= 1.3 * cost["import sympy"]
    assert cost["from symopt import Optimizer"] <= 1.3 * cost["import sympy"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name):
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: ")


def test_import_loads_nothing_heavy():
    code = "import sys, symopt; print(sorted({'sympy', 'numpy', 'flint', 'click'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


def test_public_names():
    for name in symopt.__all__:
        assert getattr(symopt, name) is not None
    assert set(symopt.__all__) <= set(dir(symopt))
    with pytest.raises(AttributeError, match="nothing"):
        _ = symopt.nothing


@pytest.mark.parametrize("name", [*losses(), *regularisers()])
def test_losses_are_listed_and_shown(name: str) -> None:
    assert f"  {name} " in CliRunner().invoke(cli, ["list"]).stdout
    for form in ("text", "latex"):
        shown = CliRunner().invoke(cli, ["show", name, "--format", form])
        assert shown.exit_code == 0 and "=" in shown.stdout


def test_a_part_of_a_losss_name_is_enough_to_be_offered_it() -> None:
    result = CliRunner().invoke(cli, ["show", "logistic"])
    assert result.exit_code == 1 and "logistic-loss or logistic-loss-signed" in result.stderr
