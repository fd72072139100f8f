"""A method as NumPy people would program it: as a function, as a class, in place."""

from __future__ import annotations

from collections.abc import Iterator

from symopt.language import terms as T
from symopt.language.terms import Term
from tests.audit.code.recurrences import Equations
from tests.audit.code.writing import (
    Writer,
    before_names,
    continued,
    copies,
    counts_steps,
    defaults,
    is_given,
    named,
    numpy_function,
    put_aside,
)  # fmt: skip


def functional(equations: Equations) -> str:
    """A function from the old values to the new ones."""
    names = named(equations, "w")
    given = is_given(equations)
    states = [names[s] for s in equations.states]
    arguments = [names[equations.parameter], names[equations.gradient] if given else "grad", *states]
    arguments += ["t"] if counts_steps(equations) else []
    writer = Writer(names | {"t": "t"}, before_names(equations, names), numpy_function)
    return "\n".join([
        f"def step({', '.join(arguments)}, {defaults(equations, names)}):",
        *_lines(equations, writer, "    ", given=given),
        f"    return {', '.join([names[equations.parameter], *states])}",
    ]) + "\n"  # fmt: skip


def class_based(equations: Equations) -> str:
    """A class that keeps its states as attributes."""
    local = named(equations, "theta")
    given = is_given(equations)
    shared = {*equations.hypers, *equations.states}
    names = {n: f"self.{x}" if n in shared else x for n, x in local.items()}
    writer = Writer(
        names | {"t": "self.t"}, before_names(equations, names) | put_aside(equations, local), numpy_function
    )
    start = [f"        self.{local[n]} = {local[n]}" for n in equations.hypers]
    start += [f"        self.{local[s]} = {writer(x)}" for s, x in equations.initial.items()]
    counting = counts_steps(equations)
    return "\n".join([
        "class Method:",
        f"    def __init__(self, {defaults(equations, local)}):",
        *start,
        *(["        self.t = 0"] if counting else []),
        "",
        f"    def update(self, {local[equations.parameter]}, {local[equations.gradient] if given else 'grad'}):",
        *(["        self.t += 1"] if counting else []),
        *_lines(equations, writer, " " * 8, given=given),
        f"        return {local[equations.parameter]}",
    ]) + "\n"  # fmt: skip


def in_place(equations: Equations) -> str:
    """A script whose loop changes arrays in place."""
    names = named(equations, "x", {"g": "dx"})
    writer = Writer(names | {"t": "t"}, before_names(equations, names), numpy_function)
    lines = [f"{names[n]} = {v:g}" for n, v in equations.hypers.items()]
    for state, start in equations.initial.items():
        zero = start == T.number(0)
        lines.append(f"{names[state]} = np.zeros_like(x)" if zero else f"{names[state]} = {writer(start)}")
    lines.append("for t in range(1, num_steps + 1):")
    lines += [f"    {line}" for line in copies(equations, writer, "{}.copy()")]
    for name, right in equations.steps:
        lines += [f"    {line}" for line in _augmented(equations, name, right, writer)]
    return "\n".join(lines) + "\n"


def _lines(equations: Equations, writer: Writer, indent: str, *, given: bool, copy: str = "{}") -> list[str]:
    """One assignment a line; what is wanted as it was before is put aside first."""
    lines = copies(equations, writer, copy)
    for name, right in equations.steps:
        if given and right.head == "grad":
            continue
        lines.append(f"{writer.names[name]} = {writer(right)}")
    return [indent + line for line in lines]


def _augmented(equations: Equations, name: str, right: Term, writer: Writer) -> Iterator[str]:
    scale, rest = continued(equations, name, right)
    own = writer.names[name]
    if rest is None:
        yield f"{own} = {writer(right)}"
        return
    if scale is not None:
        yield f"{own} *= {writer(scale)}"
    for part in rest:
        minus = part.head == "neg"
        yield f"{own} {'-' if minus else '+'}= {writer(part.args[0] if minus else part)}"
