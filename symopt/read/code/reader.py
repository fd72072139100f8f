"""Where a program's steps are: loops, methods, functions, statements that stand alone."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from symopt.language.terms import Term
from symopt.read.code.expressions import Stopped
from symopt.read.code.histories import lags
from symopt.read.code.memory import Memory
from symopt.read.code.recurrence import Program, Recurrence
from symopt.read.code.results import finished
from symopt.read.code.source import parse_source
from symopt.read.code.statements import Function, Statements
from symopt.read.code.values import Class, Closure, Frame, Place, Unknown, Value

RUNS = 6
"""How many combinations of options of one step are read."""
_START = ("__init__", "__post_init__", "build", "initialize", "init", "reset", "setup", "_init_state")


def read_program(text: str) -> Program:
    """The steps of a program; never raises, never runs what it reads."""
    reader = Reader(text)
    stopped = ""
    try:
        reader.whole()
    except Stopped as reason:
        stopped = str(reason)
    except RecursionError:
        stopped = "nested too deeply"
    return Program(
        reader.source, tuple(sorted(reader.found, key=lambda r: r.span)), tuple(dict.fromkeys(reader.misuses)),
        reader.source.faults, stopped,
    )  # fmt: skip


class Reader(Statements):
    """A program, read for its steps."""

    def __init__(self, text: str) -> None:
        super().__init__(parse_source(text))
        self.found: list[Recurrence] = []
        self.name = ""
        self.assigned: frozenset[str] = frozenset()
        self.called: set[ast.AST] = set()
        self.around: dict[ast.AST, Mapping[str, Value]] = {}
        self.unit: ast.AST | None = None

    def whole(self) -> None:
        """Every step of the program."""
        body = self.source.tree.body
        plain = [s for s in body if not isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
        for statement in body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                self.defined(statement)
            elif isinstance(statement, ast.ClassDef):
                self.frame.names[statement.name] = self._class(statement)
        self.run(plain)
        if plain and not any(isinstance(n, ast.For | ast.While) for s in plain for n in ast.walk(s)):
            for paragraph in self._paragraphs(plain):
                self._alone(paragraph)
        for known in list(self.frame.names.values()):
            if isinstance(known, Class):
                self._methods(known)
        done = 0
        while done < len(self.functions):
            closure = self.functions[done]
            done += 1
            if closure.node not in self.called:
                self._read_function(closure)

    # Units

    def _class(self, node: ast.ClassDef) -> Class:
        frame = Frame({}, self.frame)
        methods = {s.name: s for s in node.body if isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef)}
        declared = tuple(
            s.target.id for s in node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)
        )
        made = Class(node.name, node, frame, {}, declared)
        closures = {name: Closure(m, frame, made) for name, m in methods.items()}
        for base in (b for n in node.bases if isinstance(n, ast.Name) and isinstance(b := self._lookup(n.id), Class)):
            frame.names |= {f"super().{name}": replace(m, frame=frame) for name, m in base.methods.items()}
            closures = {name: replace(m, frame=frame, owner=made) for name, m in base.methods.items()} | closures
            declared = (*base.declared, *declared)
        frame.names |= {f"self.{name}": closure for name, closure in closures.items()}
        return Class(node.name, node, frame, closures, declared)

    def _methods(self, known: Class) -> None:
        """Each method that no other calls, after those that begin."""
        self.name = known.name
        start = Memory()
        defaults: dict[str, Value] = {}
        self._fresh(start, Frame({}, known.frame), defaults)
        for statement in known.node.body:
            if isinstance(statement, ast.AnnAssign) and statement.value and isinstance(statement.target, ast.Name):
                start.assign(f"self.{statement.target.id}", self.value(statement.value), None)
        own = {s.name for s in known.node.body if isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef)}
        calls = {name: frozenset(_called(m)) for name, m in known.methods.items()}
        inside = frozenset(c for name in calls.keys() & own for c in calls[name])
        above = frozenset(c for name in calls.keys() - own for c in calls[name])
        for name in _START:
            if name in known.methods and name not in (inside | above) - {"reset", "build", "initialize"}:
                self._begin(known.methods[name])
        for name, method in known.methods.items():
            if name in (*_START, "__repr__", "__str__") or (name in inside and not name.startswith("step")):
                continue
            self._fresh(Memory(start.values), Frame({}, known.frame), dict(self.defaults))
            self.memory.initial |= start.initial
            before = len(self.found)
            self._body(method, f"{known.name}.{name}")
            if name in above:
                self.found[before:] = [replace(r, part=True) for r in self.found[before:]]

    def _begin(self, method: Closure) -> None:
        assert not isinstance(method.node, ast.Lambda)
        self._take_defaults(method.node)
        self.result, self.returned = None, False
        self.nesting += 1  # a loop here prepares, it is no step
        self.run(method.node.body)
        self.nesting -= 1
        self.result, self.returned = None, False
        self.frame = Frame({}, self.frame.outer)

    def _read_function(self, closure: Closure) -> None:
        assert not isinstance(closure.node, ast.Lambda)
        self._fresh(Memory(self._closed(closure)), Frame({}, closure.frame), {})
        self._body(closure, closure.node.name)

    def _closed(self, closure: Closure) -> Mapping[str, Value]:
        """What the places around a function hold when it is defined."""
        return self.around.get(closure.node, {})

    def defined(self, node: Function) -> None:
        super().defined(node)
        self.around[node] = dict(self.memory.values)

    def performed(self, own: Closure, arguments: list[Value], keywords: dict[str, Value]) -> Value:
        self.called.add(own.node)
        return super().performed(own, arguments, keywords)

    def _body(self, closure: Closure, name: str) -> None:
        """A function: its loops are steps; where it has none, all of it is one."""
        node = closure.node
        assert not isinstance(node, ast.Lambda)
        self.name = name
        self._take_defaults(node)
        self.result, self.returned = None, False
        arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        self.parameters = frozenset(a.arg for a in arguments)
        shared = {n for s in ast.walk(node) if isinstance(s, ast.Global | ast.Nonlocal) for n in s.names}
        self.assigned = frozenset(_stored(node)) - self.parameters - shared
        before = len(self.found)
        if _has_step_loop(node):
            self.run(node.body)
        if len(self.found) == before or not _has_step_loop(node):
            self.result, self.returned = None, False
            memory = self.memory
            self._fresh(Memory(self._closed(closure) if closure.owner is None else memory.values),
                        Frame({}, closure.frame), self.defaults)  # fmt: skip
            self.memory.initial |= memory.initial
            self._step(node, lambda: self.run(node.body), whole=True)
        self.parameters = self.assigned = frozenset()
        self.name = ""

    def _take_defaults(self, node: Function) -> None:
        arguments = [*node.args.posonlyargs, *node.args.args]
        pairs = [*zip(arguments[::-1], node.args.defaults[::-1], strict=False)]
        pairs += [(a, d) for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d is not None]
        for argument, default in pairs:
            value = self.value(default)
            self.defaults[argument.arg] = value
            if isinstance(value, Term) and value.head == "number":
                self.memory.constants.setdefault(argument.arg, value)

    def _fresh(self, memory: Memory, frame: Frame, defaults: dict[str, Value]) -> None:
        self.memory, self.frame, self.defaults = memory, frame, defaults
        self.choice, self.forks, self.clock = {}, [], None

    def _paragraphs(self, body: Sequence[ast.stmt]) -> list[list[ast.stmt]]:
        """Statements that stand alone, parted where one thing is updated a second time after a gap."""
        parts: list[list[ast.stmt]] = []
        for statement in body:
            last = parts[-1][-1] if parts else None
            gap = last is not None and statement.lineno - (last.end_lineno or 0) > 1
            if last is None or gap:
                parts.append([])
            parts[-1].append(statement)
        updated = [{t for s in part for t in _updates(s)} for part in parts]
        repeats = any(a & b for i, a in enumerate(updated) for b in updated[:i])
        return parts if repeats else [list(body)]

    def _alone(self, body: Sequence[ast.stmt]) -> None:
        constant = [s for s in body if isinstance(s, ast.Assign) and _is_start_value(s)]
        self._fresh(Memory(), Frame(dict(self.frame.names), None), {})
        self.name = ""
        self.run(constant)
        rest = [s for s in body if s not in constant]
        if rest:
            node = ast.Module(list(body), [])
            self._step(node, lambda: self.run(rest), whole=True)

    # Steps

    def stepped(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        clock, self.lags = self.clock, lags(node)
        work = (lambda: self.run(node.body)) if isinstance(node, ast.While) else (lambda: self.counted(node))
        self._step(node, work, whole=False)
        self.clock, self.lags = clock, {}

    def _step(self, node: ast.AST, work: Callable[[], None], *, whole: bool) -> None:
        """One step, once for each combination of the options that nothing settles."""
        todo: list[dict[int, bool]] = [{}]
        before, names = self.memory, dict(self.frame.names)
        runs = 0
        after = before
        while todo and runs < RUNS:
            runs += 1
            self.choice, self.forks = todo.pop(0), []
            after = self._entered(before, names, work)
            for i, fork in enumerate(dict.fromkeys(self.forks)):
                settled = dict.fromkeys(list(dict.fromkeys(self.forks))[:i], False)
                todo.append({**self.choice, **settled, fork: True})
            made = finished(self, after, node, whole=whole)
            if made is not None and made not in self.found:
                self.found.append(made)
        self.memory = before
        self.frame.names = names
        self.choice = {}
        for slot in after.written:
            before.values[slot] = Unknown("after the loop")
        if not whole:
            self.result, self.returned = None, False

    def _entered(self, before: Memory, names: dict[str, Value], work: Callable[[], None]) -> Memory:
        """The step read twice: to see which places it writes, then with what the step before left in them."""
        written: set[str] = set()
        for _ in range(2):
            memory = Memory(before.values)
            memory.constants = dict(before.constants)
            memory.nicknames = dict(before.nicknames)
            memory.initial, memory.ungiven = dict(before.initial), before.ungiven
            memory.parameters = self.parameters
            memory.enter(written)
            memory.stepping = True
            self.memory, self.frame.names = memory, dict(names)
            self.result, self.returned = None, False
            work()
            written = set(memory.written)
        return self.memory


def _called(method: Closure) -> Iterator[str]:
    """The names of the methods that one calls."""
    calls = (n.func for n in ast.walk(method.node) if isinstance(n, ast.Call))
    return (f.attr for f in calls if isinstance(f, ast.Attribute) and _is_self(f.value))


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _stored(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _has_step_loop(node: ast.AST) -> bool:
    """Whether a function goes through steps: counts, or waits for something."""
    for loop in ast.walk(node):
        if isinstance(loop, ast.While):
            return True
        if isinstance(loop, ast.For) and isinstance(loop.iter, ast.Call):
            named = {getattr(n, "id", getattr(n, "attr", "")) for n in ast.walk(loop.iter)}
            size = any(isinstance(n, ast.Call) and getattr(n.func, "id", "") == "len" for n in ast.walk(loop.iter))
            if named & {"range", "xrange", "trange", "count"} and not size:
                return True
    return False


def _updates(statement: ast.stmt) -> set[str]:
    """The names that a statement gives anew from what they were."""
    match statement:
        case ast.AugAssign(target=target):
            return {ast.unparse(target)[:80]}
        case ast.Assign(targets=[target], value=value):
            name = ast.unparse(target)[:80]
            return (
                {name}
                if any(ast.unparse(n)[:80] == name for n in ast.walk(value) if isinstance(n, ast.Name))
                else set()
            )
        case _:
            return set()


def _is_start_value(statement: ast.Assign) -> bool:
    """Whether a statement only gives a start: a number, zeros, something left out."""
    names = {n.id for n in ast.walk(statement.value) if isinstance(n, ast.Name)}
    stored = {n.id for t in statement.targets for n in ast.walk(t) if isinstance(n, ast.Name)}
    zeros = isinstance(statement.value, ast.Call) and "zeros" in ast.unparse(statement.value.func)[:80]
    numbers = not any(isinstance(n, ast.Name | ast.Call) for n in ast.walk(statement.value))
    return not (names & stored) and (zeros or numbers or "__given__" in names)


__all__ = ["Place", "Reader", "read_program"]
