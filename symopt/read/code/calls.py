"""What calls return: arithmetic of any library, gradients, the program's own functions, changes in place."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.read.code import arithmetic as A
from symopt.read.code import functions as F
from symopt.read.code.conditions import Conditions
from symopt.read.code.names import hyper_name
from symopt.read.code.values import Class, Closure, Collection, Frame, Gradient, Many, Module, Place, Record, Text

from symopt.read.code.values import Unknown, Value  # isort: skip - one line would be too long

CALLS_DEEP = 10
"""How many calls of the program's own functions may be inside one another."""
_TRANSFORMS = frozenset({"grad", "value_and_grad", "gradient", "jacobian", "elementwise_grad", "jacfwd", "jacrev"})
_GATHERED = frozenset({"mean", "sum", "reduce_mean", "reduce_sum", "average", "nanmean", "mean_", "clip_by_norm",
                       "clip_by_global_norm", "stack", "concatenate"})  # fmt: skip
_ASSIGNMENTS = {"update": 0, "assign": 0, "assign_add": 1, "update_add": 1, "assign_sub": -1, "update_sub": -1}
"""Functions that give their first argument the second one's value, add it, or take it away."""
_UNREAD_METHODS = frozenset({"append", "extend", "insert", "update", "zero_grad", "backward", "fit", "format", "join"})


class Calls(Conditions):
    """Calls; running a function's body is for the class that knows statements."""

    def call(self, node: ast.Call) -> Value:
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if isinstance(function, ast.Name | ast.Attribute):
            own = self._own(function)
            if own is not None:
                return self.invoked(own, self.arguments(node.args), self._keywords(node), node)
        if isinstance(function, ast.Attribute):
            base = self.value(function.value)
            if not isinstance(base, Module):
                if name.startswith("assign") and (given := self._given_anew(name, node)) is not None:
                    return given
                changed = self._in_place(node, function, name, base)
                return self._method(node, base, name) if changed is None else changed
        if isinstance(function, ast.Call):
            return self._curried(function, node)
        if (given := self._given_anew(name, node)) is not None:
            return given
        return self._function(node, name, self.arguments(node.args))

    def _given_anew(self, name: str, node: ast.Call) -> Value | None:
        """``K.update(p, new_p)``, ``self.assign_sub(w, step)``: a place given a value; None for any other call."""
        slot = self.place(node.args[0]) if name in _ASSIGNMENTS and len(node.args) == 2 else None
        if slot is None:
            return None
        old, new = self.term(node.args[0]), self.term(node.args[1])
        self.memory.assign(slot, F.scaled_sum(old, new, None, sign) if (sign := _ASSIGNMENTS[name]) else new,
                           self.span(node), bind=False)  # fmt: skip
        return Place(slot)

    def _own(self, function: ast.Name | ast.Attribute) -> Closure | Class | None:
        """A function or class of the program itself."""
        if isinstance(function, ast.Name):
            known = self._lookup(function.id)
            return known if isinstance(known, Closure | Class) else None
        match function.value:
            case ast.Name(id=owner):
                found = self._lookup(f"{owner}.{function.attr}")
            case ast.Call(func=ast.Name(id="super")):
                found = self._lookup(f"super().{function.attr}")
            case _:
                return None
        return found if isinstance(found, Closure) else None

    def _keywords(self, node: ast.Call) -> dict[str, Value]:
        return {k.arg: self.value(k.value) for k in node.keywords if k.arg}

    def _curried(self, inner: ast.Call, node: ast.Call) -> Value:
        """``grad(loss)(w)``, and what a call returned being called."""
        name = inner.func.attr if isinstance(inner.func, ast.Attribute) else getattr(inner.func, "id", "")
        arguments = self.arguments(node.args)
        if name in _TRANSFORMS:
            gradient = Gradient(name, self._terms(arguments))
            return Many((Unknown("value"), gradient)) if name == "value_and_grad" else gradient
        made = self.value(inner)
        if isinstance(made, Closure):
            return self.invoked(made, arguments, self._keywords(node), node)
        if F.is_gradient_name(name):
            return Gradient(name, self._terms(arguments))
        return Unknown(name, self._terms(arguments))

    def _terms(self, values: Sequence[Value]) -> tuple[Term, ...]:
        kept = [v for v in values if not isinstance(v, Closure | Class | Module | Text)]
        return tuple(self.as_term(v) for v in kept)

    # Functions

    def _function(self, node: ast.Call, name: str, arguments: list[Value]) -> Value:
        keywords = self._keywords(node)
        if name in F.MAPS and arguments and isinstance(arguments[0], Closure):
            return self.invoked(arguments[0], arguments[1:], {}, node)
        if name == "dict":
            return Record(keywords)
        if name in F.ZERO:
            return A.ZERO
        if name in F.ONE:
            return A.ONE
        if name in ("safe_int32_increment", "safe_increment") and arguments:
            return A.plus(self.as_term(arguments[0]), A.ONE)
        if name in F.SAME:
            return self._same(name, arguments[0]) if arguments else Unknown(name)
        if name == "replace" and arguments:
            return Record(keywords, "replaced")
        if (sums := self._sum_of(name, arguments, keywords)) is not None:
            return self._out(node, sums)
        if name in F.FUNCTIONS and arguments:
            return self._out(node, self._applied(name, arguments, keywords))
        return self._other(node, name, arguments, keywords)

    def _same(self, name: str, value: Value) -> Value:
        """What a function returns that leaves a value what it is; a copy is the value and not its place."""
        if name not in F.COPIES or not isinstance(value, Place):
            return value
        held = self.memory.known(value.slot)
        return held if isinstance(held, Term) and held.head == "at" else value

    def _out(self, node: ast.Call, made: Value) -> Value:
        """The value, put where ``out=`` says."""
        for keyword in node.keywords:
            slot = self.place(keyword.value) if keyword.arg == "out" else None
            if slot is not None:
                self.memory.assign(slot, made, self.span(node), bind=False)
        return made

    def _sum_of(self, name: str, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> Term | None:
        """torch's sums, products and quotients with a factor."""
        scale = next((self.as_term(keywords[k]) for k in ("alpha", "value") if k in keywords), None)
        terms = [self.as_term(a) for a in arguments]
        if name in ("add", "sub", "subtract") and len(terms) == 2:
            return F.scaled_sum(terms[0], terms[1], scale, 1 if name == "add" else -1)
        if name in ("addcmul", "addcdiv") and len(terms) in (3, 4):
            if len(terms) == 4:
                scale, terms = terms[1], [terms[0], *terms[2:]]
            made = F.scaled_product if name == "addcmul" else F.scaled_quotient
            return made(terms[0], terms[1:], scale)
        return None

    def _applied(self, name: str, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
        terms = [self.as_term(a) for a in arguments]
        if name in ("clip", "clamp"):
            return self._clipped(terms, keywords)
        if name == "norm":
            terms = terms[:1]
        if name == "where" and arguments and isinstance(arguments[0], Unknown):
            return Unknown(name, tuple(terms[1:]))
        if name in ("max", "min") and len(terms) != 2:
            return Unknown(name, tuple(terms))
        if name == "lerp" and len(terms) == 2 and "weight" in keywords:
            terms.append(self.as_term(keywords["weight"]))
        try:
            return F.FUNCTIONS[name](*terms)
        except (KeyError, TypeError):
            return Unknown(name, tuple(terms))

    def _clipped(self, terms: list[Term], keywords: Mapping[str, Value]) -> Value:
        low = next((self.as_term(keywords[k]) for k in ("min", "a_min") if k in keywords), None)
        high = next((self.as_term(keywords[k]) for k in ("max", "a_max") if k in keywords), None)
        low = terms[1] if low is None and len(terms) > 1 else low
        high = terms[2] if high is None and len(terms) > 2 else high
        made = terms[0]
        if low is not None and not _is_none(low):
            made = T.call("max", made, low)
        if high is not None and not _is_none(high):
            made = T.call("min", made, high)
        return made

    def _other(self, node: ast.Call, name: str, arguments: list[Value], keywords: Mapping[str, Value]) -> Value:
        terms = self._terms(arguments)
        whole = arguments[0] if arguments else None
        if name in _GATHERED and whole is not None and self._is_gradient(whole):
            return whole
        if F.is_gradient_name(name):
            return Gradient(name, (*terms, *self._terms(list(keywords.values()))))
        if hyper_name(name, {}) == r"\eta" and isinstance(node.func, ast.Name):
            return T.name(name)  # a schedule, asked for the rate of the step
        if name[:1].isupper() and (keywords or len(arguments) > 1) and name.lower().endswith("state"):
            return Record({**{str(i): a for i, a in enumerate(arguments)}, **keywords}, name)
        return Unknown(name, terms)

    def _is_gradient(self, value: Value) -> bool:
        if isinstance(value, Place):
            value = self.memory.load(value.slot, None)
        return isinstance(value, Gradient) or (isinstance(value, Term) and value.head == "grad")

    # Methods

    def _method(self, node: ast.Call, base: Value, name: str) -> Value:
        assert isinstance(node.func, ast.Attribute)
        if name == "_replace":
            return Record(self._keywords(node), "replaced")
        if name in ("get", "setdefault", "pop") and node.args:
            slot = self.place(node)
            if name == "setdefault" and slot is not None and len(node.args) > 1:
                self.memory.initial.setdefault(slot, self.value(node.args[1]))
            return Unknown(name) if slot is None else Place(slot)
        if name in F.SAME or (name in ("values", "parameters") and not node.args):
            return self._same(name, base)
        if name in _GATHERED and self._is_gradient(base):
            return base
        if name in F.ZERO or (name == "new" and node.args):
            return A.ZERO
        if F.is_gradient_name(name):
            return Gradient(name, self._terms(self.arguments(node.args)))
        if name in ("append", "extend"):
            self.arguments(node.args)
        if name in _UNREAD_METHODS or isinstance(base, Text | Closure | Class):
            return Unknown(name)
        whole = self.as_term(base, self.span(node.func.value))
        arguments = [whole, *self.arguments(node.args)]
        keywords = self._keywords(node)
        if (sums := self._sum_of(name, arguments, keywords)) is not None:
            return sums
        if name in F.FUNCTIONS:
            return self._applied(name, arguments, keywords)
        return Unknown(name, self._terms(arguments))

    def _in_place(self, node: ast.Call, function: ast.Attribute, name: str, base: Value) -> Value | None:
        """A method that changes the value it is called on; None for any other."""
        plain = name[:-1] if name.endswith("_") and not name.endswith("__") else name
        adds = {"add_": 1, "sub_": -1, "subtract_": -1, "assign_add": 1, "assign_sub": -1}
        known = name in F.IN_PLACE or name in adds or name in ("addcmul_", "addcdiv_", "maximum_", "minimum_")
        if not known:
            return None
        old = self.as_term(base, self.span(function.value))
        arguments: list[Value] = [old, *self.arguments(node.args)]
        keywords = self._keywords(node)
        if name in adds and len(arguments) == 2:
            scale = next((self.as_term(keywords[k]) for k in ("alpha",) if k in keywords), None)
            made: Value = F.scaled_sum(old, self.as_term(arguments[1]), scale, adds[name])
        elif plain in ("addcmul", "addcdiv"):
            made = self._sum_of(plain, arguments, keywords) or Unknown(name)
        elif name in F.IN_PLACE and name not in ("lerp_", "clamp_"):
            try:
                made = F.IN_PLACE[name](*(self.as_term(a) for a in arguments))
            except TypeError:
                made = Unknown(name)
        else:
            made = self._applied(plain, arguments, keywords)
        slot = self._changed(function.value)
        if slot is not None:
            self.memory.assign(slot, made, self.span(node), bind=False)
            return Place(slot)
        return made

    def _changed(self, node: ast.expr) -> str | None:
        """The place that a chain of changes in place begins with: ``m`` of ``m.mul_(b).add_(g)``."""
        while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.endswith("_"):
            node = node.func.value
        return self.place(node)

    # The program's own functions

    def invoked(self, own: Closure | Class, arguments: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        """What a function of the program returns; a class gives a record of what it was made with."""
        if isinstance(own, Class):
            named = dict(zip(own.declared, arguments, strict=False))
            return Record({**named, **keywords}, own.name)
        if self.nesting >= CALLS_DEEP or own.node in self.running:
            return Unknown("recursive call", self._terms(arguments))
        if isinstance(own.node, ast.Lambda):
            frame = Frame({}, own.frame)
            self._give(frame, own.node.args, arguments, keywords)
            return self.within(frame, own.node, lambda body: self.value(body.body))
        return self.performed(own, arguments, keywords)

    def _give(self, frame: Frame, to: ast.arguments, values: Sequence[Value], keywords: Mapping[str, Value]) -> None:
        """Bind a function's parameters to what it is called with."""
        names = [a.arg for a in (*to.posonlyargs, *to.args)]
        frame.names |= dict(zip(names, values, strict=False))
        if to.vararg:
            frame.names[to.vararg.arg] = Many(tuple(values[len(names) :]))
        frame.names |= keywords
        defaults = [*zip(names[::-1], to.defaults[::-1], strict=False)]
        defaults += [(a.arg, d) for a, d in zip(to.kwonlyargs, to.kw_defaults, strict=True) if d is not None]
        for name, default in defaults:
            if name not in frame.names:
                frame.names[name] = self.value(default)
        for argument in (*to.posonlyargs, *to.args, *to.kwonlyargs):
            frame.names.setdefault(argument.arg, Unknown(argument.arg))


def _is_none(term: Term) -> bool:
    return term.head == "call" and term.name == "?none"


__all__ = ["Calls", "Collection"]
