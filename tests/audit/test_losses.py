"""Formulas about losses: right ones under every constant, and every mistake in every one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from symopt.audit import Judgement
from symopt.audit.facts import Around, fact_opinion
from symopt.audit.facts.loss_lefts import applied, asks
from symopt.audit.facts.loss_mends import LEFT_OUT
from symopt.audit.facts.losses import EXACT
from symopt.audit.facts.spelling import read_again
from symopt.audit.judge import Opinion
from symopt.language.terms import Term
from symopt.losses import losses, regularisers
from symopt.losses.activations import ACTIVATIONS
from symopt.read.notation import Statement, read
from symopt.rewrites import Rewrite, mended_latex
from symopt.rewrites.formula_mistakes import FORMULA_MISTAKES, MISSING, NO_ROLES

from .documents import displayed, findings

ROWS = [
    line.partition(" | ")[::2]
    for line in (Path(__file__).parent / "losses" / "right.txt").read_text(encoding="utf-8").splitlines()
]
"""What each formula is of, and the formula."""
OTHERS = frozenset({"softmax", "derivative", *(made.name for made in ACTIVATIONS)})
CONSTANTS = ("2", r"\frac{1}{2}", r"\frac{1}{n}", r"\frac{2}{m}", r"\frac{1}{2N}")
MISTAKES = [*(entry for entry in FORMULA_MISTAKES if entry.name not in LEFT_OUT), MISSING]


def opinion(source: str, system: str = "") -> Opinion | None:
    (content,) = read([source])
    return fact_opinion(content, source, Around(stated=frozenset({system}))) if isinstance(content, Statement) else None


def test_every_loss_has_a_formula() -> None:
    assert {*losses(), *OTHERS} <= {system for system, _ in ROWS}
    assert {system for system, _ in ROWS} <= {*losses(), *regularisers(), *OTHERS}


@pytest.mark.parametrize(("system", "source"), ROWS)
def test_what_is_right_is_proved_and_named(system: str, source: str) -> None:
    found = opinion(source, system)
    assert found is not None
    assert (found.verdict, found.proof, found.system) == (Judgement.CORRECT, "proved", system)
    assert found.explanation


def scaled(source: str) -> Iterator[str]:
    left, sign, right = source.partition(" = ")
    (content,) = read([source])
    assert isinstance(content, Statement)
    asked = applied(content.left, source) or asks(read_again(content.left, source), source)
    if sign and asked is not None and asked.what not in EXACT:
        for constant in CONSTANTS:
            yield rf"{left} = {constant} \left( {right} \right)"


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("system", "source"), ROWS)
def test_numbers_in_front_are_conventions(system: str, source: str) -> None:
    for other in scaled(source):
        for stated in (system, ""):
            found = opinion(other, stated)
            assert found is not None, other
            assert found.verdict is Judgement.CORRECT, other


def broken(source: str) -> Iterator[tuple[str, str]]:
    """The formula with each mistake at each place, printed, and the mistake's name."""
    (content,) = read([source])
    assert isinstance(content, Statement)
    (symbol, right), *_ = content.steps
    right = read_again(right, source)
    left = source[slice(*(content.left.span or (0, 0)))]
    seen = {right}
    for entry in MISTAKES:
        for path, new in entry.breaks(right, NO_ROLES):
            if new not in seen and not _odd(entry, right, path) and _tells(entry, right, new):
                seen.add(new)
                yield entry.name, f"{left} {symbol} {mended_latex(right, new, source)}"


def _tells(entry: Rewrite, right: Term, new: Term) -> bool:
    """Whether all that the formula speaks of is still there; of what is forgotten, an input may be gone."""
    gone = right.names() - new.names()
    return not gone or (entry is MISSING and all(name[0] == "x" for name in gone))


def _odd(entry: Rewrite, right: Term, path: tuple[int, ...]) -> bool:
    """Places where nobody makes the mistake: in an index, in a condition, in a power, in the range of a sum."""
    above = [right.at_path(path[:n]) for n in range(len(path))]
    inside = any(node.head in ("at", "relation") or (node.head == "call" and node.name in ("transpose", "exp"))
                 for node in above)  # fmt: skip
    called = entry is MISSING and any(node.head == "call" for node in above)
    return (
        inside
        or called
        or any(
            node.head in ("sum", "pow") and path[n] != (2 if node.head == "sum" else 0) for n, node in enumerate(above)
        )
    )


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_mistake_in_every_formula_is_found_and_mended() -> None:
    """At least 95 of 100 that are wrong are called wrong, with a fix that is proved right."""
    outcomes: Counter[str] = Counter()
    missed: list[str] = []
    for system, name, wrong in ((system, *case) for system, source in ROWS for case in broken(source)):
        found = opinion(wrong, system)
        if found is not None and found.verdict is Judgement.CORRECT:
            outcomes["right all the same"] += 1
        elif found is not None and found.verdict is Judgement.ERRATUM:
            again = opinion(found.fix, system)
            mended = again is not None and again.verdict is Judgement.CORRECT
            outcomes["mended" if mended else "badly mended"] += 1
            if not mended:
                missed.append(f"badly mended: {system}: {name}: {wrong} => {found.fix}")
        else:
            outcomes["missed"] += 1
            missed.append(f"{system}: {name}: {wrong}")
    print(outcomes, *missed, sep="\n")
    assert outcomes["mended"] >= 0.95 * (outcomes["mended"] + outcomes["badly mended"] + outcomes["missed"])
    assert outcomes["mended"] > 60


WRONG = [
    line.partition(" => ")[::2]
    for line in (Path(__file__).parent / "losses" / "wrong.txt").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("source", "fix"), WRONG)
def test_what_is_wrong_whatever_the_loss_is_mended(source: str, fix: str) -> None:
    found = opinion(source)
    assert found is not None
    assert (found.verdict, found.fix) == (Judgement.ERRATUM, fix)
    assert found.explanation.endswith(".")
    again = opinion(fix)
    assert again is not None
    assert again.verdict is Judgement.CORRECT


AMBIGUOUS = r"\frac{\partial L}{\partial w} = (f(x) - y) f(x) x"


def test_what_may_be_meant_in_two_ways_is_not_called_wrong_until_the_loss_is_known(tmp_path: Path) -> None:
    assert opinion(AMBIGUOUS) is None
    neuron = r"f(x) = \frac{1}{1 + e^{-(w x + b)}}"
    made = findings(displayed([neuron, r"L = \frac{1}{2} (f(x) - y)^2", AMBIGUOUS]), tmp_path)
    assert made[-1].verdict is Judgement.ERRATUM
    assert made[-1].system == "sigmoid-neuron"
    assert "half the squared error of a sigmoid output" in made[-1].explanation


@pytest.mark.parametrize("words", ["We climb the log-likelihood.", "Maximum likelihood:", "Gradient ascent on"])
def test_a_likelihood_is_climbed(words: str, tmp_path: Path) -> None:
    (found,) = findings(f"{words}\n\n" + displayed([r"\nabla_w = (y - \sigma(w^T x)) x"]), tmp_path)
    assert found.verdict is Judgement.CORRECT


@pytest.mark.slow
@pytest.mark.parametrize("text", ["{} for {}.", "{1}, so {0}."])
def test_a_loss_stated_in_the_same_line_is_the_one_that_is_meant(text: str, tmp_path: Path) -> None:
    wrong, loss = r"$\nabla_w L = \frac{1}{n} X^T (y - X w)$", r"$L = \frac{1}{2n} \|y - X w\|^2$"
    made = findings(text.format(wrong, loss), tmp_path)
    assert [f.fix for f in made if f.verdict is Judgement.ERRATUM] == [r"\nabla_w L = -\frac{1}{n} X^T (y - X w)"]


OPEN = [
    r"\nabla L(w) = A w - b",
    r"a_t = y_t - p_t",
    r"\varphi(x) = f'(x)",
    r"\frac{df}{dx} = f' = f_x",
    r"\delta_j = (o - t) x_j",
    r"\nabla_w L = X^T (X w - y) = q v + u",
    r"\frac{\partial L}{\partial z} = p",
    r"w = w - \eta (a - b)",
    r"\nabla_w L = (y - p) x + g(w)",
    r"L(y, p) = |y - p|",
    r"\nabla^2 f(w) = -X^T X",
    r"\frac{d}{dx} f(x) g(x) = f'(x) g(x) + f(x) g'(x)",
    r"\frac{d}{dx} f(x)^2 = 2 f(x)",
    r"\frac{d}{dx} a x^2 = 2 a x",
    r"\frac{\partial}{\partial x_i} \log \sum_j a_j e^{x_j} = \frac{a_i e^{x_i}}{\sum_j a_j e^{x_j}}",
    r"g(x) = \frac{1}{1 + e^x}",
    r"f(x) = \log(1 + e^{-x})",
    r"f'(x) = 2 x",
    r"f'(x) = \begin{cases} 1 & x > 0 \\ -1 & x < 0 \end{cases}",
    r"\phi(x) = \max(0, 1 - x)",
    r"\mathrm{swish}(x) = x \sigma(\beta x)",
]


@pytest.mark.parametrize("source", OPEN)
def test_what_is_of_no_loss_is_left_alone(source: str) -> None:
    found = opinion(source)
    assert found is None or found.verdict in (Judgement.GIVEN, Judgement.CORRECT)


def test_a_formula_whose_left_side_is_words_is_not_held_against_the_formula_before(tmp_path: Path) -> None:
    made = findings(r"The loss is $J(\theta) = (h - y)^2$, and the error $= h - y$.", tmp_path)
    assert [f.verdict for f in made] == [Judgement.CORRECT, Judgement.UNRECOGNISED]


def test_a_letter_is_the_activation_that_was_written_down(tmp_path: Path) -> None:
    wrong = r"f'(x) = \begin{cases} 1 & x < 0 \\ 0 & \text{otherwise} \end{cases}"
    assert opinion(wrong) is None
    made = findings(displayed([r"f(x) = \max(0, x)", r"L = \frac{1}{2} (\hat{y} - y)^2", wrong]), tmp_path)
    assert (made[-1].verdict, made[-1].system) == (Judgement.ERRATUM, "relu")


def test_a_slope_has_no_number_in_front() -> None:
    found = opinion(r"\sigma'(z) = 2 \sigma(z) (1 - \sigma(z))")
    assert found is not None
    assert (found.verdict, found.rewrite) == (Judgement.ERRATUM, "stray factor")
