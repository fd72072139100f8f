"""Terms as Python, and what a method's equations are called in a program."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from symopt.language import terms as T
from symopt.language.terms import Term
from tests.audit.code.recurrences import Equations, Unwritable, is_before

SUM, PRODUCT, SIGN, POWER, ATOM = 1, 2, 3, 4, 5
"""How tightly a piece of a program binds."""


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
                return (str(term.value) if whole else f"{float(term.value):g}"), ATOM
            case "name":
                return self.names[term.name], ATOM
            case "at":
                return (self.before if is_before(term) else self.names)[term.name], ATOM
            case "add":
                out = self(term.args[0], SUM)
                for a in term.args[1:]:
                    minus = a.head == "neg"
                    out += f" - {self(a.args[0], PRODUCT)}" if minus else f" + {self(a, PRODUCT)}"
                return out, SUM
            case "mul":
                return " * ".join(self(a, PRODUCT if i == 0 else SIGN) for i, a in enumerate(term.args)), PRODUCT
            case "neg":
                return f"-{self(term.args[0], PRODUCT)}", SIGN
            case "div":
                return f"{self(term.args[0], PRODUCT)} / {self(term.args[1], SIGN)}", PRODUCT
            case "pow":
                return f"{self(term.args[0], ATOM)}**{self(term.args[1], ATOM)}", POWER
            case "grad":
                return self.gradient(self(term.args[0])), ATOM
            case "call":
                return f"{self.functions(term.name)}({', '.join(map(self, term.args))})", ATOM
            case "relation":
                sign = "==" if term.name == "=" else term.name
                return f"{self(term.args[0], SUM)} {sign} {self(term.args[1], SUM)}", 0
            case "cases":
                pairs = list(zip(term.args[::2], term.args[1::2], strict=True))
                out = self(pairs[-1][0])
                for value, condition in pairs[-2::-1]:
                    out = f"{self.functions('where')}({self(condition)}, {self(value)}, {out})"
                return out, ATOM
            case _:
                raise Unwritable(term.head)


def plain_name(letter: str) -> str:
    """A letter as a variable: ``m_hat`` of ``\\hat{m}``."""
    accent = re.fullmatch(r"\\(hat|tilde|bar|mathrm)\{(.*)\}", letter)
    if accent:
        return plain_name(accent[2]) + ("" if accent[1] == "mathrm" else f"_{accent[1]}")
    bare = re.sub(r"\W|_", "", letter)
    return {"epsilon": "eps", "eta": "lr", "lambda": "weight_decay", "mu": "momentum"}.get(bare, bare)


def named(equations: Equations, parameter: str, changes: Mapping[str, str] | None = None) -> dict[str, str]:
    changes = {equations.parameter: parameter, **(changes or {})}
    letters = [*equations.hypers, *(n for n, _ in equations.steps), *equations.states]
    names = {n: changes.get(n) or plain_name(n) for n in dict.fromkeys(letters)}
    twice = [x for x in names.values() if list(names.values()).count(x) > 1]
    if twice:
        raise Unwritable(f"two things are called {twice[0]}")
    return names


def numpy_function(name: str) -> str:
    return "np." + {"max": "maximum", "min": "minimum"}.get(name, name)


def jax_function(name: str) -> str:
    return numpy_function(name).replace("np.", "jnp.")


def torch_function(name: str) -> str:
    return numpy_function(name).replace("np.", "torch.")


def defaults(equations: Equations, names: Mapping[str, str]) -> str:
    return ", ".join(f"{names[n]}={v:g}" for n, v in equations.hypers.items())


def counts_steps(equations: Equations) -> bool:
    return any(n == T.name("t") for _, right in equations.steps for n in _outside_indices(right))


def _outside_indices(term: Term) -> Iterator[Term]:
    yield term
    if term.head != "at":
        for a in term.args:
            yield from _outside_indices(a)


def is_given(equations: Equations) -> bool:
    """Whether the gradient is only asked at the parameters, so that the step can be handed it."""
    theta = T.at(equations.parameter, T.name("t") - 1)
    asked = [(n, r) for n, r in equations.steps if any(x.head == "grad" for x in r.nodes())]
    return len(asked) == 1 and asked[0] == (equations.gradient, T.grad(theta)) == equations.steps[0]


def copies(equations: Equations, writer: Writer, copy: str) -> list[str]:
    """What puts aside the values that are wanted as they were before."""
    return [f"{writer.before[n]} = {copy.format(writer.names[n])}" for n, _ in equations.steps if n in equations.kept]


def before_names(equations: Equations, names: Mapping[str, str]) -> dict[str, str]:
    return {**names, **put_aside(equations, names)}


def put_aside(equations: Equations, names: Mapping[str, str]) -> dict[str, str]:
    return {n: f"{names[n]}_prev" for n in equations.kept}


def continued(equations: Equations, name: str, right: Term) -> tuple[Term | None, list[Term] | None]:
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
