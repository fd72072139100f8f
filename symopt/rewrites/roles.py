"""What each name of a formula plays: hyperparameter, state, gradient, parameter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from sympy import Expr

from symopt.language import Grad, Hyper, Optimizer, Sequence, t
from symopt.language import terms as T
from symopt.language.convert import latex_name
from symopt.language.terms import Term

RATE, DECAY, MOMENTUM, EPSILON, OTHER = (
    "hyper:rate", "hyper:decay", "hyper:momentum", "hyper:epsilon", "hyper:other",
)  # fmt: skip
STATE, DERIVED, GRADIENT, PARAMETER = "state", "derived", "gradient", "parameter"
_VALUES = frozenset({STATE, DERIVED, GRADIENT, PARAMETER})

# Which roles each kind of metavariable accepts; "term", "number", "time" and "previous" are asked otherwise.
ACCEPTS: Mapping[str, frozenset[str]] = {
    "hyper": frozenset({RATE, DECAY, MOMENTUM, EPSILON, OTHER}),
    "rate": frozenset({RATE}),
    "decay": frozenset({DECAY, MOMENTUM}),
    "momentum": frozenset({MOMENTUM, DECAY}),
    "epsilon": frozenset({EPSILON}),
    "value": _VALUES,
    "state": frozenset({STATE}),
    "average": frozenset({STATE, DERIVED}),
    "derived": frozenset({DERIVED}),
    "gradient": frozenset({GRADIENT}),
    "parameter": frozenset({PARAMETER}),
}


@dataclass(frozen=True)
class Roles:
    """The part that each name plays, and what may be put in a name's place.

    Args:
        role: a name, as the formula writes it, to one of the constants of this module.
        values: each sequence as the document writes its value at the step, such as ``m_t``,
            a bare ``v_{dW}``, or the gradient ``\\partial L / \\partial w_t``.
        time: the step counter's name.
    """

    role: Mapping[str, str]
    values: tuple[Term, ...] = ()
    time: str = "t"

    def of(self, term: Term) -> str:
        """The role of a name, indexed or not; gradients have theirs by their head; "" where unknown."""
        if term.head == "grad":
            return GRADIENT
        return self.role.get(term.name, "") if term.head in ("name", "at") else ""

    def fits(self, term: Term, kind: str) -> bool:
        """Whether a metavariable of that kind may stand for the term."""
        if kind == "term":
            return True
        if kind == "number":
            return term.head == "number"
        if kind == "time":
            return term.head == "name" and term.name == self.time
        if kind == "previous":
            old = term.head == "name" or (term.head == "at" and lag(term.args[0], self.time) == 1)
            return old and self.of(term) in (STATE, PARAMETER)
        return self.of(term) in ACCEPTS[kind]

    def candidates(self, kind: str) -> Iterator[Term]:
        """What a metavariable of that kind may be filled with, where a pattern leaves it open."""
        if kind == "time":
            yield T.name(self.time)
        elif kind == "previous":
            yield from (shifted(x, -1, self.time) for x in self.values if self.of(x) == STATE)
        elif kind in ACCEPTS:
            yield from (x for x in self.values if self.of(x) in ACCEPTS[kind])
            hyper = (n for n, r in self.role.items() if r.startswith("hyper:") and r in ACCEPTS[kind])
            yield from (T.name(n) for n in hyper)


def lag(index: Term, time: str) -> int | None:
    """How many steps an index lies before the step counter; None where it is no offset from it."""
    if index.head == "name":
        return 0 if index.name == time else None
    if index.head == "add" and len(index.args) == 2:
        base, offset = index.args
        sign = -1 if offset.head == "neg" else 1
        digit = offset.args[0] if offset.head == "neg" else offset
        if base.name == time and digit.value is not None and digit.value.denominator == 1:
            return -sign * int(digit.value)
    return None


def shifted(value: Term, by: int, time: str) -> Term:
    """The value ``by`` steps later; unchanged where it has no index that could move."""
    if value.head == "grad":
        return Term("grad", (shifted(value.args[0], by, time),), value.name)
    if value.head != "at":
        return value
    index = value.args[0]
    if index.value is not None:
        return T.at(value.name, T.number(index.value + by)) if index.value + by >= 0 else value
    behind = lag(index, time)
    if behind is None:
        return value
    return T.at(value.name, step(by - behind, time))


def step(offset: int, time: str) -> Term:
    """The step counter plus an offset, as an index is written: ``t - 1``."""
    now = T.name(time)
    if offset == 0:
        return now
    return now + offset if offset > 0 else now - -offset


@cache
def roles_of(optimizer: Optimizer) -> Roles:
    """The roles of a definition's own names."""
    role = {latex_name(h.symbol): _hyper_role(h) for h in optimizer.hyper}
    for sequence, right in zip(optimizer.sequences, optimizer.equations.values(), strict=True):
        role[latex_name(sequence)] = _sequence_role(optimizer, sequence, right)
    values = tuple(T.at(n, T.name(latex_name(t))) for n, r in role.items() if r in _VALUES)
    return Roles(role, values)


_HYPER_ROLES = {"learning rate": RATE, "momentum": MOMENTUM, "decay rate": DECAY, "small constant": EPSILON}


def _hyper_role(hyper: Hyper) -> str:
    found = (role for word, role in _HYPER_ROLES.items() if word in hyper.symbol.meaning)
    return next(found, OTHER)


def _sequence_role(optimizer: Optimizer, sequence: Sequence, right: Expr) -> str:
    if sequence == optimizer.params:
        return PARAMETER
    if isinstance(right, Grad):
        return GRADIENT
    return STATE if sequence in optimizer.states else DERIVED
