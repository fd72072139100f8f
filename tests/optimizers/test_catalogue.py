"""Whatever a file of symopt/optimizers defines is listed, cited, printable, and keeps the signs it declares."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
import re

import pytest
import sympy as sp

import symopt.optimizers
from symopt.audit.models import Model
from symopt.audit.runs import STEPS
from symopt.language import At, Hyper, Optimizer, Schedule, t
from symopt.language.convert import latex_name, to_sympy, to_term
from symopt.language.latex import latex
from symopt.language.terms import Term
from symopt.optimizers import UnknownOptimizer, catalogue, get, lookahead, with_schedule, with_weight_decay
from symopt.optimizers.adam import adam

DEFINITIONS = list(catalogue().values())
WRAPPED = [
    lookahead(adam),
    with_weight_decay(adam, decoupled=False),
    with_weight_decay(adam, decoupled=True, times_rate=True),
    *(with_schedule(adam, s) for s in catalogue().values() if isinstance(s, Schedule)),
]
OPTIMIZERS = [o for o in DEFINITIONS if isinstance(o, Optimizer)] + WRAPPED
SCHEDULES = [s for s in DEFINITIONS if isinstance(s, Schedule)]

every_definition = pytest.mark.parametrize("definition", DEFINITIONS + WRAPPED, ids=lambda d: d.name)
every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: o.name)


def test_every_module_is_scanned() -> None:
    for file in pkgutil.iter_modules(symopt.optimizers.__path__, "symopt.optimizers."):
        if file.ispkg:
            continue  # vector-valued methods have a catalogue of their own
        held = [v for v in vars(importlib.import_module(file.name)).values() if isinstance(v, Optimizer | Schedule)]
        assert held, f"{file.name} defines nothing"
        assert all(v in DEFINITIONS for v in held)
    assert [get(d.name) for d in DEFINITIONS] == DEFINITIONS


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownOptimizer, match=r"called 'adm'; did you mean .*adam") as error:
        get("adm")
    assert isinstance(error.value, KeyError)
    with pytest.raises(UnknownOptimizer, match="`symopt list` names them"):
        get("?")


@every_definition
def test_it_is_named_and_cited(definition: Optimizer | Schedule) -> None:
    assert re.fullmatch(r"[a-z0-9_=, ()A-Z-]+", definition.name)
    assert definition.title != definition.name
    assert re.search(r"\b(1[89]|20)\d\d\b|CS231n", definition.source)


@every_definition
def test_hyperparameters_say_what_they_mean(definition: Optimizer | Schedule) -> None:
    assert all(h.symbol.meaning for h in definition.hyper)
    assert all(h.default is None or h.default in h.domain for h in definition.hyper)


@every_optimizer
def test_hyperparameters_are_used(optimizer: Optimizer) -> None:
    used = {s for eq in optimizer.update for s in eq.rhs.free_symbols}
    used |= {s for value in optimizer.init.values() for s in value.free_symbols}
    assert used - {t} == {h.symbol for h in optimizer.hyper}


@every_optimizer
def test_initial_values_are_read(optimizer: Optimizer) -> None:
    assert set(optimizer.init) == set(optimizer.states) - {optimizer.params}


@every_optimizer
def test_it_prints_and_its_terms_mean_what_it_says(optimizer: Optimizer) -> None:
    symbols: dict[str, sp.Symbol] = {latex_name(h.symbol): h.symbol for h in optimizer.hyper} | {"t": t}
    sequences = {latex_name(s): s for s in optimizer.sequences}

    def resolve(term: Term) -> sp.Expr | None:
        match term.head:
            case "name" if term.name != "otherwise":
                return symbols[term.name]
            case "at":
                return At(sequences[term.name], to_sympy(term.args[0], resolve))
            case "grad":
                return symopt.language.grad(to_sympy(term.args[0], resolve))
            case _:
                return None

    assert len(symbols) + len(sequences) == len(optimizer.hyper) + 1 + len(optimizer.sequences)
    for equation in optimizer.update:
        term = to_term(equation)
        assert latex(term).count("=") >= 1
        assert sp.simplify(to_sympy(term.args[1], resolve) - equation.rhs.doit()) == 0
    assert optimizer._repr_latex_().startswith("$")


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: s.name)
def test_schedules_print_and_depend_on_the_step(schedule: Schedule) -> None:
    assert latex(to_term(schedule.value))
    assert schedule._repr_latex_().startswith("$")
    assert schedule.value.free_symbols == {h.symbol for h in schedule.hyper} | {t}


@every_definition
def test_it_survives_pickling(definition: Optimizer | Schedule) -> None:
    copy = pickle.loads(pickle.dumps(definition))
    assert copy.name == definition.name
    assert copy.hyper == definition.hyper
    assert [h.symbol.domain for h in copy.hyper] == [h.symbol.domain for h in definition.hyper]
    if isinstance(definition, Optimizer):
        assert copy.update == definition.update
        assert [s.shape for s in copy.sequences] == [s.shape for s in definition.sequences]


def in_its_range(expression: sp.Expr, hyper: tuple[Hyper, ...]) -> sp.Expr:
    """The expression over symbols whose assumptions tell SymPy the domains: beta in [0, 1) is s/(1 + s), and so is
    1 less a negative power of t."""
    falling = {
        p: 1 / (1 + sp.Dummy(nonnegative=True)) for p in expression.atoms(sp.Pow) if p.base == t and p.exp.is_negative
    }
    expression = expression.xreplace(falling)
    fractions = [h.symbol for h in hyper if h.domain == sp.Interval.Ropen(0, 1)]
    left_over = {1 - b**t: sp.Dummy(positive=True) for b in fractions}
    parts = {b: (s := sp.Dummy(nonnegative=True)) / (1 + s) for b in fractions}
    return sp.together(expression.xreplace(left_over).xreplace(parts))


def case_by_case(expression: sp.Expr) -> list[sp.Expr]:
    """The expression with a sign of x - y, x a nonnegative state, replaced: by 1 with x = y + d, by -1 and by 0."""
    for asked in expression.atoms(sp.sign):
        larger = next(a for a in asked.args[0].args if isinstance(a, At))
        above = {larger: larger - asked.args[0] + sp.Dummy(positive=True)}
        return [
            sp.expand(expression.xreplace({asked: sp.Integer(1)}).xreplace(above)),
            *(expression.xreplace({asked: sp.Integer(sign)}) for sign in (-1, 0)),
        ]
    return [expression]


@every_optimizer
def test_declared_signs_are_kept(optimizer: Optimizer) -> None:
    for equation in optimizer.update:
        for sign in ("nonnegative", "positive"):
            if getattr(equation.lhs.base, f"is_{sign}"):
                for case in case_by_case(equation.rhs):
                    value = in_its_range(case, optimizer.hyper)
                    assert getattr(value, f"is_{sign}"), f"{equation} does not keep {equation.lhs.base} {sign}"


@every_definition
def test_the_audit_can_run_it(definition: Optimizer | Schedule) -> None:
    """Numbers everywhere but where the definition itself has none."""
    model = audited(definition)
    for run in model.runs.values:
        for name in model.quantities:
            known = [x == x for x in run[model.rows[False, name], 1 : STEPS + 1, 0]]
            assert any(known)
            assert all(known) or (name == "r" and "radam" in definition.name) or "polynomial" in definition.name


def audited(definition: Optimizer | Schedule) -> Model:
    return Model(definition) if isinstance(definition, Optimizer) else Model(with_schedule(adam, definition))
