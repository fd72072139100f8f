"""Whatever is given, reading ends soon and says what it found; nothing raises."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symopt.read.notation import Statement, Unread, read, split

FORMULAS = (
    r"\hat{m}_t = \frac{m_t}{1 - \beta_1^t}",
    r"\theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{\hat{v}_t} + \epsilon} \hat{m}_t",
    r"g_t = \frac{1}{n}\sum_{i=1}^n \nabla_\theta L(\theta_t; x^{(i)}) + (\frac{\partial L}{\partial w})_{t-1}",
    r"d{z}^{[l]} = {w}^{[l+1]T} d{z}^{[l+1]} \cdot \text{ }{g^{[l]}}'(z^{[l]})",
    r"y = \begin{cases} |x|_2 & \text{if } x > 4 \\ E[g^2]_t & \text{otherwise} \end{cases}, \quad a \leftarrow b'",
)
TOKENS = st.sampled_from(
    r"""\frac \sqrt \nabla \partial \sum \prod \hat \left( \right) \left. \right| \left[ \right]
    \begin{cases} \end{cases} \begin{aligned} \end{aligned} \text{if} \mathrm{d} \mathbb{E} \Delta \theta \beta_1 \over
    \underbrace \lim \max \log \\ & _ ^ { } ( ) [ ] | \| ' , ; : . = + - * / \cdot % \% \quad \tag{1} \label{x} t 1
    0.5 x f J E d dW new RMS e ² ₜ √ ∇ \color{red} \overset{a}{=} \mathbf \leftarrow \to += := <- \infty \dots
    \mathrel{+}= \forall \in \{ \} \langle \rangle
    """.split()
)


def check(source: str) -> None:
    for pieces in ([source], [p.text for p in split(source)]):
        for piece, found in zip(pieces, read(pieces), strict=True):
            if isinstance(found, Unread):
                assert found.reason
                assert 0 <= found.offset <= len(piece)
            else:
                sides = [found.left, *(side for _, side in found.steps)] if not found.continues else []
                for side in sides:
                    assert all(n.span and 0 <= n.span[0] <= n.span[1] <= len(piece) for _, n in side.walk())


@settings(max_examples=150)
@given(st.text(max_size=80))
def test_any_text(source: str) -> None:
    check(source)


@settings(max_examples=400)
@given(st.lists(TOKENS, max_size=25), st.sampled_from(["", " "]))
def test_any_tokens(tokens: list[str], space: str) -> None:
    check(space.join(tokens))


@settings(max_examples=150)
@given(st.binary(max_size=200))
def test_bytes(data: bytes) -> None:
    check(data.decode("latin-1"))


@pytest.mark.parametrize("formula", FORMULAS)
def test_truncated(formula: str) -> None:
    for end in range(len(formula)):
        check(formula[:end])
        check(formula[end:])


@settings(max_examples=150)
@given(st.sampled_from(FORMULAS), st.data())
def test_damaged(formula: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(formula)))
    check(formula[:at] + data.draw(TOKENS) + formula[at + data.draw(st.integers(0, 3)) :])


DEEP = {
    "braces": "{" * 10_000 + "x" + "}" * 10_000,
    "open braces": "{" * 10_000,
    "parentheses": "(" * 20_000 + "x" + ")" * 20_000,
    "fractions": r"\frac{1}{" * 1_000 + "x" + "}" * 1_000,
    "roots": r"\sqrt" * 3_000 + "x",
    "accents": r"\hat" * 3_000 + "x",
    "scripts": "x" + "^{x" * 3_000 + "}" * 3_000,
    "signs": "-" * 9_000 + "x",
    "products of signs": "x" + r"\cdot -" * 2_000 + "x",
    "sums": r"\sum" * 3_000 + "x",
    "nablas": r"\nabla" * 3_000 + "x",
    "functions": r"\log" * 3_000 + "x",
    "differences": r"\Delta" * 3_000 + "x",
    "bars": "|" * 9_000 + "x",
    "environments": r"\begin{cases}" * 1_000,
    "derivatives": r"\partial " * 3_000 + "x",
    "digits": "1" * 15_000,
    "slashes": "x" + "/x" * 5_000,
    "terms": "x" + "+x" * 8_000,
    "factors": "x " * 9_000,
    "primes": "x" + "'" * 9_000,
    "commas": "x" + ",x" * 8_000,
    "relations": "x" + "=x" * 8_000,
    "rows": r"x = 1 \\ " * 2_000,
    "calls": "f(" * 3_000 + "x" + ")" * 3_000,
    "long": r"\frac{a}{b} + " * 20_000,
    "spaces": " " * 1_000_000,
    "backslashes": "\\" * 100_000,
    "dollars": "$" * 100_000,
}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", DEEP)
def test_deep_and_long(name: str) -> None:
    start = time.perf_counter()
    check(DEEP[name])
    assert time.perf_counter() - start < 20


def test_depth_is_named() -> None:
    found = read(["{" * 10_000 + "x" + "}" * 10_000])[0]
    assert isinstance(found, Unread)
    assert "nested deeper than" in found.reason


def test_nothing_read_is_run() -> None:
    for attack in ("__import__('os').system('false')", "(lambda: 1/0)()", r"\text{exec}(1)", r"\input{/etc/passwd}"):
        check(attack)


def test_many_formulas_a_second() -> None:
    pieces = list(FORMULAS) * 250
    start = time.process_time()
    found = read(pieces)
    seconds = time.process_time() - start
    assert all(isinstance(f, Statement) for f in found[:3])
    assert len(pieces) / seconds > 500, f"{len(pieces) / seconds:.0f} formulas a second"


def test_no_module_here_needs_sympy() -> None:
    """Reading notation imports no computer algebra of its own."""
    code = (
        "import sys, types; sys.modules['symopt.language'] = p = types.ModuleType('symopt.language'); "
        "import symopt, pathlib; p.__path__ = [str(pathlib.Path(symopt.__path__[0]) / 'language')]; "
        "import symopt.read.notation; assert 'sympy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
