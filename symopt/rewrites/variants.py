"""A definition under its conventions, and under its mistakes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import sympy as sp

from symopt.language import Optimizer
from symopt.language.terms import Path, Term
from symopt.rewrites.convention_list import CONVENTIONS, Convention
from symopt.rewrites.mechanism import Edit, Rewrite
from symopt.rewrites.roles import GRADIENT, Roles, roles_of
from symopt.rewrites.writing import terms_of


@dataclass(frozen=True)
class Variant:
    """A definition under some conventions.

    Args:
        optimizer: the definition so written.
        conventions: their names, in the order applied; () for the definition as it is.
        changed: for each sequence whose equation differs from the plain definition's, the
            conventions that changed it.
    """

    optimizer: Optimizer
    conventions: tuple[str, ...]
    changed: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Broken:
    """A definition with one mistake in it; it need not make sense any more.

    Args:
        mistake: what was done.
        equations: every equation as a formula.
        changed: the numbers of the equations that differ, the culprit first.
        path: where in the culprit.
    """

    mistake: Rewrite
    equations: tuple[Term, ...]
    changed: tuple[int, ...]
    path: Path


def variants(optimizer: Optimizer, limit: int = 24) -> Iterator[Variant]:
    """The definition under every compatible combination of the conventions that fit it.

    The plain definition comes first, then fewer conventions before more; each system once.

    Args:
        optimizer: any definition.
        limit: how many variants to give at most.
    """
    return islice(_variants(optimizer), limit)


def _variants(optimizer: Optimizer) -> Iterator[Variant]:
    seen = {_key(optimizer)}
    layer = [(Variant(optimizer, (), {}), 0)]
    yield layer[0][0]
    while layer:
        deeper: list[tuple[Variant, int]] = []
        for variant, start in layer:
            taken = {c.group for c in CONVENTIONS if c.name in variant.conventions}
            for number, convention in enumerate(CONVENTIONS[start:], start=start):
                made = _under(variant, convention) if convention.group not in taken else None
                if made is not None and (key := _key(made.optimizer)) not in seen:
                    seen.add(key)
                    yield made
                    deeper.append((made, number + 1))
        layer = deeper


def _under(variant: Variant, convention: Convention) -> Variant | None:
    made = convention.of(variant.optimizer)
    if made is None:
        return None
    changed = dict(variant.changed)
    before = variant.optimizer.equations
    for name, right in made.equations.items():
        if before.get(name) != right:
            changed[name] = (*changed.get(name, ()), convention.name)
    return Variant(made, (*variant.conventions, convention.name), changed)


def _key(optimizer: Optimizer) -> tuple[sp.Basic, ...]:
    return optimizer.update


def apply_mistake(optimizer: Optimizer, mistake: Rewrite) -> Iterator[Broken]:
    """The definition with the mistake made once, for every place where it can be made."""
    roles = roles_of(optimizer)
    for edit in mistake.breaks_system(terms_of(optimizer), roles):
        if not _redraws(edit, roles):
            yield Broken(mistake, edit.equations, edit.changed, edit.path)


def _redraws(edit: Edit, roles: Roles) -> bool:
    """Whether the edit only makes the gradient's own equation something else than a gradient."""
    culprit = edit.equations[edit.changed[0]]
    right = culprit.args[1]
    asked = right.args[0] if right.head == "neg" else right
    return len(edit.changed) == 1 and roles.of(culprit.args[0]) == GRADIENT and asked.head != "grad"
