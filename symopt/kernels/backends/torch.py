"""PyTorch: a ``torch.optim.Optimizer`` whose arrays are one compiled function, on any device."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from symopt.kernels.backends import numpy as plain
from symopt.kernels.extras import needed
from symopt.kernels.functional import Writer, leaves
from symopt.kernels.header import header
from symopt.kernels.kernel import Kernel
from symopt.kernels.module import in_memory
from symopt.kernels.nodes import Node, arrays_of, walk
from symopt.kernels.plan import Plan, Slot, plan_of
from symopt.kernels.schedule import Finish, Sums
from symopt.kernels.source import Dialect, coefficients, indented, stages_of
from symopt.language import Optimizer

TORCH = Dialect({
    **{name: call.replace("np.", "torch.") for name, call in plain.NUMPY.calls.items()},
    "pow": "torch.pow({0}, {1})", "mod": "torch.remainder({0}, {1})", "dot": "inner({0}, {1})",
    "min": "torch.minimum({0}, {1})", "max": "torch.maximum({0}, {1})", "fill": "{0}",
}, literals=False)  # fmt: skip

IMPORTS = """\
from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import numpy as np
import torch

State = dict[str, Any]
"""

HELPERS = {
    "one_minus_power(": plain.ONE_MINUS_POWER,
    "inner(": '''
def inner(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The sum of x*y over all coordinates, in double precision."""
    return torch.sum(x.double() * y.double())
''',
    "sign(": '''
def sign(x: torch.Tensor) -> torch.Tensor:
    """-1, 0 or 1; NaN where x is."""
    return torch.where(torch.isnan(x), x, torch.sign(x))
''',
}

COMMON = '''
def compilable(device: torch.device) -> bool:
    """Whether torch.compile has what it needs for the device."""
    if device.type == "cuda":
        return importlib.util.find_spec("triton") is not None
    return device.type == "cpu" and any(map(shutil.which, ("g++", "clang++")))


@cache
def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function compiled, when it is first wanted: to load the compiler takes long."""
    return torch.compile(function)


def flat(tensors: Iterable[torch.Tensor]) -> list[torch.Tensor]:
    """The tensors in one dimension: views, or copies where they are not contiguous."""
    return [x.reshape(-1) for x in tensors]
'''

OPTIMIZER = '''

class {name}(torch.optim.Optimizer):
    """{title}.

    Args:
        params: parameters, or groups of them.
        compile: whether the arrays' function is compiled; by default where that is possible.
        hyper: hyperparameters, by name: {hyper}.
    """

    def __init__(self, params: Any, *, compile: Any = None, **hyper: float) -> None:
        unknown = hyper.keys() - HYPER.keys()
        if unknown:
            raise TypeError(f"unknown hyperparameters: {{', '.join(sorted(unknown))}}")
        self.compile = compile
        super().__init__(params, {{**HYPER, **hyper}})
        for group in self.param_groups:
            missing = [name for name in HYPER if group[name] is None]
            if missing:
                raise TypeError(f"no default, to be given: {{', '.join(missing)}}")

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:  # type: ignore[override]
        """One step; the closure, where it is given, computes the loss and its gradients."""
        loss = None
        if closure is not None:
            loss = self._ask(closure)
        elif not ASKS_AT_PARAMS:
            raise RuntimeError("the gradient is asked elsewhere: give a closure")
        for group in self.param_groups:
            hyper = {{name: group[name] for name in HYPER}}
            for p in group["params"]:
                if p.grad is not None:
                    state = self._state(p, hyper)
                    out = (p, state)
                    step(p, p.grad, state, **hyper, out=out, compile=self.compile)
        return loss

    def _state(self, p: torch.Tensor, hyper: dict[str, Any]) -> State:
        state = self.state[p]
        if not state:
            state.update(init(p, **{{k: v for k, v in hyper.items() if k in INITIAL}}))
        return state

    def _ask(self, closure: Callable[[], Any]) -> Any:
        """Evaluate the closure where the step asks for the gradient; the parameters stay what they were."""
        kept: list[tuple[torch.Tensor, torch.Tensor]] = []
        if not ASKS_AT_PARAMS:
            for group in self.param_groups:
                hyper = {{name: group[name] for name in ASKED}}
                for p in group["params"]:
                    kept.append((p, p.clone()))
                    state = self._state(p, {{name: group[name] for name in HYPER}})
                    p.copy_(query(p, state, **hyper))
        with torch.enable_grad():
            loss = closure()
        for p, value in kept:
            p.copy_(value)
        return loss
'''


def kernel(optimizer: Optimizer, hyper: Mapping[str, Any]) -> Kernel:
    """The optimizer's PyTorch kernel."""
    needed("torch", "torch")
    from symopt.kernels.torch_kernel import TorchKernel

    plan = plan_of(optimizer)
    return TorchKernel(plan.form, hyper, in_memory("torch", source(plan)))


def class_name(plan: Plan) -> str:
    """A name for the optimizer's class."""
    words = re.findall(r"[A-Za-z0-9]+", plan.optimizer.name)
    name = "".join(w[:1].upper() + w[1:] for w in words)
    return name if name[:1].isalpha() else f"Optimizer{name}"


def source(plan: Plan) -> str:
    """The module's text."""
    step = _Step(plan)
    body = [*_init(plan), *plain.each_query(plan, partial(_query, plan)), *step.lines()]
    text = "\n".join(body)
    parts = ['"""' + "\n".join(header(plan, "torch")) + '\n"""\n', IMPORTS]
    parts += [lines for call, lines in HELPERS.items() if f" {call}" in text or f"({call}" in text]
    parts += [COMMON, text, *_tables(plan)]
    if len(plan.points) <= 1:
        names = ", ".join(s.name for s in plan.settings) or "none"
        parts.append(OPTIMIZER.format(name=class_name(plan), title=plan.optimizer.title.replace('"', "'"), hyper=names))
    return "\n".join(parts).rstrip() + "\n"


def _dialect(plan: Plan) -> Dialect:
    theta = plan.params.name
    calls = {**TORCH.calls, "fill": f"torch.full_like({theta}, 1) * {{0}}", "sign": "sign({0})"}
    return replace(TORCH, calls=calls)


def _tables(plan: Plan) -> list[str]:
    """What the optimizer's class looks up."""
    asked = plain.used_settings(plan, leaves(stages_of(plan, dict(enumerate(plan.points[:1])))))
    initial = plain.used_settings(plan, walk([s.initial for s in plan.slots]))

    def names(settings: Any) -> str:
        found = [f'"{s.name}"' for s in settings]
        return f"({', '.join(found)}{',' * (len(found) == 1)})"

    hyper = plain.exploded("HYPER: dict[str, Any] = {", [f'"{s.name}": {s.default!r}' for s in plan.settings], "}")
    tables = [f"ASKED = {names(asked)}", f"INITIAL = {names(initial)}", f"ASKS_AT_PARAMS = {plan.asks_at_params}"]
    return ["", *hyper, *tables]


def _read(plan: Plan, used: set[Node], *, arrays: bool) -> list[str]:
    lines = plain.read(plan, used)
    return [line for line in lines if arrays or not any(line.startswith(f"{s.name} = state[") for s in plan.arrays[1:])]


def _init(plan: Plan) -> list[str]:
    theta = plan.params.name
    stages = stages_of(plan, {s: s.initial for s in plan.slots}, branches=False)
    used = {n for n in leaves(stages) if n.op == "hyper"}

    def value(writer: Writer, slot: Slot) -> str:
        node = slot.initial
        if node.op == "input":
            return f"{theta}.detach().clone()"
        if node.op == "fill":
            value = node.args[0]
            if value.op == "number":
                zero = value.value == 0
                return f"torch.zeros_like({theta})" if zero else f"torch.full_like({theta}, {float(value.value)!r})"
            return f"torch.full_like({theta}, float({writer.scalars.text(value)}))"
        return writer.arrays.text(node) if slot.array else f"float({writer.scalars.text(node)})"

    def finish(writer: Writer, stage: Finish) -> list[str]:
        made = writer.coefficient_lines([s.initial for s in plan.slots if s.array and s.initial.op != "fill"])
        entries = ['"t": 0', *(f'"{s.name}": {value(writer, s)}' for s in plan.slots)]
        return [*made, *plain.exploded("return {", entries, "}")]

    lines = Writer(plan, _dialect(plan), "float({0})", finish, stages, scalar_dialect=plain.NUMPY).lines()
    head = plain.signature(
        "init", [f"{theta}: torch.Tensor"], plain.parameters(plain.used_settings(plan, used)), "State"
    )
    doc = '"""The state before the first step; the tensors are new ones."""'
    return ["", *head, *indented([doc, *_read(plan, used, arrays=True), *lines]), ""]


def _query(plan: Plan, name: str, index: int, point: Node | None) -> list[str]:
    theta = plan.params.name
    stages = stages_of(plan, {"point": point} if point else {})
    used = leaves(stages)

    def finish(writer: Writer, stage: Finish) -> list[str]:
        node = stage.results.get("point")
        return writer.value_lines(node) if node else [f"return {theta}"]

    writer = Writer(plan, _dialect(plan), "float({0})", finish, stages, _sums, plain.NUMPY)
    lines = writer.lines()
    gradients = [f"{g}: torch.Tensor" for g in plain.gradient_names(plan)[:index]]
    keywords = plain.parameters(plain.used_settings(plan, used))
    head = plain.signature(name, [f"{theta}: torch.Tensor", "state: State", *gradients], keywords, "torch.Tensor")
    guard = ['@np.errstate(all="ignore")'] if len(lines) > 1 else []
    doc = '"""Where this step asks for the gradient."""'
    return [*guard, *head, *indented([doc, *_read(plan, used, arrays=True), *lines])]


def _sums(writer: Writer, stage: Sums) -> list[str]:
    made = writer.array_lines(stage.dots)
    for dot in stage.dots:
        made += writer.named(writer.scalars, "d", dot, f"np.float64({writer.arrays.text(dot)}.item())")
    return made


class _Step:
    """Writes the functions of tensors alone, which are compiled, and ``step``, which decides and calls them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.passes: list[str] = []
        self.stages = stages_of(plan, plan.outputs)
        self.writer = Writer(plan, _dialect(plan), "{0}", self.finish, self.stages, self.sums, plain.NUMPY)

    def lines(self) -> list[str]:
        plan = self.plan
        theta = plan.params.name
        body = self.writer.lines()
        used = leaves(self.stages)
        gradients = plain.gradient_names(plan)
        head = plain.signature(
            "step",
            [f"{theta}: torch.Tensor", *(f"{g}: torch.Tensor" for g in gradients), "state: State"],
            [
                *plain.parameters(plan.settings),
                "out: tuple[torch.Tensor, State] | None = None",
                "compile: bool | None = False",
            ],
            "tuple[torch.Tensor, State]",
        )
        kept = [s.name for s in plan.arrays[1:]]
        places = [f"{theta}_out", *(f'state_out["{name}"]' for name in kept)]
        names = ", ".join([theta, *kept, *gradients])
        prepare = [
            "if out is None:",
            "    held = {k: v.clone() if torch.is_tensor(v) else v for k, v in state.items()}",
            f"    out = {theta}.detach().clone(), held",
            f"elif out[0] is not {theta} or out[1] is not state:",
            f"    out[0].copy_({theta})",
            *(f'    out[1]["{name}"].copy_(state["{name}"])' for name in kept),
            f"{theta}_out, state_out = out",
            *plain.several("places", places),
            f"{names} = flat((*places, {', '.join(gradients)}))",
            "if compile is None:",
            f"    compile = compilable({theta}.device)",
        ]
        doc = [
            '"""One step: the new parameters and the new state.',
            "",
            "With ``out``, parameters and a state that may be the arguments themselves, the results",
            "are written there. ``compile``: whether the tensors' functions are compiled; None: where",
            "that is possible.",
            '"""',
        ]
        body = [*doc, *prepare, *_read(plan, used, arrays=False), *body]
        guard = ["@torch.no_grad()", '@np.errstate(all="ignore")']
        return [*self.passes, "", *guard, *head, *indented(body), ""]

    def finish(self, writer: Writer, stage: Finish) -> list[str]:
        plan = self.plan
        results = {s.name: stage.results[s.key] for s in plan.arrays}
        made = self.call("update", writer, results, [])
        places = [f"{plan.params.name}_out", *(f'state_out["{s.name}"]' for s in plan.arrays[1:])]
        moved = [
            line
            for s, place in zip(plan.arrays, places, strict=True)
            for line in (f"if not {place}.is_contiguous():", f"    {place}.copy_({s.name}.view_as({place}))")
        ]
        scalars = [f'state_out["{s.name}"] = {writer.scalars.text(stage.results[s.key])}' for s in plan.scalars]
        return [*made, *moved, *scalars, 'state_out["t"] = state["t"] + 1', "return out"]

    def sums(self, writer: Writer, stage: Sums) -> list[str]:
        made = self.call("sums", writer, {}, list(stage.dots))
        for index, dot in enumerate(stage.dots):
            made += writer.named(writer.scalars, "d", dot, f"np.float64(totals[{index}].item())")
        return made

    def call(self, kind: str, writer: Writer, results: dict[str, Node], dots: list[Node]) -> list[str]:
        """Define a function of tensors; the lines that call it, compiled where that is wanted."""
        plan = self.plan
        roots = [*results.values(), *dots]
        made = writer.coefficient_lines(roots)
        numbers = [writer.arrays.known[n] for n in coefficients(roots, TORCH)]
        read = [writer.leaf(n) for n in arrays_of(roots) if n.leaf]
        names = list(dict.fromkeys([*results, *read]))
        name = f"{kind}_{sum(line.startswith('def ') for line in self.passes) + 1}"
        inner = Writer(plan, writer.dialect, "{0}", writer.finish, ())
        inner.given, inner.numbers, inner.labels = writer.given, writer.numbers, writer.labels
        inner.arrays.known = {n: t for n, t in writer.arrays.known.items() if not n.array}
        body = inner.array_lines(roots)
        if results:
            moves = {place: node for place, node in results.items() if not (node.leaf and writer.leaf(node) == place)}
            olds = {writer.leaf(n) for n in moves.values() if n.leaf}
            body += [f"{o}_old = {o}.clone()" for o in sorted(olds & results.keys())]
            for place, node in moves.items():
                text = inner.arrays.text(node)
                body.append(f"{place}.copy_({text}_old)" if node.leaf and text in results else f"{place}.copy_({text})")
        else:
            body += plain.exploded("return (", [inner.arrays.text(d) for d in dots], ",)" if len(dots) == 1 else ")")
        head = plain.signature(
            name,
            [*(f"{n}: torch.Tensor" for n in names), *(f"{c}: torch.Tensor" for c in numbers)],
            [],
            "None" if results else "tuple[torch.Tensor, ...]",
        )
        doc = '"""The tensors of one step."""' if results else '"""Inner products."""'
        self.passes += ["", *head, *indented([doc, *body]), ""]
        target = "" if results else "totals = "
        device = f"{plan.params.name}.dtype"
        lines = [f"function = compiled({name}) if compile else {name}"]
        arguments = list(names)
        if numbers:
            lines += plain.exploded("values = [", [f"float({c})" for c in numbers], "]")
            lines.append(f"coefficients = torch.tensor(values, dtype={device})")
            arguments.append("*coefficients.unbind()")
        return [*made, *lines, *plain.exploded(f"{target}function(", arguments, ")")]
