"""What a rewrite is: a rule with a name, its mathematics, and a sentence for people."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from symopt.language.terms import Path, Term
from symopt.rewrites.patterns import canonical
from symopt.rewrites.roles import Roles

Change = tuple[Path, Term]
"""Where a formula was rewritten, and the formula it became."""


@dataclass(frozen=True)
class Edit:
    """A system of equations after one rewrite.

    Args:
        equations: the whole system, in order.
        changed: the equations that differ, by their number in ``equations``, the first the culprit.
        path: where the culprit differs; () for the whole of it.
    """

    equations: tuple[Term, ...]
    changed: tuple[int, ...]
    path: Path = ()


class Rule(ABC):
    """Works in both directions: ``breaks`` goes from the definition to the rewritten form,
    ``mends`` goes back. Both may offer several ways, and ``mends`` may offer too many."""

    @abstractmethod
    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        """The formula rewritten at one place, for every place."""

    @abstractmethod
    def mends(self, term: Term, roles: Roles) -> Iterator[Change]:
        """The formulas that this one may have been rewritten from."""

    def breaks_system(self, equations: tuple[Term, ...], roles: Roles) -> Iterator[Edit]:
        """The system with one of its formulas rewritten, or, for a rule about several, all of them."""
        for i, equation in enumerate(equations):
            for path, new in self.breaks(equation, roles):
                yield Edit((*equations[:i], new, *equations[i + 1 :]), (i,), path)

    def mends_system(self, equations: tuple[Term, ...], roles: Roles) -> Iterator[Edit]:
        """The systems that this one may have been rewritten from."""
        for i, equation in enumerate(equations):
            for path, new in self.mends(equation, roles):
                yield Edit((*equations[:i], new, *equations[i + 1 :]), (i,), path)


class Kind(StrEnum):
    """Whether a rewrite is another legitimate way to write, or wrong."""

    CONVENTION = "convention"
    MISTAKE = "mistake"


@dataclass(frozen=True)
class Rewrite:
    """One entry of the catalogue.

    Args:
        name: what findings and people call it.
        kind: a convention or a mistake.
        mathematics: one line of LaTeX, from the definition's form to the other.
        sentence: what it means, for people.
        rule: how it is done and undone.
        source: citation, where one exists.
    """

    name: str
    kind: Kind
    mathematics: str
    sentence: str
    rule: Rule
    source: str = ""

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        """See Rule.breaks; each result once."""
        return _distinct(term, self.rule.breaks(term, roles))

    def mends(self, term: Term, roles: Roles) -> Iterator[Change]:
        """See Rule.mends; each result once."""
        return _distinct(term, self.rule.mends(term, roles))

    def breaks_system(self, equations: tuple[Term, ...], roles: Roles) -> Iterator[Edit]:
        """See Rule.breaks_system; each result once."""
        return _distinct_edits(equations, self.rule.breaks_system(equations, roles))

    def mends_system(self, equations: tuple[Term, ...], roles: Roles) -> Iterator[Edit]:
        """See Rule.mends_system; each result once."""
        return _distinct_edits(equations, self.rule.mends_system(equations, roles))


@dataclass(frozen=True)
class Mend:
    """A formula that a wrong one may have been meant to be.

    Args:
        rewrite: the mistake that leads from ``term`` to the wrong formula.
        path: where the wrong formula changes.
        term: the mended formula; what was not changed keeps its spans.
    """

    rewrite: Rewrite
    path: Path
    term: Term


def mends_of(term: Term, roles: Roles, mistakes: Iterable[Rewrite]) -> Iterator[Mend]:
    """Every candidate that one mistake away would mend the formula, each formula once.

    The first mistake of the catalogue that leads to a candidate is the one that explains it.
    """
    seen = {canonical(term)}
    for mistake in mistakes:
        for path, new in mistake.rule.mends(term, roles):
            key = canonical(new)
            if key not in seen:
                seen.add(key)
                yield Mend(mistake, path, new)


def _distinct(term: Term, changes: Iterable[Change]) -> Iterator[Change]:
    seen = {canonical(term)}
    for path, new in changes:
        key = canonical(new)
        if key not in seen:
            seen.add(key)
            yield path, new


def _distinct_edits(equations: tuple[Term, ...], edits: Iterable[Edit]) -> Iterator[Edit]:
    seen = {tuple(map(canonical, equations))}
    for edit in edits:
        key = tuple(map(canonical, edit.equations))
        if key not in seen:
            seen.add(key)
            yield edit
