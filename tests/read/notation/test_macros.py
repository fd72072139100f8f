r"""A document's own commands mean what they stand for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings

from symopt.language.latex import latex
from symopt.language.terms import Term
from symopt.read.notation import Statement, Unread, defined, read, split
from symopt.rewrites import mended_latex
from tests.read.notation.terms import CONTEXT, terms

OWN = defined(
    r"\newcommand{\rate}{\eta} \def\pt{\theta} \newcommand\own[2][x]{#1 #2} \renewcommand{\eps}{\epsilon}"
    r" \DeclareMathOperator*{\Root}{RMS} \newcommand{\quotient}[2]{\frac{#1}{#2}} \newcommand{\sq}[1]{#1^2}"
)


@settings(max_examples=100)
@given(terms)
def test_a_formula_in_own_commands_reads_as_without(term: Term) -> None:
    plain = latex(term)
    own = re.sub(r"\\theta(?![A-Za-z])", r"\\pt ", re.sub(r"\\eta(?![A-Za-z])", r"\\rate ", plain))
    own = re.sub(r"\\frac(?![A-Za-z])", r"\\quotient", own)
    assert read([own, *CONTEXT], OWN)[0] == read([plain, *CONTEXT])[0]


@settings(max_examples=100)
@given(terms)
def test_what_is_written_in_own_commands_stays_as_it_is(term: Term) -> None:
    own = re.sub(r"\\theta(?![A-Za-z])", r"\\pt ", latex(term)).strip()
    found = read([own, *CONTEXT], OWN)[0]
    assert isinstance(found, Statement)
    assert mended_latex(found.left, found.left, own).strip() == own


@pytest.mark.parametrize(("own", "plain"), [
    (r"a = \own{y}", "a = x y"), (r"a = \own[z]{y}", "a = z y"), (r"a = \sq b", "a = b^2"),
    (r"a = \sq{(\sq{b})}", "a = (b^2)^2"), (r"a_t = a_{t-1} \oslash \eps", r"a_t = a_{t-1} / \epsilon"),
])  # fmt: skip
def test_arguments_are_put_in_place(own: str, plain: str) -> None:
    assert read([own], OWN) == read([plain])


def test_part_of_what_a_command_stands_for_is_not_printed_as_the_command() -> None:
    (found,) = read([r"a = \sq{b}"], OWN)
    assert isinstance(found, Statement)
    right = found.steps[0][1]
    assert mended_latex(right, right.args[0], r"a = \sq{b}") == "b"


def test_a_definition_is_no_formula() -> None:
    assert [p.text for p in split(r"\newcommand{\rate}{\eta} a = b", OWN)] == ["a = b"]
    assert split(r"\def\rate{\eta}", OWN) == []


def test_a_notebook_doubles_its_backslashes() -> None:
    assert defined(r'"$\\newcommand{\\rate}{\\eta}$"')["rate"].body == r"\eta"


@pytest.mark.sampled(3)
@pytest.mark.parametrize("text", [
    r"\def\a{\b\b}\def\b{\c\c}\def\c{\a\a}", r"\def\a{\a}", r"\newcommand{\a}[1]{#1#1\a{#1}}", r"\def\a{" * 3000,
    r"\newcommand{\a}[9]{#1", r"\newcommand{\a}[1]{#9}", r"\def\a" + "{" * 5000,
])  # fmt: skip
def test_endless_and_broken_definitions_end(text: str) -> None:
    for formula in (r"x = \a", r"x = \a{y}", "x = " + r"\a" * 300):
        (found,) = read([formula], defined(text))
        assert isinstance(found, Statement | Unread)
