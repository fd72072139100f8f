"""Every mistake fits something, and can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given, settings

from symopt.language import Optimizer
from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.optimizers import catalogue as definitions
from symopt.rewrites import (
    MISTAKES,
    Kind,
    Rewrite,
    Roles,
    apply_mistake,
    catalogue,
    mends_of,
    mistake,
    roles_of,
    terms_of,
)  # fmt: skip
from symopt.rewrites.patterns import canonical, metavariables
from symopt.rewrites.rules import Replace

from .test_patterns import ROLES, formulas

OPTIMIZERS = [d for d in definitions().values() if isinstance(d, Optimizer)]
CALCULATION = T.relation("=", T.number(3) / 4, T.number(Fraction(3, 4)))
AVERAGE = T.relation(
    "=", T.at("v", T.name("t")),
    T.number(Fraction(9, 10)) * T.at("v", T.name("t") - 1) + T.number(Fraction(1, 10)) * T.at("g", T.name("t")),
)  # fmt: skip
MEAN = T.relation("=", T.expect(T.at("v", T.name("t"))), T.expect(T.at("g", T.name("t")) ** 2))
"""What only a document has: numbers where a definition has hyperparameters, and expectations."""


def broken(rewrite: Rewrite) -> Iterator[tuple[tuple[Term, ...], tuple[Term, ...], Roles]]:
    """Right systems and what the mistake makes of them."""
    for optimizer in OPTIMIZERS:
        for case in apply_mistake(optimizer, rewrite):
            yield terms_of(optimizer), case.equations, roles_of(optimizer)
    for formula, roles in ((CALCULATION, Roles({})), (AVERAGE, Roles({})), (MEAN, Roles({"g": "gradient"}))):
        for edit in rewrite.breaks_system((formula,), roles):
            yield (formula,), edit.equations, roles


def key(equations: tuple[Term, ...]) -> tuple[object, ...]:
    return tuple(map(canonical, equations))


# What cannot be undone always: both names have become one, an order that did not matter has changed,
# or a condition of Rprop has lost a factor.
#
# A share below 0.98 has the count that was measured over the catalogue beside it, and the definitions that
# account for the rest. Why their mends miss the definition has not been traced, save for the reasons above.
LOSSY = {
    "one hyperparameter used for another throughout": 0.5,
    "update before the value it needs": 0.69,  # 183 of 262; 19 of the others are Nadam's schedule and library form
    "one decay rate used for the other": 0.91,  # 137 of 149; Nadam's schedule and library form, AdaBound and AMSBound
    "factor missing": 0.93,  # 231 of 247; the norm-wise methods, Lion, Nadam's two, AdaBound, AMSBound, Adafactor
    "factor 1 - beta forgotten": 0.96,  # 80 of 83; LARS's average, SM3 with momentum, SM3 with epsilon
    "parentheses lost": 0.97,  # 244 of 249; Yogi's three, the short forms of schedule-free methods
    "part of a sum missing": 0.97,  # 354 of 363; Nadam's two, Yogi's two, AdaBelief, AdaMax, decayed descent
    "root missing": 0.95,  # 44 of 46; QHAdam, and centred RMSProp with momentum outside
    "state overwritten by its corrected value": 0.92,  # 35 of 38; AMSGrad's corrected form, AdaBound, AMSBound
    "corrected values not used": 0.79,  # 46 of 58; Nadam's schedule and library form
    "quantity missing": 0.85,
    "gradient missing": 0.9,
}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("rewrite", MISTAKES, ids=lambda r: r.name)
def test_a_mistake_fits_a_definition_and_its_mend_is_the_definition(rewrite: Rewrite) -> None:
    total = undone = 0
    for right, wrong, roles in broken(rewrite):
        total += 1
        undone += any(key(edit.equations) == key(right) for edit in rewrite.mends_system(wrong, roles))
    assert total > 0
    assert undone >= LOSSY.get(rewrite.name, 0.98) * total


@pytest.mark.parametrize("rewrite", MISTAKES, ids=lambda r: r.name)
def test_a_mistake_changes_something(rewrite: Rewrite) -> None:
    for right, wrong, _ in broken(rewrite):
        assert key(right) != key(wrong)


@pytest.mark.parametrize("rewrite", [r for r in MISTAKES if isinstance(r.rule, Replace)], ids=lambda r: r.name)
@settings(max_examples=25, deadline=None)
@given(term=formulas)
def test_what_a_pattern_breaks_it_mends(rewrite: Rewrite, term: Term) -> None:
    """A break that keeps every metavariable, at a place where nothing moved, is undone by the mend."""
    assert isinstance(rewrite.rule, Replace)
    for right, wrong in rewrite.rule.pairs:
        if set(metavariables(right)) != set(metavariables(wrong)) or right.head == "name" or wrong.head == "name":
            continue
        one = Replace((right, wrong))
        for path, new in one.breaks(term, ROLES):
            if not path and new.head == wrong.head:
                assert any(canonical(back) == canonical(term) for _, back in one.mends(new, ROLES))


def test_entries_are_complete_and_named_once() -> None:
    names = [r.name for r in MISTAKES]
    assert len(set(names)) == len(names)
    for rewrite in MISTAKES:
        assert rewrite.kind is Kind.MISTAKE
        assert rewrite.mathematics.count(r"\to") == 1
        assert rewrite.sentence.endswith(".")
        assert mistake(rewrite.name) is rewrite
        assert rewrite.name in catalogue()


t = T.name("t")
eta, gamma, beta1, beta2 = (T.name(n) for n in (r"\eta", r"\gamma", r"\beta_1", r"\beta_2"))
at = T.at


@pytest.mark.parametrize(
    ("wrong", "right", "name"),
    [
        (at("s", t) / (1 - beta1), at("s", t) / (1 - beta1**t), "bias-correction exponent missing"),
        (at("s", t) / (1 - beta1**t), at("s", t) / (1 - beta2**t), "one decay rate used for the other"),
        (at("w", t) + at("v", t), at("w", t) + at("v", t + 1), "value one step old"),
        (T.name("w") - (eta * at("v", t) + eta * at("g", t)), T.name("w") - (gamma * at("v", t) + eta * at("g", t)),
         "one hyperparameter used for another"),
        (at("w", t) - eta * at("m", t) * at("g", t), at("w", t) - eta * at("m", t), "stray gradient"),
        ((1 - beta1) * T.name("E"), (1 - beta1**t) * T.name("E"), "bias-correction exponent missing"),
        (T.name("E"), (1 - beta1**t) * T.name("E"), "bias correction missing"),
        (beta1 * at("g", 2) ** 2 + at("g", 2) ** 2, beta1 * at("g", 1) ** 2 + at("g", 2) ** 2, "value one step early"),
    ],
)  # fmt: skip
def test_what_lectures_get_wrong_is_named(wrong: Term, right: Term, name: str) -> None:
    roles = Roles(
        {r"\eta": "hyper:rate", r"\gamma": "hyper:momentum", r"\beta_1": "hyper:decay", r"\beta_2": "hyper:decay",
         "s": "state", "v": "state", "m": "state", "g": "gradient", "w": "parameter"},
        (at("g", t), at("v", t)),
    )  # fmt: skip
    found = {canonical(m.term): m.rewrite.name for m in mends_of(T.relation("=", T.name("z"), wrong), roles, MISTAKES)}
    assert found[canonical(T.relation("=", T.name("z"), right))] == name


def test_a_slip_of_arithmetic_is_mended_exactly() -> None:
    wrong = T.relation("=", T.number(1) / T.number(8), T.number(6))
    ((_, new),) = mistake("arithmetic slip").mends(wrong, Roles({}))
    assert new.args[1] == T.number(Fraction(1, 8))


@pytest.mark.parametrize("text", ["9", "1"])
def test_a_tower_of_powers_is_not_worked_out(text: str) -> None:
    tower = T.number(int(text)) ** (T.number(9) ** T.number(50))
    assert list(mistake("arithmetic slip").mends(T.relation("=", tower, T.number(1)), Roles({}))) == []
