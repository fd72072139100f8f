"""What an expression of a program is worth, in terms; nothing is ever run."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace

from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.read.code import arithmetic as A
from symopt.read.code.functions import COLLECTIONS, LIBRARIES, RANGES
from symopt.read.code.memory import Memory, Span
from symopt.read.code.places import key_of, place_text
from symopt.read.code.recurrence import CLOCK, Misuse
from symopt.read.code.source import PLACEHOLDER, Source
from symopt.read.code.values import Closure, Collection, Frame, Gradient, Many, Module, Place, Record, Text, Unknown

from symopt.read.code.values import Class, Value  # isort: skip - one line would be too long

DEEPEST = 120
"""How many expressions may be inside one another."""
LABOUR = 60_000
"""How many expressions of one program are worked out before the reading stops."""


class Stopped(Exception):
    """The program is too much to read."""


class Evaluator(ABC):
    """Expressions of one program; calls are for the class that knows functions."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.memory = Memory()
        self.frame = Frame()
        self.parameters: frozenset[str] = frozenset()
        self.labour = 0
        self.depth = 0
        self.misuses: list[Misuse] = []
        self.lags: Mapping[ast.Subscript, int] = {}

    @abstractmethod
    def call(self, node: ast.Call) -> Value:
        """What a call returns."""

    @abstractmethod
    def truth(self, node: ast.expr) -> Term | bool | None:
        """Whether a condition holds: a relation where that depends on the step, None where nothing says."""

    def span(self, node: ast.AST) -> Span | None:
        return self.source.span(node)

    def value(self, node: ast.expr) -> Value:
        """The value of an expression.

        Raises:
            Stopped: the program is too long or nested too deeply.
        """
        self.labour += 1
        self.depth += 1
        try:
            if self.labour > LABOUR:
                raise Stopped(f"more than {LABOUR} expressions")
            if self.depth > DEEPEST:
                raise Stopped("nested too deeply")
            return self._value(node)
        finally:
            self.depth -= 1

    def loaded(self, node: ast.expr) -> Value:
        """The value of an expression, what a place holds and not the place."""
        value = self.value(node)
        return self.memory.load(value.slot, self.span(node)) if isinstance(value, Place) else value

    def term(self, node: ast.expr) -> Term:
        """The value of an expression as a term; of what is not read, a function that nothing knows."""
        return self.as_term(self.loaded(node), self.span(node))

    def as_term(self, value: Value, span: Span | None = None) -> Term:
        match value:
            case Term():
                return value
            case Place():
                span = span or value.span
                return self.as_term(self.memory.load(value.slot, span), span)
            case Gradient():
                return replace(self.memory.gradient(value), span=span)
            case Collection():
                return self.as_term(value.element, span)
            case Unknown():
                return Term("call", value.made_from, f"?{value.label}", span=span)
            case Many(items=[item]):
                return self.as_term(item, span)
            case _:
                return Term("call", (), f"?{type(value).__name__.lower()}", span=span)

    def _value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name() | ast.Attribute() | ast.Subscript():
                return self._spanned(self._place(node), node)
            case ast.BinOp():
                return self._binary(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.Call():
                return self._spanned(self.call(node), node)
            case ast.Tuple(elts=items) | ast.List(elts=items):
                return Many(tuple(self.value(i) for i in items[:200]))
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys[:200], values[:200], strict=False)
                return Record({str(k.value): self.value(v) for k, v in pairs if isinstance(k, ast.Constant)})
            case ast.IfExp():
                return self._either(node)
            case ast.Lambda():
                return Closure(node, self.frame)
            case ast.ListComp() | ast.GeneratorExp() | ast.DictComp() | ast.SetComp():
                return self._comprehension(node)
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                made = self.value(value)
                self.memory.assign(self.local(name), made, self.span(node))
                return made
            case ast.Compare() | ast.BoolOp():
                known = self.truth(node)
                return Unknown("condition") if known is None or isinstance(known, bool) else known
            case ast.JoinedStr():
                return Text("")
            case ast.Starred(value=inner):
                return self.value(inner)
            case _:
                return Unknown(type(node).__name__.lower())

    def _spanned(self, value: Value, node: ast.expr) -> Value:
        """A value that stands where an expression does; what the expression only hands on stands inside it."""
        if not isinstance(value, Term):
            return value
        span = self.span(node)
        inside = value.span and span and span[0] <= value.span[0] and value.span[1] <= span[1]
        return value if inside else replace(value, span=span)

    def _constant(self, node: ast.Constant) -> Value:
        if isinstance(node.value, str):
            return Text(node.value[:200])
        span = self.span(node)
        text = self.source.text[slice(*span)] if span else ""
        number = A.literal(text, node.value)
        if number is None:
            return Unknown("none" if node.value is None else "constant")
        return replace(number, span=span)

    # Places

    def local(self, name: str) -> str:
        """The place of a local name that is about to be given a value of its own."""
        if name in self.frame.shared:
            known = self._lookup(name)
            return known.slot if isinstance(known, Place) else name
        outside = self.frame.names.get(name)
        if self.frame.prefix or not isinstance(outside, Place | None):
            self.frame.names[name] = Place(self.frame.prefix + name)
            return self.frame.prefix + name
        if isinstance(outside, Place):
            del self.frame.names[name]
        return name

    def _lookup(self, name: str) -> Value | None:
        frame: Frame | None = self.frame
        while frame is not None:
            if name in frame.names:
                return frame.names[name]
            frame = frame.outer
        return None

    def place(self, node: ast.expr) -> str | None:
        """The place that an expression stands for, aliases followed."""
        text = place_text(node)
        if text is None:
            return None
        name, rest = self._split(text)
        known = self._lookup(name)
        if isinstance(known, Place):
            name = known.slot
        elif known is not None:
            return None
        return self.memory.resolved(self.memory.resolved(name) + rest) if rest else name

    def _split(self, text: str) -> tuple[str, str]:
        cut = min((i for i in (text.find("."), text.find("[")) if i >= 0), default=len(text))
        return text[:cut], text[cut:]

    def _place(self, node: ast.Name | ast.Attribute | ast.Subscript) -> Value:
        text = place_text(node)
        if text is None:
            return self._part(node)
        name, rest = self._split(text)
        known = self._lookup(name)
        if text == PLACEHOLDER:
            return Unknown("left out")
        if known is None and name in LIBRARIES and name not in self.parameters and self.memory.known(name) is None:
            return Module(text)
        if known is not None and not isinstance(known, Place):
            return self._spanned(known, node) if not rest else self._part(node)
        if isinstance(node, ast.Attribute) and node.attr == "T":
            return Unknown("transposed", (self.term(node.value),))
        base = self.place(node.value) if isinstance(node, ast.Attribute) else None
        if isinstance(node, ast.Attribute) and node.attr == "grad" and base is not None:
            return self._gradient_at(base)
        slot = self.place(node)
        if isinstance(node, ast.Subscript) and node in self.lags and slot in self.memory.carried:
            return T.at(slot, A.clock(-self.lags[node]))
        return Unknown("part") if slot is None else Place(slot, self.span(node))

    def _gradient_at(self, slot: str) -> Term:
        """``p.grad``: the gradient where the step began."""
        carried = slot in self.memory.carried
        return T.grad(T.at(slot, A.clock(-1)) if carried else T.name(slot))

    def _part(self, node: ast.Name | ast.Attribute | ast.Subscript) -> Value:
        """A part of a value that has no place of its own."""
        if isinstance(node, ast.Name):
            return Unknown(node.id)
        whole = self.loaded(node.value)
        key = node.attr if isinstance(node, ast.Attribute) else key_of(node.slice).strip("[]'\"")
        if isinstance(whole, Many) and key.isdigit() and int(key) < len(whole.items):
            return whole.items[int(key)]
        if isinstance(whole, Record) and key in whole.fields:
            return whole.fields[key]
        if isinstance(whole, Gradient):
            return whole
        if isinstance(whole, Module):
            return Module(f"{whole.name}.{key}")
        if isinstance(whole, Term) and isinstance(node, ast.Subscript):
            return whole
        return Unknown(key, (whole,) if isinstance(whole, Term) else ())

    # Arithmetic

    def _binary(self, node: ast.BinOp) -> Value:
        left = self.value(node.left)
        if isinstance(left, Many | Text):
            return left
        span = self.span(node.left)
        a = self.as_term(self.memory.load(left.slot, span) if isinstance(left, Place) else left, span)
        b = self.term(node.right)
        made = A.binary(node.op, a, b)
        if made is None:
            return Unknown(type(node.op).__name__.lower(), (a, b))
        return made if made is a or made is b else replace(made, span=self.span(node))

    def _unary(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.Not):
            return Unknown("condition")
        inner = self.term(node.operand)
        if isinstance(node.op, ast.USub):
            return replace(T.neg(inner), span=self.span(node)) if inner != A.ZERO else inner
        return inner if isinstance(node.op, ast.UAdd) else Unknown("invert", (inner,))

    def _either(self, node: ast.IfExp) -> Value:
        holds = self.truth(node.test)
        if isinstance(holds, Term):
            a, b = self.term(node.body), self.term(node.orelse)
            return Term("cases", (a, holds, b, T.name("otherwise")), span=self.span(node))
        return self.value(node.orelse if holds is False else node.body)

    # Collections

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp) -> Value:
        """One element of what a comprehension makes."""
        self.frame = Frame({}, self.frame)
        try:
            for generator in node.generators:
                self.bind(generator.target, self.element(generator.iter))
            made = self.value(node.value if isinstance(node, ast.DictComp) else node.elt)
            return made if isinstance(made, Term | Place | Gradient) else Collection(made)
        finally:
            assert self.frame.outer is not None
            self.frame = self.frame.outer

    def bind(self, target: ast.expr, value: Value) -> None:
        """Name the parts of an element in a loop; names seen only there are not places."""
        if isinstance(target, ast.Name):
            self.frame.names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            for i, part in enumerate(target.elts):
                item = value.items[i] if isinstance(value, Many) and i < len(value.items) else self._component(value, i)
                self.bind(part, item)

    def _component(self, value: Value, i: int) -> Value:
        if isinstance(value, Place):
            return Place(f"{value.slot}[{i}]")
        return value if isinstance(value, Gradient) else Unknown("element")

    def element(self, node: ast.expr) -> Value:
        """One element of what a loop goes through: the number of the step for a range."""
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in RANGES:
                return A.clock(self._start(node) - 1)
            if name in COLLECTIONS:
                return self._element_of_call(node, name)
        value = self.value(node)
        if isinstance(value, Many) and value.items:
            return value.items[0]
        if isinstance(value, Collection):
            return value.element
        return value

    def _element_of_call(self, node: ast.Call, name: str) -> Value:
        inner = [self.element(a) for a in node.args]
        if name == "zip":
            return Many(tuple(inner))
        if name == "enumerate":
            start = self._start(node, default=0, single=False)
            return Many((A.clock(start - 1), inner[0] if inner else Unknown("element")))
        if isinstance(node.func, ast.Attribute) and not inner:
            whole = self.value(node.func.value)
            if name in ("items", "named_parameters"):
                return Many((Text(""), self._values_of(whole)))
            return Text("") if name == "keys" else self._values_of(whole)
        return inner[-1 if name == "map" else 0] if inner else Unknown("element")

    def _values_of(self, whole: Value) -> Value:
        if isinstance(whole, Record) and whole.fields:
            return next(iter(whole.fields.values()))
        return whole

    def _start(self, node: ast.Call, *, default: int = 0, single: bool = True) -> int:
        """The number that a range or an enumeration starts from; 1 where it is not said in numbers."""
        given = [k.value for k in node.keywords if k.arg == "start"]
        first = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if not given and len(node.args) > 1:
            given = [node.args[0] if single else node.args[1]]
        elif not given and single and first == "count" and node.args:
            given = [node.args[0]]
        if not given:
            return default
        number = A.whole(self.term(given[0]))
        return 1 if number is None else number

    def arguments(self, nodes: Sequence[ast.expr]) -> list[Value]:
        return [self.value(n.value if isinstance(n, ast.Starred) else n) for n in nodes[:60]]


__all__ = ["CLOCK", "Class", "Evaluator", "Stopped"]
