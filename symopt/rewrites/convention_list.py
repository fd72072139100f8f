"""Legitimate other ways to write the methods. One entry a convention.

Conventions of one group exclude each other. An equivalence is proved by its change of variables
(see ``Convention.change``); any other changes the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from symopt.language import Optimizer
from symopt.language import terms as T
from symopt.rewrites import restatements as R
from symopt.rewrites import spellings as P
from symopt.rewrites.forms import Changed, ChangeOfVariables, Everywhere, Form, Restated, Spelled
from symopt.rewrites.mechanism import Kind
from symopt.rewrites.patterns import meta


@dataclass(frozen=True)
class Convention:
    """One entry of the catalogue.

    Args:
        name: what findings and people call it.
        group: conventions of one group exclude each other.
        mathematics: one line of LaTeX, from the definition's form to the other.
        sentence: what it means, for people.
        form: how a definition is put into it.
        source: citation, where one exists.
    """

    name: str
    group: str
    mathematics: str
    sentence: str
    form: Form
    source: str = ""

    @property
    def kind(self) -> Kind:
        return Kind.CONVENTION

    def of(self, optimizer: Optimizer) -> Optimizer | None:
        """The definition under the convention; None where it does not fit or is one of spelling only."""
        return self.form.of(optimizer)

    def change(self, optimizer: Optimizer) -> ChangeOfVariables | None:
        """The change of variables under which both forms are the same method; None where there is none."""
        return self.form.change(optimizer)


e = meta("e", "epsilon")
V = meta("V", "value")
x = meta("x")
_root = T.sqrt(x)

CONVENTIONS: tuple[Convention, ...] = (
    # The small constant.
    Convention("epsilon inside the root", "epsilon", r"\sqrt{v} + \epsilon \to \sqrt{v + \epsilon}",
               "The small constant is added before the root is taken.",
               Everywhere(((_root + e, T.sqrt(x + e)),)), "Goodfellow et al. 2016, Algorithm 8.5"),
    Convention("epsilon outside the root", "epsilon", r"\sqrt{v + \epsilon} \to \sqrt{v} + \epsilon",
               "The small constant is added after the root is taken.",
               Everywhere(((T.sqrt(x + e), _root + e),)), "Kingma & Ba 2015, Algorithm 1"),
    Convention("no epsilon", "epsilon", r"\sqrt{v} + \epsilon \to \sqrt{v}",
               "There is no small constant.",
               Everywhere(((_root + e, _root), (T.sqrt(x + e), _root))), "Tieleman & Hinton 2012"),
    Convention("epsilon added", "epsilon", r"\hat{v} \to \hat{v} + \epsilon",
               "A small constant keeps the denominator from zero.",
               Restated(R.with_epsilon), "the authors' implementation of RAdam"),
    # Velocities.
    Convention("learning rate inside the velocity", "rate", r"v = \mu v + g,\ \eta v \to v = \mu v + \eta g,\ v",
               "The velocity takes in the gradient times the learning rate.",
               Changed(R.rate_inside), "Qian 1999"),
    Convention("learning rate outside the velocity", "rate", r"v = \mu v + \eta g,\ v \to v = \mu v + g,\ \eta v",
               "The velocity takes in the gradient, and the step multiplies it by the learning rate.",
               Changed(R.rate_outside), "Goh 2017"),
    Convention("velocity's sign flipped", "sign", r"\theta - v \to \theta + v",
               "The velocity points where the parameters move, or the other way.",
               Changed(R.sign_flipped), "Sutskever et al. 2013"),
    Convention("moving average instead of accumulated velocity", "weight", r"\mu v + g \to \mu v + (1-\mu) g",
               "The velocity is an average of gradients, at a learning rate larger by 1/(1 - mu).",
               Changed(R.moving_average), "Ma & Yarats 2019, section 2"),
    Convention("accumulated velocity instead of moving average", "weight", r"\beta v + (1-\beta) g \to \beta v + g",
               "The velocity is a sum of gradients, at a learning rate smaller by 1 - beta.",
               Changed(R.accumulated), "Ma & Yarats 2019, section 2"),
    # Averages.
    Convention("corrected averages written into the step", "correction", r"\hat{m}_t \to \frac{m_t}{1-\beta^t}",
               "The corrected averages have no names of their own.",
               Restated(R.inlined, equivalent=True)),
    Convention("epsilon hat: corrections folded into the learning rate", "correction",
               r"\eta \frac{\hat{m}}{\sqrt{\hat{v}}+\epsilon} \to "
               r"\eta \frac{\sqrt{1-\beta_2^t}}{1-\beta_1^t} \frac{m}{\sqrt{v}+\hat\epsilon}",
               "Both corrections are part of the learning rate, so epsilon is another one.",
               Restated(R.folded), "Kingma & Ba 2015, section 2"),
    Convention("no bias correction", "correction", r"\hat{m}_t \to m_t",
               "The averages are used as they are.",
               Restated(R.uncorrected)),
    Convention("bias correction", "correction", r"r_t \to \frac{r_t}{1-\rho^t}",
               "The averages are corrected for their start at zero, as Adam's are.",
               Restated(R.bias_corrected), "Kingma & Ba 2015, section 3"),
    Convention("decay rate is the new value's weight", "complement", r"\beta v + (1-\beta) g \to (1-\beta) v + \beta g",
               "The decay rate stands for one minus the usual one.",
               Changed(R.complement)),
    # Weight decay.
    Convention("coupled weight decay", "weight decay", r"g \to g + \lambda\theta",
               "The gradient is that of the loss with a penalty on the weights.",
               Restated(R.coupled_decay), "Loshchilov & Hutter 2019, Algorithm 2"),
    Convention("decoupled weight decay", "weight decay", r"\theta - s \to \theta - s - \lambda\theta",
               "The weights decay apart from the step.",
               Restated(R.decoupled_decay), "Loshchilov & Hutter 2019, Algorithm 2"),
    Convention("decoupled weight decay times the learning rate", "weight decay",
               r"\theta - s \to \theta - s - \eta\lambda\theta",
               "The weights decay apart from the step, by the learning rate times the weight decay, as in libraries.",
               Restated(R.decoupled_decay_times_rate), "PyTorch, AdamW"),
    Convention("weight decay times the learning rate", "weight decay", r"\lambda\theta \to \eta\lambda\theta",
               "The weight decay is multiplied by the learning rate, as in libraries.",
               Changed(R.decay_times_rate), "PyTorch, AdamW"),
    # Single methods.
    Convention("learning rate in front of the step", "rate", r"\theta + \Delta \to \theta + \eta\Delta",
               "A learning rate multiplies a step that has none; at 1 it is the method itself.",
               Restated(R.with_rate), "Keras, Adadelta"),
    Convention("rectification threshold 5", "threshold", r"\rho_t > 4 \to \rho_t > 5",
               "The step is rectified from a length of 5 on.",
               Everywhere(((T.relation(">", V, T.number(4)), T.relation(">", V, T.number(5))),)),
               "the authors' implementation of RAdam"),
    Convention("root taken in the step", "root", r"\hat{v} = \sqrt{\cdot} \to \sqrt{\hat{v}}",
               "The corrected average is named before its root is taken.",
               Restated(R.root_in_step, equivalent=True)),
    Convention("reciprocal root", "root", r"\frac{1}{\hat{v}} \to l",
               "The reciprocal of the root is named, and the step multiplies by it.",
               Restated(R.reciprocal_root, equivalent=True), "Liu et al. 2020, Algorithm 2"),
    # Spelling.
    Convention("parameters indexed ahead", "index", r"\theta_t = \theta_{t-1} - s \to \theta_{t+1} = \theta_t - s",
               "Step t goes from theta_t to theta_{t+1}.",
               Spelled(P.parameters_ahead)),
    Convention("states indexed ahead", "index", r"v_t = \mu v_{t-1} + g_t \to v_{t+1} = \mu v_t + g_t",
               "Step t makes the states of index t + 1.",
               Spelled(P.steps_from_zero)),
    Convention("update in place", "index", r"\theta_t = \theta_{t-1} - s \to \theta = \theta - s",
               "Values have no index: each equation is an assignment.",
               Spelled(P.in_place)),
    Convention("learning rate per step", "schedule", r"\eta \to \eta_t",
               "The learning rate may depend on the step.",
               Spelled(P.rate_per_step)),
    Convention("sum written out", "sum", r"r_{t-1} + g_t^2 \to \sum_{i=1}^t g_i^2",
               "An accumulator is written as the sum that it is.",
               Spelled(P.sum_written_out)),
)  # fmt: skip
