"""The customary ways to write an optimizer's formulas, each with what it means."""

from __future__ import annotations

import re

import pytest

from symopt.read.notation import Statement, Unread, read
from tests.read.notation.terms import flat, spelled, statement

STEPS = ("m_t = m_{t-1}", "v_t = v_{t-1}", "\\theta_{t+1} = \\theta_t", "g_t = 0", "w_t = w_{t-1}")

EXPRESSIONS = [
    # names and accents
    (r"\hat{m}_t", r"\hat{m}[t]"),
    (r"\widehat m_t", r"\hat{m}[t]"),
    (r"\hat{m_t}", r"\hat{m}[t]"),
    (r"\boldsymbol{\theta}_t", r"\theta[t]"),
    (r"\mathcal{J}", "J"),
    (r"\varepsilon", r"\epsilon"),
    (r"\beta_{1}", r"\beta_1"),
    (r"v_{dW}", "v_{dW}"),
    (r"v_{dW}^{corrected}", "v_{dW}^{corrected}"),
    (r"s_{dw}^{\text{corr}}", "s_{dw}^{corr}"),
    (r"\eta'_t", r"\eta'[t]"),
    (r"\text{lr}", "lr"),
    (r"RMS", "RMS"),
    (r"dW", "dW"),
    (r"d\theta", r"d\theta"),
    (r"abx", "a*b*x"),
    (r"\Delta\theta_t^2", r"(\Delta\theta[t])^(2)"),
    (r"\Delta \mathbf{w}", r"\Delta w"),
    (r"x_{opt}", "x_{opt}"),
    (r"\theta^*", r"\theta^*"),
    ("beta1 x2", r"\beta_1*x_2"),
    # steps
    (r"m_{t-1}", "m[(t-1)]"),
    (r"m_3", "m[3]"),
    (r"q_3", "q_3"),
    (r"w_{old}", "w[(t-1)]"),
    (r"w^{new}", "w[t]"),
    (r"w_{\text{prev}}", "w[(t-1)]"),
    (r"w_{new}(t+1)", "w[(t+1)]"),
    (r"\text{MeanSquare}(w, t-1)", "MeanSquare[(t-1)]"),
    (r"V_{t_2}", "V[2]"),
    (r"g_{t,i}", "g[t]"),
    (r"g^{(j)}_t", "g[t]"),
    (r"v_t^w", "v^w[t]"),
    (r"\theta_T", r"\theta[T]"),
    # powers
    (r"g^2_t", "(g[t])^(2)"),
    (r"g_t^2", "(g[t])^(2)"),
    (r"\beta_1^t", r"(\beta_1)^(t)"),
    (r"\beta^t_1", r"(\beta_1)^(t)"),
    (r"(\beta_2)^{t+1}", r"(\beta_2)^((t+1))"),
    (r"g_t^{\odot 2}", "(g[t])^(2)"),
    (r"G^{-1/2}", "(G)^(-(1)/(2))"),
    (r"e^{-kt}", "exp(-k*t)"),
    # running averages and expectations
    (r"E[g^2]_t", "E[g^2][t]"),
    (r"E\left[\Delta\theta^2\right]_{t-1}", r"E[\Delta\theta^2][(t-1)]"),
    (r"\text{RMS}[\Delta\theta]_t", r"RMS[\Delta\theta][t]"),
    (r"RMS(g)_t", "RMS[g][t]"),
    (r"\mathbb{E}[g_t^2]", "expect((g[t])^(2))"),
    (r"\mathbb{E}(m_t)", "expect(m[t])"),
    (r"E[m_t]", "expect(m[t])"),
    (r"E[g^2](t-1)", "E[g^2][(t-1)]"),
    (r"u^2(t) + u(t-1)", "((u[t])^(2)+u[(t-1)])"),
    # products, quotients, roots
    (r"\eta \cdot g_t", r"\eta*g[t]"),
    (r"g_t \odot g_t \circ 2 \otimes x", "g[t]*g[t]*2*x"),
    (r"a/b c", "(a)/(b)*c"),
    (r"\alpha m_t / v_t", r"(\alpha*m[t])/(v[t])"),
    (r"{a \over b}", "(a)/(b)"),
    (r"\tfrac12 \frac ab", "(1)/(2)*(a)/(b)"),
    (r"\sqrt{v_t} + \epsilon", r"(sqrt(v[t])+\epsilon)"),
    (r"\sqrt[3]{x}", "(x)^((1)/(3))"),
    (r"\sqrt{\epsilon I + v_t}", r"sqrt((\epsilon+v[t]))"),
    (r"\beta(1 - \beta) g_t", r"\beta*(1-\beta)*g[t]"),
    (r"\Bigl[ a + b \Bigr] c", "(a+b)*c"),
    (r"\gamma\bigl(\gamma v_1 + g_2\bigr)", r"\gamma*(\gamma*v[1]+g[2])"),
    (r"|x| + 2|y|", "(abs(x)+2*abs(y))"),
    (r"\|x\|_2^2", "(norm(x))^(2)"),
    (r"\lfloor t/s \rfloor", "floor((t)/(s))"),
    (r"\max(a, b)\min\{a, b\}", "max(a, b)*min(a, b)"),
    (r"\operatorname{sign}(g_t)", "sign(g[t])"),
    (r"\text{sgn}\, x", "sign(x)"),
    (r"\log(x)^2", "(log(x))^(2)"),
    (r"\underbrace{a + b}_{\text{large}} c", "(a+b)*c"),
    (r"\boxed{\textcolor{red}{x}}", "x"),
    (r"50\%", "(50)/(100)"),
    ("1e-8", "1/100000000"),
    (r"10^{-8}", "(10)^(-8)"),
    (r"a + \dots + b", r"(a+\ldots+b)"),
    # gradients
    (r"\nabla_\theta J(\theta - \gamma v_{t-1})", r"grad((\theta-\gamma*v[(t-1)]))"),
    (r"\nabla f_t(\theta_{t-1})", r"grad(\theta[(t-1)])"),
    (r"\nabla_{\theta_t} J(\theta_t)", r"grad(\theta[t])"),
    (r"\nabla_W L(X, W_t)", "grad(W[t])"),
    (r"\nabla_\theta J(\theta; x^{(i)}; y^{(i)})", r"grad(\theta)"),
    (r"\nabla_w L", "label(w)"),
    (r"\nabla w_t", "label(w[t])"),
    (r"\nabla w_t^2", "(label(w[t]))^(2)"),
    (r"(\nabla w_t)^2", "(label(w[t]))^(2)"),
    (r"\frac{\partial L}{\partial w_{t-1}}", "label(w[(t-1)])"),
    (r"\frac{\partial J(w_t)}{\partial w}", "grad(w[t])"),
    (r"\partial L/\partial w", "label(w)"),
    (r"\frac{dL}{dw}", "label(w)"),
    (r"\frac{\delta L}{\delta w}", "label(w)"),
    (r"\partial_w L(w_t)", "grad(w[t])"),
    (r"\eta \nabla_\theta J(\theta)|_{\theta = \theta_t}", r"\eta*grad(\theta[t])"),
    (r"\left(\frac{\partial L}{\partial w}\right)_{old}", "label(w[(t-1)])"),
    (r"\theta^T x + \beta^T", r"(transpose(\theta)*x+(\beta)^(T))"),
    (r"v_{w_t} + v_{dW,t-1}", "(v_w[t]+v_{dW}[(t-1)])"),
    (r"w_i^{new}", "w_i[t]"),
    (r"dL/dw", "label(w)"),
    (r"\frac{\partial}{\partial w} L(w_t)", "grad(w[t])"),
    (r"\frac{\partial E}{\partial w}(t)", "label(w[t])"),
    (r"\left(\frac{\partial L}{\partial w_{old}}\right)_{t-2}", "label(w[(t-2)])"),
    (r"\frac{\partial L}{\partial w}\Big|_{w = w_t}", "grad(w[t])"),
    (r"\left.\frac{\partial L}{\partial w}\right|_{w_t}", "grad(w[t])"),
    (r"\nabla_\theta^2 J(\theta)", r"(grad(\theta))^(2)"),
    (r"\nabla^2 f(x)", "hessian(x)"),
    (r"\Delta_\theta f_t(\theta_{t-1})", r"grad(\theta[(t-1)])"),
    (r"\frac{1}{n}\sum_{X \in \text{Batch}} \nabla_W L(W_t, X)", "grad(W[t])"),
    (r"\frac{1}{m}\sum_{i=1}^m \nabla L(\theta_t; x^{(i)})", r"grad(\theta[t])"),
    (r"\frac{\eta}{n} \sum_{i=1}^n \nabla L_i(w)", r"\eta*grad(w)"),
    (r"\frac{1}{m} \nabla_\theta \sum_i L(h(x^{(i)}; \theta), y^{(i)})", r"grad(\theta)"),
    (r"\eta \sqrt{\sum_i \nabla L_i(w)}", r"\eta*sqrt(grad(w))"),
    (r"\frac{\eta}{\sqrt{v_t}} \sum_i \nabla L_i(w)", r"(\eta)/(sqrt(v[t]))*grad(w)"),
    (r"\frac{\eta}{|B|} \sum_{i \in B} \nabla L_i(w)", r"\eta*grad(w)"),
    # sums over steps
    (r"\sum_{i=1}^{t} \left(\frac{\partial L}{\partial w_i}\right)^2", "sum i(1, t, (label(w[i]))^(2))"),
    (r"\sum_{\tau=1}^t g_\tau \circ g_\tau", r"sum \tau(1, t, g[\tau]*g[\tau])"),
    (r"(1-\beta)\sum_{i=1}^t \beta^{t-i} g_i", r"(1-\beta)*sum i(1, t, (\beta)^((t-i))*g[i])"),
    (r"\prod_{k=1}^t \beta_k", r"prod k(1, t, \beta[k])"),
    # functions that are not ours
    (r"f'(x_n)", "f'(x_n)"),
    (r"A(L, \theta, d)", r"A(L, \theta, d)"),
    (r"H_f(x)^{-1}", "(H_f(x))^(-1)"),
    (r"O(h^2)", "O((h)^(2))"),
    # characters for commands
    ("m̂ₜ / (1 − β₁ᵗ)", r"(\hat{m}[t])/((1-(\beta_1)^(t)))"),
    ("√v̂ₜ · θₜ₋₁", r"sqrt(\hat{v}[t])*\theta[(t-1)]"),
    ("∑ᵢ", None),
]


@pytest.mark.parametrize(("formula", "meaning"), EXPRESSIONS)
def test_expression(formula: str, meaning: str | None) -> None:
    found = read([formula, *STEPS])[0]
    if meaning is None:
        assert isinstance(found, Unread)
        return
    assert isinstance(found, Statement), found
    assert not found.steps
    assert spelled(flat(found.left)) == meaning


STATEMENTS = [
    (r"\theta \leftarrow \theta - \eta g", [("=", r"(\theta-\eta*g)")], True),
    (r"\eta_t \leftarrow \text{schedule}(t)", [("=", "schedule(t)")], True),
    (r"w := w - \eta\, dw", [("=", r"(w-\eta*dw)")], True),
    (r"w = w - \eta\, dw", [("=", r"(w-\eta*dw)")], False),
    (r"x \mathrel{+}= v", [("=", "(x+v)")], True),
    (r"x -= \eta g", [("=", r"(x-\eta*g)")], True),
    (r"\frac{0.01}{0.008} = 0.0006", [("=", "3/5000")], False),
    (r"0 \leq \gamma < 1", [("<=", r"\gamma"), ("<", "1")], False),
    (r"w_{old} \approx w_{new}", [("~", "w[t]")], False),
    (r"\eta \propto 1/t", [("propto", "(1)/(t)")], False),
    (r"a \triangleq b \neq c", [("=", "b"), ("!=", "c")], False),
    (r"\eta = 0.1, 0.01", [("=", "list(1/10, 1/100)")], False),
    (r"\beta \in [0, 1)", [("in", "interval(0, 1)")], False),
    (
        r"y = \begin{cases} x & \text{if } x > 4 \\ 0 & \text{otherwise} \end{cases}",
        [("=", "cases(x, x > 4, 0, otherwise)")],
        False,
    ),
]


@pytest.mark.parametrize(("formula", "steps", "assigns"), STATEMENTS)
def test_statement(formula: str, steps: list[tuple[str, str]], assigns: bool) -> None:
    found = statement(formula)
    assert [(sign, spelled(flat(side))) for sign, side in found.steps] == steps
    assert found.assigns == assigns


def test_lists_are_said_in_one_breath() -> None:
    found = statement(r"m_0, v_0 \leftarrow 0, 1", *STEPS)
    assert [spelled(found.left), spelled(found.also[0].left)] == ["m[0]", "v[0]"]
    assert [spelled(found.steps[0][1]), spelled(found.also[0].steps[0][1])] == ["0", "1"]


def test_a_letter_whose_derivative_is_asked_is_a_function_though_it_has_an_index_elsewhere() -> None:
    found = read([r"x - \frac{g(x_k)}{g'(x_k)}", r"x_{k+1} = x_k - \alpha_k g_k"])[0]
    assert isinstance(found, Statement)
    assert spelled(found.left) == "(x-(g(x[k]))/(g'(x[k])))"


def test_letters_that_count_are_found() -> None:
    found = read([r"x_{k+1} = x_k - \eta \nabla f(x_k)", "x_0 = 1", "z_k = 2", "z_1"])
    assert all(isinstance(f, Statement) and f.clocks == {"t", "k"} for f in found)
    assert [spelled(f.left) for f in found if isinstance(f, Statement)] == ["x[(k+1)]", "x[0]", "z[k]", "z[1]"]


def test_raised_steps() -> None:
    found = statement(r"x^{n+1} = x^n - \beta^n g^{(n)}", "x^{n} = 1")
    assert spelled(found.steps[0][1]) == r"(x[n]-(\beta)^(n)*g[n])"


def test_steps_as_arguments() -> None:
    found = statement(r"v(t) = \alpha v(t-1) - \alpha(t - 1) x")
    assert spelled(found.steps[0][1]) == r"(\alpha*v[(t-1)]-\alpha*(t-1)*x)"


def test_a_second_index_that_changes_is_kept() -> None:
    found = statement(r"\theta_{t,i} = \theta_{t,i-1} + \alpha(\theta_{t,k} - \phi_{t-1})")
    assert spelled(found.steps[0][1]) == r"(\theta[t, (i-1)]+\alpha*(\theta[t, k]-\phi[(t-1)]))"


def test_numbered_recurrences() -> None:
    found = read([r"m_1 = (1-\beta_1) g_1", r"m_2 = \beta_1 m_1 + (1-\beta_1) g_2", "q_1 + q_2"])
    assert isinstance(found[1], Statement)
    assert spelled(found[1].steps[0][1]) == r"(\beta_1*m[1]+(1-\beta_1)*g[2])"
    assert isinstance(found[2], Statement)
    assert spelled(found[2].left) == "(q_1+q_2)"


def test_words_beside_a_formula_are_kept_aside() -> None:
    found = statement(r"\text{where } r_t = g_t \rightarrow \text{an average}")
    assert found.remarks == ("where", r"\rightarrow \text{an average}")
    assert statement(r"a = b \text{ if } c > 2").remarks == (r"\text{ if } c > 2",)
    assert statement(r"a = b \tag{7}").tags == ("7",)


def test_charitable_readings_are_said() -> None:
    assert statement(r"v = \nabla_\theta^2 J(\theta)").notes
    assert statement(r"x = \sqrt{\epsilon I + v}").notes
    assert not statement(r"x = \sqrt{\epsilon + v}").notes


def test_a_chain_goes_on() -> None:
    first, second = read(["v_2 = a + b", "= c"])
    assert isinstance(first, Statement)
    assert isinstance(second, Statement)
    assert second.continues
    assert second.left == first.left
    assert second.left.span is None


UNREAD = [
    (r"w = w - \text{αd}w", "αd is not known", 8),
    (r"x = a \cdot", "breaks off", 11),
    (r"x = a \cdot \times b", "times", 12),
    (r"\foo{x}", r"\\foo", 0),
    (r"x = (a + b", "not closed", 10),
    (r"x = a + b)", r"\)", 9),
    (r"x_a_b", "second subscript", 3),
    (r"x = 10 000", "two numbers", 7),
    (r"\begin{pmatrix} a & b \end{pmatrix}", "matrix", 0),
    (r"a = b \text{ minus the other part } c", "minus", 6),
    ("", "nothing is written", 0),
    (r"2 \nabla", "behind nabla", 8),
    ("x = 1e999999999", "too large", 4),
]


@pytest.mark.parametrize(("formula", "reason", "offset"), UNREAD)
def test_what_is_not_understood_says_why_and_where(formula: str, reason: str, offset: int) -> None:
    found = read([formula])[0]
    assert isinstance(found, Unread)
    assert re.search(reason, found.reason), found
    assert found.offset == offset
