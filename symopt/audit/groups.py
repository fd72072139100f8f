"""Which equations of a document describe one method together.

A lecture splits a method over several displayed formulas and repeats slides. Equations belong
together when one needs what another gives: a parameter update is taken with everything it
needs, each symbol's definition being looked for nearby first.
"""

from __future__ import annotations

import re
from bisect import bisect, bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from itertools import chain, takewhile

from symopt.audit.claims import Claim, gradient_variables
from symopt.audit.equations import Group
from symopt.audit.names import hyper_like

_PARAMETER_NAMES = frozenset({r"\theta", "w", "W", "x", r"\phi", r"\omega", "p"})


_DIFFERENTIAL = re.compile(r"(?:.+_\{)?d(\s?[A-Za-z]|\\[a-z]+)(?:\}.*)?")
_COMPONENT = re.compile(r"(.+)_\{?[ijl]{1,2}\}?")
NEAR = 25
"""How many lines off the recurrence of a symbol may be that a formula unrolls."""
MANY = 50
"""How many recurrences of a symbol are looked at either side of a formula."""
BELOW = 1.5
"""How much further a line below a formula is than one above it."""


class Outline:
    """The equations of one document in order, and the groups they form.

    Args:
        claims: the equations.
        partly: the headings, by number, under which some formula was not read.
    """

    def __init__(self, claims: Sequence[Claim], partly: Set[int] = frozenset()) -> None:
        self.claims, self.partly = tuple(claims), partly

    @cached_property
    def variables(self) -> frozenset[str]:
        """Names under which the document takes gradients, or whose gradients it names: b where it has db or v_{db}."""
        names = {n for c in self.claims for n in c.names}
        differentials = {m[1].strip() for n in names if (m := _DIFFERENTIAL.fullmatch(n))}
        return gradient_variables(side for c in self.claims for side in (c.left, c.right)) | differentials

    @cached_property
    def updates(self) -> tuple[int, ...]:
        """Positions of the parameter updates."""
        return tuple(i for i, c in enumerate(self.claims) if self._is_update(c))

    def _is_update(self, claim: Claim) -> bool:
        if not (claim.recurrent and _is_definition(claim)):
            return False
        names = self.variables | _PARAMETER_NAMES
        component = _COMPONENT.fullmatch(claim.name)
        return (claim.name in names or (component is not None and component[1] in names)) and not _averages_squares(
            claim
        )

    def groups(self) -> Iterator[tuple[Group, frozenset[int]]]:
        """Every group, with the positions of the claims that are to be judged in it."""
        judged: set[int] = set()
        for position in self.updates:
            near, far = self.closure([position], far=False), self.closure([position])
            judged |= far
            yield self._group(far), frozenset(far)
            if near != far:
                yield self._group(near), frozenset(near)
            bare = near - self._tuned(near)
            if bare != near:
                yield self._group(bare), frozenset(bare)
            idle = self._idle(position) - near
            if idle:
                whole = near | self.closure(sorted(idle), far=False)
                yield self._group(whole), frozenset(whole)
        for i, claim in enumerate(self.claims):
            if i in judged:
                continue
            members = self._companions(i) if _is_unrolled(claim) else {i}
            members |= self._recurrence(i)
            members = self.closure(sorted(members))
            yield self._group(members), frozenset({i})

    def _idle(self, position: int) -> set[int]:
        """Definitions right above an update, under its heading: a wrong equation may have left them without use.

        Below a section's last update too, for a state may be given after the step that uses its value of the past.
        """
        passed = bisect(self.updates, position)
        after = self.updates[passed] if passed < len(self.updates) else len(self.claims)
        ours = self.claims[position]
        last = after == len(self.claims) or self.claims[after].section != ours.section
        return {
            i
            for i in range(self._update_before(position) + 1, after if last else position)
            if i != position
            and self.claims[i].section == ours.section
            and abs(ours.line - self.claims[i].line) <= NEAR
            and self.claims[i].step is None
            and _is_definition(self.claims[i])
        }

    def forgets(self, position: int, names: Set[str]) -> bool:
        """Whether values are given right above an update, and nothing under its heading is made from them."""
        here = self.claims[position].section
        section = [(i, c) for i, c in enumerate(self.claims) if c.section == here and here not in self.partly]
        given = frozenset(c.name for i, c in section if i in range(self._update_before(position) + 1, position))
        used = frozenset(n for _, c in section for n in c.names - {c.name})
        return names <= given and not names & used

    def _tuned(self, members: Set[int]) -> frozenset[int]:
        """The equations that only say how large a hyperparameter is, by what nothing else of the group knows.

        Such is the optimum of a quadratic. Then the method may be one that is known, with any such value.
        """
        sizes = frozenset(i for i in members if self._is_size(self.claims[i]))
        elsewhere = frozenset(n for i in members - sizes for n in self.claims[i].names)
        return frozenset(i for i in sizes if not self.claims[i].right.names() & elsewhere)

    def _is_size(self, claim: Claim) -> bool:
        given = claim.right.names() - claim.clocks
        states = {name for name, _ in self._recurrences}
        fixed = claim.timed <= {claim.name} and not claim.gradients and not given & states
        return hyper_like(claim.name) and not claim.recurrent and fixed

    def _group(self, members: Iterable[int]) -> Group:
        return Group(tuple(dict.fromkeys(self.claims[i] for i in sorted(members))))

    def _companions(self, position: int) -> set[int]:
        """A hand-unrolled equation with the others of its sequence next to it."""
        claim, found = self.claims[position], {position}
        for i in range(max(position - 6, 0), min(position + 7, len(self.claims))):
            other = self.claims[i]
            if other.name == claim.name and other.step is not None and claim.name:
                found.add(i)
        return found

    def _recurrence(self, position: int) -> set[int]:
        """The recurrence, nearby under the same heading, of a symbol that the claim gives otherwise."""
        claim = self.claims[position]
        if not claim.name or (claim.recurrent and claim.late is None):
            return set()
        ours = self._recurrences.get((claim.name, claim.section), [])
        here = bisect(ours, position)
        near = [
            *takewhile(lambda i: self._distance(position, i) <= NEAR, reversed(ours[max(here - MANY, 0) : here])),
            *takewhile(lambda i: self._distance(position, i) <= NEAR, ours[here : here + MANY]),
        ]
        near = [i for i in near if claim.late is None or i < position]
        fit = sorted(i for i in near if claim.names <= self.claims[i].names | claim.clocks)
        return set(sorted(fit, key=lambda i: self._distance(position, i))[:1])

    @cached_property
    def _recurrences(self) -> Mapping[tuple[str, int], list[int]]:
        """Positions of the recurrences, in order, by symbol and heading."""
        found: dict[tuple[str, int], list[int]] = {}
        for i, claim in enumerate(self.claims):
            if claim.recurrent and claim.late is None:
                found.setdefault((claim.name, claim.section), []).append(i)
        return found

    @cached_property
    def _definitions(self) -> Mapping[tuple[object, ...], list[int]]:
        """Positions of the claims that define a symbol, in order: by symbol, and whether from that very value.

        With "no update", those of them that are no parameter updates.
        """
        found: dict[tuple[object, ...], list[int]] = {}
        updates = frozenset(self.updates)
        for i, claim in enumerate(self.claims):
            if claim.step is None and _is_definition(claim, circular=claim.circular):
                found.setdefault((claim.name, claim.circular), []).append(i)
                if i not in updates:
                    found.setdefault((claim.name, claim.circular, "no update"), []).append(i)
        return found

    def closure(self, start: Sequence[int], *, far: bool = True) -> set[int]:
        """The claims that the given ones need, directly or not; ``far`` allows those before the last update."""
        members = set(start)
        anchor = start[-1]
        todo = [n for i in start for n in sorted(self._needed(i))]
        seen = {self.claims[i].name for i in start if self.claims[i].step is None}
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            position = self.definition(name, anchor, far=far)
            if position is not None and position not in members:
                members.add(position)
                todo += sorted(self._needed(position))
        return members

    def _needed(self, position: int) -> frozenset[str]:
        """Names whose definitions the claim needs."""
        claim = self.claims[position]
        left = frozenset[str]() if claim.step is None and claim.name else claim.left.names()
        return (claim.right.names() | left) - claim.clocks

    def _distance(self, anchor: int, i: int) -> float:
        """How far a reader looks: lines, those below weighing more."""
        lines = self.claims[i].line - self.claims[anchor].line
        return BELOW * lines if lines > 0 else -lines

    def definition(self, name: str, anchor: int, *, far: bool = True) -> int | None:
        """The claim that gives a symbol to the reader of the claim at ``anchor``.

        Back to the parameter update before the anchor first; then the nearest, down to the next
        update or heading or anywhere above, but never another method's parameter update.
        """
        later = bisect(self.updates, anchor)
        before = self._update_before(anchor)
        after = self.updates[later] if later < len(self.updates) else len(self.claims)
        # A value made from that very value is a definition only where there is no other nearby: its index is wrong.
        given = [self._definitions.get((name, circular), []) for circular in (False, True)]
        near = (places[here - 1] for places in given if (here := bisect(places, anchor)) and places[here - 1] > before)
        others = [self._definitions.get((name, circular, "no update"), []) for circular in (False, True)]
        elsewhere = (
            self._elsewhere(anchor, before, after, *places, far=far) for places in zip(given, others, strict=True)
        )
        return next((i for i in chain(near, elsewhere) if i is not None), None)

    def _elsewhere(
        self, anchor: int, before: int, after: int, given: Sequence[int], others: Sequence[int], *, far: bool
    ) -> int | None:
        """The nearest definition beyond; lines only grow, so the next one below or the last one above."""
        here = bisect(given, anchor)
        section = self.claims[anchor].section
        found = [i for i in given[here : here + 1] if i < after and self.claims[i].section == section]
        if far:
            found += others[: bisect(others, before)][-1:]
        return min(found, key=lambda i: self._distance(anchor, i), default=None)

    def _update_before(self, position: int) -> int:
        passed = bisect_left(self.updates, position)
        return self.updates[passed - 1] if passed else -1


def _is_definition(claim: Claim, *, circular: bool = False) -> bool:
    """Whether it gives its symbol's new value by a formula: no setting (``\\eta = 0.001``), no value of the past."""
    return (
        bool(claim.name)
        and claim.late is None
        and claim.shift >= 0
        and claim.circular == circular
        and bool(claim.right.names() - claim.clocks or claim.right.head == "grad")
    )


def _is_unrolled(claim: Claim) -> bool:
    return claim.step is not None


def _averages_squares(claim: Claim) -> bool:
    """Whether a recurrence keeps an average of squares, as only a state does, whatever it is called."""
    return any(
        node.head == "pow" and node.args[1].head == "number" and node.args[1].value == 2 for node in claim.right.nodes()
    ) and not any(node.head in ("call", "div") for node in claim.right.nodes())
