"""A form worked out wrong from a recurrence that stands beside it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symopt.audit.claims import Claim
from symopt.audit.explain import BROUGHT, Explanation
from symopt.audit.match import Interpretation
from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.read.notation.series import as_term, linear, plus
from symopt.rewrites.mechanism import Kind, Rewrite
from symopt.rewrites.systems import Overwrite

NOT_FOLLOWING = Rewrite(
    "does not follow from the recurrence",
    Kind.MISTAKE,
    r"m_t = \beta m_{t-1} + (1-\beta) g_t \not\Rightarrow m_t = \dots",
    "The recurrence gives something else; here it is at this step.",
    Overwrite(),
)
"""A form worked out wrong in more than one place."""


def from_recurrence(reading: Interpretation, claim: Claim) -> Explanation | None:
    """A wrong form of a symbol all of whose parts are known, with the recurrence that it should follow from."""
    if not claim.name or not claim.names <= reading.meanings.keys() or claim.cased:
        return None
    if claim.indexed and any(not reading.meanings[n].hyper for n in claim.loose & reading.meanings.keys()):
        return None  # a gradient without an index may be the same at every step
    held = next((f for f in reading.facts if f.claim.name == claim.name and f.claim.recurrent), None)
    if held is None or held.claim.left.head != "at" or claim.left.head != "at":
        return None
    right = _at_index(held.claim, claim.left.args[0])
    right = None if right is None else right.map(lambda node: _number(node, reading)).map(_added_up)
    if right is None or not right.names() - held.claim.clocks <= claim.names:
        return None
    mended = replace(claim, right=right)
    return Explanation(claim, NOT_FOLLOWING, mended, replace(held, claim=mended), BROUGHT)


def _number(node: Term, reading: Interpretation) -> Term | None:
    """The number that stands for a hyperparameter in another equation of the group that is worked out for a step."""
    meaning = reading.meanings.get(node.name) if node.head == "name" else None
    value = reading.model.fixed.get(meaning.key) if meaning is not None and meaning.hyper else None
    numbers = (n.value for f in reading.facts if f.claim.step is not None for n in f.claim.right.nodes())
    return None if value is None or value not in numbers else T.number(value)


def _added_up(node: Term) -> Term | None:
    """A sum of nothing but numbers, as one."""
    signs = [(-1, a.args[0]) if a.head == "neg" else (1, a) for a in node.args] if node.head == "add" else []
    values = [sign * a.value for sign, a in signs if a.value is not None]
    return T.number(sum(values, Fraction(0))) if signs and len(values) == len(signs) else None


def _at_index(recurrence: Claim, index: Term) -> Term | None:
    """The recurrence's right side where its left side has another index."""
    own = linear(recurrence.left.args[0])
    wanted = linear(index)
    clock = next(iter((own or {}).keys() & recurrence.clocks), None)
    if own is None or wanted is None or clock is None:
        return None
    now = plus(plus(wanted, own, Fraction(-1)), {clock: Fraction(1)})

    def moved(node: Term) -> Term | None:
        if node.head == "name" and node.name == clock:
            return as_term(now)
        form = linear(node) if node.head == "add" and clock in node.names() else None
        return None if form is None else as_term(plus({k: v for k, v in form.items() if k != clock}, now, form[clock]))

    return recurrence.right.unspanned().map(moved)
