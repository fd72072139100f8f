"""NumPy: array expressions, and blocks that fit the cache for work in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from symopt.kernels.blocks import blocks
from symopt.kernels.functional import Writer, gradient_name, leaves
from symopt.kernels.header import header
from symopt.kernels.kernel import Kernel
from symopt.kernels.module import in_memory
from symopt.kernels.nodes import Node, arrays_of
from symopt.kernels.plan import Plan, Setting, Slot, plan_of
from symopt.kernels.schedule import Finish, Sums
from symopt.kernels.source import Dialect, coefficients, indented, stages_of
from symopt.language import Optimizer

SCRATCH = 2**18
"""Bytes of a thread's scratch: NumPy's calls cost little on blocks of that size, which lie in a cache all the same."""

NUMPY = Dialect({
    "sqrt": "np.sqrt({0})", "square": "np.square({0})", "pow": "np.power({0}, {1})", "abs": "np.abs({0})",
    "sign": "np.sign({0})", "min": "np.minimum({0}, {1})", "max": "np.maximum({0}, {1})", "exp": "np.exp({0})",
    "log": "np.log({0})", "sin": "np.sin({0})", "cos": "np.cos({0})", "tanh": "np.tanh({0})",
    "floor": "np.floor({0})", "ceil": "np.ceil({0})", "mod": "np.mod({0}, {1})", "where": "np.where({0}, {1}, {2})",
    "and": "np.logical_and({0}, {1})", "or": "np.logical_or({0}, {1})", "not": "np.logical_not({0})",
    "complement": "one_minus_power({0}, {1})",
    "dot": "np.sum(np.multiply({0}, {1}, dtype=np.float64), axis=axes, keepdims=True)",
})  # fmt: skip

IMPORTS = """\
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
State = dict[str, Any]
"""

ONE_MINUS_POWER = '''
def one_minus_power(base: Any, exponent: Any) -> Any:
    """1 - base**exponent without cancellation, for 0 <= base."""
    return -np.expm1(exponent * np.log(base))
'''

INNER = '''
def inner(x: Array, y: Array) -> Any:
    """The sum of x*y, in double precision."""
    left = x.astype(np.float64, copy=False)
    return np.dot(left, left if y is x else y.astype(np.float64, copy=False))
'''

BLOCKS = '''
Arrays = tuple[Array, ...]

SCRATCH = {scratch}  # bytes: blocks that are long enough for NumPy and lie in a cache


def block_of(array: Array, count: int) -> int:
    """The length of a block, so many of which fill the scratch."""
    return max(1, min(array.size, SCRATCH // (array.itemsize * count)))


def blocks(inputs: Arrays, outputs: Arrays, block: int) -> Iterator[Any]:
    """The arrays in one dimension, block by block; buffered where they are not contiguous."""
    arrays = (*inputs, *outputs)
    if all(a.flags.c_contiguous for a in arrays):
        flat = [a.reshape(-1) for a in arrays]
        for start in range(0, flat[0].size, block):
            yield [a[start : start + block] for a in flat]
        return
    flags: Any = [["readonly"]] * len(inputs) + [["writeonly"]] * len(outputs)
    options: Any = ["external_loop", "buffered", "zerosize_ok"]
    size = min(block, block_of(arrays[0], len(arrays)))
    with np.nditer(arrays, options, flags, buffersize=size) as views:
        for view in views:
            yield view if len(arrays) > 1 else (view,)
'''


def kernel(optimizer: Optimizer, hyper: Mapping[str, Any]) -> Kernel:
    """The optimizer's NumPy kernel."""
    from symopt.kernels.arrays import ArrayKernel

    plan = plan_of(optimizer)
    return ArrayKernel(plan.form, hyper, in_memory("numpy", source(plan)))


def source(plan: Plan, *, sweep: bool = False) -> str:
    """The module's text.

    Args:
        plan: what is computed.
        sweep: whether hyperparameters are arrays: nothing is branched on, and nothing done in place.
    """
    step = _Step(plan, sweep)
    body = [*init_lines(plan), *query_lines(plan, sweep), *step.lines()]
    text = "\n".join(body)
    parts = ['"""' + "\n".join(header(plan, "numpy")) + '\n"""\n', IMPORTS, *helpers(text).values()]
    return "\n".join([*parts, text]).rstrip() + "\n"


def helpers(text: str) -> dict[str, str]:
    """The functions that the code calls."""
    known = {"blocks(": BLOCKS.format(scratch=SCRATCH), "one_minus_power(": ONE_MINUS_POWER, "inner(": INNER}
    return {call: lines for call, lines in known.items() if call in text}


def dialect(plan: Plan, *, sweep: bool = False) -> Dialect:
    """NumPy's, with arrays of one number like the plan's parameters; a sweep's sums run over some axes only."""
    dot = NUMPY.calls["dot"] if sweep else "inner(np.ravel({0}), np.ravel({1}))"
    return replace(NUMPY, calls={**NUMPY.calls, "dot": dot, "fill": f"np.full_like({plan.params.name}, {{0}})"})


def parameters(settings: Iterable[Setting]) -> list[str]:
    """Hyperparameters as they stand in a signature."""
    return [f"{s.name}: float" + ("" if s.default is None else f" = {s.default!r}") for s in settings]


def signature(name: str, arguments: Iterable[str], keywords: Iterable[str], returns: str) -> list[str]:
    """The head of a function, on one line if it fits; a name is typed, or follows a star."""
    keywords = list(keywords)
    parts = [*arguments, *(["*", *keywords] if keywords else [])]
    line = f"def {name}({', '.join(parts)}) -> {returns}:"
    if len(line) <= 88:
        return [line]
    return [f"def {name}(", *(f"    {p}," for p in parts), f") -> {returns}:"]


def gradient_names(plan: Plan) -> list[str]:
    """The gradients' names; a step that asks for none is given one all the same."""
    return [gradient_name(plan, i) for i in range(max(1, len(plan.points)))]


def used_settings(plan: Plan, used: Iterable[Node]) -> list[Setting]:
    names = {n.value for n in used if n.op == "hyper"}
    return [s for s in plan.settings if s.hyper.name in names]


def read(plan: Plan, used: set[Node]) -> list[str]:
    """Lines that take what is used from the state and put numbers in double precision."""
    found = [plan.slot_of[n.value] for n in used if n.op == "input" and n.value != plan.params.key]
    slots = [s for s in plan.slots if s in found]
    lines = [f'{s.name} = state["{s.name}"]' if s.array else f'{s.name} = np.float64(state["{s.name}"])' for s in slots]
    if any(n.op == "step" for n in used):
        lines.append('t = np.float64(state["t"] + 1)')
    return lines + [f"{s.name} = np.float64({s.name})" for s in used_settings(plan, used)]


def init_lines(plan: Plan) -> list[str]:
    results = {s: s.initial for s in plan.slots}
    stages = stages_of(plan, results, branches=False)
    used = leaves(stages)

    def finish(writer: Writer, stage: Finish) -> list[str]:
        lines = writer.scalar_lines([])
        entries = ['"t": 0', *(f'"{s.name}": {_initial(plan, s, writer)}' for s in plan.slots)]
        line = f"return {{{', '.join(entries)}}}"
        return [*lines, *([line] if len(line) <= LINE else ["return {", *(f"    {e}," for e in entries), "}"])]

    writer = Writer(plan, dialect(plan), "{0}", finish, stages)
    keywords = parameters(used_settings(plan, used))
    head = signature("init", [f"{plan.params.name}: Array"], keywords, "State")
    doc = '"""The state before the first step; the arrays are new ones."""'
    return ["", *head, *indented([doc, *read(plan, {n for n in used if n.op == "hyper"}), *writer.lines()]), ""]


LINE = 84


def _initial(plan: Plan, slot: Slot, writer: Writer) -> str:
    node, theta = slot.initial, plan.params.name
    if node.op == "input":
        return f"{theta}.copy()"
    if node.op == "fill":
        number = node.args[0]
        if number.op == "number" and number.value == 0:
            return f"np.zeros_like({theta})"
        return f"np.full_like({theta}, {writer.scalars.text(number)})"
    return writer.arrays.text(node) if slot.array else f"np.float64({writer.scalars.text(node)})"


def query_lines(plan: Plan, sweep: bool = False) -> list[str]:
    return each_query(plan, lambda name, index, point: _query(plan, name, index, point, sweep))


def each_query(plan: Plan, write: Callable[[str, int, Node | None], list[str]]) -> list[str]:
    """A function for each point where a step asks: ``write`` is given its name, its place and the point."""
    lines: list[str] = []
    for index, point in enumerate(plan.points or (None,)):
        name = f"query_{index + 1}" if len(plan.points) > 1 else "query"
        lines += ["", *write(name, index, point), ""]
    return lines


def _query(plan: Plan, name: str, index: int, point: Node | None, sweep: bool) -> list[str]:
    theta = plan.params.name
    results = {"point": point} if point else {}
    stages = stages_of(plan, results, branches=not sweep)
    used = leaves(stages)

    def finish(writer: Writer, stage: Finish) -> list[str]:
        node = stage.results.get("point")
        if node is None:
            return [f"return {theta}"]
        return writer.value_lines(node)

    writer = Writer(plan, dialect(plan, sweep=sweep), "number({0})", finish, stages)
    body = writer.lines()
    arguments = [f"{theta}: Array", "state: State", *(f"{gradient_name(plan, i)}: Array" for i in range(index))]
    keywords = [*parameters(used_settings(plan, used)), *(["axes: Any"] if sweep else [])]
    head = signature(name, arguments, keywords, "Array")
    which = "" if len(plan.points) <= 1 else f", number {index + 1}"
    doc = f'"""Where this step asks for the gradient{which}."""'
    number = [f"number = {theta}.dtype.type"] if any("number(" in line for line in body) else []
    guard = ['@np.errstate(all="ignore")'] if len(body) > 1 else []
    return [*guard, *head, *indented([doc, *number, *read(plan, used), *body])]


class _Step:
    """Writes ``step``, with a function for each pass over blocks."""

    def __init__(self, plan: Plan, sweep: bool) -> None:
        self.plan = plan
        self.sweep = sweep
        self.passes: list[str] = []
        stages = stages_of(plan, plan.outputs, branches=not sweep)
        self.used = leaves(stages)
        sums = None if sweep else self.sums
        self.writer = Writer(plan, dialect(plan, sweep=sweep), "number({0})", self.finish, stages, sums)

    def lines(self) -> list[str]:
        plan = self.plan
        theta = plan.params.name
        body = self.writer.lines()
        gradients = [f"{name}: Array" for name in gradient_names(plan)]
        out = ["axes: Any"] if self.sweep else ["out: tuple[Array, State] | None = None"]
        keywords = [*parameters(plan.settings), *out]
        head = signature("step", [f"{theta}: Array", *gradients, "state: State"], keywords, "tuple[Array, State]")
        number = [f"number = {theta}.dtype.type"] if any("number(" in line for line in body) else []
        body = [*(SWEEP_DOC if self.sweep else STEP_DOC), *number, *read(plan, self.used), *body]
        return [*self.passes, "", '@np.errstate(all="ignore")', *head, *indented(body)]

    def finish(self, writer: Writer, stage: Finish) -> list[str]:
        arrays = [n for n in stage.results.values() if n.array]
        made = writer.coefficient_lines(arrays)
        if not self.sweep:
            made += ["if out is not None:", *indented(self.in_place(writer, stage))]
        return [*made, *writer.array_lines(arrays), *self.returned(writer, stage)]

    def returned(self, writer: Writer, stage: Finish) -> list[str]:
        entries = ['"t": state["t"] + 1']
        given: set[Node] = set()

        def own(slot: Slot) -> str:  # every array that is returned is one of its own
            node = stage.results[slot.key]
            if not slot.array:
                return writer.scalars.text(node)
            shared = node.leaf or node in given
            given.add(node)
            return writer.arrays.text(node) + ".copy()" * shared

        theta = own(self.plan.params)
        entries += [f'"{s.name}": {own(s)}' for s in self.plan.slots]
        return exploded(f"return {theta}, {{", entries, "}")

    def in_place(self, writer: Writer, stage: Finish) -> list[str]:
        """The call of a pass that writes the results where they belong."""
        plan = self.plan
        results = {f"{s.name}_out": stage.results[s.key] for s in plan.arrays}
        olds = {f"{s.name}_out": _old(plan, s) for s in plan.arrays}
        call = self.pass_over_blocks("update", writer, results, olds, [])
        places = ["theta_out", *(f'state_out["{s.name}"]' for s in plan.arrays[1:])]
        places[0] = f"{plan.params.name}_out"
        return [
            f"{plan.params.name}_out, state_out = out",
            *several("outputs", places),
            *call,
            *(f'state_out["{s.name}"] = {writer.scalars.text(stage.results[s.key])}' for s in plan.scalars),
            'state_out["t"] = state["t"] + 1',
            "return out",
        ]

    def sums(self, writer: Writer, stage: Sums) -> list[str]:
        """The call of a pass that adds up inner products."""
        made = writer.coefficient_lines(stage.dots)
        names = [writer.fresh("d", d) for d in stage.dots]
        call = self.pass_over_blocks("sums", writer, {}, {}, list(stage.dots))
        writer.scalars.known.update(zip(stage.dots, names, strict=True))
        return [*made, *call, f"{', '.join(names)} = total" + "[0]" * (len(names) == 1)]

    def pass_over_blocks(
        self,
        kind: str,
        writer: Writer,
        results: dict[str, Node],
        olds: dict[str, Node | None],
        dots: list[Node],
    ) -> list[str]:
        """Define a function that works on one block; the lines that call it for each."""
        roots = [*results.values(), *dots]
        inputs = [n for n in arrays_of(roots) if n.leaf]
        numbers = coefficients(roots, NUMPY)
        names = {n: writer.leaf(n) for n in inputs} | {n: writer.arrays.known[n] for n in numbers}
        names |= {n: repr(float(n.value)) for r in arrays_of(roots) for n in r.args if n.op == "number"}
        code = blocks(results, olds, names, dots)
        name = f"{kind}_{sum(line.startswith('def ') for line in self.passes) + 1}"
        scratch = [("scratch", "w", code.floats), ("masks", "b", code.bools)]
        scratch = [(what, letter, count) for what, letter, count in scratch if count]
        arrays = [*(names[n] for n in inputs), *results]
        values = [names[n] for n in numbers]
        head = signature(
            name,
            [*(f"{a}: Array" for a in arrays), *(f"{s[0]}: Any" for s in scratch), *(f"{v}: Any" for v in values)],
            [],
            "tuple[Any, ...]" if dots else "None",
        )
        body = [PASS_DOC[kind]]
        for what, letter, count in scratch:
            targets = ", ".join(f"{letter}{i + 1}" for i in range(count))
            body.append(f"{targets} = {what}[{0 if count == 1 else ':'}, : {arrays[0]}.size]")
        self.passes += ["", *head, *indented([*body, *code.lines]), ""]
        theta = self.plan.params.name
        types = {"scratch": f"{theta}.dtype", "masks": "np.bool_"}
        call = exploded(f"{name}(", ["*arrays", *(s[0] for s in scratch), *values], ")")
        if dots:
            call = [*exploded(f"total += {name}(", ["*arrays", *(s[0] for s in scratch), *values], ")")]
        outputs = "outputs" if results else "()"
        return [
            *several("inputs", [names[n] for n in inputs]),
            f"block = block_of({theta}, {max(1, code.floats + (code.bools > 0) + 4 * len(dots[:1]))})",
            *(f"{what} = np.empty(({count}, block), {types[what]})" for what, _, count in scratch),
            *([f"total = np.zeros({len(dots)})"] if dots else []),
            f"for arrays in blocks(inputs, {outputs}, block):",
            *indented(call),
        ]


def _old(plan: Plan, slot: Slot) -> Node | None:
    """The leaf that the slot's array holds before the step."""
    return plan.graph.make("input", value=slot.key, array=True)


def exploded(opening: str, parts: list[str], closing: str) -> list[str]:
    """A bracket on one line if it fits, else with one part a line."""
    line = f"{opening}{', '.join(parts)}{closing}"
    if len(line) <= LINE - 14:
        return [line]
    return [opening, *(f"    {p.removesuffix(',')}," for p in parts), closing]


def several(name: str, parts: list[str]) -> list[str]:
    """A tuple of the parts, under a name."""
    return [f"{name} = ({parts[0]},)"] if len(parts) == 1 else exploded(f"{name} = (", parts, ")")


PASS_DOC = {
    "update": '"""The arrays of one step, for one block."""',
    "sums": '"""Inner products over one block."""',
}
STEP_DOC = [
    '"""One step: the new parameters and the new state.',
    "",
    "With ``out``, parameters and a state that may be the arguments themselves, the results",
    "are written there, and no array is allocated but small blocks.",
    '"""',
]
SWEEP_DOC = ['"""One step for each setting: the new parameters and the new state."""']
