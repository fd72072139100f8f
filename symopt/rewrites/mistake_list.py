"""What slides really get wrong. One entry a mistake; the first that mends a formula explains it,
so what is particular stands before what is general."""

from __future__ import annotations

from symopt.language import terms as T
from symopt.rewrites.arithmetic import Arithmetic, Weights
from symopt.rewrites.brackets import LostParentheses
from symopt.rewrites.mechanism import Kind, Rewrite, Rule
from symopt.rewrites.parts import MissingFactor, MissingHalf, MissingSummand, Sign, StrayFactor, StraySummand
from symopt.rewrites.patterns import meta
from symopt.rewrites.rules import Decayed, Exchange, OffByOne, Point, Replace, Shift, Substitute, SubstituteAll, Swap
from symopt.rewrites.systems import Overwrite, Reorder

b, c = meta("b", "decay"), meta("c", "decay")
e = meta("e", "epsilon")
h = meta("h", "hyper")
G = meta("G", "gradient")
V = meta("V", "value")
S = meta("S", "average")
OLD = meta("old", "previous")
TIME = meta("t", "time")
x, y = meta("x"), meta("y")


def _mistake(name: str, mathematics: str, sentence: str, rule: Rule) -> Rewrite:
    return Rewrite(name, Kind.MISTAKE, mathematics, sentence, rule)


MISTAKES: tuple[Rewrite, ...] = (
    # The bias correction.
    _mistake("bias-correction exponent missing", r"1-\beta^t \to 1-\beta",
             "The bias correction divides by 1 - beta to the power t, not by 1 - beta.",
             Replace((1 - b**TIME, 1 - b))),
    _mistake("bias-correction exponent one early", r"1-\beta^t \to 1-\beta^{t-1}",
             "At step t the bias correction has exponent t; counting from 0 divides by zero at the first step.",
             Replace((1 - b**TIME, 1 - b ** (TIME - 1)))),
    _mistake("bias-correction exponent one late", r"1-\beta^t \to 1-\beta^{t+1}",
             "At step t the bias correction has exponent t, not t + 1.",
             Replace((1 - b**TIME, 1 - b ** (TIME + 1)))),
    _mistake("bias-correction exponent outside the parentheses", r"1-\beta^t \to (1-\beta)^t",
             "The exponent t belongs to beta alone, not to 1 - beta.",
             Replace((1 - b**TIME, (1 - b) ** TIME))),
    _mistake("bias correction by the wrong complement", r"1-\beta^t \to \beta^t",
             "The bias correction divides by 1 - beta^t, not by beta^t.",
             Replace((1 - b**TIME, b**TIME))),
    _mistake("bias correction multiplied", r"\frac{m_t}{1-\beta^t} \to (1-\beta^t)\, m_t",
             "The bias correction divides by 1 - beta^t; it does not multiply.",
             Replace((x / (1 - b**TIME), (1 - b**TIME) * x))),
    _mistake("bias correction missing", r"\frac{m_t}{1-\beta^t} \to m_t",
             "An average that starts at zero is too small by the factor 1 - beta^t, which is missing here.",
             Replace((S / (1 - b**TIME), S), ((1 - b**TIME) * x, x))),
    # Hyperparameters.
    _mistake("one decay rate used for the other", r"\beta_2 \to \beta_1",
             "The decay rate of the other average stands here.",
             Swap("decay", everywhere=True)),
    _mistake("decay rates of an average differ", r"\beta_2 v + (1-\beta_2) g^2 \to \beta_2 v + (1-\beta_1) g^2",
             "The two weights of a moving average add up to one, so both use the same decay rate.",
             Swap("decay")),
    _mistake("factor 1 - beta forgotten", r"(1-\beta)\, g \to g",
             "In a moving average the new value is weighted by 1 - beta.",
             Replace(((1 - b) * x, x))),
    _mistake("1 - beta written beta", r"(1-\beta)\, g \to \beta\, g",
             "In a moving average the new value is weighted by 1 - beta, the old one by beta.",
             Replace((1 - b, b))),
    _mistake("beta written 1 - beta", r"\beta\, m_{t-1} \to (1-\beta)\, m_{t-1}",
             "In a moving average the old value is weighted by beta, the new one by 1 - beta.",
             Replace((b * x, (1 - b) * x))),
    _mistake("weights of an average exchanged", r"\beta m + (1-\beta) g \to (1-\beta) m + \beta g",
             "In a moving average the old value is weighted by beta, the new one by 1 - beta.",
             Replace((b * x + (1 - b) * y, (1 - b) * x + b * y))),
    _mistake("one hyperparameter used for another", r"\gamma \to \eta",
             "Another hyperparameter belongs here.",
             Swap("hyper")),
    _mistake("one hyperparameter used for another throughout", r"\gamma \to \eta",
             "Another hyperparameter belongs here.",
             Swap("hyper", everywhere=True)),
    # Powers and roots.
    _mistake("square missing", r"g_t^2 \to g_t",
             "The second moment averages the squares of the gradients.",
             Replace((V**2, V))),
    _mistake("square where none belongs", r"g_t \to g_t^2",
             "This value enters as it is, not squared.",
             Replace((V, V**2))),
    _mistake("square outside the expectation", r"\mathbb{E}[g_t^2] \to \mathbb{E}[g_t]^2",
             "The expectation of a square is not the square of the expectation.",
             Replace((T.expect(V**2), T.expect(V) ** 2))),
    _mistake("root missing", r"\sqrt{v} \to v",
             "The step is divided by the square root of the average of squares.",
             Replace((T.sqrt(x), x))),
    _mistake("root where none belongs", r"v \to \sqrt{v}",
             "No square root is taken here.",
             Replace((x, T.sqrt(x)))),
    _mistake("fraction upside down", r"\frac{a}{b} \to \frac{b}{a}",
             "Numerator and denominator are exchanged.",
             Replace((x / y, y / x))),
    _mistake("epsilon multiplied", r"\sqrt{v} + \epsilon \to \sqrt{v}\, \epsilon",
             "Epsilon is added, to keep the denominator from zero; it does not scale it.",
             Replace((x + e, x * e))),
    _mistake("division by the root missing", r"\frac{m}{\sqrt{v}+\epsilon} \to m",
             "The step is divided by the root of the average of squares.",
             Replace((x / (T.sqrt(S) + e), x), (x / T.sqrt(S + e), x))),
    # Time.
    _mistake("value one step old", r"m_t \to m_{t-1}",
             "The value of the step before stands where the new one belongs.",
             Shift(-1)),
    _mistake("value one step early", r"m_{t-1} \to m_t",
             "The new value stands where the one of the step before belongs.",
             Shift(+1)),
    # Quantities.
    _mistake("corrected value not used", r"\hat{m}_t \to m_t",
             "The bias-corrected average belongs here, not the average itself.",
             Substitute("derived", "state")),
    _mistake("corrected values not used", r"\hat{m}_t, \hat{v}_t \to m_t, v_t",
             "The bias-corrected averages belong here, not the averages themselves.",
             SubstituteAll("derived", "state")),
    _mistake("corrected value fed back", r"m_{t-1} \to \hat{m}_{t-1}",
             "The average is continued from itself, not from its corrected value.",
             Substitute("state", "derived")),
    _mistake("gradient in place of an average", r"m_t \to g_t",
             "The average belongs here, not the gradient.",
             Substitute("average", "gradient")),
    _mistake("average in place of the gradient", r"g_t \to m_t",
             "The gradient belongs here, not an average of gradients.",
             Substitute("gradient", "average")),
    _mistake("gradient in place of the parameters", r"\lambda\, \theta_{t-1} \to \lambda\, g_t",
             "The parameters themselves decay, not the gradient.",
             Decayed()),
    _mistake("one quantity used for another", r"v_t \to m_t",
             "Another quantity belongs here.",
             Substitute("value", "value")),
    _mistake("two quantities exchanged", r"\frac{m_t}{\sqrt{v_t}} \to \frac{v_t}{\sqrt{m_t}}",
             "Two quantities stand in each other's place.",
             Exchange("average")),
    _mistake("two hyperparameters exchanged", r"\mu v - \eta g \to \eta v - \mu g",
             "Two hyperparameters stand in each other's place.",
             Exchange("hyper")),
    _mistake("gradient asked at the wrong point", r"\nabla f(\theta + \mu v) \to \nabla f(\theta)",
             "The gradient is taken at another point.",
             Point()),
    # Sums and products.
    _mistake("sign flipped", r"a - b \to a + b",
             "One sign is wrong.",
             Sign()),
    _mistake("stray gradient", r"\hat{m}_t \to \hat{m}_t\, g_t",
             "The gradient is already in the average; this factor does not belong.",
             StrayFactor("gradient")),
    _mistake("stray factor", r"x \to \eta\, x",
             "One factor does not belong here.",
             StrayFactor("hyper")),
    _mistake("stray quantity", r"x \to x\, v_t",
             "One factor does not belong here.",
             StrayFactor("value")),
    _mistake("factor missing", r"\eta\, x \to x",
             "One factor is missing.",
             MissingFactor("hyper")),
    _mistake("gradient missing", r"\eta\, g_t \to \eta",
             "The gradient is missing.",
             MissingFactor("gradient")),
    _mistake("quantity missing", r"r_t\, m_t \to m_t",
             "One factor is missing.",
             MissingFactor("value")),
    _mistake("half missing", r"\tfrac12 (1 + \cos x) \to 1 + \cos x",
             "One half is missing.",
             MissingHalf()),
    _mistake("parentheses lost", r"\frac{a}{b+c} \to \frac{a}{b}+c",
             "A pair of parentheses, or the reach of a fraction, was lost.",
             LostParentheses()),
    _mistake("part of a sum missing", r"v_{t-1} + g_t^2 \to g_t^2",
             "One part of the sum is missing.",
             MissingSummand()),
    _mistake("part of a sum too many", r"\sqrt{v} \to \sqrt{v + \epsilon}",
             "One part of the sum does not belong.",
             StraySummand()),
    # Functions, branches, numbers.
    _mistake("minimum and maximum exchanged", r"\max(a,b) \to \min(a,b)",
             "The smaller and the larger of two values are exchanged.",
             Replace((T.call("max", x, y), T.call("min", x, y)), (T.call("min", x, y), T.call("max", x, y)))),
    _mistake("sign function missing", r"\operatorname{sign}(g) \to g",
             "Only the gradient's sign is used here.",
             Replace((T.call("sign", G), G), (T.call("sign", V), V),
                     (T.call("sign", b * x + (1 - b) * y), b * x + (1 - b) * y))),
    _mistake("absolute value missing", r"|g| \to g",
             "The absolute value is taken here.",
             Replace((T.call("abs", V), V))),
    _mistake("condition turned around", r"a > b \to a < b",
             "The condition is the wrong way round.",
             Replace(*((T.relation(p, x, y), T.relation(q, x, y)) for p, q in ((">", "<"), ("<", ">"))))),
    _mistake("weights that do not add up to one", r"0.9\, m + 0.1\, g \to 0.9\, m + 0.9\, g",
             "The two weights of a moving average add up to one.",
             Weights()),
    _mistake("number off by one", r"2 \to 1",
             "The number is wrong.",
             OffByOne()),
    _mistake("arithmetic slip", r"\frac{a}{b} = c \to \frac{a}{b} = c'",
             "The sum was worked out wrong.",
             Arithmetic()),
    # Several equations.
    _mistake("state overwritten by its corrected value", r"\hat{m} = \frac{m}{1-\beta^t} \to m = \frac{m}{1-\beta^t}",
             "The next step would continue from the corrected value; it needs a name of its own.",
             Overwrite()),
    _mistake("update before the value it needs", r"v_t = a;\ \theta_t = b v_t \to \theta_t = b v_t;\ v_t = a",
             "The equation uses a value that is computed only after it.",
             Reorder()),
)  # fmt: skip


def mistake(name: str) -> Rewrite:
    """The mistake of that name.

    Raises:
        KeyError: there is none.
    """
    for entry in MISTAKES:
        if entry.name == name:
            return entry
    raise KeyError(f"no mistake is called {name!r}")
