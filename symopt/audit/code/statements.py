"""A statement of a program with another value."""

from __future__ import annotations

import ast
import re
import textwrap

from symopt.read.code.functions import MAPS


def with_value(statement: str, own: str, value: str) -> str:
    """The statement, made to give its place this value.

    Args:
        statement: as the program has it: an assignment, a call that changes something in place, or the bare
            expression that a function returns.
        own: the place, where several are given a value at once.
        value: the text of the new value.
    """
    node = _parsed(statement)
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=parts)) if len(names) == len(parts):
            for name, part in zip(names, parts, strict=True):
                if _text(statement, name) == own:
                    return _replaced(statement, part, value)
            return f"{own} = {value}"
        case ast.Assign(targets=[_], value=old) | ast.AnnAssign(value=ast.expr() as old):
            return _replaced(statement, *_in_map(statement, old, value))
        case ast.AugAssign(target=target):
            return f"{_text(statement, target)} = {value}"
        case ast.Expr(value=ast.Call() as call):
            return _in_place(statement, call, value)
        case _:
            return value


def _parsed(statement: str) -> ast.stmt | None:
    try:
        body = ast.parse(textwrap.dedent(statement)).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    return body[0] if len(body) == 1 else None


def _text(statement: str, node: ast.AST) -> str:
    return ast.get_source_segment(statement, node) or ""


def _replaced(statement: str, node: ast.expr, value: str) -> str:
    """The statement with another text for one of its expressions."""
    old = _text(statement, node)
    start = statement.rfind(old)
    return f"{statement[:start]}{value}{statement[start + len(old) :]}" if old else value


def _in_map(statement: str, old: ast.expr, value: str) -> tuple[ast.expr, str]:
    """What of a value to replace: of ``tree.map(lambda m, g: ..., ms, gs)`` what the function returns."""
    match old:
        case ast.Call(func=ast.Attribute(attr=attr), args=[ast.Lambda() as made, *over]) if attr in MAPS:
            for argument, collection in zip(made.args.args, over, strict=False):
                whole = re.escape(_text(statement, collection))
                value = re.sub(rf"(?<![\w.]){whole}(?![\w.])", argument.arg, value)
            return made.body, value
        case _:
            return old, value


def _in_place(statement: str, call: ast.Call, value: str) -> str:
    """``p.copy_(value)`` of ``p.mul_(a).add_(b)``; ``w.assign(value)`` of ``w.assign_sub(step)``."""
    function = call.func
    if isinstance(function, ast.Attribute) and function.attr.startswith("assign"):
        if len(call.args) == 2:
            return f"{_text(statement, function.value)}.assign({_text(statement, call.args[0])}, {value})"
        return f"{_text(statement, function.value)}.assign({value})"
    base: ast.expr = call
    while isinstance(base, ast.Call) and isinstance(base.func, ast.Attribute) and base.func.attr.endswith("_"):
        base = base.func.value
    return f"{_text(statement, base)}.copy_({value})" if base is not call else value
