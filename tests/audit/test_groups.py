"""Which equation gives a symbol to the reader of another: the same as by looking at every one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from symopt.audit.claims import Claim
from symopt.audit.groups import BELOW, Outline
from symopt.language import terms as T

NAMES = ["w", "v", "m", "g"]


def _claim(name: str, right: str, line: int, section: int) -> Claim:
    """The right side of ``a_t = a_{t-1} + b_t``."""
    t = T.name("t")
    return Claim(T.at(name, t), T.at(name, t - 1) + T.at(right, t), frozenset("t"), line=line, section=section)


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    rows = draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(0, 9)), max_size=14))
    lines, sections = 0, 0
    claims: list[Claim] = []
    for name, right, gap in rows:
        lines, sections = lines + gap, sections + (gap > 7)
        claims.append(_claim(name, right, lines, sections))
    return Outline(claims)


def _looked_up(outline: Outline, name: str, anchor: int, far: bool) -> int | None:
    """The rule, word by word."""
    before = max((u for u in outline.updates if u < anchor), default=-1)
    after = min((u for u in outline.updates if u > anchor), default=len(outline.claims))
    above = [i for i in range(before, -1, -1) if i not in outline.updates] if far else []
    section = outline.claims[anchor].section
    below = [i for i in range(anchor + 1, after) if outline.claims[i].section == section]

    def distance(i: int) -> float:
        lines = outline.claims[i].line - outline.claims[anchor].line
        return BELOW * lines if lines > 0 else -lines

    near, elsewhere = range(anchor, before, -1), sorted((*below, *above), key=distance)
    for places, circular in ((near, False), (near, True), (elsewhere, False), (elsewhere, True)):
        for i in places:
            claim = outline.claims[i]
            if claim.name == name and claim.circular == circular:
                return i
    return None


@given(outlines(), st.sampled_from(NAMES), st.booleans())
def test_the_nearest_definition_is_found(outline: Outline, name: str, far: bool) -> None:
    for anchor in range(len(outline.claims)):
        assert outline.definition(name, anchor, far=far) == _looked_up(outline, name, anchor, far)


def test_a_long_page_is_grouped_in_good_time() -> None:
    """Hours, if each of the equations looked at all the others for each of its symbols."""
    outline = Outline([_claim(NAMES[i % 2], NAMES[1 + i % 2], 3 * i, i // 100) for i in range(4000)])
    assert sum(1 for _ in outline.groups()) >= 2000
