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
GEOMETRIC = (
    r"$$1 + \rho + \rho^2 + \dots + \rho^{n-1} = \frac{1-\rho^n}{1-\rho}$$" "\n\n"
    r"$$\sum_{j=0}^{\infty} \rho^j = \frac{1}{1-\rho}$$" "\n\n"
    r"$$(1-\rho)\sum_{s=1}^{n} \rho^{n-s} = 1 - \rho^n$$" "\n"
)  # fmt: skip
RAISED = (
    r"$$u_b^{t} = \mu u_b^{t-1} + \alpha \nabla b_t$$" "\n\n"
    r"$$b_{t+1} = b_t - u_b^{t}$$" "\n\n"
    r"$$u_b^{3} = \mu^2 \alpha \nabla b_1 + \mu \alpha \nabla b_2 + \alpha \nabla b_3$$" "\n"
)  # fmt: skip
LATE = (
    r"$$q_k = \beta q_{k-1} + (1-\beta) x_k$$" "\n\n"
    r"$$q_{50} = 0.8 q_{49} + 0.2 x_{50}$$" "\n\n"
    r"$$q_{50} = 0.2 x_{50} + 0.2 \cdot 0.8\, x_{49} + 0.2 \cdot (0.8)^2 x_{48} + \dots$$" "\n"
)  # fmt: skip
NUMBERS = (
    r"$$r_t = 0.95\, r_{t-1} + 0.05\, g_t^2$$" "\n\n"
    r"$$w_t = w_{t-1} - \frac{\eta}{\sqrt{r_t} + \epsilon} g_t$$" "\n"
)  # fmt: skip
INFINITY_NORM = (
    r"$$m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t$$" "\n\n"
    r"$$u_t = \max(\beta_2 u_{t-1}, |g_t|)$$" "\n\n"
    r"$$w_t = w_{t-1} - \frac{\alpha}{1-\beta_1^t} \frac{m_t}{u_t}$$" "\n"
)  # fmt: skip
FRESH = (
    r"$$m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t$$" "\n\n"
    r"$$\hat m_t = \frac{m_t}{1-\beta_1^t}$$" "\n\n"
    r"$$r_t = \beta_2 r_{t-1} + (1-\beta_2) g_t^2$$" "\n\n"
    r"$$\hat r_t = \frac{r_t}{1-\beta_2^t}$$" "\n\n"
    r"$$w_{t+1} = w_t - \frac{\eta}{\sqrt{\hat r_t} + \epsilon} \hat m_t$$" "\n"
)  # fmt: skip
RATES = (
    "The learning rate decays.\n\n"
    r"$$\alpha_t = \alpha_0 e^{-\lambda t}$$" "\n\n"
    r"$$\alpha_t = \frac{\alpha_0}{1 + \lambda t}$$" "\n\n"
    r"$$\alpha_t = \alpha_{min} + \frac{1}{2}(\alpha_{max} - \alpha_{min})(1 + \cos(\pi t/T))$$" "\n"
)  # fmt: skip
DECOUPLED = (
    r"$$\begin{aligned} & h_t \leftarrow \nabla F(x_{t-1}) \\ & x_t \leftarrow x_{t-1} - \alpha \lambda x_{t-1} \\"
    r" & p_t \leftarrow \beta_1 p_{t-1} + (1-\beta_1) h_t \\ & q_t \leftarrow \beta_2 q_{t-1} + (1-\beta_2) h_t^2 \\"
    r" & \hat p_t \leftarrow p_t/(1-\beta_1^t) \\ & \hat q_t \leftarrow q_t/(1-\beta_2^t) \\"
    r" & x_t \leftarrow x_t - \alpha \hat p_t/(\sqrt{\hat q_t} + \epsilon) \end{aligned}$$" "\n"
)  # fmt: skip
REASSIGNED = (
    r"$$\begin{aligned} & g_t \leftarrow \nabla F(x_{t-1}) \\ & g_t \leftarrow g_t + \lambda x_{t-1} \\"
    r" & b_t \leftarrow \mu b_{t-1} + (1-\tau) g_t \\ & g_t \leftarrow b_t \\"
    r" & x_t \leftarrow x_{t-1} - \gamma g_t \end{aligned}$$" "\n"
)  # fmt: skip
ABROAD = (
    r"$$\Delta w_{neu} = \mu\,\Delta w_{alt} - \alpha \frac{\partial E}{\partial w}$$" "\n\n"
    r"$$w_{neu} = w_{alt} + \Delta w_{neu}$$" "\n"
)  # fmt: skip
COMPONENTS = (
    r"$$\mathbf{p}^{(k)} = \beta_1 \mathbf{p}^{(k-1)} + (1-\beta_1)\, \mathbf{h}^{(k)}$$" "\n\n"
    r"$$\mathbf{q}^{(k)} = \beta_2 \mathbf{q}^{(k-1)} + (1-\beta_2)\, \mathbf{h}^{(k)} \circ \mathbf{h}^{(k)}$$" "\n\n"
    r"$$\widehat{\mathbf{p}}^{(k)} = \mathbf{p}^{(k)}/(1-\beta_1^k)$$" "\n\n"
    r"$$\widehat{\mathbf{q}}^{(k)} = \mathbf{q}^{(k)}/(1-\beta_2^k)$$" "\n\n"
    r"$$x_i^{(k)} = x_i^{(k-1)} - \eta\, \frac{\widehat{p}_i^{(k)}}{\sqrt{\widehat{q}_i^{(k)}} + \epsilon}$$" "\n"
)  # fmt: skip
AHEAD_OUTSIDE = (
    r"$$u_t = \mu u_{t-1} + \nabla F(x_t - \alpha \mu u_{t-1})$$" "\n\n" r"$$x_{t+1} = x_t - \alpha u_t$$" "\n"
)
WARM = "Warm-up, then decay.\n\n" r"$$\eta_t = \eta_0 \min(1, t/W)$$" "\n"
HORIZON = r"With $\beta = 0.9$ we have $\frac{1}{1-\beta} = 10$." "\n"
OWN_COMMANDS = (
    r"\newcommand{\bw}{\mathbf{w}} \newcommand{\grad}[1]{\nabla_{#1}}"
    "\n\n"
    r"$$\bw_{k+1} = \bw_k - \alpha \grad{\bw} F(\bw_k) + \beta (\bw_k - \bw_{k-1})$$"
    "\n"
)
FISTA = (
    r"$$x_k = y_k - \frac{1}{L} \nabla f(y_k)$$" "\n\n"
    r"$$t_{k+1} = \frac{1 + \sqrt{1 + 4 t_k^2}}{2}$$" "\n\n"
    r"$$y_{k+1} = x_k + \frac{t_k - 1}{t_{k+1}} (x_k - x_{k-1})$$" "\n"
)  # fmt: skip
FULL_WIDTH = (
    "# 动量\n\n"
    r"$$v_t = \mu v_{t-1} + \eta g_t，\qquad \theta_t = \theta_{t-1} - v_t。$$" "\n\n"
    "# 平方\n\n"
    r"$$s_t = s_{t-1} + g_t \odot g_t, \quad \text{其中 } s_0 = 0$$" "\n\n"
    r"$$\theta_t = \theta_{t-1} - \frac{\eta}{\sqrt{s_t + \epsilon}} \odot g_t$$" "\n\n"
    "衰减\n\n" r"$$\eta_t = \eta_0 e^{-kt}$$" "\n"
)  # fmt: skip
TUNED = (
    r"$$x_{k+1} = x_k - \alpha \nabla f(x_k) + \beta (x_k - x_{k-1})$$" "\n\n"
    r"$$\alpha = \frac{4}{(\sqrt{L} + \sqrt{\mu})^2}$$" "\n"
)  # fmt: skip
COLOURED = (
    r"$$\begin{aligned} & \textcolor{red}{x_t \leftarrow x_{t-1} - \gamma \nabla F(x_{t-1})} \end{aligned}$$" "\n"
)
SIGNED = (
    r"$$\Delta_t = \min(\eta^{+} \Delta_{t-1}, \Delta_{max})$$" "\n\n"
    r"$$\Delta_t = \max(\eta^{-} \Delta_{t-1}, \Delta_{min})$$" "\n\n"
    r"$$w_t = w_{t-1} - \operatorname{sign}(g_t) \Delta_t$$" "\n"
)  # fmt: skip
LETTER = r"$e = \hat y - y = 7 - 5 = 2$" "\n\n" r"$L = e^2 = 2^2 = 4$" "\n"
RIGHT = [ADAM_STEP, AHEAD, AVERAGE, PAIR, BOX, GEOMETRIC, RAISED, LATE, NUMBERS, INFINITY_NORM, RATES, FRESH]
RIGHT += [DECOUPLED, REASSIGNED, ABROAD, LETTER, COMPONENTS, AHEAD_OUTSIDE, WARM, HORIZON, OWN_COMMANDS]
RIGHT += [FISTA, FULL_WIDTH, COLOURED, SIGNED]
SLIPS = [
    (ADAM_STEP, r"\sqrt{\hat q_k} + \epsilon", r"\hat q_k + \epsilon"),
    (ADAM_STEP, r"(1-\beta_2^k)", r"(1-\beta_2)"),
    (AHEAD, r"w_t + \mu u_t", r"w_t - \mu u_t"),
    (AVERAGE, r"\beta^2 g_1 + \beta g_2 + g_3", r"\beta g_1 + \beta^2 g_2 + g_3"),
    (AVERAGE, r"\beta^2 g_{t-2} + \dots", r"2 \beta g_{t-2} + \dots"),
    (PAIR, r"v_{db} + (1-\beta)\, db", r"v_{db} + (1-\beta)\, dW"),
    (PAIR, r"b - \alpha v_{db}", r"b - \alpha v_{dW}"),
    (GEOMETRIC, r"\rho^{n-1} = \frac{1-\rho^n}{1-\rho}", r"\rho^{n-1} = \frac{1-\rho^{n-1}}{1-\rho}"),
    (GEOMETRIC, r"\rho^j = \frac{1}{1-\rho}", r"\rho^j = \frac{1}{1+\rho}"),
    (GEOMETRIC, r"= 1 - \rho^n", r"= (1 - \rho)^n"),
    (RAISED, r"\mu^2 \alpha \nabla b_1", r"\mu \alpha \nabla b_1"),
    (RAISED, r"b_t - u_b^{t}", r"b_t + u_b^{t}"),
    (RATES, r"e^{-\lambda t}", r"e^{\lambda t}"),
    (RATES, r"{1 + \lambda t}", r"{1 - \lambda t}"),
    (RATES, r"(1 + \cos(", r"(1 - \cos("),
    (INFINITY_NORM, r"|g_t|", r"g_t"),
    (INFINITY_NORM, r"\frac{m_t}{u_t}", r"\frac{u_t}{m_t}"),
]
SLIPS += [
    (RATES, r"\frac{1}{2}(\alpha_{max}", r"(\alpha_{max}"),
    (WARM, r"\min(1", r"\max(1"),
    (AHEAD_OUTSIDE, r"x_t - \alpha \mu u_{t-1}", r"x_t - \mu u_{t-1}"),
    (OWN_COMMANDS, r"\beta (\bw_k - \bw_{k-1})", r"\beta (\bw_{k-1} - \bw_k)"),
    (HORIZON, "= 10", "= 100"),
    (FISTA, "4 t_k^2", "4 t_k"),
    (FULL_WIDTH, "- v_t。", "+ v_t。"),
    (FULL_WIDTH, r"\odot g_t, \quad", r"\odot g_{t-1}, \quad"),
    (FULL_WIDTH, "e^{-kt}", "e^{kt}"),
    (TUNED, "(x_k - x_{k-1})", "(x_{k-1} - x_k)"),
    (SIGNED, r"\max(\eta^{-}", r"\min(\eta^{-}"),
]
MORE_SLIPS = [
    (COMPONENTS, r"\mathbf{q}^{(k)}/(1-\beta_2^k)", r"\mathbf{q}^{(k)}/(1-\beta_1^k)"),
    (DECOUPLED, r"p_t/(1-\beta_1^t)", r"p_t/(1-\beta_1)"),
    (DECOUPLED, r"q_t/(1-\beta_2^t)", r"q_t/(1-\beta_1^t)"),
    (ABROAD, r"w_{alt} + \Delta w_{neu}", r"w_{alt} + \Delta w_{alt}"),
    (FRESH, r"\beta_2 r_{t-1}", r"\beta_2 r_t"),
    (FRESH, r"\frac{r_t}{1-\beta_2^t}", r"\frac{m_t}{1-\beta_2^t}"),
    (LATE, r"0.8 q_{49} + 0.2 x_{50}", r"0.8 q_{49} + 0.8 x_{50}"),
    (LATE, r"0.8 q_{49} + 0.2 x_{50}", r"0.8 q_{49} + 0.2 x_{49}"),
    (LATE, r"0.2 \cdot (0.8)^2 x_{48}", r"0.2 \cdot 0.8\, x_{48}"),
    (NUMBERS, r"0.95\, r_{t-1} + 0.05", r"0.95\, r_{t-1} + 0.5"),
]


BARE = (
    r"$$m = \beta_1 m + (1-\beta_1) g$$" "\n\n"
    r"$$v = \beta_2 v + (1-\beta_2) g^2$$" "\n\n"
    r"$\hat m = \frac{m}{1-\beta_1^t}$, $\hat v = \frac{v}{1-\beta_2^t}$" "\n\n"
    r"$$w = w - \eta \frac{\hat m}{\sqrt{\hat v} + \epsilon}$$" "\n"
)  # fmt: skip
UNHATTED = BARE.replace(r"\hat m}{\sqrt{\hat v}", r"m}{\sqrt{v}")
LARGEST = (
    r"$$m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t$$" "\n\n"
    r"$$v_t = \beta_2 v_{t-1} + (1-\beta_2) g_t^2$$" "\n\n"
    r"$$\hat v_t = \max(\hat v_{t-1}, v_t)$$" "\n\n"
    r"$$w_{t+1} = w_t - \frac{\eta}{\sqrt{\hat v_t} + \epsilon} m_t$$" "\n"
)  # fmt: skip
BIAS = (
    r"$$q_t = (1-\beta) \sum_{i=1}^t \beta^{t-i} g_i^2$$" "\n\n"
    r"$$\mathbb{E}[q_t] = \mathbb{E}[g_t^2] (1-\beta^t) + \zeta$$" "\n"
)  # fmt: skip
MORE_SLIPS += [
    (BARE, r"\hat m}{\sqrt{\hat v}", r"m}{\sqrt{v}"),
    (BARE, r"\hat m}{\sqrt{\hat v}", r"\hat m}{\hat v"),
    (LARGEST, r"\max(\hat v_{t-1}", r"\max(v_{t-1}"),
    (LARGEST, r"\sqrt{\hat v_t}", r"\sqrt{v_t}"),
    (BIAS, r"\mathbb{E}[g_t^2]", r"\mathbb{E}[g_t]^2"),
    (BIAS, r"(1-\beta^t)", r"(1-\beta)^t"),
]


OTHER_FIELDS = r"""
# Networks
$$Z^{[1]} = W^{[1]} X + b^{[1]}$$
$$A^{[1]} = g(Z^{[1]})$$
$$h_t = \tanh(W h_{t-1} + U x_t + b)$$
$$c_t = f_t c_{t-1} + i_t \tilde c_t$$
$$h_t = (1 - z_t) h_{t-1} + z_t \tilde h_t$$
# Reinforcement learning
$$Q(s,a) \leftarrow Q(s,a) + \alpha (r + \gamma \max_{a'} Q(s',a') - Q(s,a))$$
$$\mu_{k+1} = \mu_k + \frac{1}{k+1}(x_{k+1} - \mu_k)$$
$$\theta' \leftarrow \tau \theta + (1 - \tau) \theta'$$
# Normalisation
$$\hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}$$
$$\mu = \rho \mu + (1 - \rho) \mu_B$$
# Filters and series
$$x_k = x_{k-1} + K_k (z_k - H x_{k-1})$$
$$s_t = \alpha x_t + (1 - \alpha)(s_{t-1} + b_{t-1})$$
$$x_{t} = \sqrt{\alpha_t} x_{t-1} + \sqrt{1 - \alpha_t} \epsilon_t$$
$$x_{n+1} = r x_n (1 - x_n)$$
$$x_{t+1} = x_t - \eta \nabla f(x_t) + \sqrt{2 \eta} \xi_t$$
$$J = L + \lambda R$$
$$v_i = \omega v_i + c_1 r_1 (p_i - x_i) + c_2 r_2 (g - x_i)$$
"""


def findings(text: str, folder: Path) -> list[Finding]:
    file = folder / "lecture.md"
    file.write_text(text)
    return list(audit([file]).documents[0].findings)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("text", RIGHT)
def test_what_is_right_is_read_and_not_flagged(text: str, tmp_path: Path) -> None:
    accepted = {Judgement.CORRECT, Judgement.VARIANT, Judgement.GIVEN}
    assert [f for f in findings(text, tmp_path) if f.verdict not in accepted] == []


@pytest.mark.parametrize("formula", [
    r"\alpha_t = \alpha_0 e^{\lambda t}", r"\alpha_t = \frac{\alpha_0}{1 + \lambda t^2}",
    r"\alpha_t = \frac{\alpha_0}{1 + \lambda \sqrt{t}}", r"\alpha_t = \alpha_0 e^{-\lambda t^2}",
])  # fmt: skip
def test_a_rate_that_somebody_made_up_is_not_flagged(formula: str, tmp_path: Path) -> None:
    grows = "e^{\\lambda" in formula
    text = "The rate grows in the range test, and decays afterwards.\n\n" if grows else "Decay:\n\n"
    assert findings(f"{text}$${formula}$$\n", tmp_path)[0].verdict is not Judgement.ERRATUM


@pytest.mark.parametrize("text", [
    r"$\lambda_0 = 0$ and $\lambda_k = \frac{1 + \sqrt{1 + 4\lambda_{k-1}^2}}{2}$",
    r"With $v_t = \mu v_{t-1} + g$ and $v_0 = 0$ we get $v_t = \frac{1-\mu^t}{1-\mu} g$.",
    r"$g_t = \nabla J(x)$, $m_t = \phi(g_1, \dots, g_t)$, and $x_{t+1} = x_t - \frac{1}{\sqrt{v_t}} m_t$",
    r"$w^{(k)} = w^{(k-1)} - \eta_k \nabla Q(w^{(k-1)})$ with $\eta_k = \lambda \left(\frac{s_0}{s_0 + k}\right)^p$",
    r"$$\begin{aligned} \mu = 0 & & \langle \nabla f(x) - \nabla f(y), x - y \rangle &\geq 0 \end{aligned}$$",
])  # fmt: skip
def test_what_a_mistake_would_turn_into_a_method_is_not_flagged(text: str, tmp_path: Path) -> None:
    assert Judgement.ERRATUM not in {f.verdict for f in findings(text + "\n", tmp_path)}


@pytest.mark.slow
@pytest.mark.parametrize("text", [
    UNHATTED + "\nOr:\n" + r"$$w = w - \eta \frac{\hat m}{\sqrt{\hat v}}$$",
    "\n\n".join(sorted(UNHATTED.split("\n\n"), key=lambda x: "hat" in x)),
    BIAS,
])  # fmt: skip
def test_a_step_without_correction_is_right_where_no_value_is_forgotten(text: str, tmp_path: Path) -> None:
    assert Judgement.ERRATUM not in {f.verdict for f in findings(text, tmp_path)}


@pytest.mark.slow
def test_nothing_is_missing_from_formulas_of_other_fields(tmp_path: Path) -> None:
    assert not {Judgement.ERRATUM, Judgement.INCOMPLETE} & {f.verdict for f in findings(OTHER_FIELDS, tmp_path)}


def test_short_forms_are_read(tmp_path: Path) -> None:
    verdicts = {f.verdict for f in findings(SHORT, tmp_path)}
    assert not verdicts & {Judgement.UNREAD, Judgement.ERRATUM}


SLOW = [pytest.param(*row, marks=pytest.mark.slow) for row in MORE_SLIPS]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("text", "right", "wrong"), [*SLIPS, *SLOW])
def test_a_slip_is_found_where_it_stands_and_mended(text: str, right: str, wrong: str, tmp_path: Path) -> None:
    assert right in text
    line = text[: text.index(right)].count("\n") + 1
    errata = [f for f in findings(text.replace(right, wrong, 1), tmp_path) if f.verdict is Judgement.ERRATUM]
    assert [f.line for f in errata] == [line]
    assert errata[0].fix and errata[0].witness and errata[0].proof == "refuted"
