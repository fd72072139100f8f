"""What a formula about a loss may have been meant to be: itself without one mistake."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symopt.audit.facts.loss_lefts import Asks
from symopt.audit.facts.scores import INPUTS
from symopt.audit.facts.spelling import spelling
from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.rewrites import Rewrite, formula_mends
from symopt.rewrites.formula_mends import negated, with_factor
from symopt.rewrites.formula_mistakes import CLASS, MISSING

LEFT_OUT = frozenset({
    "inverse missing", "wrong derivative", "division missing", "value one step early", "value one step old",
    "factors in the wrong order", "factor wrong", "order of the error",
})  # fmt: skip
"""Mistakes that these formulas do not have: numbers in front are conventions."""
MENDINGS = 400


def one_mistake_away(asked: Asks, right: Term) -> Iterator[tuple[Rewrite, Term]]:
    """Every candidate, with the mistake that is undone in it, the likeliest kinds first; at most ``MENDINGS``."""
    made = [*_other_class(asked, right), *([negated(right)] if right.head == "add" else [])]
    made += formula_mends(right, leaving_out=LEFT_OUT)
    made.sort(key=lambda m: m[0].name == "sign flipped" and _is_inside(m[1], right))
    made += [(MISSING, new) for new in with_factor(right, _supply(asked, right))]
    yield from made[:MENDINGS]


def _is_inside(new: Term, old: Term) -> bool:
    """Whether the two differ within a function's argument alone."""
    if new.head == old.head == "call" and new.name == old.name:
        return True
    if new.head != old.head or new.name != old.name or len(new.args) != len(old.args):
        return False
    apart = [(a, b) for a, b in zip(new.args, old.args, strict=True) if a != b]
    return len(apart) == 1 and _is_inside(*apart[0])


def _other_class(asked: Asks, right: Term) -> Iterator[tuple[Rewrite, Term]]:
    """The formula about the class that its left side speaks of, where it speaks of one other class throughout."""
    ours = (asked.of if asked.what == "probability" else asked.by).indices[:1]
    leaves = [n for n in right.nodes() if n.head in ("name", "call")]
    found = {i for n in leaves if (f := spelling(n)) is not None for i in f.indices[:1]} - set(ours)
    for index in sorted(found) if ours else ():

        def changed(node: Term, index: str = index) -> Term | None:
            own = spelling(node) if node.head == "name" else None
            if own is None or own.indices[:1] != (index,):
                return None
            return T.name(f"{own.base}_{ours[0]}" if len(ours[0]) == 1 else f"{own.base}_{{{ours[0]}}}")

        yield CLASS, right.map(changed)


def _supply(asked: Asks, right: Term) -> Iterable[Term]:
    """Factors that may have been forgotten: what the formula has elsewhere, what is left of 1, the weight's input."""
    leaves = list(dict.fromkeys(n.unspanned() for n in right.nodes() if n.head in ("name", "at") or _is_call(n)))
    inputs = [leaf for leaf in leaves if (f := spelling(leaf)) is not None and f.base in INPUTS and leaf.head != "call"]
    if asked.kinds == ("weight",):
        leaves.insert(0, _input_of(asked.by.indices, inputs[0] if inputs else None))
    return [*leaves, *(T.number(1) - leaf for leaf in leaves)]


def _input_of(weight: tuple[str, ...], known: Term | None) -> Term:
    """The input of a weight, in the indices that the formula's inputs have."""
    found = None if known is None else spelling(known)
    base, indices = ("x", ()) if found is None else (found.base, tuple(i for i in found.indices if i not in weight))
    own = weight[-1:]
    if known is not None and own and "^{(" in known.name:  # x^{(i)} has its weight's index below
        return T.name(f"{base}_{own[0]}^{{({indices[0]})}}") if indices else known
    lower = "".join((*indices, *own))
    return T.name(base + (f"_{lower}" if len(lower) == 1 else f"_{{{lower}}}" if lower else ""))


def _is_call(node: Term) -> bool:
    return (
        node.head == "call"
        and len(node.args) == 1
        and node.name not in ("transpose", "log", "exp", "norm", "indicator")
    )
