"""Arrays that keep every step: ``m[k + 1] = beta * m[k] + g`` in a loop that counts k."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping


def lags(loop: ast.For | ast.AsyncFor | ast.While) -> Mapping[ast.Subscript, int]:
    """How many steps back each element is that a loop reads, of arrays that it gives one element a step."""
    counters = {loop.target.id} if not isinstance(loop, ast.While) and isinstance(loop.target, ast.Name) else set[str]()
    counters |= {name for s in loop.body for name in _incremented(s)}
    found: dict[tuple[str, str], list[tuple[ast.Subscript, int]]] = {}
    for node in (n for s in loop.body for n in ast.walk(s)):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name | ast.Attribute):
            name, offset = _index(node.slice)
            if name in counters:
                found.setdefault((ast.unparse(node.value)[:80], name), []).append((node, offset))
    made: dict[ast.Subscript, int] = {}
    for elements in found.values():
        stored = {offset for node, offset in elements if isinstance(node.ctx, ast.Store)}
        if len(stored) == 1:
            (newest,) = stored
            made |= {node: newest - offset for node, offset in elements if offset < newest}
    return made


def _incremented(statement: ast.stmt) -> Iterator[str]:
    """The name that a statement counts up by one."""
    match statement:
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=ast.Constant(value=1)):
            yield name
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp() as value) if _index(value) == (name, 1):
            yield name
        case _:
            return


def _index(node: ast.expr) -> tuple[str, int]:
    """k and c of ``k + c``; "" for any other index."""
    match node:
        case ast.Name(id=name):
            return name, 0
        case ast.BinOp(left=ast.Name(id=name), op=ast.Add(), right=ast.Constant(value=int() as number)):
            return name, number
        case ast.BinOp(left=ast.Name(id=name), op=ast.Sub(), right=ast.Constant(value=int() as number)):
            return name, -number
        case _:
            return "", 0
