"""Code as slides print it: the verdict, the line, the mended line."""

from __future__ import annotations

import pytest

from tests.audit.code.programs import mistakes, said_of, verdicts

OVERWRITING = """\
def train():
    w, eta = start, 0.1
    m, v, eps, beta1, beta2 = 0, 0, 1e-8, 0.9, 0.999
    for i in range(epochs):
        dw = 0
        for x, y in zip(X, Y):
            dw += grad_w(w, x, y)
        m = beta1 * m + (1 - beta1) * dw
        v = beta2 * v + (1 - beta2) * dw**2
        m = m / (1 - math.pow(beta1, i))
        v = v / (1 - math.pow(beta2, i))
        w = w - (eta / np.sqrt(v + eps)) * m
"""


def test_an_adam_that_corrupts_its_moments_and_starts_at_zero_is_explained_in_full() -> None:
    first, second = said_of(OVERWRITING)
    assert (first.line, second.line) == (10, 11)
    for finding in (first, second):
        assert finding.verdict == "erratum"
        assert finding.system == "adam"
        assert "state overwritten by its corrected value" in finding.rewrite
        assert "bias-correction exponent one early" in finding.rewrite
        assert "`i` is 0 in the first step" in finding.explanation
        assert finding.proof == "refuted"
        assert finding.witness["claimed"] != finding.witness["correct"]
    assert first.source == "m = m / (1 - math.pow(beta1, i))"
    assert first.fix == "m_hat = m / (1 - math.pow(beta1, i + 1))"


def test_values_that_do_not_match_their_names_are_reported() -> None:
    program = OVERWRITING.replace("0, 0, 1e-8, 0.9, 0.999", "0, 0, 0")
    assert "values do not match names" in mistakes(program)
    assert "3 values are unpacked into 5 names" in said_of(program)[0].explanation


def test_a_state_that_is_never_given_a_value_makes_it_incomplete() -> None:
    (finding,) = said_of(
        "def run(data):\n"
        "    total = np.zeros(n)\n"
        "    for t in range(steps):\n"
        "        g = compute_gradients(data, weights)\n"
        "        total += g ** 2\n"
        "        weights = weights - lr * g / np.sqrt(total + epsilon)\n"
    )
    assert (finding.verdict, finding.system) == ("incomplete", "adagrad")
    assert "`weights`" in finding.explanation
    assert "`lr`" in finding.explanation


COPIED = """\
for t in range(1, T):
    dw, db = grad_w(w, b), grad_b(w, b)
    vw = mu * vw + eta * dw
    v_b = mu * v_b + eta * db
    w = w - vw
    b = b - v_b
"""


def test_a_line_copied_from_another_parameter_is_found_where_it_stands() -> None:
    assert "erratum" not in verdicts(COPIED)
    (finding,) = said_of(COPIED.replace("eta * db", "eta * dw"))
    assert (finding.line, finding.rewrite) == (4, "another parameter's value")
    assert finding.fix == "v_b = mu * v_b + eta * db"


NOISY = """\
def descend(w1, w2, slopes):
    g1, g2 = slopes(w1, w2)
    g1 += random.gauss(0, 1)
    g2 += random.gauss(0, 1)
    step = eta * schedule()
    return (w1 - step * g1, w2 - step * g2)
"""


def test_a_gradient_that_noise_is_added_to_is_no_other_parameter() -> None:
    assert "erratum" not in verdicts(NOISY)


@pytest.mark.parametrize(
    ("program", "system"),
    [
        ("x += - learning_rate * dx\n", "gradient-descent"),
        ("# Momentum\nv = mu * v - learning_rate * dx\nx += v\n", "momentum"),
        ("cache += dx**2\nx += - lr * dx / (np.sqrt(cache) + 1e-7)\n", "adagrad"),
        ("v_prev = v\nv = mu * v - lr * dx\nx += -mu * v_prev + (1 + mu) * v\n", "nesterov-phi"),
        (
            "m,v = #... zeros\nfor t in xrange(1, many):\n    dx = # ... the gradient\n    print 'x'\n"
            "    m = beta1*m + (1-beta1)*dx\n    v = beta2*v + (1-beta2)*(dx**2)\n    mb = m/(1-beta1**t)\n"
            "    vb = v/(1-beta2**t)\n    x += - lr * mb / (np.sqrt(vb) + 1e-7)\n",
            "adam",
        ),
    ],
)  # fmt: skip
def test_snippets_are_right(program: str, system: str) -> None:
    (finding,) = said_of(program)
    assert finding.verdict in ("correct", "variant")
    assert finding.system.startswith(system)
    assert finding.proof == "proved"


@pytest.mark.parametrize(
    "program",
    [
        "for i in range(1000):\n    W = randn(10) * 0.001\n    l = L(X, Y, W)\n    if l < best:\n        best = l\n",
        "def numerical(f, x):\n    h = 0.00001\n    old = x[i]\n    x[i] = old + h\n    return (f(x) - f(old)) / h\n",
        "plt.plot(x)\n",
    ],
)
def test_what_is_no_optimizer_is_unrecognised(program: str) -> None:
    assert verdicts(program) == ["unrecognised"]


def test_settings_are_given() -> None:
    assert verdicts("import numpy as np\nlr = 0.1\n") == ["given"]


def test_a_broken_line_is_reported_and_the_rest_read() -> None:
    found = said_of("w = w - - = lr\ng = grad(w)\nw = w - lr * g\n")
    assert [f.verdict for f in found] == ["unread", "correct"]
    assert found[0].line == 1


def test_a_step_uphill_is_right_where_the_code_speaks_of_it() -> None:
    assert verdicts("# gradient ascent\ng = grad(w)\nw = w + lr * g\n") == ["variant"]
    assert verdicts("g = grad(w)\nw = w + lr * g\n") == ["erratum"]


def test_a_counter_that_never_counts_is_found() -> None:
    program = """\
class Adam:
    def __init__(self, lr, beta1, beta2, eps):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m, self.v, self.t = 0, 0, 0

    def step(self, w, g):
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g**2
        m = self.m / (1 - self.beta1**self.t)
        v = self.v / (1 - self.beta2**self.t)
        return w - self.lr * m / (np.sqrt(v) + self.eps)
"""
    assert "step counter never incremented" in mistakes(program)
    counting = program.replace("        self.m = self.b", "        self.t += 1\n        self.m = self.b")
    assert verdicts(counting) == ["correct"]
