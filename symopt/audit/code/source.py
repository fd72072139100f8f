"""A class or function in a source file, held against the definitions. The file is read, and not run."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

from symopt.audit.code.blocks import finding_at
from symopt.audit.code.findings import NO_METHOD, code_findings
from symopt.audit.code.judging import Court
from symopt.audit.code.remarks import Remark
from symopt.audit.findings import DocumentReport, Judgement
from symopt.audit.judge import Opinion
from symopt.read.code.source import parse_source
from symopt.read.documents import CodeBlock, read_document


class NotThere(LookupError):
    """What a target asks for that is not there, and what is."""


def check_source(target: str, meant: str = "") -> DocumentReport:
    """The findings on one class or function of a file, or on all of the file.

    Args:
        target: ``path/to/file.py::Name``; Name is a class, a function or a method (``Class.step``).
        meant: the only definition to hold it against; "" for the likeliest.

    Returns:
        The findings, at their lines in the file.

    Raises:
        NotThere: the file cannot be read, or has nothing of that name.
    """
    path, _, name = target.partition("::")
    document = read_document(Path(path))
    if document.problem:
        raise NotThere(f"{path}: {document.problem}")
    blocks = [b for b in document.blocks if isinstance(b, CodeBlock)]
    found = [
        finding_at(block, remark)
        for block in blocks
        for remark in code_findings(block.text, Court(meant))
        if not name or _is_inside(block, name, remark)
    ]
    if not found:
        place = next((p for b in blocks if (p := _place(b.text, name)) is not None), None)
        if place is None:
            names = sorted({n for b in blocks for n in _names(b.text)})
            raise NotThere(f"{path}: nothing is called {name!r}; there are {', '.join(names[:12]) or 'no definitions'}")
        block = next(b for b in blocks if _place(b.text, name) == place)
        remark = Remark(place[0], block.text[slice(*place)], _without_a_step(path, name, block.text))
        found = [finding_at(block, remark)]
    return DocumentReport(target, tuple(found))


def _without_a_step(path: str, name: str, text: str) -> Opinion:
    """What is said of a function or class in which there is no step: where libraries make it, who can read it."""
    functions = [n for n in ast.walk(parse_source(text).tree) if isinstance(n, ast.FunctionDef) and n.name == name]
    for value in (n.value for f in functions for n in ast.walk(f) if isinstance(n, ast.Return)):
        match value:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=library), attr=called)):
                made = f"The step is in the code of {library}.{called}, which is not in this file"
                hint = f"{made}; `symopt check {Path(path).stem}.{name}` runs it and reads that."
                return replace(NO_METHOD, explanation=hint)
            case _:
                continue
    return NO_METHOD


def is_right(report: DocumentReport) -> bool | None:
    """Whether all that was asked about is proved; None where something was not understood."""
    verdicts = {f.verdict for f in report.findings}
    if Judgement.ERRATUM in verdicts:
        return False
    right = {Judgement.CORRECT, Judgement.VARIANT}
    return True if verdicts and verdicts <= right and all(f.proof == "proved" for f in report.findings) else None


def _is_inside(block: CodeBlock, name: str, remark: Remark) -> bool:
    place = _place(block.text, name)
    return place is not None and place[0] <= remark.offset < place[1]


def _place(text: str, name: str) -> tuple[int, int] | None:
    """Where the class or function of that name stands."""
    source = parse_source(text)
    nodes: list[ast.AST] = [source.tree]
    for part in name.split("."):
        inside = (n for node in nodes for n in ast.walk(node))
        nodes = [n for n in inside if isinstance(n, ast.ClassDef | ast.FunctionDef) and n.name == part]
    return source.span(nodes[0]) if nodes else None


def _names(text: str) -> list[str]:
    return [n.name for n in parse_source(text).tree.body if isinstance(n, ast.ClassDef | ast.FunctionDef)]


__all__ = ["NotThere", "check_source", "is_right"]
