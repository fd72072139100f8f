"""One method as five people would program it: NumPy as a function, as a class and in place, PyTorch, optax."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from symopt.language import terms as T
from symopt.language.terms import Term
from tests.audit.code.recurrences import Equations, Unwritable, is_before

_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Writer:
    """Terms as Python.

    Args:
        names: the program's name for each letter.
        before: its name for a value of the step before.
        functions: how it calls functions.
    """

    names: Mapping[str, str]
    before: Mapping[str, str]
    functions: Callable[[str], str]
    gradient: Callable[[str], str] = "grad({})".format

    def __call__(self, term: Term, need: int = 0) -> str:
        text, binding = self._text(term)
        return f"({text})" if binding < need else text

    def _text(self, term: Term) -> tuple[str, int]:
        match term.head:
            case "number":
                assert term.value is not None
                whole = term.value.denominator == 1
                return (str(term.value) if whole else f"{float(term.value):g}"), _ATOM
            case "name":
                return self.names[term.name], _ATOM
            case "at":
                return (self.before if is_before(term) else self.names)[term.name], _ATOM
            case "add":
                out = self(term.args[0], _SUM)
                for a in term.args[1:]:
                    minus = a.head == "neg"
                    out += f" - {self(a.args[0], _PRODUCT)}" if minus else f" + {self(a, _PRODUCT)}"
                return out, _SUM
            case "mul":
                return " * ".join(self(a, _PRODUCT if i == 0 else _SIGN) for i, a in enumerate(term.args)), _PRODUCT
            case "neg":
                return f"-{self(term.args[0], _PRODUCT)}", _SIGN
            case "div":
                return f"{self(term.args[0], _PRODUCT)} / {self(term.args[1], _SIGN)}", _PRODUCT
            case "pow":
                return f"{self(term.args[0], _ATOM)}**{self(term.args[1], _ATOM)}", _POWER
            case "grad":
                return self.gradient(self(term.args[0])), _ATOM
            case "call":
                return f"{self.functions(term.name)}({', '.join(map(self, term.args))})", _ATOM
            case "relation":
                sign = "==" if term.name == "=" else term.name
                return f"{self(term.args[0], _SUM)} {sign} {self(term.args[1], _SUM)}", 0
            case "cases":
                pairs = list(zip(term.args[::2], term.args[1::2], strict=True))
                out = self(pairs[-1][0])
                for value, condition in pairs[-2::-1]:
                    out = f"{self.functions('where')}({self(condition)}, {self(value)}, {out})"
                return out, _ATOM
            case _:
                raise Unwritable(term.head)


def plain_name(letter: str) -> str:
    """A letter as a variable: ``m_hat`` of ``\\hat{m}``."""
    accent = re.fullmatch(r"\\(hat|tilde|bar|mathrm)\{(.*)\}", letter)
    if accent:
        return plain_name(accent[2]) + ("" if accent[1] == "mathrm" else f"_{accent[1]}")
    bare = re.sub(r"\W|_", "", letter)
    return {"epsilon": "eps", "eta": "lr", "lambda": "weight_decay", "mu": "momentum"}.get(bare, bare)


def _named(equations: Equations, parameter: str, changes: Mapping[str, str] | None = None) -> dict[str, str]:
    changes = {equations.parameter: parameter, **(changes or {})}
    letters = [*equations.hypers, *(n for n, _ in equations.steps), *equations.states]
    names = {n: changes.get(n) or plain_name(n) for n in dict.fromkeys(letters)}
    twice = [x for x in names.values() if list(names.values()).count(x) > 1]
    if twice:
        raise Unwritable(f"two things are called {twice[0]}")
    return names


def _numpy(name: str) -> str:
    return "np." + {"max": "maximum", "min": "minimum"}.get(name, name)


def _jax(name: str) -> str:
    return _numpy(name).replace("np.", "jnp.")


def _torch(name: str) -> str:
    return _numpy(name).replace("np.", "torch.")


def _arguments(equations: Equations, names: Mapping[str, str]) -> str:
    return ", ".join(f"{names[n]}={v:g}" for n, v in equations.hypers.items())


def _counts(equations: Equations) -> bool:
    return any(n == T.name("t") for _, right in equations.steps for n in _outside_indices(right))


def _outside_indices(term: Term) -> Iterator[Term]:
    yield term
    if term.head != "at":
        for a in term.args:
            yield from _outside_indices(a)


def _given(equations: Equations) -> bool:
    """Whether the gradient is only asked at the parameters, so that the step can be handed it."""
    theta = T.at(equations.parameter, T.name("t") - 1)
    asked = [(n, r) for n, r in equations.steps if any(x.head == "grad" for x in r.nodes())]
    return len(asked) == 1 and asked[0] == (equations.gradient, T.grad(theta)) == equations.steps[0]


def _lines(equations: Equations, writer: Writer, indent: str, *, given: bool, copy: str = "{}") -> list[str]:
    """One assignment a line; what is wanted as it was before is put aside first."""
    lines = _copies(equations, writer, copy)
    for name, right in equations.steps:
        if given and right.head == "grad":
            continue
        lines.append(f"{writer.names[name]} = {writer(right)}")
    return [indent + line for line in lines]


def _copies(equations: Equations, writer: Writer, copy: str) -> list[str]:
    """What puts aside the values that are wanted as they were before."""
    return [f"{writer.before[n]} = {copy.format(writer.names[n])}" for n, _ in equations.steps if n in equations.kept]


def _before(equations: Equations, names: Mapping[str, str]) -> dict[str, str]:
    return {**names, **_put_aside(equations, names)}


def _put_aside(equations: Equations, names: Mapping[str, str]) -> dict[str, str]:
    return {n: f"{names[n]}_prev" for n in equations.kept}


def functional(equations: Equations) -> str:
    """A function from the old values to the new ones."""
    names = _named(equations, "w")
    given = _given(equations)
    states = [names[s] for s in equations.states]
    arguments = [names[equations.parameter], names[equations.gradient] if given else "grad", *states]
    arguments += ["t"] if _counts(equations) else []
    writer = Writer(names | {"t": "t"}, _before(equations, names), _numpy)
    return "\n".join([
        f"def step({', '.join(arguments)}, {_arguments(equations, names)}):",
        *_lines(equations, writer, "    ", given=given),
        f"    return {', '.join([names[equations.parameter], *states])}",
    ]) + "\n"  # fmt: skip


def class_based(equations: Equations) -> str:
    """A class that keeps its states as attributes."""
    local = _named(equations, "theta")
    given = _given(equations)
    shared = {*equations.hypers, *equations.states}
    names = {n: f"self.{x}" if n in shared else x for n, x in local.items()}
    writer = Writer(names | {"t": "self.t"}, _before(equations, names) | _put_aside(equations, local), _numpy)
    start = [f"        self.{local[n]} = {local[n]}" for n in equations.hypers]
    start += [f"        self.{local[s]} = {writer(x)}" for s, x in equations.initial.items()]
    counting = _counts(equations)
    return "\n".join([
        "class Method:",
        f"    def __init__(self, {_arguments(equations, local)}):",
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
    names = _named(equations, "x", {"g": "dx"})
    writer = Writer(names | {"t": "t"}, _before(equations, names), _numpy)
    lines = [f"{names[n]} = {v:g}" for n, v in equations.hypers.items()]
    for state, start in equations.initial.items():
        zero = start == T.number(0)
        lines.append(f"{names[state]} = np.zeros_like(x)" if zero else f"{names[state]} = {writer(start)}")
    lines.append("for t in range(1, num_steps + 1):")
    lines += [f"    {line}" for line in _copies(equations, writer, "{}.copy()")]
    for name, right in equations.steps:
        lines += [f"    {line}" for line in _augmented(equations, name, right, writer)]
    return "\n".join(lines) + "\n"


def _augmented(equations: Equations, name: str, right: Term, writer: Writer) -> Iterator[str]:
    scale, rest = _continued(equations, name, right)
    own = writer.names[name]
    if rest is None:
        yield f"{own} = {writer(right)}"
        return
    if scale is not None:
        yield f"{own} *= {writer(scale)}"
    for part in rest:
        minus = part.head == "neg"
        yield f"{own} {'-' if minus else '+'}= {writer(part.args[0] if minus else part)}"


def _continued(equations: Equations, name: str, right: Term) -> tuple[Term | None, list[Term] | None]:
    """What a sum multiplies the old value by, and what it adds; no parts where it is no such sum."""
    old = T.at(name, T.name("t") - 1)
    if right.head != "add" or name in equations.kept:
        return None, None
    own = [a for a in right.args if a == old or (a.head == "mul" and old in a.args)]
    rest = [a for a in right.args if a not in own]
    if len(own) != 1 or any(old in list(a.nodes()) for a in rest):
        return None, None
    scale = [a for a in own[0].args if a != old] if own[0] != old else []
    if any(old in list(a.nodes()) for a in scale):
        return None, None
    return (T.mul(*scale) if len(scale) > 1 else scale[0] if scale else None), rest


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
    if not _given(equations):
        raise Unwritable("the gradient is asked elsewhere")
    names = _named(equations, "p", _torch_names(equations))
    words = [names[n] for n in equations.hypers]
    writer = Writer(
        names | {n: f"group['{x}']" for n, x in names.items() if n in equations.hypers} | {"t": "state['step']"},
        _before(equations, names), _torch,
    )  # fmt: skip
    counting = _counts(equations)
    body = ["grad = p.grad", "state = self.state[p]"]
    if equations.states or counting:
        body.append("if len(state) == 0:")
        body += ["    state['step'] = 0"] if counting else []
        for s, x in equations.initial.items():
            zero = x == T.number(0)
            body.append(f"    state['{names[s]}'] = {'torch.zeros_like(p)' if zero else writer(x)}")
    body += [f"{names[s]} = state['{names[s]}']" for s in equations.states]
    body += ["state['step'] += 1"] if counting else []
    body += _copies(equations, writer, "{}.clone()")
    for name, right in equations.steps[1:]:
        body += _methods(equations, name, right, writer)
    return "\n".join([
        "class Method(torch.optim.Optimizer):",
        f"    def __init__(self, params, {_arguments(equations, names)}):",
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
    scale, rest = _continued(equations, name, right)
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
        number = writer(T.mul(*scalars) if len(scalars) > 1 else scalars[0], _PRODUCT) if scalars else "1"
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
    if not _given(equations) or equations.parameter in equations.kept:
        raise Unwritable("the gradient is asked elsewhere")
    names = _named(equations, "params", _optax_names(equations))
    before = {n: f"state.{x}" if n in equations.states else x for n, x in names.items()}
    counting = _counts(equations)
    fields = (["count"] if counting else []) + [names[s] for s in equations.states]
    outside = Writer(names | {"t": "count"}, before, _jax)
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
            scale, rest = _continued(equations, name, right)
            if scale is None and rest:
                right = T.add(*rest) if len(rest) > 1 else rest[0]
            else:
                right = right - T.at(name, T.name("t") - 1)
        lines.append(f"{target} = {_mapped(right, equations, names, before)}")
    new = (["count"] if counting else []) + [names[s] for s in equations.states]
    kind = "MethodState" if fields else "optax.EmptyState"
    declared = ["class MethodState(NamedTuple):", *(f"    {f}: Any" for f in fields), "", ""] if fields else []
    return "\n".join([
        *declared,
        f"def method({_arguments(equations, names)}):",
        "    def init(params):",
        f"        return {kind}({', '.join(start)})",
        "",
        "    def update(grads, state, params=None):",
        *(f"        {line}" for line in lines),
        f"        return updates, {kind}({', '.join(new)})",
        "",
        "    return optax.GradientTransformation(init, update)",
    ]) + "\n"  # fmt: skip


def _mapped(right: Term, equations: Equations, names: dict[str, str], before: dict[str, str]) -> str:
    """A term as a function of one leaf of each tree in it."""
    trees: dict[tuple[str, bool], str] = {}
    for node in right.nodes():
        if node.head == "at":
            trees.setdefault((node.name, is_before(node)), "")
    if not trees:
        return Writer(names | {"t": "count"}, before, _jax)(right)
    leaves = {key: _leaf(key, trees, equations) for key in trees}
    now = names | {"t": "count"} | {n: leaf for (n, old), leaf in leaves.items() if not old}
    old = {n: leaf for (n, is_old), leaf in leaves.items() if is_old}
    body = Writer(now, old, _jax)(right)
    sources = [(before if is_old else names)[n] for n, is_old in leaves]
    return f"jax.tree.map(lambda {', '.join(leaves.values())}: {body}, {', '.join(sources)})"


def _leaf(key: tuple[str, bool], trees: Mapping[tuple[str, bool], str], equations: Equations) -> str:
    name, old = key
    short = "p" if name == equations.parameter else plain_name(name)
    return f"{short}_old" if old and (name, False) in trees else short


STYLES: Mapping[str, Callable[[Equations], str]] = {
    "NumPy function": functional,
    "NumPy class": class_based,
    "NumPy in place": in_place,
    "PyTorch": torch_like,
    "optax": optax_like,
}


def written(equations: Equations, style: str) -> str:
    """The program.

    Raises:
        Unwritable: the style has no way to say it.
    """
    equations.check()
    return STYLES[style](equations)
