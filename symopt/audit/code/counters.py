"""Where a step counter that never counts has to be moved on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from symopt.read.code import Program, Recurrence

Change = tuple[tuple[int, int], str]
"""A part of the program's text, and what belongs there."""
_PLACE = re.compile(r"[A-Za-z_][\w.\[\]'\"]*")


def counting(program: Program, recurrence: Recurrence, use: tuple[int, int]) -> Change | None:
    """The change that makes a counter count.

    Args:
        program: the program.
        recurrence: its step.
        use: where the counter is read.

    Returns:
        The line before which it has to count, with that done; where the step is handed its counter and hands it on,
        the statement that should have. None if the counter is no place that a program could count in.
    """
    text = program.source.text
    counter = text[slice(*use)]
    if not _PLACE.fullmatch(counter):
        return None
    body = _body(program, recurrence)
    if recurrence.kept:
        return next(_handed_on(program, body, recurrence.kept), None)
    statement = _first(program, body, use[0], re.split(r"[.\[]", counter)[0])
    span = program.source.span(statement) if statement is not None else None
    if span is None:
        return None
    start = text.rfind("\n", 0, span[0]) + 1
    end = text.find("\n", span[0])
    line = text[span[0] : end if end >= 0 else len(text)]
    return (span[0], span[0] + len(line)), f"{counter} += 1\n{text[start : span[0]]}{line}"


def _body(program: Program, recurrence: Recurrence) -> list[ast.stmt]:
    """The statements of the step."""
    for node in ast.walk(program.source.tree):
        if isinstance(node, ast.stmt) and program.source.span(node) == recurrence.span:
            return list(getattr(node, "body", [node]))
    return program.source.tree.body


def _first(program: Program, body: list[ast.stmt], offset: int, name: str) -> ast.stmt | None:
    """The statement that the counter has to count before: once a step, where its name is known."""
    for statement in body:
        span = program.source.span(statement)
        if span is None or not span[0] <= offset < span[1]:
            continue
        inner = list[ast.stmt](getattr(statement, "body", []))
        inside = name in _stored(statement) or (isinstance(statement, ast.For) and not _moves_what_it_takes(statement))
        return _first(program, inner, offset, name) if inner and inside else statement
    return None


def _stored(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _moves_what_it_takes(loop: ast.For) -> bool:
    """Whether a loop goes through parameters, not through data: whether it changes what it goes through."""
    taken = _stored(loop.target)
    changed: list[ast.expr] = []
    for node in (n for s in loop.body for n in ast.walk(s)):
        if isinstance(node, ast.Assign):
            changed += [t for t in node.targets if isinstance(t, ast.Subscript | ast.Attribute)]
        elif isinstance(node, ast.AugAssign):
            changed.append(node.target)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            in_place = node.func.attr.endswith("_") or node.func.attr.startswith("assign")
            changed += [node.func.value, *node.args[:1]] if in_place else []
    return any(isinstance(n, ast.Name) and n.id in taken for c in changed for n in ast.walk(c))


def _handed_on(program: Program, body: list[ast.stmt], kept: frozenset[str]) -> Iterator[Change]:
    """What a step that is handed its counter should have made of it."""
    nodes = [n for s in body for n in ast.walk(s)]
    counted = ""
    for node in (n for n in nodes if isinstance(n, ast.Assign)):
        span = program.source.span(node)
        if span is not None and ast.unparse(node.value) in kept:
            yield span, f"{program.source.text[slice(*span)]} + 1"
        elif any(ast.unparse(n) in kept for n in ast.walk(node.value) if isinstance(n, ast.Attribute)):
            counted = ast.unparse(node.targets[0])
    for node in (n for n in nodes if isinstance(n, ast.Return)):
        for part in (n for n in ast.walk(node) if isinstance(n, ast.Attribute) and ast.unparse(n) in kept):
            whole, span = program.source.span(node), program.source.span(part)
            if counted and whole is not None and span is not None:
                text = program.source.text
                yield whole, f"{text[whole[0] : span[0]]}{counted}{text[span[1] : whole[1]]}"
