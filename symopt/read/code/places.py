"""Which place an expression names: ``self.m``, ``state['step']``; an element of a collection is the collection."""

from __future__ import annotations

import ast
import re

from symopt.read.code.functions import SAME

_HOLDERS = frozenset({"get", "setdefault", "pop"})


def key_of(index: ast.expr) -> str:
    """The part of a place's name that an index makes: a constant key stays, any other is that of an element."""
    if isinstance(index, ast.Constant):
        if isinstance(index.value, str):
            return f"['{index.value[:60]}']"
        return f"[{index.value}]" if isinstance(index.value, int) and not isinstance(index.value, bool) else ""
    if isinstance(index, ast.UnaryOp) and isinstance(index.operand, ast.Constant):
        return ""
    prefix = _prefix(index)
    return f"['{prefix}*']" if prefix else ""


def _prefix(index: ast.expr) -> str:
    """The constant beginning of a key that is put together: ``dW`` of ``"dW" + str(l)``."""
    match index:
        case ast.BinOp(left=left, op=ast.Add()):
            return _prefix(left)
        case ast.BinOp(left=ast.Constant(value=str() as text), op=ast.Mod()):
            return re.split(r"%", text)[0][:60]
        case ast.Constant(value=str() as text):
            return text[:60]
        case ast.JoinedStr(values=[ast.Constant(value=str() as text), *_]):
            return text[:60]
        case ast.JoinedStr(values=[_, *rest]):
            return "".join(str(v.value) for v in rest if isinstance(v, ast.Constant))[:60]
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as text), attr="format")):
            return text.partition("{")[0][:60]
        case _:
            return ""


def place_text(node: ast.expr) -> str | None:
    """The name of the place that an expression stands for; None for one that makes a new value."""
    parts: list[str] = []
    while True:
        match node:
            case ast.Name(id=name):
                return name + "".join(reversed(parts))
            case ast.Attribute(value=inner, attr=attr):
                if attr not in SAME:
                    parts.append(f".{attr}")
                node = inner
            case ast.Subscript(value=inner, slice=index):
                parts.append("" if isinstance(index, ast.Slice | ast.Tuple) else key_of(index))
                node = inner
            case ast.Call(func=ast.Attribute(value=inner, attr=attr), args=args) if attr in _HOLDERS and args:
                parts.append(key_of(args[0]))
                node = inner
            case ast.Call(func=ast.Attribute(value=inner, attr=attr), args=[]) if attr in ("parameters", "values"):
                parts.append(f".{attr}()" if attr == "parameters" else "")
                node = inner
            case ast.Starred(value=inner):
                node = inner
            case _:
                return None
