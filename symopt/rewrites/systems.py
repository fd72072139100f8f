"""Rules about several equations at once, which one formula alone does not show."""

from __future__ import annotations

from collections.abc import Iterator

from symopt.language.terms import Term
from symopt.rewrites.mechanism import Change, Edit, Rule
from symopt.rewrites.roles import DERIVED, STATE, Roles, lag


class Overwrite(Rule):
    """A state overwritten by a value made from it: ``m = m / (1 - beta**t)``, so the next step starts from it."""

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        return iter(())

    mends = breaks

    def breaks_system(self, equations: tuple[Term, ...], roles: Roles) -> Iterator[Edit]:
        for i, equation in enumerate(equations):
            left = _defined(equation)
            if left is None or roles.of(left) != DERIVED:
                continue
            values = {node for node in equation.args[1].nodes() if roles.fits(node, "value")}
            state = values.pop() if len(values) == 1 else None
            if state is None or roles.of(state) != STATE or not _is_now(state, roles):
                continue
            users = [j for j in range(i, len(equations)) if left.name in equations[j].names()]
            new = list(equations)
            for j in users:
                new[j] = renamed(equations[j], left.name, state.name)
            yield Edit(tuple(new), (i, *(j for j in users if j != i)))

    def mends_system(self, equations: tuple[Term, ...], roles: Roles) -> Iterator[Edit]:
        seen: set[str] = set()
        for i, equation in enumerate(equations):
            left = _defined(equation)
            if left is None:
                continue
            if left.name in seen and left.name in equation.args[1].names():
                fresh = rf"\hat{{{left.name}}}"
                users = [j for j in range(i + 1, len(equations)) if left.name in equations[j].names()]
                new = list(equations)
                new[i] = equation.put((0,), renamed(left, left.name, fresh))
                for j in users:
                    new[j] = renamed(equations[j], left.name, fresh)
                yield Edit(tuple(new), (i, *users))
            seen.add(left.name)


class Reorder(Rule):
    """An equation evaluated before one whose value it needs."""

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        return iter(())

    mends = breaks

    def breaks_system(self, equations: tuple[Term, ...], roles: Roles) -> Iterator[Edit]:
        for i, equation in enumerate(equations):
            for j in range(i):
                left = _defined(equations[j])
                if left is not None and _reads(equation, left, roles):
                    moved = (*equations[:j], equation, *equations[j:i], *equations[i + 1 :])
                    yield Edit(moved, (j, j + 1))

    def mends_system(self, equations: tuple[Term, ...], roles: Roles) -> Iterator[Edit]:
        for i, equation in enumerate(equations):
            needed = [
                j
                for j in range(i + 1, len(equations))
                if (left := _defined(equations[j])) is not None and _reads(equation, left, roles)
            ]
            for j in needed:
                yield Edit((*equations[:i], *equations[i + 1 : j + 1], equation, *equations[j + 1 :]), (j,))


def _defined(equation: Term) -> Term | None:
    """The value that an equation defines."""
    ours = equation.head == "relation" and equation.name == "=" and equation.args[0].head in ("name", "at")
    return equation.args[0] if ours else None


def _reads(equation: Term, value: Term, roles: Roles) -> bool:
    """Whether an equation's right side uses the value at the same step; one without an index is."""
    return any(node == value and _is_now(node, roles) for node in equation.args[1].nodes())


def _is_now(value: Term, roles: Roles) -> bool:
    return value.head == "name" or lag(value.args[0], roles.time) == 0


def renamed(term: Term, old: str, new: str) -> Term:
    """The term with one name written for another; what changes loses its span."""
    args = tuple(renamed(a, old, new) for a in term.args)
    ours = term.head in ("name", "at") and term.name == old
    if not ours and all(a is b for a, b in zip(args, term.args, strict=True)):
        return term
    return Term(term.head, args, new if ours else term.name, term.value)
