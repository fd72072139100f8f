"""Statements: one pass over a step's code, every loop inside it taken once."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace

from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.read.code import arithmetic as A
from symopt.read.code.calls import Calls
from symopt.read.code.functions import is_gradient_name
from symopt.read.code.recurrence import Misuse
from symopt.read.code.source import Source
from symopt.read.code.values import Class, Closure, Frame, Gradient, Many, Place, Record, Unknown, Value

ITEMS = 6
"""How many entries of a literal list a loop goes through."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Statements(Calls):
    """Statements; where the steps are is for the class that looks for them."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.result: Value | None = None
        self.returned = False
        self.choice: dict[int, bool] = {}
        self.forks: list[int] = []
        self.clock: tuple[str, int] | None = None
        self.functions: list[Closure] = []

    @abstractmethod
    def stepped(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        """A loop that is no part of a step: its body is one."""

    def run(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            if self.returned:
                return
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                self._assigned(targets, value, node)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self._assigned([target], value, node)
            case ast.AugAssign():
                self._augmented(node)
            case ast.Expr(value=value):
                self.value(value)
            case ast.For() | ast.AsyncFor() | ast.While():
                self._loop(node)
            case ast.If():
                self._if(node)
            case ast.With() | ast.AsyncWith():
                self.run(node.body)
            case ast.Try():
                self.run(node.body)
                self.run(node.finalbody)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.defined(node)
            case ast.Return(value=value):
                self._return(value)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                self.frame.shared |= set(names)
                for name in names:
                    self.frame.names.pop(name, None)
            case _:
                pass

    def defined(self, node: Function) -> None:
        closure = Closure(node, self.frame)
        self.frame.names[node.name] = closure
        self.functions.append(closure)

    def _return(self, value: ast.expr | None) -> None:
        self.result = self.value(value) if value is not None else None
        self.returned = True

    # Assignments

    def _assigned(self, targets: Sequence[ast.expr], value: ast.expr, node: ast.stmt) -> None:
        made = self.value(value)
        for target in targets:
            self._put(target, made, node, of=value)

    def _put(self, target: ast.expr, made: Value, node: ast.stmt, of: ast.expr | None = None) -> None:
        match target:
            case ast.Name(id=name):
                if isinstance(made, Closure | Class):
                    self.frame.names[name] = made
                    return
                self.memory.assign(self.local(name), made, self.span(node))
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                self._unpacked(parts, made, node)
            case ast.Attribute() | ast.Subscript():
                slot = self.place(target)
                if slot is not None:
                    made = self.memory.load(made.slot, None) if isinstance(made, Place) and of is None else made
                    whole = isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice)
                    self.memory.assign(slot, made, self.span(node), bind=not whole)
            case ast.Starred(value=inner):
                self._put(inner, made, node)
            case _:
                pass

    def _unpacked(self, parts: Sequence[ast.expr], made: Value, node: ast.stmt) -> None:
        starred = any(isinstance(p, ast.Starred) for p in parts)
        if isinstance(made, Many) and len(made.items) == 1 and isinstance(made.items[0], Many) and len(parts) > 1:
            made = made.items[0] if len(made.items[0].items) == len(parts) else made
        if isinstance(made, Many) and len(made.items) != len(parts) and not starred and made.items:
            span = self.span(node)
            if span is not None:
                self.misuses.append(Misuse(span, len(made.items), len(parts)))
            self.memory.ungiven |= {p.id for p in parts if isinstance(p, ast.Name)}
            return
        loaded = made
        for i, part in enumerate(parts):
            if isinstance(made, Many) and made.items:
                item: Value = made.items[i] if i < len(made.items) else Unknown("part")
                item = replace(item, span=None) if isinstance(item, Term) else item
            elif isinstance(loaded, Place):
                item = Place(f"{loaded.slot}[{i}]")
            elif isinstance(loaded, Gradient) and not _is_answer(part, parts):
                item = Unknown("value")
            elif isinstance(loaded, Gradient | Unknown | Term):
                item = loaded
            elif isinstance(loaded, Record):
                item = [*loaded.fields.values(), *[Unknown("part")] * len(parts)][i]
            else:
                item = Unknown("part")
            self._put(part, item, node)

    def _augmented(self, node: ast.AugAssign) -> None:
        old = self.term(node.target)
        new = self.term(node.value)
        made = A.binary(node.op, old, new)
        value: Value = Unknown("augmented", (old, new)) if made is None else made
        slot = self.place(node.target)
        if slot is not None:
            self.memory.assign(slot, value, self.span(node), bind=False)
        elif isinstance(node.target, ast.Name):
            self.memory.assign(self.local(node.target.id), value, self.span(node))

    # Loops and branches

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        if not self.memory.stepping and not self.nesting:
            self.stepped(node)
            return
        if isinstance(node, ast.While):
            self.run(node.body)
            return
        literal = self.value(node.iter) if isinstance(node.iter, ast.List | ast.Tuple) else None
        if isinstance(literal, Many) and 1 < len(literal.items) <= ITEMS:
            for item in literal.items:
                self.bind(node.target, item)
                self.run(node.body)
            return
        self.through(node)

    def through(self, node: ast.For | ast.AsyncFor) -> None:
        """The body of a loop, for one element of what it goes through."""
        self.bind(node.target, self.element(node.iter))
        self.run(node.body)

    def counted(self, node: ast.For | ast.AsyncFor) -> None:
        """The body of a loop that is a step, and what the loop counts."""
        element = self.element(node.iter)
        first = element.items[0] if isinstance(element, Many) and element.items else element
        target = node.target.elts[0] if isinstance(node.target, ast.Tuple) and node.target.elts else node.target
        if isinstance(first, Term) and isinstance(target, ast.Name) and (counted := A.ticks(first)) is not None:
            self.clock = (target.id, counted + 1) if _counts(target.id, node.body) else None
        self.through(node)

    def _if(self, node: ast.If) -> None:
        if _is_start(node.test):
            self.memory.starting += 1
            before, self.returned = self.returned, False
            self.run(node.body)
            self.returned = before
            self.memory.starting -= 1
            self.run(node.orelse)
            return
        holds = self.truth(node.test)
        if isinstance(holds, Term):
            self._merged(node, holds)
            return
        if holds is None:
            holds = self._chosen(node)
        self.run(node.body if holds else node.orelse)

    def _chosen(self, node: ast.If) -> bool:
        """A branch where nothing says which: options are tried both ways, one run after the other."""
        key = self.source.offset(node.lineno, node.col_offset)
        if key in self.choice:
            return self.choice[key]
        option = isinstance(node.test, ast.Name | ast.Attribute | ast.Subscript) or _compares_text(node.test)
        if (option or node.orelse) and _assigns([*node.body, *node.orelse]):
            self.forks.append(key)
        return False

    def _merged(self, node: ast.If, holds: Term) -> None:
        """Both branches; what they leave different depends on the condition."""
        memory = self.memory
        before = dict(memory.values)
        returned, result = self.returned, self.result
        self.run(node.body)
        first, memory.values = memory.values, dict(before)
        value, self.returned = self.result if self.returned else None, returned
        self.result = result
        self.run(node.orelse)
        if value is not None and self.returned and isinstance(value, Term) and isinstance(self.result, Term):
            self.result = Term("cases", (value, holds, self.result, T.name("otherwise")))
        elif value is not None:
            self.result, self.returned = value, True
        for slot in first:
            a, b = first[slot], memory.values.get(slot)
            if a == b:
                continue
            if not (isinstance(a, Term) and isinstance(b, Term)):
                memory.values[slot] = a if b is None or b == before.get(slot) else b
                continue
            merged = Term("cases", (a, holds, b, T.name("otherwise")))
            memory.assign(slot, merged, self.span(node))

    # The program's own functions

    def performed(self, own: Closure, arguments: list[Value], keywords: dict[str, Value]) -> Value:
        assert not isinstance(own.node, ast.Lambda)
        frame = Frame({}, own.frame, f"{own.node.name}:")
        values: list[Value] = [Place("self"), *arguments] if own.owner is not None else arguments
        self._give(frame, own.node.args, values, keywords)
        before = self.result, self.returned
        self.result, self.returned = None, False

        def body(node: Function) -> Value:
            self.run(node.body)
            return Unknown(node.name) if self.result is None else self._kept(self.result)

        try:
            return self.within(frame, own.node, body)
        finally:
            self.result, self.returned = before

    def _kept(self, value: Value) -> Value:
        """A returned value; a helper's own places are theirs no longer."""
        if isinstance(value, Place) and ":" in value.slot:
            return self.memory.load(value.slot, None)
        if isinstance(value, Many):
            return Many(tuple(self._kept(v) for v in value.items))
        return value


def _is_answer(part: ast.expr, parts: Sequence[ast.expr]) -> bool:
    """Whether a name among those that a gradient function's answer is unpacked into is a gradient's.

    Where some are called gradients and others are not, the others are the loss and the like.
    """
    named = [p for p in parts if is_gradient_name(ast.unparse(p)[:80])]
    return not named or part in named


def _counts(name: str, body: Sequence[ast.stmt]) -> bool:
    """Whether a loop's number is used for more than to pick an element."""
    inside = {id(n) for s in body for i in ast.walk(s) if isinstance(i, ast.Subscript) for n in ast.walk(i.slice)}
    return any(isinstance(n, ast.Name) and n.id == name and id(n) not in inside for s in body for n in ast.walk(s))


def _is_start(test: ast.expr) -> bool:
    """Whether a condition asks if this is the first step: a state that is not there yet."""
    match test:
        case ast.Compare(ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
            return True
        case ast.Compare(ops=[ast.NotIn()]):
            return True
        case ast.Compare(left=ast.Call(func=ast.Name(id="len")), ops=[ast.Eq()], comparators=[ast.Constant(value=0)]):
            return True
        case ast.Compare(left=ast.Name() | ast.Attribute(), ops=[ast.Eq()], comparators=[ast.Constant(value=0)]):
            return True
        case ast.UnaryOp(op=ast.Not(), operand=ast.Call(func=ast.Name(id="hasattr"))):
            return True
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name)):
            return "state" in name
        case ast.UnaryOp(op=ast.Not(), operand=ast.Attribute(attr=name)):
            return name in ("m", "v", "state", "initialized", "built", "cache", "h")
        case ast.BoolOp(op=ast.Or(), values=parts):
            return any(_is_start(p) for p in parts)
        case _:
            return False


def _compares_text(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and any(
        isinstance(c, ast.Constant) and isinstance(c.value, str) for c in (test.left, *test.comparators)
    )


def _assigns(body: Sequence[ast.stmt]) -> bool:
    return any(isinstance(n, ast.Assign | ast.AugAssign | ast.Return) or _changes(n) for s in body for n in ast.walk(s))


def _changes(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.endswith("_")


__all__ = ["Record", "Statements"]
