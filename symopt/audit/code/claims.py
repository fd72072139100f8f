"""One parameter's equations as claims, under the letters that papers use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symopt.audit.claims import Claim
from symopt.audit.code.equations import BEFORE, NOW, Step
from symopt.audit.equations import Group
from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.read.code import CLOCK, Definition, Recurrence
from symopt.read.code.functions import is_gradient_name
from symopt.read.code.memory import last
from symopt.read.code.names import hyper_name, state_name

CLOCKS = frozenset({CLOCK})
TINY = Fraction(1, 500)
"""A number below this that is added to something is a small constant."""


@dataclass(frozen=True)
class Reading:
    """A chain's equations.

    Args:
        keys: the assignment that each claim is.
        terms: each claim's right side with the places where its parts are written.
        names: the program's own name for each letter.
        parameter: the assignment of the parameter.
        apart: whether each assignment is an equation; else those of states only, the others written into them.
        inlined: the value of an assignment that is written into the others, in the same form; None if too long.
    """

    claims: tuple[Claim, ...]
    keys: tuple[str, ...]
    terms: tuple[Term, ...]
    names: Mapping[str, str] = field(compare=False)
    parameter: str = ""
    apart: bool = False
    inlined: Callable[[str], Term | None] = field(compare=False, default=lambda key: None)

    @property
    def group(self) -> Group:
        return Group(self.claims)


class Letters:
    """The letters of one chain: each place and name has its own.

    Args:
        step: the step.
        recurrence: what it was read from.
        keys: the assignments of the chain.
        parameter: the place of the parameter.
        paired: whether two numbers of an equation that add up to one are a rate and what it leaves.
    """

    def __init__(
        self, step: Step, recurrence: Recurrence, keys: Sequence[str], parameter: str, *, paired: bool = True
    ) -> None:
        self.step, self.recurrence, self.parameter = step, recurrence, parameter
        self.paired = paired
        self.pairs: dict[tuple[str, Fraction], Fraction] = {}
        self.names: dict[str, str] = {}
        self.numbers: dict[Fraction, str] = {}
        self.taken: set[str] = set()
        nodes = [n for k in keys for n in step.definitions[k].right.nodes()]
        self._give(parameter, r"\theta")
        for key in keys:
            self._value(key)
        for node in nodes:
            if node.head == "at":
                self._value(node.name)
            elif node.head == "name" and node.name not in (CLOCK, "otherwise"):
                self._constant(node.name)
        self._literals(keys)

    def _value(self, key: str) -> None:
        if key in self.names:
            return
        slot = self.step.definitions[key].slot if key in self.step.definitions else key
        carried = key in self.step.carried
        bare = last(slot.partition(" ")[0])
        if carried and not is_gradient_name(bare):
            letter = state_name(slot, self.recurrence.nicknames) or bare
        else:
            change = bare == "updates" and key in self.step.definitions  # of the parameters, as optax calls it
            letter = "g" if is_gradient_name(bare) and not change else bare
        self._give(key, letter if not letter.startswith("\\") or carried else rf"\mathrm{{{bare}}}")

    def _constant(self, name: str) -> None:
        if name not in self.names:
            letter = hyper_name(name, self.recurrence.nicknames)
            self._give(name, letter or rf"\mathrm{{{last(name)}}}")

    def _give(self, key: str, letter: str) -> None:
        own, number = letter, 1
        while own in self.taken or own in CLOCKS:
            number += 1
            bare = letter.replace("\\", "").replace("{", "").replace("}", "")
            own = rf"\mathrm{{{bare}{number}}}" if letter.startswith("\\") else rf"{bare}^{{({number})}}"
        self.taken.add(own)
        self.names[key] = own

    def _literals(self, keys: Sequence[str]) -> None:
        """Numbers written where a hyperparameter belongs get its letter."""
        for key in keys:
            nodes = list(self.step.definitions[key].right.nodes())
            decimals = sorted({n.value for n in nodes if n.value is not None and _is_rate(n.value)})
            for d in decimals:
                if self.paired and 1 - d in decimals and d < 1 - d:
                    self.pairs[key, d] = 1 - d
            for d in decimals:
                if (key, d) not in self.pairs:
                    self._number(d, nodes)

    def _number(self, value: Fraction, nodes: Sequence[Term]) -> None:
        if value in self.numbers:
            return
        added = any(n.head in ("add", "max") and any(a.value == value for a in n.args) for n in nodes)
        if value < TINY and added:
            letters = (r"\epsilon",)
        elif value > Fraction(1, 2):
            letters = (r"\beta_1", r"\beta_2", r"\beta_3")
        else:
            letters = (r"\eta", r"\lambda", r"\mathrm{c1}", r"\mathrm{c2}", r"\mathrm{c3}")
        free = [x for x in letters if x not in self.taken]
        if free:
            self.taken.add(free[0])
            self.numbers[value] = free[0]

    def marked(self) -> Step:
        """The step with its numbers under their letters."""
        made = {k: replace(d, right=d.right.map(lambda n, k=k: self._letter(k, n))) for k, d in self._definitions()}
        return replace(self.step, definitions=made)

    def _definitions(self) -> Iterable[tuple[str, Definition]]:
        return self.step.definitions.items()

    def _letter(self, key: str, node: Term) -> Term | None:
        if node.value is None:
            return None
        if (rate := self.pairs.get((key, node.value))) is not None:
            return replace(T.add(T.number(1), T.neg(T.name(_LITERAL + self.numbers[rate]))), span=node.span)
        if node.value in self.numbers:
            return Term("name", (), _LITERAL + self.numbers[node.value], span=node.span)
        return None

    def written(self, term: Term) -> Term:
        """A term under its letters; places in the program stay."""

        def letter(node: Term) -> Term | None:
            if node.head == "name" and node.name.startswith(_LITERAL):
                return replace(node, name=node.name.removeprefix(_LITERAL))
            if node.head == "name" and node.name in self.names:
                return replace(node, name=self.names[node.name])
            if node.head == "at":
                index = node.args[0]
                return replace(T.at(self.names.get(node.name, node.name), index), span=node.span)
            return None

        return term.map(letter)

    def back(self) -> Mapping[str, str]:
        """The program's own name for each letter."""
        found = {letter: key.partition("#")[0].partition(" ")[0] for key, letter in self.names.items()}
        return found | {letter: _decimal(value) for value, letter in self.numbers.items()}


_LITERAL = "number "
"""What the names of numbers begin with until they are letters."""


def _is_rate(value: Fraction) -> bool:
    return 0 < value < 1 and value != Fraction(1, 2)


def _decimal(value: Fraction) -> str:
    return f"{float(value):g}"


def readings(step: Step, recurrence: Recurrence, keys: Sequence[str], parameter: str) -> list[Reading]:
    """The chain's equations: with what is no state written into them first, then as they are written."""
    letters = [Letters(step, recurrence, keys, parameter)]
    if letters[0].pairs:
        letters.append(Letters(step, recurrence, keys, parameter, paired=False))
    states = frozenset(k for k in keys if k in step.carried)
    gradients = frozenset(k for k in keys if step.definitions[k].right.head == "grad" and _plain(step, k))
    whole = [k for k in keys if k in states or k in gradients]
    found = [_reading(x, whole, states | gradients) for x in letters]
    if len(whole) < len(keys):
        found += [_reading(x, list(keys), frozenset(keys), apart=True) for x in letters]
    return [f for f in found if f is not None]


def _plain(step: Step, key: str) -> bool:
    point = step.definitions[key].right.args[0]
    return point.head in ("at", "name") and (point.head == "name" or point.args[0] == BEFORE)


def _reading(letters: Letters, keys: Sequence[str], keep: frozenset[str], *, apart: bool = False) -> Reading | None:
    step = letters.marked()
    claims: list[Claim] = []
    terms: list[Term] = []
    for place, key in enumerate(keys):
        right = step.inlined(key, keep)
        if right is None:
            return None
        right = letters.written(right)
        left = T.at(letters.names[key], NOW)
        claims.append(Claim(left, right.unspanned(), CLOCKS, place=place, line=place, dated=True))
        terms.append(right)

    def inlined(key: str) -> Term | None:
        value = step.inlined(key, keep)
        return None if value is None else letters.written(value)

    return Reading(tuple(claims), tuple(keys), tuple(terms), letters.back(), letters.parameter, apart, inlined)
