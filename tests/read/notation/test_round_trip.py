"""What is printed is read back as it was; what was read knows where it stood."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from symopt.language.convert import to_term
from symopt.language.latex import latex
from symopt.language.optimizer import Optimizer
from symopt.language.terms import Term
from symopt.optimizers import catalogue
from symopt.read.notation import Statement, read
from tests.read.notation.terms import CONTEXT, expression, flat, terms

DEFINITIONS = {name: made for name, made in catalogue().items() if isinstance(made, Optimizer)}


@settings(max_examples=200)
@given(terms)
def test_a_printed_term_is_read_back(term: Term) -> None:
    printed = latex(term)
    assert expression(printed, *CONTEXT) == flat(term), printed


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_printed_definition_is_read_back(name: str) -> None:
    sides = [(to_term(e.lhs), to_term(e.rhs)) for e in DEFINITIONS[name].update]
    pieces = [f"{latex(left)} = {latex(right)}" for left, right in sides]
    for piece, (left, right), found in zip(pieces, sides, read(pieces), strict=True):
        assert isinstance(found, Statement), (piece, found)
        assert (flat(found.left), flat(found.steps[0][1])) == (flat(left), flat(right)), piece


def nodes_with_spans(source: str, term: Term) -> None:
    for _, node in term.walk():
        assert node.span is not None
        start, end = node.span
        assert 0 <= start <= end <= len(source)
        assert start == end or source[start:end] == source[start:end].strip()
        for child in node.args:
            assert child.span is not None
            assert start == end or child.span[0] == child.span[1] or start <= child.span[0] <= child.span[1] <= end


@settings(max_examples=100)
@given(terms)
def test_an_unchanged_term_prints_as_its_source(term: Term) -> None:
    source = "  " + latex(term) + " "
    found = read([source, *CONTEXT])[0]
    assert isinstance(found, Statement)
    assert latex(found.left, source).strip() == source.strip()
    nodes_with_spans(source, found.left)


@settings(max_examples=100)
@given(terms)
def test_printing_from_the_parts_keeps_the_meaning(term: Term) -> None:
    """With the top changed, the parts are copied from the source, and read the same."""
    source = latex(term)
    found = read([source, *CONTEXT])[0]
    assert isinstance(found, Statement)
    for path, node in found.left.walk():
        if node.args and node.span and node.span[0] < node.span[1]:
            cut = found.left
            for k in range(len(path) + 1):
                above = cut.at_path(path[:k])
                cut = cut.put(path[:k], Term(above.head, above.args, above.name, above.value))
            again = latex(cut, source)
            assert expression(again, *CONTEXT) == flat(term), (again, path)
