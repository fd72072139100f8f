"""Learning rates that decay, in the spellings of courses and libraries."""

from __future__ import annotations

from pathlib import Path

import pytest

from symopt.audit import Judgement

from .documents import findings

SPELLINGS = {
    r"\alpha = 0.95^{epoch} \alpha_0": "geometric-decay",
    r"\alpha_t = \alpha_0 \gamma^{epoch}": "geometric-decay",
    r"\alpha = \frac{k}{\sqrt{epoch}} \alpha_0": "inverse-root-decay-scaled",
    r"\alpha = \frac{1}{1 + decayRate \cdot epochNum} \alpha_0": "inverse-time-decay",
    r"\eta_t = \frac{\eta_0}{1 + 0.01 t}": "inverse-time-decay",
    r"\eta_t = \frac{\eta_0}{1 + t / \tau}": "inverse-time-decay-by-time",
    r"\eta(t) = \eta_0 e^{-t / \tau}": "exponential-decay-by-time",
    r"\eta_t = 0.1 e^{-0.05 t}": "exponential-decay",
    r"\eta_t = \eta_0 \cdot 0.1^{\lfloor t/30 \rfloor}": "step-decay",
    r"\eta_t = \eta_0 \gamma^{t/s}": "geometric-decay-by-time",
    r"\eta_{t+1} = \gamma \eta_t": "geometric-decay",
    r"\alpha := 0.1 \alpha": "geometric-decay",
    r"\eta_t = \eta_{t-1} e^{-k}": "exponential-decay",
}


@pytest.mark.parametrize(("formula", "system"), SPELLINGS.items(), ids=SPELLINGS.values())
def test_a_spelling_is_the_schedule_that_it_spells(formula: str, system: str, tmp_path: Path) -> None:
    (found,) = findings(f"# Learning rate decay\n\n$${formula}$$\n", tmp_path)
    assert (found.verdict, found.system, found.proof) == (Judgement.CORRECT, system, "proved")


def test_each_means_the_same_beside_all_the_others(tmp_path: Path) -> None:
    page = "".join(f"## Decay {i}\n\n$${formula}$$\n\n" for i, formula in enumerate(SPELLINGS))
    assert [f.system for f in findings(page, tmp_path)] == list(SPELLINGS.values())


def test_a_letter_that_counts_steps_elsewhere_may_be_a_rate(tmp_path: Path) -> None:
    page = "$$w_{k+1} = w_k - \\eta \\nabla f(w_k)$$\n\n# Decay\n\n$$\\alpha_t = \\frac{\\alpha_0}{1 + k t}$$\n"
    assert [f.verdict for f in findings(page, tmp_path)][1] is Judgement.CORRECT


@pytest.mark.parametrize("formula", [r"\eta_{t+1} = \gamma + \eta_t", r"\lambda = 10 \lambda"])
def test_going_on_from_the_last_rate_in_a_way_of_ones_own_is_not_wrong(formula: str, tmp_path: Path) -> None:
    (found,) = findings(f"The learning rate decays:\n\n$${formula}$$\n", tmp_path)
    assert found.verdict is Judgement.UNRECOGNISED


@pytest.mark.parametrize("formula", [r"\eta_t = \eta_0 e^{t / \tau}", r"\eta_t = \eta_0 (1 + t / T)"])
def test_a_rate_that_grows_where_the_text_says_decay_is_mended(formula: str, tmp_path: Path) -> None:
    (found,) = findings(f"The learning rate decays:\n\n$${formula}$$\n", tmp_path)
    assert (found.verdict, found.proof) == (Judgement.ERRATUM, "refuted")
