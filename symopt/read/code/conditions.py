"""Conditions: which branch a step takes."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable
from typing import TypeVar

from symopt.language.terms import Term
from symopt.read.code import arithmetic as A
from symopt.read.code.expressions import Evaluator
from symopt.read.code.places import place_text
from symopt.read.code.source import Source
from symopt.read.code.values import Closure, Frame, Place, Text, Unknown, Value

N = TypeVar("N", bound=ast.AST)


class Conditions(Evaluator):
    """What conditions say, and running something in another function's names."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.nesting = 0
        self.running: set[ast.AST] = set()
        self.defaults: dict[str, Value] = {}

    @abstractmethod
    def performed(self, own: Closure, arguments: list[Value], keywords: dict[str, Value]) -> Value:
        """What the body of a function of the program returns."""

    def within(self, frame: Frame, node: N, work: Callable[[N], Value]) -> Value:
        """Do some work with another function's names."""
        before, self.frame = self.frame, frame
        self.nesting += 1
        self.running.add(node)
        try:
            return work(node)
        finally:
            self.frame = before
            self.nesting -= 1
            self.running.discard(node)

    def truth(self, node: ast.expr) -> Term | bool | None:
        match node:
            case ast.Constant(value=value):
                return bool(value)
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                known = self.truth(inner)
                return not known if isinstance(known, bool) else None
            case ast.BoolOp(op=operator, values=parts):
                return self._joined(operator, [self.truth(p) for p in parts])
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return self._compared(left, operator, right)
            case ast.Call(func=ast.Name(id="isinstance" | "callable")):
                return None
            case ast.Name() | ast.Attribute() | ast.Subscript():
                return self._flag(node)
            case _:
                return None

    def _joined(self, operator: ast.boolop, known: list[Term | bool | None]) -> Term | bool | None:
        decisive = isinstance(operator, ast.Or)
        if any(k is decisive for k in known):
            return decisive
        left = [k for k in known if not isinstance(k, bool)]
        if not left:
            return not decisive
        return left[0] if len(left) == 1 else None

    def _flag(self, node: ast.expr) -> bool | None:
        """What an option is by default."""
        slot = self.place(node)
        if slot is None:
            return None
        value = self.defaults.get(slot, self.memory.known(slot))
        if isinstance(value, Term) and value.value is not None:
            return value.value != 0
        if isinstance(value, Unknown) and value.label == "none":
            return False
        return None

    def _compared(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Term | bool | None:
        none = isinstance(right, ast.Constant) and right.value is None
        if isinstance(operator, ast.Is | ast.IsNot) or none:
            return self._is_none(left, negated=isinstance(operator, ast.IsNot | ast.NotEq)) if none else None
        if isinstance(operator, ast.In | ast.NotIn):
            return isinstance(operator, ast.In) if self._is_state(left, right) else None
        a, b = self._plain(left), self._plain(right)
        if isinstance(a, Text) or isinstance(b, Text):
            same = isinstance(a, Text) and isinstance(b, Text) and a.value == b.value
            known = isinstance(a, Text) and isinstance(b, Text)
            return same == isinstance(operator, ast.Eq) if known else None
        x, y = self.as_term(a), self.as_term(b)
        if any(n.head == "call" and n.name.startswith("?") for t in (x, y) for n in t.nodes()):
            return None
        found = A.compared(operator, x, y)
        if isinstance(found, Term) and not any(n.head == "at" or n.name == "t" for n in found.nodes()):
            return None
        return found

    def _plain(self, node: ast.expr) -> Value:
        """The value of one side, an option at its default."""
        slot = self.place(node) if place_text(node) else None
        if slot is not None and slot in self.defaults:
            return self.defaults[slot]
        value = self.memory.known(slot) if slot is not None else None
        return self.loaded(node) if value is None or isinstance(value, Place) else value

    def _is_none(self, node: ast.expr, *, negated: bool) -> bool | None:
        """Whether something is None: an option by its default; a state is not, once there was a step."""
        slot = self.place(node)
        if slot is None:
            return negated
        value = self.defaults.get(slot, self.memory.known(slot))
        none = isinstance(value, Unknown) and value.label == "none" and slot not in self.memory.carried
        return none != negated

    def _is_state(self, left: ast.expr, right: ast.expr) -> bool:
        return not (isinstance(right, ast.Tuple | ast.List | ast.Set))
