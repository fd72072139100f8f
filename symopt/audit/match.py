"""Which definition a group of equations is, and which symbol plays which part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import islice, product
from math import prod

from symopt.audit.catalogue import plain, under_conventions
from symopt.audit.claims import Claim, gradient_variables
from symopt.audit.evaluate import Choice, Meaning, Probe, Setting
from symopt.audit.likeness import likeness, marks_of
from symopt.audit.models import STEP, Model, specialised
from symopt.audit.names import affinity, crossed, hyper_like, opposed

# What a reading costs; the cheapest is the most charitable one. A wrong equation outweighs any
# number of conventions, and an equation that no single mistake explains outweighs two that are.
WRONG = 10.0
CONVENTION = 1.0
STRANGE_NAME = 0.4
LABEL = 0.3
ORIGIN = 0.6
ALIAS = 0.2
UNDEFINED = 0.5
FLIPPED = 0.6
FIXED = 0.5
LENGTH = 0.01
RANK = 0.011
"""What each place further down among the definitions costs: an equation that many share is the basic method's."""
SLACK = 2 * WRONG + 2 * CONVENTION
"""How much dearer than the cheapest a reading with wrong equations may be and still be worth explaining."""
LIKELY = 5
"""How many definitions are tried under their conventions."""
GRID = 300_000
"""How many readings of one equation are tried at once."""
PROBES = 64
"""How many readings of one equation are tried one by one."""
UNEXPLORED = 60
"""How many readings of one equation are kept, best names first."""


@dataclass(frozen=True)
class Group:
    """Equations that describe one method together, each once; equal wherever they stand in the document."""

    claims: tuple[Claim, ...]

    @cached_property
    def defined(self) -> Mapping[str, Claim]:
        """The equation that gives each symbol at a symbolic step; of several, the first, a recurrence before others."""
        found: dict[str, Claim] = {}
        for claim in sorted(self.claims, key=lambda c: not c.recurrent):
            if claim.name and claim.step is None:
                found.setdefault(claim.name, claim)
        return found

    @cached_property
    def decimals(self) -> frozenset[Fraction]:
        """Numbers between 0 and 1 that are written where a decay rate could stand."""
        nodes = [n for c in self.claims for side in (c.left, c.right) for _, n in side.walk()]
        return frozenset(n.value for n in nodes if n.value is not None and n.value.denominator > 1 and 0 < n.value < 1)

    @cached_property
    def steps(self) -> frozenset[str]:
        """Symbols that may be how far the parameters move: differences, summands of an update, and by custom."""
        given = {n for n, c in self.defined.items() if not c.recurrent and not _is_gradient(c)}
        updates = [c.right for c in self.claims if c.recurrent and c.right.head == "add" and len(c.right.args) == 2]
        added = {(a.args[0] if a.head == "neg" else a).name for right in updates for a in right.args}
        custom = {"u", "d", "p"} if len(self.claims) > 1 else set[str]()
        return frozenset(n for n in given if n.startswith("\\Delta") or n in added | custom)

    @cached_property
    def params(self) -> frozenset[str]:
        """The parameters' names: where gradients are asked, unless the group defines that point otherwise."""
        asked = gradient_variables(side for c in self.claims for side in (c.left, c.right))
        points = {n for n in asked if n in self.defined and not self.defined[n].recurrent}
        return asked - points


@dataclass(frozen=True)
class Fact:
    """One way in which an equation holds in a model."""

    claim: Claim
    choice: Choice
    meanings: Mapping[str, Meaning]
    lags: Mapping[str, int]
    cost: float


@dataclass(frozen=True)
class Interpretation:
    """A group of equations read as a definition.

    Args:
        model: the definition and its conventions.
        meanings: what each symbol stands for.
        facts: the equations that hold, each with the choices that make it hold.
        wrong: the equations that do not.
        aliases: the group's own abbreviations, read as their definitions.
    """

    model: Model
    meanings: Mapping[str, Meaning]
    facts: tuple[Fact, ...]
    wrong: tuple[Claim, ...]
    aliases: Mapping[str, Claim]
    params: frozenset[str]
    cost: float = field(compare=False)

    @property
    def setting(self) -> Setting:
        return Setting(self.model, self.aliases, self.params)


def interpretations(group: Group) -> list[Interpretation]:
    """Readings of the group, the most charitable first.

    The plain definitions are tried first, also at the numbers that the group prints; then, unless
    one of them fits, the likeliest ones under their conventions.
    """
    if not any(c.evaluable for c in group.claims):
        return []
    numbered = (s for m in plain() for s in specialised(m, group.decimals))
    found = readings(group, [*plain(), *numbered], float("inf"))
    if found and not found[0].wrong and found[0].cost - RANK * found[0].model.rank < CONVENTION:
        return found
    bound = found[0].cost + (SLACK if found[0].wrong else 0.0) if found else float("inf")
    written = [m for system in _likely(group, found) for m in under_conventions(system)]
    return sorted([*found, *readings(group, written, bound)], key=lambda i: i.cost)


def _likely(group: Group, found: Sequence[Interpretation]) -> list[str]:
    """The systems in which most of the group holds as it stands, and those that look most like it."""
    marks = marks_of(side for c in group.claims for side in (c.left, c.right))
    alike = sorted(plain(), key=lambda m: -likeness(marks, m.marks))
    holding = sorted((r for r in found if r.facts), key=lambda r: (-len(r.facts), r.cost))
    systems = dict.fromkeys(r.model.system for r in holding)
    return list(dict.fromkeys([*list(systems)[:LIKELY], *(m.system for m in alike[:LIKELY])]))


def readings(group: Group, models: Iterable[Model], bound: float) -> list[Interpretation]:
    """The cheapest reading of the group in each model that fits at all, below a bound that sinks with each find."""
    found: list[Interpretation] = []
    for model in sorted(models, key=_price):
        if _price(model) >= bound:
            break
        for search in _searches(group, model):
            reading = search.best(bound)
            if reading is not None:
                found.append(reading)
                bound = min(bound, reading.cost + (SLACK if reading.wrong else 0.0))
                if not reading.wrong:
                    break
    return sorted(found, key=lambda i: i.cost)


def _price(model: Model) -> float:
    shape = LENGTH * len(model.optimizer.update) + RANK * model.rank
    return CONVENTION * len(model.conventions) + FIXED * len(model.fixed) + shape


def is_open(group: Group, reading: Interpretation, claim: Claim, known: Mapping[str, Meaning]) -> bool:
    """Whether too little is known of an equation's symbols to say that it does not hold."""
    search = _Search(group, reading.model, reading.aliases)
    names = search.names(claim)
    return search.wide(claim, {n: m for n, m in known.items() if n in names})


def readings_of(group: Group, reading: Interpretation, claim: Claim) -> Iterator[Fact]:
    """The ways in which another equation holds under an interpretation, cheapest first."""
    search = _Search(group, reading.model, reading.aliases)
    yield from search.facts(claim, reading.meanings)


def probes(group: Group, reading: Interpretation, claim: Claim, known: Mapping[str, Meaning]) -> list[Probe]:
    """Every reading of an equation's symbols that agrees with what is known, ready to try variations of it on.

    Where there are too many, none: the variations are then tried on the grid.
    """
    search = _Search(group, reading.model, reading.aliases)
    options = search.options(claim, known)
    if _size(options) > PROBES:
        return []
    rows = [dict(zip(options, row, strict=True)) for row in product(*options.values())]
    choices = [choice for choice, _ in search.choices(claim)]
    return [Probe(search.setting, claim, row, choice) for row in rows if search.distinct(row) for choice in choices]


def _searches(group: Group, model: Model) -> Iterator[_Search]:
    """No abbreviations; then the symbols that nothing in the model answers to; then all that are no states."""
    first = _Search(group, model, {})
    yield first
    loose = {n: c for n, c in group.defined.items() if not c.recurrent and not _is_gradient(c)}
    strangers = {n: c for n, c in loose.items() if not first.table(c)}
    if strangers:
        yield _Search(group, model, strangers)
    if loose and len(loose) > len(strangers):
        yield _Search(group, model, loose)


def _size(options: Mapping[str, Sequence[Meaning]]) -> int:
    return prod(len(o) for o in options.values())


def _is_gradient(claim: Claim) -> bool:
    return claim.right.head == "grad"


class _Search:
    """The cheapest consistent reading of a group as one model."""

    def __init__(self, group: Group, model: Model, aliases: Mapping[str, Claim]) -> None:
        self.group, self.model, self.aliases = group, model, aliases
        self.setting = Setting(model, aliases, group.params)
        self.claims = [c for c in group.claims if aliases.get(c.name) is not c]
        self.fixed = _price(model) + ALIAS * len(aliases)
        self.tables: dict[Claim, list[Fact]] = {}

    def table(self, claim: Claim) -> list[Fact]:
        """The ways in which one equation holds in the model by itself, worked out once."""
        if claim not in self.tables:
            self.tables[claim] = self.facts(claim)
        return self.tables[claim]

    def best(self, bound: float) -> Interpretation | None:
        """The cheapest consistent reading below a bound."""
        if not self.claims:
            return None
        self.bound, self.nodes = bound, 0
        allowed = self._wrong_allowed()
        tables: list[tuple[Claim, list[Fact]]] = []
        hopeless = 0
        for claim in self.claims:
            table = self.table(claim)
            hopeless += not table and not self.wide(claim, {})
            if hopeless > allowed or self.fixed + WRONG * hopeless >= self.bound:
                return None
            tables.append((claim, table))
        tables.sort(key=lambda row: (not row[1], not self.wide(row[0], {}), len(row[1])))
        self.found: Interpretation | None = None
        self._extend(tables, 0, {}, (), (), self.fixed, allowed)
        return self.found

    def _wrong_allowed(self) -> int:
        """An equation alone may be wrong; of several, at least one must hold."""
        return max(len(self.claims) - 1, 1) if len(self.claims) < 4 else (len(self.claims) + 1) // 2

    def facts(self, claim: Claim, known: Mapping[str, Meaning] | None = None) -> list[Fact]:
        """The ways in which one equation holds in the model, given the meanings that are known."""
        found: list[Fact] = []
        if not claim.evaluable:
            return found
        options = self.options(claim, {n: m for n, m in (known or {}).items() if n in self.names(claim)})
        if any(not c for c in options.values()):
            return []
        if _size(options) > GRID:
            return []
        for choice, price in self.choices(claim):
            rows = islice(self.setting.agreements(claim, options, choice), 400)
            found += [f for f in (self._fact(claim, choice, row, price) for row in rows) if f is not None]
            if found and choice.origin == 0:
                break
        found.sort(key=lambda f: f.cost)
        return found[:UNEXPLORED]

    def wide(self, claim: Claim, known: Mapping[str, Meaning]) -> bool:
        """Whether an equation has too many readings to be tried at once, before others say what its symbols are."""
        return claim.evaluable and _size(self.options(claim, known)) > GRID

    def options(self, claim: Claim, known: Mapping[str, Meaning]) -> dict[str, list[Meaning]]:
        """What each symbol of an equation may stand for, given what is known of some."""
        names = sorted(self.names(claim) | known.keys())
        return {n: self._known(known[n], n, claim) if n in known else self.candidates(n, claim) for n in names}

    def names(self, claim: Claim, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        """Names to be read in an equation, those inside its abbreviations included."""
        names = claim.names
        for n in names & self.aliases.keys() - seen:
            names = (names - {n}) | self.names(self.aliases[n], seen | names & self.aliases.keys())
        return (names - self.aliases.keys()) | ({claim.name} - {""} - self.aliases.keys())

    def choices(self, claim: Claim) -> Iterator[tuple[Choice, float]]:
        branches: list[int | None] = [None]
        cases = [len(rows) for rows in self.model.trials[0].branches.values()]
        branches += range(max(cases, default=0) if claim.right.head != "cases" and not claim.dated else 0)
        origins = (0, 1) if claim.shift == 1 or claim.counts else (0,)
        for origin in origins:
            for label in (False, True) if claim.labels else (False,):
                for branch in branches:
                    yield Choice(label, branch, origin), LABEL * label + ORIGIN * origin

    def _fact(self, claim: Claim, choice: Choice, row: Mapping[str, Meaning], price: float) -> Fact | None:
        if not self.distinct(row) or _says_nothing(claim, row):
            return None
        cost = price + sum(self._strangeness(n, m) for n, m in row.items())
        lags = {n: m.lag for n, m in row.items()}
        return Fact(claim, choice, {n: replace(m, lag=0) for n, m in row.items()}, lags, cost)

    def distinct(self, row: Mapping[str, Meaning]) -> bool:
        """Whether no two symbols stand for the same thing."""
        used = [(m.hyper, m.key) for n, m in row.items() if not self._shared(n, m)]
        return len(set(used)) == len(used) and not crossed({n: m.key for n, m in row.items() if m.hyper})

    def _shared(self, name: str, meaning: Meaning) -> bool:
        """Whether others may stand for the same: gradients, and what they are taken at, go by several names."""
        return meaning.key == self.model.gradient or name in self.group.params

    def _strangeness(self, name: str, meaning: Meaning) -> float:
        cost = STRANGE_NAME * (1 - affinity(name, meaning.key, self.model.latex_names[meaning.key], meaning.hyper))
        cost += FLIPPED * (meaning.sign < 0)
        if name not in self.group.defined and not meaning.hyper:
            cost += 0.15 * abs(meaning.offset)
            if meaning.key not in (self.model.gradient, self.model.params):
                cost += UNDEFINED
        return cost

    def candidates(self, name: str, claim: Claim) -> list[Meaning]:
        """What a symbol of an equation may stand for, by its shape alone."""
        definition = self.group.defined.get(name)
        indexed = name in claim.timed
        lags = self._lags(name, claim)
        if name in self.group.params:
            keys, signs = [self.model.params], [1]
        elif definition is not None and definition.recurrent:
            keys, signs = sorted(self.model.states), [1, -1]
        elif definition is not None and _is_gradient(definition):
            keys, signs = [self.model.gradient], [1]
        else:
            keys, signs = list(self.model.quantities), [1, -1] if definition is not None else [1]
            if name in self.group.steps and self.model.has_step:
                keys.append(STEP)
        offsets = self._offsets(name, definition, indexed)
        quantities = [
            Meaning(key, False, sign, offset, lag)
            for key in keys
            for sign in signs
            if sign > 0 or key not in self.model.one_sided
            for offset in offsets
            for lag in lags
        ]
        if definition is not None or name in self.group.params:
            return quantities
        hypers = [Meaning(h, hyper=True) for h in self.model.hypers if not opposed(name, h)]
        if hyper_like(name):
            return hypers + quantities if indexed else hypers
        return quantities if indexed else hypers + quantities

    def _offsets(self, name: str, definition: Claim | None, indexed: bool) -> tuple[int, ...]:
        """Which index the step's new value may have; an assignment without one leaves that open."""
        if definition is None:
            return (0, -1, 1) if indexed else (0,)
        if not definition.indexed and any(name in c.timed for c in self.group.claims):
            return (0, 1)
        return (definition.shift,)

    def _known(self, meaning: Meaning, name: str, claim: Claim) -> list[Meaning]:
        return [meaning] if meaning.hyper else [replace(meaning, lag=lag) for lag in self._lags(name, claim)]

    def _lags(self, name: str, claim: Claim) -> tuple[int, ...]:
        """A symbol without an index may mean its new value or the one before, unless it is the one being given."""
        loose = claim.loose.union(*(a.loose for n, a in self.aliases.items() if n in claim.names))
        return (0, 1) if name in loose and not (name == claim.name and claim.recurrent) else (0,)

    def _extend(
        self,
        tables: Sequence[tuple[Claim, list[Fact]]],
        depth: int,
        meanings: Mapping[str, Meaning],
        facts: tuple[Fact, ...],
        wrong: tuple[Claim, ...],
        cost: float,
        allowed: int,
    ) -> None:
        self.nodes += 1
        if cost >= self.bound or self.nodes > 4000:
            return
        if depth == len(tables):
            self.bound = cost
            self.found = Interpretation(self.model, meanings, facts, wrong, self.aliases, self.group.params, cost)
            return
        claim, table = tables[depth]
        if not table and self.wide(claim, {}):
            table = self.facts(claim, meanings)
        for fact in table:
            joined = self._join(meanings, fact.meanings)
            if joined is None:
                continue
            if any(f.choice.origin != fact.choice.origin for f in facts if f.claim.counts and claim.counts):
                continue
            new = sum(self._strangeness(n, m) for n, m in fact.meanings.items() if n not in meanings)
            price = new + LABEL * fact.choice.label + ORIGIN * fact.choice.origin
            self._extend(tables, depth + 1, joined, (*facts, fact), wrong, cost + price, allowed)
        if len(wrong) < allowed:
            self._extend(tables, depth + 1, meanings, facts, (*wrong, claim), cost + WRONG, allowed)

    def _join(self, old: Mapping[str, Meaning], new: Mapping[str, Meaning]) -> Mapping[str, Meaning] | None:
        taken = {(m.hyper, m.key): n for n, m in old.items()}
        for name, meaning in new.items():
            if name in old:
                if old[name] != meaning:
                    return None
            elif not self._shared(name, meaning):
                if taken.get((meaning.hyper, meaning.key), name) != name:
                    return None
        joined = {**old, **new}
        return None if crossed({n: m.key for n, m in joined.items() if m.hyper}) else joined


def _says_nothing(claim: Claim, row: Mapping[str, Meaning]) -> bool:
    """Whether the equation only gives another name to the same thing."""
    sides = (claim.left, claim.right)
    if any(side.head not in ("name", "at") or side.name not in row for side in sides):
        return False
    return row[claim.left.name].key == row[claim.right.name].key
