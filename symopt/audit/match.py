"""Which definition a group of equations is, and which symbol plays which part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from symopt.audit.catalogue import plain, rare, under_conventions
from symopt.audit.claims import Claim
from symopt.audit.equations import LABEL, ORIGIN, Fact, Group, Reader, is_gradient
from symopt.audit.likeness import likeness, marks_of
from symopt.audit.models import Model, at_settings, specialised
from symopt.audit.names import crossed
from symopt.audit.trials import Bench, Meaning, bench

# What a reading costs; the cheapest is the most charitable one. A wrong equation outweighs any
# number of conventions, and an equation that no single mistake explains outweighs two that are.
WRONG = 10.0
CONVENTION = 1.0
ALIAS = 0.2
FIXED = 0.5
LENGTH = 0.01
RANK = 0.011
"""What each place further down among the definitions costs: an equation that many share is the basic method's."""
SLACK = 2 * WRONG + 2 * CONVENTION
"""How much dearer than the cheapest a reading with wrong equations may be and still be worth explaining."""
LIKELY = 5
"""How many definitions are tried under their conventions."""


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


def interpretations(group: Group) -> list[Interpretation]:
    """Readings of the group, the most charitable first.

    The plain definitions are tried first, also at the numbers that the group prints; then, unless
    one of them fits, the likeliest ones under their conventions, and the definitions that are seldom printed.
    """
    if not any(c.evaluable for c in group.claims):
        return []
    known = [m for m in plain() if (group.may_schedule if m.scheduled else not group.continues)]
    numbered = (s for m in known for s in specialised(m, group.decimals))
    settled = (s for m in known for s in at_settings(m, group.constants, group.settable)) if group.constants else ()
    found = readings(group, [*known, *numbered, *settled], float("inf"))
    if found and not found[0].wrong and found[0].cost - RANK * found[0].model.rank < CONVENTION:
        return found
    if group.continues:
        return []  # nobody knows all the ways to go on from the last rate
    near, far = _likely(group, found)
    found = _with_conventions(group, found, near)
    if not found or found[0].wrong:
        bound = found[0].cost + SLACK if found else float("inf")
        found = sorted([*found, *readings(group, rare(), bound)], key=lambda i: i.cost)
    if found and found[0].wrong and found[0].facts:
        # Before anything is called wrong, the methods that are a little less like it are asked too.
        found = _with_conventions(group, found, far)
    return found


def _with_conventions(group: Group, found: list[Interpretation], systems: Sequence[str]) -> list[Interpretation]:
    bound = found[0].cost + (SLACK if found[0].wrong else 0.0) if found else float("inf")
    written = [m for system in systems for m in under_conventions(system)]
    written += [s for m in written if len(m.conventions) == 1 for s in specialised(m, group.decimals)]
    return sorted([*found, *readings(group, written, bound)], key=lambda i: i.cost)


def _likely(group: Group, found: Sequence[Interpretation]) -> tuple[list[str], list[str]]:
    """The systems in which most of the group holds, with those that look most like it; and the next ones."""
    marks = marks_of(side for c in group.claims for side in (c.left, c.right))
    alike = list(dict.fromkeys(m.system for m in sorted(plain(), key=lambda m: -likeness(marks, m.marks))))
    holding = sorted((r for r in found if r.facts), key=lambda r: (-len(r.facts), r.cost))
    systems = list(dict.fromkeys(r.model.system for r in holding))
    near = list(dict.fromkeys([*systems[:LIKELY], *alike[:LIKELY]]))
    return near, [s for s in dict.fromkeys(alike[LIKELY : 3 * LIKELY]) if s not in near]


def readings(group: Group, models: Iterable[Model], bound: float) -> list[Interpretation]:
    """The cheapest reading of the group in each model that fits at all, below a bound that sinks with each find."""
    found: list[Interpretation] = []
    matcher = _Matcher(group, tuple(models))
    for model in sorted(matcher.place, key=_price):
        if _price(model) >= bound:
            break
        for search in matcher.searches(model):
            reading = search.best(bound)
            if reading is not None:
                found.append(reading)
                bound = min(bound, reading.cost + (SLACK if reading.wrong else 0.0))
                if not reading.wrong:
                    break
    return sorted(found, key=lambda i: i.cost)


def holding(group: Group, models: Iterable[Model], bound: float, slack: float) -> list[Interpretation]:
    """Readings in which nothing is wrong, the cheapest first: one of each model in which there is one.

    Args:
        group: the equations.
        models: the definitions.
        bound: what the first may cost.
        slack: how much dearer than the cheapest the others may be.
    """
    found: list[Interpretation] = []
    matcher = _Matcher(group, tuple(models))
    for model in sorted(matcher.place, key=_price):
        limit = (min(bound, found[0].cost) + slack) if found else bound
        if _price(model) >= limit:
            break
        readings = (search.best(limit) for search in matcher.searches(model))
        reading = next((r for r in readings if r is not None and not r.wrong), None)
        if reading is not None:
            found = sorted([*found, reading], key=lambda i: i.cost)
    return found


def _price(model: Model) -> float:
    shape = LENGTH * len(model.optimizer.update) + RANK * model.rank
    return CONVENTION * len(model.conventions) + FIXED * len(model.fixed) + shape


def is_open(group: Group, reading: Interpretation, claim: Claim, known: Mapping[str, Meaning]) -> bool:
    """Whether too little is known of an equation's symbols to say that it does not hold."""
    return Reader(group, reading.aliases).is_open(claim, reading.model, known)


def readings_of(group: Group, reading: Interpretation, claim: Claim) -> Sequence[Fact]:
    """The ways in which another equation holds under an interpretation, cheapest first."""
    return Reader(group, reading.aliases).facts(claim, bench((reading.model,)), reading.meanings)[0]


class _Matcher:
    """A group held against several models, whose tables are worked out side by side."""

    def __init__(self, group: Group, models: Sequence[Model]) -> None:
        self.group = group
        self.place: dict[Model, tuple[Bench, int]] = {}
        ordered = sorted(models, key=lambda m: (m.coordinates, bool(m.conventions), m.system if m.conventions else ""))
        for _, alike in groupby(ordered, key=lambda m: (m.coordinates, m.system if m.conventions else "")):
            together = list(alike)
            # Those at printed numbers are many, and not asked where one of the others fits.
            parts = [[m for m in together if bool(m.fixed) is fixed] for fixed in (False, True)]
            placed = {m: (on, i) for on in (bench(tuple(p)) for p in parts if p) for i, m in enumerate(on.models)}
            self.place |= {model: placed[model] for model in together}
        self.readers: dict[frozenset[str], Reader] = {}

    def reader(self, aliases: Mapping[str, Claim]) -> Reader:
        """The reader with some abbreviations; one for each choice of them."""
        return self.readers.setdefault(frozenset(aliases), Reader(self.group, aliases))

    def table(self, claim: Claim, model: Model, aliases: Mapping[str, Claim]) -> Sequence[Fact]:
        """The ways in which an equation holds in one model by itself."""
        met = self._met(claim, aliases)
        on, i = self.place[model]
        return self.reader(met).table(claim, on)[i]

    def _met(self, claim: Claim, aliases: Mapping[str, Claim]) -> Mapping[str, Claim]:
        """The abbreviations that an equation uses, directly or not."""
        met: dict[str, Claim] = {}
        todo = [claim]
        while todo:
            new = {n: aliases[n] for n in sorted(todo.pop().names & aliases.keys() - met.keys())}
            met |= new
            todo += new.values()
        return met

    def searches(self, model: Model) -> Iterator[_Search]:
        """No abbreviations; then the symbols that nothing in the model answers to; then all that are no states."""
        yield _Search(self, model, {})
        used = self.group.needed
        loose = {n: c for n, c in self.group.defined.items() if n in used and not (c.recurrent or is_gradient(c))}
        strangers = {n: c for n, c in loose.items() if not self.table(c, model, {})}
        if strangers:
            yield _Search(self, model, strangers)
        if loose and len(loose) > len(strangers):
            yield _Search(self, model, loose)


class _Search:
    """The cheapest consistent reading of a group as one model."""

    def __init__(self, matcher: _Matcher, model: Model, aliases: Mapping[str, Claim]) -> None:
        self.matcher, self.group, self.model, self.aliases = matcher, matcher.group, model, aliases
        self.reader = matcher.reader(aliases)
        self.claims = [c for c in self.group.claims if aliases.get(c.name) is not c]
        self.fixed = _price(model) + ALIAS * len(aliases)

    def best(self, bound: float) -> Interpretation | None:
        """The cheapest consistent reading below a bound."""
        if not self.claims:
            return None
        self.bound, self.nodes = bound, 0
        allowed = self._wrong_allowed()
        tables: list[tuple[Claim, Sequence[Fact]]] = []
        hopeless = 0
        for claim in self.claims:
            table = self.matcher.table(claim, self.model, self.aliases)
            hopeless += not table and not self._is_wide(claim)
            if hopeless > allowed or self.fixed + WRONG * hopeless >= self.bound:
                return None
            tables.append((claim, table))
        tables.sort(key=lambda row: (not row[1], not self._is_wide(row[0]), len(row[1])))
        self.found: Interpretation | None = None
        self._extend(tables, 0, {}, (), (), self.fixed, allowed)
        return self.found

    def _wrong_allowed(self) -> int:
        """An equation alone may be wrong; of several, at least one must hold."""
        return max(len(self.claims) - 1, 1) if len(self.claims) < 4 else (len(self.claims) + 1) // 2

    def _is_wide(self, claim: Claim) -> bool:
        on, i = self.matcher.place[self.model]
        return bool(self.reader.wide(claim, on)[i])

    def _extend(
        self,
        tables: Sequence[tuple[Claim, Sequence[Fact]]],
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
        if not table and self._is_wide(claim):
            table = self.reader.facts(claim, bench((self.model,)), meanings)[0]
        for fact in table:
            joined = self._join(meanings, fact.meanings)
            if joined is None:
                continue
            if any(f.choice.origin != fact.choice.origin for f in facts if f.claim.counts and claim.counts):
                continue
            new = sum(self.reader.strangeness(n, m, self.model) for n, m in fact.meanings.items() if n not in meanings)
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
            elif not self.reader.is_shared(name, meaning, self.model):
                if taken.get((meaning.hyper, meaning.key), name) != name:
                    return None
        joined = {**old, **new}
        return None if crossed({n: m.key for n, m in joined.items() if m.hyper}) else joined
