"""A definition's equations as a program would keep them: what is state, what is needed from the step before."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from symopt.language import Optimizer
from symopt.language import terms as T
from symopt.language.convert import latex_name, to_term
from symopt.language.terms import Term
from symopt.rewrites import terms_of

TIME = T.name("t")
BEFORE = TIME - 1
STEPS = 5


class Unwritable(ValueError):
    """No straight line of assignments says it."""


@dataclass(frozen=True)
class Equations:
    """A definition's equations, or what a mistake has made of them.

    Args:
        optimizer: the definition, for the names' meaning and the initial values.
        relations: ``x_t = ...``, in the order of evaluation.
    """

    optimizer: Optimizer
    relations: tuple[Term, ...]

    @classmethod
    def of(cls, optimizer: Optimizer) -> Equations:
        return cls(optimizer, terms_of(optimizer))

    @property
    def parameter(self) -> str:
        return latex_name(self.optimizer.params)

    @cached_property
    def gradient(self) -> str:
        """The name that the gradient has."""
        names = [r.args[0].name for r in terms_of(self.optimizer) if r.args[1].head == "grad"]
        if not names:
            raise Unwritable("the gradient has no name of its own")
        return names[0]

    @property
    def hypers(self) -> Mapping[str, float]:
        """The hyperparameters with their defaults, or a customary number."""
        given = {latex_name(h.symbol): h.default for h in self.optimizer.hyper}
        return {n: 0.01 if d is None else float(d) for n, d in given.items()}

    @cached_property
    def steps(self) -> tuple[tuple[str, Term], ...]:
        """Each value that a step makes, in order."""
        return tuple((r.args[0].name, r.args[1]) for r in self.relations)

    @cached_property
    def states(self) -> tuple[str, ...]:
        """What is read a step after it was made, the parameters apart."""
        read = {n.name for _, right in self.steps for n in right.nodes() if is_before(n)}
        return tuple(dict.fromkeys(n for n, _ in self.steps if n in read and n != self.parameter))

    @cached_property
    def initial(self) -> Mapping[str, Term]:
        known = {latex_name(s): to_term(x) for s, x in self.optimizer.init.items()}
        return {s: known.get(s, T.number(0)) for s in self.states}

    @cached_property
    def kept(self) -> frozenset[str]:
        """Values that are read as they were before the step, after the step has made them anew."""
        found: set[str] = set()
        made: set[str] = set()
        for name, right in self.steps:
            found |= {n.name for n in right.nodes() if is_before(n) and n.name in made}
            made.add(name)
        return frozenset(found)

    def check(self) -> None:
        """Whether the equations can be assignments.

        Raises:
            Unwritable: a value is used that no assignment before it makes, or one of two steps before.
        """
        made: set[str] = set()
        for name, right in self.steps:
            for node in right.nodes():
                if node.head == "at" and not is_before(node) and (node.args[0] != TIME or node.name not in made):
                    raise Unwritable(node.name)
                if node.head in ("sum", "prod", "expect"):
                    raise Unwritable(node.head)
            made.add(name)
        if self.gradient in self.states:
            raise Unwritable("the gradient of the step before")

    def run(self, steps: int = STEPS) -> list[float]:
        """The parameters after each step, from a fixed start, with hyperparameters far from each other.

        Raises:
            ArithmeticError, ValueError: a step has no value.
        """
        values: dict[str, float] = {n: _number(n, i) for i, n in enumerate(self.hypers)}
        values |= {n: evaluated(x, values, {}) for n, x in self.initial.items()}
        values[self.parameter] = 0.75
        path: list[float] = []
        for t in range(1, steps + 1):
            before = dict(values)
            values["t"] = t
            for name, right in self.steps:
                values[name] = evaluated(right, values, before)
            path.append(values[self.parameter])
        return path


def is_before(node: Term) -> bool:
    return node.head == "at" and node.args[0] == BEFORE


_NUMBERS = (0.11, 0.83, 0.62, 0.37, 0.47, 0.29, 0.71, 0.19, 0.53)


def _number(name: str, place: int) -> float:
    return 0.013 if "epsilon" in name else _NUMBERS[place % len(_NUMBERS)]


def evaluated(term: Term, now: Mapping[str, float], before: Mapping[str, float]) -> float:
    """A term in floating point."""

    def go(x: Term) -> float:
        match x.head:
            case "number":
                assert x.value is not None
                return float(x.value)
            case "name":
                return now[x.name]
            case "at":
                return (before if is_before(x) else now)[x.name]
            case "add":
                return sum(map(go, x.args))
            case "mul":
                return math.prod(map(go, x.args))
            case "neg":
                return -go(x.args[0])
            case "div":
                return go(x.args[0]) / go(x.args[1])
            case "pow":
                return math.pow(go(x.args[0]), go(x.args[1]))
            case "grad":
                point = go(x.args[0])
                return 0.7 * point + 0.4 * point**3 - 0.3
            case "call":
                return _FUNCTIONS[x.name](*map(go, x.args))
            case "cases":
                return next(go(a) for a, c in _cases(x) if c.head == "name" or _holds(c))
            case _:
                raise ValueError(x.head)

    def _holds(relation: Term) -> bool:
        a, b = map(go, relation.args)
        return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b, "=": a == b}[relation.name]

    return go(term)


def _cases(term: Term) -> Iterator[tuple[Term, Term]]:
    return zip(term.args[::2], term.args[1::2], strict=True)


_FUNCTIONS = {
    "sqrt": lambda x: math.sqrt(x) if x >= 0 else math.nan,
    "abs": abs, "max": max, "min": min, "exp": math.exp, "log": math.log, "floor": math.floor,
    "sign": lambda x: (x > 0) - (x < 0),
}  # fmt: skip


def same_path(a: Sequence[float], b: Sequence[float]) -> bool:
    """Whether two runs are the same, as far as both have values."""
    return all(math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-12) for x, y in zip(a, b, strict=True))
