"""Activation functions in formulas: which ones a name may stand for, and what a formula about one means.

A letter such as f may be any of them, so that a formula is right if it is right for one; it is called wrong only of
those that it names, or that the text has written down. A parameter is any letter, or any number below 1.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.audit.facts import scores
from symopt.audit.facts.scores import SIGMOIDS, NotAbout, Output, output_of, words_for
from symopt.audit.facts.spelling import FUNCTIONS
from symopt.language.terms import Term
from symopt.losses.activations import ACTIVATIONS, Activation, small

NAMES = frozenset(a.name for a in ACTIVATIONS)
BY_WORD = NAMES - {"sigmoid", "tanh"}
"""Those that a letter alone does not suggest."""
_PARAMETERS = (r"\alpha", r"\lambda", r"\gamma", r"\epsilon", r"\rho")
_LETTERS = {name for name in FUNCTIONS if not name.endswith("'")}


def named(name: str) -> tuple[Activation, ...]:
    """The activations that are called so; none where the name is a letter for any of them."""
    if name in SIGMOIDS:
        return tuple(a for a in ACTIVATIONS if a.name == "sigmoid")
    return words_for(name)


def meant(name: str) -> tuple[Activation, ...]:
    """The activations that a function's name may stand for."""
    return words_for(name) or (ACTIVATIONS if name in _LETTERS else named(name))


def meaning(term: Term, activation: Activation) -> Any:
    """The value of a formula's side that speaks of an activation.

    Raises:
        NotAbout: a part with no place in it, such as a weight.
    """
    if any(n.head in ("name", "at") and n.name in scores.WEIGHTS for n in term.nodes()):
        raise NotAbout("a weight")
    output: Output = output_of(activation)
    has_parameter = activation.value.has(small)
    made = scores.meaning(_with_parameter(term) if has_parameter else term, output).xreplace({scores.x: scores.z})
    letters = made.free_symbols & {sp.Symbol(p, positive=True) for p in _PARAMETERS}
    return made.xreplace(dict.fromkeys(letters, small)) if has_parameter and len(letters) == 1 else made


def _with_parameter(term: Term) -> Term:
    """The term with numbers between 0 and 1 as a letter, where there is one such number."""
    numbers = {n.value for n in term.nodes() if n.head == "number" and n.value is not None and 0 < n.value < 1}
    if len(numbers) != 1:
        return term
    return term.map(lambda n: Term("name", name=_PARAMETERS[0]) if n.value in numbers else None)
