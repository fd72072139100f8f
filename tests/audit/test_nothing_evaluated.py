"""No part of the package hands text to something that runs it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "symopt"
FORBIDDEN = {"eval", "exec", "compile", "parse_expr", "parse_latex", "literal_eval", "__import__", "lambdify", "S"}
ALLOWED = {("render/plots.py", "lambdify")}
"""The pictures draw formulas that symopt derived from its own definitions; no text reaches them."""
FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_call_evaluates_text(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        compiled = name == "compile" and isinstance(node.func, ast.Attribute)  # re.compile
        allowed = (path.relative_to(PACKAGE).as_posix(), name) in ALLOWED
        assert name not in FORBIDDEN or compiled or allowed, f"{path}:{node.lineno}: {name}"
        if name == "sympify":
            strict = [k for k in node.keywords if k.arg == "strict"]
            assert strict, f"{path}:{node.lineno}: sympify reads strings unless strict"
