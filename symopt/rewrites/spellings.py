"""Other spellings of the same formulas, which a reader takes as the definition itself."""

from __future__ import annotations

from collections.abc import Callable

from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.rewrites.roles import PARAMETER, RATE, STATE, Roles, lag, shifted, step

Equations = tuple[Term, ...]


def parameters_ahead(equations: Equations, roles: Roles) -> Equations | None:
    """theta_{t+1} = theta_t - ..., with the gradient asked at theta_t."""

    def moved(term: Term) -> Term | None:
        ours = term.head == "at" and roles.of(term) == PARAMETER
        return shifted(term, 1, roles.time) if ours else None

    return _mapped(equations, moved)


def steps_from_zero(equations: Equations, roles: Roles) -> Equations | None:
    """Every state one index later: v_{t+1} = mu v_t + g_t."""
    if any(n.head == "pow" and roles.time in n.args[1].names() for e in equations for n in e.nodes()):
        return None

    def moved(term: Term) -> Term | None:
        ours = term.head == "at" and roles.of(term) in (PARAMETER, STATE)
        return shifted(term, 1, roles.time) if ours else None

    return _mapped(equations, moved)


def in_place(equations: Equations, roles: Roles) -> Equations | None:
    """W = W - ...: values without an index, each equation an assignment."""
    read_late = {
        node.name
        for i, equation in enumerate(equations)
        for node in equation.args[1].nodes()
        if node.head == "at" and _is_overwritten(node, equations[: i + 1], roles)
    }
    if read_late:
        return None

    def bare(term: Term) -> Term | None:
        return T.name(term.name) if term.head == "at" and lag(term.args[0], roles.time) in (0, 1) else None

    return _mapped(equations, bare)


def _is_overwritten(node: Term, before: Equations, roles: Roles) -> bool:
    """Whether the bare name would mean another value than the node does."""
    behind = lag(node.args[0], roles.time)
    done = any(e.args[0].name == node.name for e in before[:-1])
    return (behind == 1) == done if behind in (0, 1) else True


def rate_per_step(equations: Equations, roles: Roles) -> Equations | None:
    """eta_t for eta."""

    def indexed(term: Term) -> Term | None:
        ours = term.head == "name" and roles.of(term) == RATE
        return T.at(term.name, T.name(roles.time)) if ours else None

    return _mapped(equations, indexed)


def sum_written_out(equations: Equations, roles: Roles) -> Equations | None:
    """r_t = sum of g_i**2 from 1 to t, for r_t = r_{t-1} + g_t**2."""
    bound = "i"

    def spelled(equation: Term) -> Term:
        left, right = equation.args
        old = shifted(left, -1, roles.time)
        if right.head != "add" or roles.of(left) != STATE or old not in right.args or len(right.args) != 2:
            return equation
        added = next(a for a in right.args if a != old)
        inside = added.map(lambda a: T.name(bound) if a.head == "name" and a.name == roles.time else None)
        total = Term("sum", (T.number(1), step(0, roles.time), inside), bound)
        return T.relation("=", left, total)

    out = tuple(spelled(e) for e in equations)
    return None if out == equations else out


def _mapped(equations: Equations, change: Callable[[Term], Term | None]) -> Equations | None:
    out = tuple(e.map(change) for e in equations)
    return None if out == equations else out
