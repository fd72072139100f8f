"""JAX: a pure function that jit, vmap and scan take, and an optax transformation."""

from __future__ import annotations

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
from symopt.kernels.nodes import Node
from symopt.kernels.plan import Plan, Slot, plan_of
from symopt.kernels.schedule import Finish
from symopt.kernels.source import Dialect, indented, stages_of
from symopt.language import Optimizer

JAX = Dialect(
    {name: call.replace("np.", "jnp.") for name, call in plain.NUMPY.calls.items()} | {"dot": "inner({0}, {1})"}
)

IMPORTS = """\
from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

Array = jax.Array
State = dict[str, Any]
"""

HELPERS = {
    "one_minus_power(": '''
def one_minus_power(base: Array, exponent: Array) -> Array:
    """1 - base**exponent without cancellation, for 0 <= base."""
    return -jnp.expm1(exponent * jnp.log(base))
''',
    "inner(": '''
def inner(x: Array, y: Array) -> Array:
    """The sum of x*y over all coordinates, in double precision."""
    return jnp.sum(x.astype(jnp.float64) * y.astype(jnp.float64))
''',
}


def kernel(optimizer: Optimizer, hyper: Mapping[str, Any]) -> Kernel:
    """The optimizer's JAX kernel."""
    needed("jax", "jax")
    from symopt.kernels.jax_kernel import JaxKernel

    plan = plan_of(optimizer)
    return JaxKernel(plan.form, hyper, in_memory("jax", source(plan)))


def source(plan: Plan) -> str:
    """The module's text. Scalars are 64 bits wide in it, whatever JAX's own setting is."""
    body = [*_init(plan), *plain.each_query(plan, partial(_query, plan)), *_step(plan)]
    text = "\n".join(body)
    parts = ['"""' + "\n".join(header(plan, "jax")) + '\n"""\n', IMPORTS]
    parts += [lines for call, lines in HELPERS.items() if call in text]
    return "\n".join([*parts, text]).rstrip() + "\n"


def _dialect(plan: Plan) -> Dialect:
    return replace(JAX, calls={**JAX.calls, "fill": f"jnp.full_like({plan.params.name}, {{0}})"})


def _body(plan: Plan, doc: str, used: set[Node], lines: list[str]) -> list[str]:
    """The function's lines, in double precision where there are scalars."""
    found = [plan.slot_of[n.value] for n in used if n.op == "input" and n.value != plan.params.key]
    slots = [s for s in plan.slots if s in found]
    arrays = [f'{s.name} = state["{s.name}"]' for s in slots if s.array]
    scalars = [f'{s.name} = jnp.asarray(state["{s.name}"], jnp.float64)' for s in slots if not s.array]
    if any(n.op == "step" for n in used):
        scalars.append('t = jnp.asarray(state["t"] + 1, jnp.float64)')
    scalars += [f"{s.name} = jnp.asarray({s.name}, jnp.float64)" for s in plain.used_settings(plan, used)]
    number = [f"number = partial(jnp.asarray, dtype={plan.params.name}.dtype)"]
    number = number if any("number(" in line for line in lines) else []
    return indented([doc, "with jax.enable_x64(True):", *indented([*number, *arrays, *scalars, *lines])])


def _init(plan: Plan) -> list[str]:
    theta = plan.params.name
    stages = stages_of(plan, {s: s.initial for s in plan.slots}, branches=False)
    used = {n for n in leaves(stages) if n.op == "hyper"}

    def value(writer: Writer, slot: Slot) -> str:
        node = slot.initial
        if node.op == "fill":
            return f"jnp.full_like({theta}, {writer.scalars.text(node.args[0])})"
        return writer.arrays.text(node) if slot.array else f"jnp.asarray({writer.scalars.text(node)}, jnp.float64)"

    def finish(writer: Writer, stage: Finish) -> list[str]:
        entries = ['"t": jnp.zeros((), jnp.int32)', *(f'"{s.name}": {value(writer, s)}' for s in plan.slots)]
        return plain.exploded("return {", entries, "}")

    lines = Writer(plan, _dialect(plan), "{0}", finish, stages).lines()
    keywords = plain.parameters(plain.used_settings(plan, used))
    head = plain.signature("init", [f"{theta}: Array"], keywords, "State")
    return ["", *head, *_body(plan, '"""The state before the first step."""', used, lines), ""]


def _query(plan: Plan, name: str, index: int, point: Node | None) -> list[str]:
    theta = plan.params.name
    stages = stages_of(plan, {"point": point} if point else {}, branches=False)
    used = leaves(stages)

    def finish(writer: Writer, stage: Finish) -> list[str]:
        node = stage.results.get("point")
        return writer.value_lines(node) if node else [f"return {theta}"]

    lines = Writer(plan, _dialect(plan), "number({0})", finish, stages).lines()
    gradients = [f"{g}: Array" for g in plain.gradient_names(plan)[:index]]
    keywords = plain.parameters(plain.used_settings(plan, used))
    head = plain.signature(name, [f"{theta}: Array", "state: State", *gradients], keywords, "Array")
    doc = '"""Where this step asks for the gradient."""'
    body = _body(plan, doc, used, lines) if len(lines) > 1 else indented([doc, *lines])
    return [*head, *body]


def _step(plan: Plan) -> list[str]:
    theta = plan.params.name
    stages = stages_of(plan, plan.outputs, branches=False)
    used = leaves(stages)

    def finish(writer: Writer, stage: Finish) -> list[str]:
        lines = writer.array_lines([n for n in stage.results.values() if n.array])
        entries = ['"t": state["t"] + 1']
        for slot in plan.slots:
            node = stage.results[slot.key]
            entries.append(f'"{slot.name}": {(writer.arrays if slot.array else writer.scalars).text(node)}')
        return [
            *lines,
            *plain.exploded(f"return {writer.arrays.text(stage.results[plan.params.key])}, {{", entries, "}"),
        ]

    lines = Writer(plan, _dialect(plan), "number({0})", finish, stages).lines()
    arguments = [f"{theta}: Array", *(f"{g}: Array" for g in plain.gradient_names(plan)), "state: State"]
    head = plain.signature("step", arguments, plain.parameters(plan.settings), "tuple[Array, State]")
    return ["", *head, *_body(plan, '"""One step: the new parameters and the new state."""', used, lines), ""]
