"""Terms for tests: a strategy for printable ones, and a spelling short enough for tables."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.read.notation import Statement, Unread, read

NAMES = ("w", "\\theta", "x", "\\eta", "\\beta_1", "\\beta_2", "\\epsilon", "v_{dW}", "\\mu", "\\rho_\\infty")
SEQUENCES = ("m", "v", "\\theta", "\\hat{m}", "\\hat{v}", "g", "\\Delta\\theta", "E[g^2]", "RMS[g]", "\\eta'", "v_{dW}")
CONTEXT = tuple(f"{s}_t = {s}_{{t-1}}" for s in SEQUENCES if "_" not in s)
"""Formulas that make the sequences known as such, whatever else is read with them."""

t = T.name("t")


def flat(term: Term) -> Term:
    """The term with sums in sums and products in products spread out, names unbraced, without spans."""
    args = tuple(flat(a) for a in term.args)
    if term.head == "add":
        return T.add(*args)
    return T.mul(*args) if term.head == "mul" else Term(term.head, args, _unbraced(term.name), term.value)


def _unbraced(name: str) -> str:
    r"""``\beta_{3}`` as ``\beta_3``, the spelling that is read."""
    return re.sub(r"([_^])\{(\w|\\[A-Za-z]+)\}", r"\1\2", name)


def statement(formula: str, *others: str) -> Statement:
    """The formula read in a document with others; fails where it is unread."""
    found = read([formula, *others])[0]
    assert not isinstance(found, Unread), f"{formula}: {found}"
    return found


def expression(formula: str, *others: str) -> Term:
    found = statement(formula, *others)
    assert not found.steps
    return flat(found.left)


def spelled(term: Term) -> str:
    """The term as text: ``(1 - \\beta) * m[t-1]`` with every operation in words."""
    match term.head:
        case "number":
            return str(term.value)
        case "name":
            return term.name
        case "at":
            return f"{term.name}[{', '.join(map(spelled, term.args))}]"
        case "neg":
            return f"-{spelled(term.args[0])}"
        case "add":
            return "(" + "+".join(map(spelled, term.args)).replace("+-", "-") + ")"
        case "mul":
            return "*".join(map(spelled, term.args))
        case "div":
            return f"({spelled(term.args[0])})/({spelled(term.args[1])})"
        case "pow":
            return f"({spelled(term.args[0])})^({spelled(term.args[1])})"
        case "relation":
            return f"{spelled(term.args[0])} {term.name} {spelled(term.args[1])}"
        case "grad":
            return f"{'label' if term.name else 'grad'}({spelled(term.args[0])})"
        case _:
            name = {"call": term.name}.get(term.head, f"{term.head} {term.name}".strip())
            return f"{name}({', '.join(map(spelled, term.args))})"


@st.composite
def indexed(draw: st.DrawFn) -> Term:
    shift = draw(st.sampled_from([0, 0, -1, 1]))
    index = t if not shift else t + 1 if shift > 0 else t - 1
    return T.at(draw(st.sampled_from(SEQUENCES)), index)


_LEAVES = st.one_of(
    st.integers(0, 12).filter(lambda n: n != 1).map(T.number),
    st.sampled_from(NAMES).map(T.name),
    indexed(),
    st.builds(lambda p: T.grad(p, label=True), indexed().filter(lambda p: p.name == "\\theta")),
)


def _grown(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        several.map(lambda a: T.add(*a)),
        several.map(lambda a: T.mul(*a)),
        inner.map(T.neg),
        st.builds(lambda a, b: a / b, inner, inner),
        st.builds(lambda a, b: Term("pow", (a, b)), inner, st.sampled_from([T.number(2), T.number(3), t, t - 1])),
        st.builds(T.call, st.sampled_from(["sqrt", "abs", "norm", "exp", "log", "sign", "floor", "ceil"]), inner),
        st.builds(lambda a, b: T.call("max", a, b), inner, inner),
        st.builds(lambda a, b: T.call("dot", a, b), inner, inner),
        st.builds(T.grad, inner),
        st.builds(lambda a: Term("expect", (a,)), inner),
        st.builds(lambda a: Term("sum", (T.number(1), t, T.mul(a, T.at("g", T.name("i")))), "i"), inner),
        st.builds(
            lambda a, b: Term("cases", (a, T.relation(">", b, T.number(4)), b, T.name("otherwise"))), inner, inner
        ),
    )


terms = st.recursive(_LEAVES, _grown, max_leaves=12)
