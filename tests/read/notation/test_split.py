"""Blocks are cut into formulas, each written once; layout and punctuation belong to none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symopt.read.notation import split

BLOCKS = [
    ("a = b", ["a = b"]),
    ("a = b.", ["a = b"]),
    (r"a = b \quad c = d", ["a = b", "c = d"]),
    (r"x_{t-1}, \nabla f(x_{t-1})", [r"x_{t-1}, \nabla f(x_{t-1})"]),
    (r"a = 1, b = 2 \text{ and } c = 3", ["a = 1", "b = 2", "c = 3"]),
    (r"a = 1; \; b = 2", ["a = 1", "b = 2"]),
    (r"m_0, v_0 \leftarrow 0, 0", [r"m_0, v_0 \leftarrow 0, 0"]),
    (r"x = f(a, b = 1, c = 2)", ["x = f(a, b = 1, c = 2)"]),
    (r"a = b \quad \text{(the first)}", [r"a = b \quad \text{(the first)}"]),
    (r"a = b \quad (3)", [r"a = b \quad (3)"]),
    (r"a = 1, \quad \text{where } b = 2", ["a = 1", "b = 2"]),
    (r"a = b \quad = c", [r"a = b \quad = c"]),
    (r"a = b \;\Rightarrow\; c = d", ["a = b", "c = d"]),
    (r"\begin{aligned} a &= b, \\ c &= d. \end{aligned}", ["a &= b", "c &= d"]),
    (r"\begin{align*} a &= b \\ &= c \end{align*}", ["a &= b", "= c"]),
    (r"\begin{align} a &= b \\ &\quad + c \nonumber \end{align}", [r"a &= b \\ &\quad + c"]),
    (r"\begin{align} a = \\ b \end{align}", [r"a = \\ b"]),
    (r"\begin{align} x &= 1 & y &= 2 \end{align}", ["x &= 1", "y &= 2"]),
    (r"\begin{gather} a = 1 \\[2pt] b = 2 \label{e} \end{gather}", ["a = 1", "b = 2"]),
    (r"\begin{split} a &= (b \\ &\quad c) \end{split}", [r"a &= (b \\ &\quad c)"]),
    (
        r"\begin{split} a &= \left(b \right. \\ & \left. c\right) \end{split}",
        [r"a &= \left(b \right. \\ & \left. c\right)"],
    ),
    (r"\left\{ \begin{array}{l} a = b \\ c = d \end{array} \right.", ["a = b", "c = d"]),
    (r"\begin{cases} a = b \\ c = d \end{cases}", ["a = b", "c = d"]),
    (
        r"x = \begin{cases} 1 & a = b \\ 2 & c = d \end{cases}",
        [r"x = \begin{cases} 1 & a = b \\ 2 & c = d \end{cases}"],
    ),
    (r"a = b \\ c = d", ["a = b", "c = d"]),
    ("", []),
    (r"\\ & \quad .", []),
]


@pytest.mark.parametrize(("block", "formulas"), BLOCKS)
def test_block(block: str, formulas: list[str]) -> None:
    pieces = split(block)
    assert [p.text for p in pieces] == formulas
    assert all(block[p.offset : p.offset + len(p.text)] == p.text for p in pieces)


def test_a_row_that_begins_with_a_relation_continues() -> None:
    assert [p.continues for p in split(r"a &= b \\ &= c \\ d &= e")] == [False, True, False]


@given(st.lists(st.sampled_from(["a", "=", "+", ",", r"\quad", r"\\", "&", "(", ")", "{", "}", r"\text{and}", "1"])))
def test_pieces_do_not_overlap_and_lose_only_layout(tokens: list[str]) -> None:
    block = " ".join(tokens)
    pieces = split(block)
    ends = [p.offset + len(p.text) for p in pieces]
    assert all(end <= p.offset for end, p in zip(ends, pieces[1:], strict=False))
    assert all(block[p.offset : p.offset + len(p.text)] == p.text for p in pieces)
    kept = "".join(p.text for p in pieces)
    for layout in (r"\text{and}", r"\quad"):
        kept, block = kept.replace(layout, ""), block.replace(layout, "")
    assert all(kept.count(sign) == block.count(sign) for sign in "a1=+()")
    left_out = [block.count(sign) - kept.count(sign) for sign in "{}"]  # braces around a whole row go in pairs
    assert left_out[0] == left_out[1] >= 0
