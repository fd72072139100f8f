"""Comparisons: the matching, the condition or the witness, and that the command says so."""

from __future__ import annotations

from itertools import combinations

import pytest
from click.testing import CliRunner

from symopt.cli import cli
from symopt.derive.compare import Outcome, compare, in_words
from symopt.optimizers import get

EQUAL, CONDITION, DIFFERENT = Outcome.EQUAL, Outcome.CONDITION, Outcome.DIFFERENT


@pytest.mark.parametrize(
    ("a", "b", "outcome", "any_schedule"),
    [
        ("momentum", "momentum-accumulated", EQUAL, False),
        ("momentum-average", "momentum-accumulated", EQUAL, True),
        ("nesterov", "nesterov-phi", EQUAL, True),
        ("gradient-descent", "momentum", EQUAL, True),
        ("nesterov", "nesterov-simplified", EQUAL, None),
        ("momentum", "heavy-ball", EQUAL, True),
        ("nesterov-sequences", "nesterov", EQUAL, True),
        ("nesterov-rewritten", "qhm", EQUAL, False),
        ("qhm", "momentum-average", CONDITION, None),
        ("momentum", "nesterov", CONDITION, None),
        ("adagrad", "rmsprop", DIFFERENT, None),
    ],
)
def test_the_outcome(a, b, outcome, any_schedule):
    made = compare(get(a), get(b), limit=3.0)
    assert (made.outcome, made.any_schedule) == (outcome, any_schedule)
    assert made.equality.proved == (outcome is not DIFFERENT)
    if outcome is DIFFERENT or any_schedule is False:
        assert made.witness is not None
    assert in_words(made)


def test_every_condition_is_named():
    assert "nu = 1" in compare(get("qhm"), get("momentum-average")).condition


def test_a_special_case_is_called_one():
    assert compare(get("gradient-descent"), get("momentum")).converse is False
    assert compare(get("momentum"), get("momentum-accumulated")).converse is True
    assert in_words(compare(get("adam"), get("adamw")))[0] == "adam is adamw with lambda = 0"


FORMS = (
    "gradient-descent", "momentum", "momentum-accumulated", "momentum-average", "momentum-dampened", "heavy-ball",
    "nesterov", "nesterov-phi", "nesterov-positive", "nesterov-rewritten", "nesterov-simplified", "nesterov-sequences",
    "qhm",
)  # fmt: skip
BALLS, NESTEROVS = FORMS[1:6], FORMS[6:12]


@pytest.mark.slow
@pytest.mark.parametrize(("a", "b"), list(combinations(FORMS, 2)))
def test_every_two_forms_of_momentum_are_told_apart_or_proved_equal(a, b):
    made = compare(get(a), get(b), limit=3.0)
    alike = any(a in family and b in family for family in (BALLS, NESTEROVS))
    assert made.outcome is EQUAL if alike or a == "gradient-descent" else made.outcome in (EQUAL, CONDITION)
    assert made.converse is alike if made.outcome is EQUAL else made.condition


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("momentum", "momentum-accumulated"), 0, "v[t]/eta"),
        (("adagrad", "rmsprop"), 1, "part at t = 1"),
        (("adagrad", "rmspropp"), 2, "did you mean"),
        (("adagrad", "step-decay"), 2, "schedule"),
    ],
)
def test_the_command(arguments, status, words):
    made = CliRunner().invoke(cli, ["compare", *arguments], standalone_mode=True)
    assert words in made.output
    assert (made.exit_code == 0) == (status == 0)
