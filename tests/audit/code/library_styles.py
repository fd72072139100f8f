"""A method as users of a library would program it: PyTorch, optax."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from symopt.language import terms as T
from symopt.language.terms import Term
from tests.audit.code.recurrences import Equations, Unwritable, is_before
from tests.audit.code.writing import (
    PRODUCT,
    Writer,
    before_names,
    continued,
    copies,
    counts_steps,
    defaults,
    is_given,
    jax_function,
    named,
    plain_name,
    torch_function,
)  # fmt: skip


def _is_average_of_squares(equations: Equations) -> bool:
    """Whether v is the second moment, not a velocity."""
    return any(n == "v" and any(x.head == "pow" for x in r.nodes()) for n, r in Equations.of(equations.optimizer).steps)


def _torch_names(equations: Equations) -> dict[str, str]:
    velocity = "exp_avg_sq" if _is_average_of_squares(equations) else "momentum_buffer"
    return {"m": "exp_avg", "v": velocity, "r": "square_avg", "g": "grad"}


def _optax_names(equations: Equations) -> dict[str, str]:
    velocity = "nu" if _is_average_of_squares(equations) else "trace"
    return {"m": "mu", "v": velocity, "r": "nu", "g": "grads", r"\mu": "decay"}


def torch_like(equations: Equations) -> str:
    """A ``torch.optim.Optimizer`` that keeps its states by parameter and changes them in place."""
    if not is_given(equations):
        raise Unwritable("the gradient is asked elsewhere")
    names = named(equations, "p", _torch_names(equations))
    words = [names[n] for n in equations.hypers]
    writer = Writer(
        names | {n: f"group['{x}']" for n, x in names.items() if n in equations.hypers} | {"t": "state['step']"},
        before_names(equations, names), torch_function,
    )  # fmt: skip
    counting = counts_steps(equations)
    body = ["grad = p.grad", "state = self.state[p]"]
    if equations.states or counting:
        body.append("if len(state) == 0:")
        body += ["    state['step'] = 0"] if counting else []
        for s, x in equations.initial.items():
            zero = x == T.number(0)
            body.append(f"    state['{names[s]}'] = {'torch.zeros_like(p)' if zero else writer(x)}")
    body += [f"{names[s]} = state['{names[s]}']" for s in equations.states]
    body += ["state['step'] += 1"] if counting else []
    body += copies(equations, writer, "{}.clone()")
    for name, right in equations.steps[1:]:
        body += _methods(equations, name, right, writer)
    return "\n".join([
        "class Method(torch.optim.Optimizer):",
        f"    def __init__(self, params, {defaults(equations, names)}):",
        f"        super().__init__(params, dict({', '.join(f'{w}={w}' for w in words)}))",
        "",
        "    @torch.no_grad()",
        "    def step(self):",
        "        for group in self.param_groups:",
        "            for p in group['params']:",
        *(f"                {line}" for line in body),
    ]) + "\n"  # fmt: skip


def _methods(equations: Equations, name: str, right: Term, writer: Writer) -> Iterator[str]:
    own = writer.names[name]
    scale, rest = continued(equations, name, right)
    if rest is None:
        lasting = name in equations.states or name == equations.parameter
        yield f"{own}.copy_({writer(right)})" if lasting else f"{own} = {writer(right)}"
        return
    if scale is not None and len(rest) == 1 and rest[0].head == "mul" and rest[0].args[0] == 1 - scale:
        others = list(rest[0].args[1:])
        yield f"{own}.lerp_({writer(T.mul(*others) if len(others) > 1 else others[0])}, {writer(rest[0].args[0])})"
        return
    chain = own if scale is None else f"{own}.mul_({writer(scale)})"
    yield chain + "".join(map(_added(equations, writer), rest))


def _added(equations: Equations, writer: Writer) -> Callable[[Term], str]:
    def is_scalar(term: Term) -> bool:
        return term.head in ("number", "name", "add", "neg", "pow") and not any(n.head == "at" for n in term.nodes())

    def method(part: Term) -> str:
        minus = part.head == "neg"
        part = part.args[0] if minus else part
        sign = "-" if minus else ""
        top, bottom = (part.args[0], part.args[1]) if part.head == "div" else (part, None)
        factors = list(top.args) if top.head == "mul" else [top]
        scalars = [f for f in factors if is_scalar(f)]
        tensors = [f for f in factors if not is_scalar(f)]
        number = writer(T.mul(*scalars) if len(scalars) > 1 else scalars[0], PRODUCT) if scalars else "1"
        scale = sign + number
        whole = writer(T.mul(*tensors) if len(tensors) > 1 else tensors[0]) if tensors else ""
        if bottom is not None and tensors and not is_scalar(bottom):
            return f".addcdiv_({whole}, {writer(bottom)}, value={scale})"
        if bottom is None and len(tensors) == 2 and len(scalars) == 1:
            return f".addcmul_({writer(tensors[0])}, {writer(tensors[1])}, value={scale})"
        if bottom is None and len(tensors) == 1 and tensors[0].head == "pow" and tensors[0].args[1] == T.number(2):
            base = writer(tensors[0].args[0])
            return f".addcmul_({base}, {base}, value={scale})"
        if bottom is None and tensors:
            return f".add_({whole})" if scale == "1" else f".add_({whole}, alpha={scale})"
        return f".{'sub_' if minus else 'add_'}({writer(part)})"

    return method


def optax_like(equations: Equations) -> str:
    """A pair of pure functions over a tuple of states, with what to add to the parameters for a result."""
    if not is_given(equations) or equations.parameter in equations.kept:
        raise Unwritable("the gradient is asked elsewhere")
    names = named(equations, "params", _optax_names(equations))
    before = {n: f"state.{x}" if n in equations.states else x for n, x in names.items()}
    counting = counts_steps(equations)
    fields = (["count"] if counting else []) + [names[s] for s in equations.states]
    outside = Writer(names | {"t": "count"}, before, jax_function)
    start = ["jnp.zeros([], jnp.int32)"] if counting else []
    for x in equations.initial.values():
        zero = x == T.number(0)
        value = "jnp.zeros_like" if zero else f"lambda p: jnp.full_like(p, {outside(x)})"
        start.append(f"jax.tree.map({value}, params)")
    lines = ["count = optax.safe_increment(state.count)"] if counting else []
    for name, right in equations.steps[1:]:
        target = names[name]
        if name == equations.parameter:
            target = "updates"
            scale, rest = continued(equations, name, right)
            if scale is None and rest:
                right = T.add(*rest) if len(rest) > 1 else rest[0]
            else:
                if _starts_from_them(Equations.of(equations.optimizer)) and not _starts_from_them(equations):
                    raise Unwritable("nobody has to say that the step is added to the parameters")
                right = right - T.at(name, T.name("t") - 1)
        lines.append(f"{target} = {_mapped(right, equations, names, before)}")
    new = (["count"] if counting else []) + [names[s] for s in equations.states]
    kind = "MethodState" if fields else "optax.EmptyState"
    declared = ["class MethodState(NamedTuple):", *(f"    {f}: Any" for f in fields), "", ""] if fields else []
    return "\n".join([
        *declared,
        f"def method({defaults(equations, names)}):",
        "    def init(params):",
        f"        return {kind}({', '.join(start)})",
        "",
        "    def update(grads, state, params=None):",
        *(f"        {line}" for line in lines),
        f"        return updates, {kind}({', '.join(new)})",
        "",
        "    return optax.GradientTransformation(init, update)",
    ]) + "\n"  # fmt: skip


def _starts_from_them(equations: Equations) -> bool:
    """Whether the step is made from the parameters as they were."""
    return any(
        n.name == equations.parameter and is_before(n) for n in dict(equations.steps)[equations.parameter].nodes()
    )


def _mapped(right: Term, equations: Equations, names: dict[str, str], before: dict[str, str]) -> str:
    """A term as a function of one leaf of each tree in it."""
    trees: dict[tuple[str, bool], str] = {}
    for node in right.nodes():
        if node.head == "at":
            trees.setdefault((node.name, is_before(node)), "")
    if not trees:
        return Writer(names | {"t": "count"}, before, jax_function)(right)
    leaves = {key: _leaf(key, trees, equations) for key in trees}
    now = names | {"t": "count"} | {n: leaf for (n, old), leaf in leaves.items() if not old}
    old = {n: leaf for (n, is_old), leaf in leaves.items() if is_old}
    body = Writer(now, old, jax_function)(right)
    sources = [(before if is_old else names)[n] for n, is_old in leaves]
    return f"jax.tree.map(lambda {', '.join(leaves.values())}: {body}, {', '.join(sources)})"


def _leaf(key: tuple[str, bool], trees: Mapping[tuple[str, bool], str], equations: Equations) -> str:
    name, old = key
    short = "p" if name == equations.parameter else plain_name(name)
    return f"{short}_old" if old and (name, False) in trees else short
