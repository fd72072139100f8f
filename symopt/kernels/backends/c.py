"""C99: one function that works in place on plain arrays; source text only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symopt.kernels.backends import numpy as plain
from symopt.kernels.errors import KernelError
from symopt.kernels.functional import Writer, leaves
from symopt.kernels.header import header
from symopt.kernels.kernel import Kernel
from symopt.kernels.loops import Loop, loop
from symopt.kernels.nodes import Node
from symopt.kernels.plan import Plan
from symopt.kernels.schedule import Finish, Sums
from symopt.kernels.source import Dialect, indented, stages_of
from symopt.language import Optimizer

C = Dialect({
    "sqrt": "sqrt({0})", "square": "square({0})", "pow": "pow({0}, {1})", "abs": "fabs({0})", "sign": "sign({0})",
    "min": "minimum({0}, {1})", "max": "maximum({0}, {1})", "exp": "exp({0})", "log": "log({0})", "sin": "sin({0})",
    "cos": "cos({0})", "tanh": "tanh({0})", "floor": "floor({0})", "ceil": "ceil({0})", "mod": "modulo({0}, {1})",
    "where": "({0} ? {1} : {2})", "and": "({0} && {1})", "or": "({0} || {1})", "not": "!({0})",
    "complement": "one_minus_power({0}, {1})", "fill": "{0}",
}, literals=False)  # fmt: skip

INCLUDES = """\
#include <math.h>
#include <stddef.h>
#include <tgmath.h>

/* The type of the arrays: compile with -DREAL=float for single precision. Scalars are in double precision. */
#ifndef REAL
#define REAL double
#endif
typedef REAL real;
"""

# Macros for what both doubles and reals are given to; each argument is a name or has no side effect.
HELPERS = {
    "square(": "#define square(x) ((x) * (x))",
    "sign(": "#define sign(x) ((x) > 0 ? 1 : (x) < 0 ? -1 : (x))",
    "maximum(": "#define maximum(x, y) ((x) >= (y) || isnan(x) ? (x) : (y)) /* NaN if either is */",
    "minimum(": "#define minimum(x, y) ((x) <= (y) || isnan(x) ? (x) : (y)) /* NaN if either is */",
    "modulo(": "#define modulo(x, y) ((x) - (y) * floor((x) / (y)))",
}
ONE_MINUS_POWER = """
/* 1 - base**exponent without cancellation, for 0 <= base. */
static double one_minus_power(double base, double exponent)
{
    return -expm1(exponent * log(base));
}
"""


def kernel(optimizer: Optimizer, hyper: Mapping[str, Any]) -> Kernel:
    """There is none: C is for ``symopt emit``."""
    raise KernelError(f"{optimizer.name}: c has source text only; run symopt emit {optimizer.name} --backend c")


def source(plan: Plan) -> str:
    """The file's text."""
    step = _Step(plan)
    text = "\n".join([*step.query(), *step.lines()])
    head = ["/* " + header(plan, "c")[0], *(f" * {line}".rstrip() for line in header(plan, "c")[1:]), " */", ""]
    helpers = [line for call, line in HELPERS.items() if call in text]
    power = [ONE_MINUS_POWER] if "one_minus_power(" in text else []
    return "\n".join([*head, INCLUDES, *helpers, *power, text]).rstrip() + "\n"


def function_name(plan: Plan, what: str = "step") -> str:
    """The name of a function of the file."""
    name = "".join(c if c.isalnum() and c.isascii() else "_" for c in plan.optimizer.name).strip("_")
    return f"{name}_{what}" if name[:1].isalpha() else f"optimizer_{name}_{what}"


class _Step:
    """Writes the functions."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def writer(self, finish: Any, stages: Any) -> Writer:
        assignment = {
                "s": "const double {0} = {1};", "d": "const double {0} = {1};", "c": "const real {0} = (real)({1});",
        }  # fmt: skip
        return Writer(self.plan, C, "{0}", finish, stages, self.sums, None, assignment, _branch)

    def lines(self) -> list[str]:
        stages = stages_of(self.plan, self.plan.outputs)
        body = self.writer(self.finish, stages).lines()
        used = leaves(stages)
        names = [s.name for s in self.plan.arrays]
        gradients = plain.gradient_names(self.plan)
        scalars = [f"double *{s.name}_state" for s in self.plan.scalars]
        arguments = [
            "size_t size", *(f"real *{n}" for n in names), *(f"const real *{n}" for n in gradients),
            *scalars, "double t", *(f"double {s.name}" for s in self.plan.settings),
        ]  # fmt: skip
        scalar_leaves = {n.value for n in used if n.op == "input" and not n.array}
        read = [f"const double {s.name} = *{s.name}_state;" for s in self.plan.scalars if s.key in scalar_leaves]
        initial = ", ".join(f"{s.name} = {_initial(s.initial)}" for s in self.plan.slots) or "none"
        doc = [
            "/* Step t, in place. The arrays have size elements; before step 1 they hold",
            f" * {initial}. */",
        ]
        return [*doc, *_signature(f"void {function_name(self.plan)}", arguments), "{", *indented([*read, *body]), "}"]

    def query(self) -> list[str]:
        """The point where the gradient is asked, where that is not at the parameters."""
        if self.plan.asks_at_params:
            return []
        made: list[str] = []
        for index, point in enumerate(self.plan.points):
            stages = stages_of(self.plan, {"point": point})
            used = leaves(stages)

            def finish(writer: Writer, stage: Finish) -> list[str]:
                results = {"point": stage.results["point"]}
                made = writer.coefficient_lines(results.values())
                return [*made, *self.fused(loop(self.plan, writer, C, results, [], "const real ", ";")), "return;"]

            body = self.writer(finish, stages).lines()
            names = [s.name for s in self.plan.arrays if any(n.value == s.key for n in used if n.op == "input")]
            numbers = [s.name for s in self.plan.scalars if any(n.value == s.key for n in used if n.op == "input")]
            settings = [s.name for s in plain.used_settings(self.plan, used)]
            what = "query" if len(self.plan.points) == 1 else f"query_{index + 1}"
            gradients = [f"const real *{g}" for g in plain.gradient_names(self.plan)[:index]]
            arguments = [
                "size_t size", *(f"const real *{n}" for n in names), *gradients, "real *point", "double t",
                *(f"double {n}" for n in [*numbers, *settings]),
            ]  # fmt: skip
            made += [
                "/* Where step t asks for the gradient. */",
                *_signature(f"void {function_name(self.plan, what)}", arguments),
                "{", *indented([*([] if any(n.op == "step" for n in used) else ["(void)t;"]), *body]), "}", "",
            ]  # fmt: skip
        return made

    def finish(self, writer: Writer, stage: Finish) -> list[str]:
        results = {s.name: stage.results[s.key] for s in self.plan.arrays}
        made = writer.coefficient_lines(results.values())
        made += self.fused(loop(self.plan, writer, C, results, [], "const real ", ";"))
        made += [f"*{s.name}_state = {writer.scalars.text(stage.results[s.key])};" for s in self.plan.scalars]
        return [*made, "return;"]

    def sums(self, writer: Writer, stage: Sums) -> list[str]:
        made = writer.coefficient_lines(stage.dots)
        names = [writer.fresh("d", d) for d in stage.dots]
        fused = loop(self.plan, writer, C, {}, list(stage.dots), "const real ", ";", "(double)({0})")
        made += [f"double {name} = 0;" for name in names]
        body = [_renamed(line, names) for line in self.fused(fused)]
        writer.scalars.known.update(zip(stage.dots, names, strict=True))
        return [*made, *body]

    def fused(self, made: Loop) -> list[str]:
        return ["for (size_t i = 0; i < size; i++) {", *indented(made.body), "}"]


def _renamed(line: str, names: list[str]) -> str:
    """A sum's line with the sum's name in this function."""
    left, sign, right = line.partition(" += ")
    return f"    {names[int(left.strip()[1:]) - 1]}{sign}{right}" if sign and left.strip()[1:].isdigit() else line


def _branch(condition: str, lines: list[str]) -> list[str]:
    return [f"if ({condition}) {{", *indented(lines), "}"]


def _signature(head: str, arguments: list[str]) -> list[str]:
    lines, line = [], f"{head}("
    for index, argument in enumerate(arguments):
        text = argument + (")" if index == len(arguments) - 1 else ", ")
        if len(line) + len(text) > 100:
            lines.append(line.rstrip())
            line = "    "
        line += text
    return [*lines, line]


def _initial(node: Node) -> str:
    """An initial value in words of the file."""
    match node.op:
        case "fill":
            return _initial(node.args[0])
        case "number":
            return f"{float(node.value):g}"
        case "hyper":
            return str(node.value)
        case "input":
            return "the parameters"
        case _:
            return "its initial value"
