"""Every convention fits a definition, gives a definition, and is what it claims."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import pytest
import sympy as sp

from symopt.decide import equal
from symopt.language import Grad, Norm, Optimizer, t
from symopt.language import terms as T
from symopt.optimizers import catalogue as definitions
from symopt.optimizers import with_weight_decay
from symopt.rewrites import CONVENTIONS, Convention, catalogue, convention, roles_of, terms_of, variants, with_terms
from symopt.rewrites.forms import ChangeOfVariables, Spelled

OPTIMIZERS = [d for d in definitions().values() if isinstance(d, Optimizer)]
BY_NAME = {o.name: o for o in OPTIMIZERS}
EACH = pytest.mark.parametrize("entry", CONVENTIONS, ids=lambda c: c.name)


@cache
def fitting(entry: Convention) -> tuple[tuple[Optimizer, Optimizer], ...]:
    """Each definition that the convention fits, with what it makes of it."""
    return tuple((o, made) for o in OPTIMIZERS if (made := entry.of(o)) is not None)


def equivalences(entry: Convention) -> Iterator[tuple[Optimizer, Optimizer, ChangeOfVariables]]:
    """The same, where the convention is a change of variables."""
    for optimizer, made in fitting(entry):
        change = entry.change(optimizer)
        if change is not None:
            yield optimizer, made, change


def run(optimizer: Optimizer, hyper: dict[str, Fraction], steps: int = 3, slope: int = 1) -> list[sp.Expr]:
    """The parameters after each step, to 40 digits, for gradients that depend on the point and the step."""
    declared = {h.symbol: sp.Rational(str(hyper[h.name])) for h in optimizer.hyper}
    values = {s[0]: x.xreplace(declared) for s, x in optimizer.init.items()}
    values[optimizer.params[0]] = sp.Rational(7, 5)
    values = {at: x.xreplace(values) for at, x in values.items()}
    path: list[sp.Expr] = []
    for k in range(1, steps + 1):
        for eq in optimizer.update:
            here = eq.rhs.subs(t, k).xreplace(declared | values)
            here = here.replace(Grad, lambda point, k=k: point / 3 + slope * sp.Rational(k, 2))
            here = here.replace(Norm, sp.Abs)  # there is one coordinate
            values[eq.lhs.subs(t, k)] = sp.N(here, 40)
        path.append(values[optimizer.params[k]])
    return path


def agree(a: list[sp.Expr], b: list[sp.Expr]) -> bool:
    return all(abs(x - y) < sp.Float("1e-20") for x, y in zip(a, b, strict=True))


NUMBERS = {
    name: Fraction(n, d)
    for i, (name, n, d) in enumerate([
        ("eta", 1, 10), ("mu", 3, 5), ("beta", 2, 5), ("beta_1", 1, 2), ("beta_2", 3, 4), ("rho", 2, 3),
        ("epsilon", 1, 100), ("lambda", 1, 7), ("alpha", 1, 2), ("k", 2, 1), ("eta_plus", 6, 5), ("eta_minus", 1, 2),
        ("Delta_min", 1, 1000), ("Delta_max", 50, 1), ("Delta_0", 1, 10), ("eta_0", 1, 10), ("kappa", 1, 10),
        ("beta_3", 3, 5), ("c", 3, 2), ("psi", 1, 3), ("tau", 1, 5), ("nu", 2, 5), ("nu_1", 2, 5), ("nu_2", 3, 5),
        ("r_0", 1, 10), ("m_0", 1, 10), ("gamma", 1, 2), ("lambda_1", 1, 20), ("lambda_2", 1, 5),
        ("eta_infinity", 1, 5), ("p", 1, 4), ("d", 3, 2), ("epsilon_1", 1, 100), ("epsilon_2", 1, 50),
    ])
}  # fmt: skip


@EACH
def test_a_convention_gives_a_valid_definition(entry: Convention) -> None:
    for optimizer, made in fitting(entry):
        assert made.update != optimizer.update
        made.replace()  # validates


@EACH
def test_an_equivalence_gives_the_same_parameters(entry: Convention) -> None:
    for optimizer, made, change in equivalences(entry):
        symbols = {h.symbol: sp.Rational(str(NUMBERS[h.name])) for h in made.hyper}
        old = dict(NUMBERS) | {s.name: Fraction(str(x.subs(symbols))) for s, x in change.hyper.items()}
        assert agree(run(optimizer, old), run(made, NUMBERS)), optimizer.name


def settles(optimizer: Optimizer) -> bool:
    """Whether decide proves the method equal to itself at all."""
    return equal(optimizer, optimizer.replace(), hypers={h.name: h.symbol for h in optimizer.hyper}).proved


@pytest.mark.sampled(4)
@EACH
def test_an_equivalence_is_proved(entry: Convention) -> None:
    for optimizer, made, change in equivalences(entry):
        renamed = optimizer.replace(
            update=[sp.Eq(eq.lhs, eq.rhs.xreplace(dict(change.hyper)), evaluate=False) for eq in optimizer.update],
            hyper=made.hyper,
        )
        verdict = equal(renamed, made, hypers={h.name: h.symbol for h in made.hyper})
        assert verdict.proved or not settles(optimizer), f"{optimizer.name}: {verdict.reason}"


def shows_on_one_coordinate(optimizer: Optimizer, entry: Convention) -> bool:
    """Whether runs of one coordinate can tell a convention that changes the numbers."""
    # Along one coordinate a step that is divided by its norm has only a sign, which these do not change;
    # and the sign of a corrected average is that of the average.
    normed = any(eq.has(Norm) for eq in optimizer.update)
    return not normed and entry.group != "threshold" and (optimizer.name, entry.name) != ("signum", "bias correction")


@pytest.mark.sampled(4)
@EACH
def test_a_convention_that_is_no_equivalence_changes_the_numbers(entry: Convention) -> None:
    for optimizer, made in fitting(entry):
        if entry.change(optimizer) is None and shows_on_one_coordinate(optimizer, entry):
            # Two gradients: one that keeps its sign says nothing about methods that take only its sign.
            # Most differ soon; by step 8 every rectified average has begun.
            tries = ((steps, slope) for steps in (2, 8) for slope in (1, -1))
            runs = ((run(x, NUMBERS, *try_) for x in (optimizer, made)) for try_ in tries)
            assert any(not agree(a, b) for a, b in runs), optimizer.name


@EACH
def test_a_convention_fits_a_definition(entry: Convention) -> None:
    if isinstance(entry.form, Spelled):
        assert any(entry.form.written(terms_of(o), roles_of(o)) for o in OPTIMIZERS)
    else:
        assert fitting(entry)
    assert convention(entry.name) is entry
    assert entry.name in catalogue()
    assert entry.sentence.endswith(".")


def test_conventions_are_named_once() -> None:
    names = [c.name for c in CONVENTIONS]
    assert len(set(names)) == len(names)


@pytest.mark.sampled(6)
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: o.name)
def test_variants_start_with_the_definition_and_grow(optimizer: Optimizer) -> None:
    found = list(variants(optimizer))
    assert found[0].optimizer is optimizer and found[0].conventions == ()
    assert len(found) <= 24
    sizes = [len(v.conventions) for v in found]
    assert sizes == sorted(sizes)
    assert len({v.optimizer.update for v in found}) == len(found)
    for variant in found:
        variant.optimizer.replace()  # validates
        groups = [convention(n).group for n in variant.conventions]
        assert len(set(groups)) == len(groups)
        for name, right in variant.optimizer.equations.items():
            plain = optimizer.equations.get(name)
            assert plain == right or set(variant.changed[name]) <= set(variant.conventions)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: o.name)
def test_a_definition_survives_being_written(optimizer: Optimizer) -> None:
    assert with_terms(optimizer, terms_of(optimizer)).update == optimizer.update
    other = tuple(T.relation("=", e.args[0], T.mul(T.number(1), e.args[1])) for e in terms_of(optimizer))
    read_back = with_terms(optimizer, other)
    if optimizer.name != "radam":  # its roots of quotients are split by SymPy in another way
        assert [eq.rhs for eq in read_back.update] == [eq.rhs for eq in optimizer.update]


@pytest.mark.parametrize("decoupled", [False, True])
def test_weight_decay_is_the_wrappers(decoupled: bool) -> None:
    entry = convention(f"{'decoupled' if decoupled else 'coupled'} weight decay")
    for optimizer, made in fitting(entry):
        assert made.update == with_weight_decay(optimizer, decoupled=decoupled).update


def test_momentum_forms_are_variants_of_each_other() -> None:
    forms = [BY_NAME[n] for n in ("momentum", "momentum-accumulated")]
    for a in forms:
        for b in forms:
            assert any(v.optimizer.update == b.update for v in variants(a))
