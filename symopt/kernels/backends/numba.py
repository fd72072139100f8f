"""Numba: everything a step does in one compiled function, its arrays in one parallel pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symopt.kernels.backends import numpy as plain
from symopt.kernels.extras import needed
from symopt.kernels.functional import Writer, leaves
from symopt.kernels.header import header
from symopt.kernels.kernel import Kernel
from symopt.kernels.loops import Loop, loop
from symopt.kernels.module import on_disk
from symopt.kernels.nodes import Node
from symopt.kernels.plan import Plan, plan_of
from symopt.kernels.schedule import Finish, Sums
from symopt.kernels.source import Dialect, indented, stages_of
from symopt.language import Optimizer

NUMBA = Dialect({
    **plain.NUMPY.calls, "square": "square({0})", "abs": "abs({0})", "sign": "np.sign({0})",
    "min": "minimum({0}, {1})", "max": "maximum({0}, {1})", "mod": "({0}) % ({1})", "pow": "({0}) ** ({1})",
    "and": "({0} and {1})", "or": "({0} or {1})", "not": "(not {0})",
    "fill": "{0}",
}, literals=False, ternary="{1} if {0} else {2}")  # fmt: skip

IMPORTS = """\
from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
State = dict[str, Any]

CHUNKS = 64
SERIAL = 65536  # arrays up to this size are not worth waking other threads for

compiled = nb.njit(cache=True, error_model="numpy")
parallel = nb.njit(cache=True, error_model="numpy", parallel=True)
"""

HELPERS = {
    "one_minus_power(": '''
@compiled
def one_minus_power(base, exponent):
    """1 - base**exponent without cancellation, for 0 <= base."""
    return -np.expm1(exponent * np.log(base))
''',
    "square(": """
@compiled
def square(x):
    return x * x
""",
    "maximum(": '''
@compiled
def maximum(x, y):
    """The larger; NaN if either is."""
    return x if x >= y or x != x else y
''',
    "minimum(": '''
@compiled
def minimum(x, y):
    """The smaller; NaN if either is."""
    return x if x <= y or x != x else y
''',
}


def kernel(optimizer: Optimizer, hyper: Mapping[str, Any]) -> Kernel:
    """The optimizer's Numba kernel; its compiled code is kept on disk."""
    needed("numba", "numba")
    from symopt.kernels.arrays import CompiledKernel

    plan = plan_of(optimizer)
    return CompiledKernel(plan.form, hyper, on_disk(source(plan)))


def source(plan: Plan) -> str:
    """The module's text."""
    step = _Step(plan)
    body = [*plain.init_lines(plan), *plain.query_lines(plan), *step.lines()]
    text = "\n".join(body)
    parts = ['"""' + "\n".join(header(plan, "numba")) + '\n"""\n', IMPORTS]
    parts += [lines for call, lines in HELPERS.items() if call in text]
    made = "\n".join([*parts, text])
    for call, lines in plain.helpers(text).items():
        if call not in HELPERS:
            made = made.replace(text, f"{lines}\n{text}")
    return made.rstrip() + "\n"


class _Step:
    """Writes the loops over coordinates, the compiled step that calls them, and ``step`` itself."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.loops: list[str] = []
        self.stages = stages_of(plan, plan.outputs)
        self.writer = Writer(plan, NUMBA, "number({0})", self.finish, self.stages, self.sums)

    def lines(self) -> list[str]:
        plan = self.plan
        body = self.writer.lines()
        used = leaves(self.stages)
        arrays = self._arrays(used)
        scalars = [s.name for s in plan.scalars]
        settings = [s.name for s in plain.used_settings(plan, used)]
        head = _bare("compute", [*arrays, "t", *scalars, *settings])
        number = [f"number = {plan.params.name}.dtype.type"] if any("number(" in line for line in body) else []
        size = [f"size = {plan.params.name}.size", "parts = CHUNKS if size > SERIAL else 1"]
        compute = [
            "",
            "@parallel",
            *head,
            *indented(['"""One step, written over the arrays."""', *number, *size, *body]),
        ]
        return [*self.loops, *compute, "", *self.wrapper(arrays, scalars, settings)]

    def _arrays(self, used: set[Node]) -> list[str]:
        names = [self.writer.leaf(n) for n in sorted((n for n in used if n.op == "gradient"), key=lambda n: n.value)]
        return [*(s.name for s in self.plan.arrays), *names]

    def wrapper(self, arrays: list[str], scalars: list[str], settings: list[str]) -> list[str]:
        plan = self.plan
        theta = plan.params.name
        gradients = plain.gradient_names(plan)
        head = plain.signature(
            "step",
            [f"{theta}: Array", *(f"{g}: Array" for g in gradients), "state: State"],
            [*plain.parameters(plan.settings), "out: tuple[Array, State] | None = None"],
            "tuple[Array, State]",
        )
        places = {s.name: f'state_out["{s.name}"]' for s in plan.arrays[1:]} | {theta: f"{theta}_out"}
        kept = [s.name for s in plan.arrays[1:]]
        results = ", ".join(f'state_out["{s}"]' for s in scalars)
        call = plain.exploded(
            f"{results} = compute(" if scalars else "compute(",
            [
                "*flat",
                'state["t"] + 1.0',
                *(f'float(state["{s}"])' for s in scalars),
                *(f"float({s})" for s in settings),
            ],
            ")",
        )
        copies = [f'    np.copyto(state_out["{name}"], state["{name}"])' for name in kept]
        body = [
            *plain.STEP_DOC[:1], "",
            "With ``out``, parameters and a state that may be the arguments themselves, the results",
            "are written there, and contiguous arrays are not copied.",
            '"""',
            "if out is None:",
            f"    out = {theta}.copy(), {{k: np.copy(v) for k, v in state.items()}}" if kept or scalars
            else f"    out = {theta}.copy(), dict(state)",
            f"elif out[0] is not {theta} or out[1] is not state:",
            f"    np.copyto(out[0], {theta})",
            *[line.replace("state_out", "out[1]") for line in copies],
            f"{theta}_out, state_out = out",
            *plain.several("outputs", [places[a] for a in arrays if a in places]),
            f"arrays = ({', '.join(['*outputs', *(a for a in arrays if a not in places)])})",
            "flat = [np.ascontiguousarray(a).reshape(-1) for a in arrays]",
            *call,
            'state_out["t"] = state["t"] + 1',
            "for array, values in zip(outputs, flat, strict=False):",
            "    if not array.flags.c_contiguous:",
            "        np.copyto(array, values.reshape(array.shape))",
            "return out",
        ]  # fmt: skip
        return ["", *head, *indented(body)]

    def finish(self, writer: Writer, stage: Finish) -> list[str]:
        plan = self.plan
        results = {s.name: stage.results[s.key] for s in plan.arrays}
        roots = list(results.values())
        made = writer.coefficient_lines(roots)
        made += self.call("update", writer, loop(plan, writer, NUMBA, results, []))
        scalars = [writer.scalars.text(stage.results[s.key]) for s in plan.scalars]
        return [*made, f"return {', '.join(scalars)}" if scalars else "return"]

    def sums(self, writer: Writer, stage: Sums) -> list[str]:
        made = writer.coefficient_lines(stage.dots)
        names = [writer.fresh("d", d) for d in stage.dots]
        made += self.call("sums", writer, loop(self.plan, writer, NUMBA, {}, list(stage.dots)))
        writer.scalars.known.update(zip(stage.dots, names, strict=True))
        return [*made, *(f"{name} = partial[:, {i}].sum()" for i, name in enumerate(names))]

    def call(self, kind: str, writer: Writer, made: Loop) -> list[str]:
        """Define a loop over some coordinates; the lines that call it for all of them."""
        name = f"{kind}_{sum(line.startswith('def ') for line in self.loops) + 1}"
        head = _bare(name, [*made.arrays, *made.numbers])
        body = indented(made.body)
        totals = [f"d{i + 1}" for i in range(made.sums)]
        lines = [*(f"{d} = 0.0" for d in totals), f"for i in range({made.arrays[0]}.size):", *body]
        if totals:
            lines.append(f"return ({totals[0]},)" if len(totals) == 1 else f"return {', '.join(totals)}")
        self.loops += ["", "@compiled", *head, *indented(lines), ""]
        target = "partial[k] = " if totals else ""
        whole = [*made.arrays, *made.numbers]
        part = [*(f"{a}[start:stop]" for a in made.arrays), *made.numbers]
        return [
            *([f"partial = np.zeros((parts, {made.sums}))"] if totals else []),
            "if parts == 1:",
            *indented(plain.exploded(f"{target.replace('k', '0')}{name}(", whole, ")")),
            "else:",
            "    for k in nb.prange(parts):",
            "        start, stop = k * size // parts, (k + 1) * size // parts",
            *indented(plain.exploded(f"{target}{name}(", part, ")"), 2),
        ]


def _bare(name: str, parameters: list[str]) -> list[str]:
    line = f"def {name}({', '.join(parameters)}):"
    return [line] if len(line) <= 88 else [f"def {name}(", *(f"    {p}," for p in parameters), "):"]
