r"""Ways of writing that real lectures have: right ones are never flagged, and a slip in one is found and mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from symopt.audit import Finding, Judgement, audit

ADAM_STEP = (
    r"$$p_k = \beta_1 p_{k-1} + (1-\beta_1) h_k$$" "\n\n"
    r"$$q_k = \beta_2 q_{k-1} + (1-\beta_2) h_k^2$$" "\n\n"
    r"$$\hat p_k = p_k/(1-\beta_1^k)$$" "\n\n"
    r"$$\hat q_k = q_k/(1-\beta_2^k)$$" "\n\n"
    r"$$d_k = \frac{\alpha \hat p_k}{\sqrt{\hat q_k} + \epsilon}$$" "\n\n"
    r"$$x_k = x_{k-1} - d_k$$" "\n"
)  # fmt: skip
AHEAD = (
    r"$\tilde w_t = w_t + \mu u_t$" "\n\n"
    r"$u_{t+1} = \mu u_t - \eta \nabla F(\tilde w_t)$" "\n\n"
    r"$w_{t+1} = w_t + u_{t+1}$" "\n"
)  # fmt: skip
AVERAGE = (
    r"$q_t = \beta q_{t-1} + (1-\beta) g_t$" "\n\n"
    r"$q_3 = (1-\beta)(\beta^2 g_1 + \beta g_2 + g_3)$" "\n\n"
    r"$q_t = (1-\beta)(g_t + \beta g_{t-1} + \beta^2 g_{t-2} + \dots)$" "\n"
)  # fmt: skip
PAIR = (
    r"$v_{dW} = \beta v_{dW} + (1-\beta)\, dW$" "\n\n"
    r"$v_{db} = \beta v_{db} + (1-\beta)\, db$" "\n\n"
    r"$W = W - \alpha v_{dW}$" "\n\n"
    r"$b = b - \alpha v_{db}$" "\n"
)  # fmt: skip
BOX = (
    r"$$\begin{aligned} &\textbf{input} : \gamma \text{ (rate)}, x_0 \text{ (start)} \\[-1.ex] &\rule{9mm}{0.4pt} \\"
    r" &\textbf{for}\ t = 1\ \textbf{to}\ \ldots\ \textbf{do} \\ &\quad x_t \leftarrow x_{t-1}"
    r" - \gamma \nabla F(x_{t-1}) \\ &\textbf{return}\ x_t \end{aligned}$$" "\n"
)  # fmt: skip
SHORT = (
    r"$x^+ = x - t \nabla F(x)$" "\n\n"
    r"$\eta_t = \frac{\eta_0}{1 + c t}$" "\n\n"
    r"$t \leftarrow t + 1$" "\n\n"
    r"typically $\approx 0.9$" "\n"
)  # fmt: skip
SLIPS = [
    (ADAM_STEP, r"\sqrt{\hat q_k} + \epsilon", r"\hat q_k + \epsilon"),
    (ADAM_STEP, r"(1-\beta_2^k)", r"(1-\beta_2)"),
    (AHEAD, r"w_t + \mu u_t", r"w_t - \mu u_t"),
    (AVERAGE, r"\beta^2 g_1 + \beta g_2 + g_3", r"\beta g_1 + \beta^2 g_2 + g_3"),
    (AVERAGE, r"\beta^2 g_{t-2} + \dots", r"2 \beta g_{t-2} + \dots"),
    (PAIR, r"v_{db} + (1-\beta)\, db", r"v_{db} + (1-\beta)\, dW"),
    (PAIR, r"b - \alpha v_{db}", r"b - \alpha v_{dW}"),
]


def findings(text: str, folder: Path) -> list[Finding]:
    file = folder / "lecture.md"
    file.write_text(text)
    return list(audit([file]).documents[0].findings)


@pytest.mark.parametrize("text", [ADAM_STEP, AHEAD, AVERAGE, PAIR, BOX])
def test_what_is_right_is_read_and_not_flagged(text: str, tmp_path: Path) -> None:
    accepted = {Judgement.CORRECT, Judgement.VARIANT, Judgement.GIVEN}
    assert [f for f in findings(text, tmp_path) if f.verdict not in accepted] == []


def test_short_forms_are_read(tmp_path: Path) -> None:
    verdicts = {f.verdict for f in findings(SHORT, tmp_path)}
    assert not verdicts & {Judgement.UNREAD, Judgement.ERRATUM}


@pytest.mark.parametrize(("text", "right", "wrong"), SLIPS)
def test_a_slip_is_found_where_it_stands_and_mended(text: str, right: str, wrong: str, tmp_path: Path) -> None:
    assert right in text
    line = text[: text.index(right)].count("\n") + 1
    errata = [f for f in findings(text.replace(right, wrong, 1), tmp_path) if f.verdict is Judgement.ERRATUM]
    assert [f.line for f in errata] == [line]
    assert errata[0].fix and errata[0].witness and errata[0].proof == "refuted"
