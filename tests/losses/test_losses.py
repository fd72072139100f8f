"""Losses: each gradient is proved in general, and agrees with SymPy's derivative written out and with slopes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import sympy as sp
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from symopt.cli import cli
from symopt.decide.derivative import derivative, differentiates
from symopt.derive.loss_gradients import by_score, in_prediction, loss_derivations
from symopt.language import At, DefinitionError, Sequence
from symopt.language.loss import Loss
from symopt.losses import UnknownLoss, loss, losses, regularisers
from symopt.losses.classes import K, a, c, j, k
from symopt.losses.one_score import threshold

ALL = [*losses().values(), *regularisers().values()]
numbers = st.fractions(min_value=-3, max_value=3, max_denominator=16)


@pytest.mark.parametrize("made", ALL, ids=lambda made: made.name)
def test_every_gradient_is_proved(made: Any) -> None:
    assert made.source
    for derivation in loss_derivations(made):
        assert derivation.proved, [str(step.verdict) for step in derivation]
        assert all(step.verdict.certificate is not None for step in derivation)


def written_out(e: Any, classes: int, at: Mapping[Any, int]) -> Any:
    """The expression for so many classes, with its free indices given."""
    made = sp.sympify(e).subs({K: classes, **at}).replace(lambda x: isinstance(x, sp.Sum), lambda x: x.doit())
    values = {v: sp.Symbol(f"{v.base}{v.index}", real=True) for v in made.atoms(At)}
    return made.xreplace(values)


@pytest.mark.parametrize("made", [m for m in losses().values() if m.classes], ids=lambda made: made.name)
@given(data=st.data())
@settings(max_examples=5)
def test_sums_of_any_length_differentiate_as_the_sums_written_out(made: Loss, data: Any) -> None:
    classes = data.draw(st.integers(2, 4))
    at = {index: data.draw(st.integers(1, classes)) for index in (k, c, a)}
    whole = written_out(made.expression, classes, at)
    by = sp.Symbol(f"z{at[k]}", real=True)
    ours = written_out(derivative(made.expression, made.score), classes, at)
    values = {
        s: sp.Rational(data.draw(numbers)) + sp.Rational(1, 17) for s in sorted(whole.free_symbols | {by}, key=str)
    }
    values[sp.Symbol("Delta", positive=True)] = sp.Rational(data.draw(st.integers(1, 3)))
    theirs = sp.diff(whole, by).subs(values).doit()
    assert sp.N(ours.subs(values) - theirs, 30) == pytest.approx(0, abs=1e-20)


@pytest.mark.parametrize("made", [m for m in losses().values() if not m.classes], ids=lambda made: made.name)
@given(where=numbers, target=st.sampled_from([-1, 0, 1]))
@settings(max_examples=15)
def test_of_one_score_they_are_the_slope_of_the_loss(made: Loss, where: Any, target: int) -> None:
    h = sp.Rational(1, 10**9)
    place = sp.Rational(where) + sp.Rational(1, 1009)  # off the kinks
    value = made.expression.subs({made.target: target, threshold: sp.Rational(3, 4)})
    slope = (value.subs(made.score, place + h) - value.subs(made.score, place - h)) / (2 * h)
    ours = by_score(made).subs({made.score: place, made.target: target, threshold: sp.Rational(3, 4)})
    assert sp.N(ours - slope, 30) == pytest.approx(0, abs=1e-12)


def nested() -> st.SearchStrategy[Any]:
    """Expressions of z[j], z[k] and z[c], with sums in sums over one and the same index."""
    z = Sequence("z")
    leaves = st.sampled_from([z[j], z[k], z[c], sp.Integer(2)])

    def larger(inner: Any) -> Any:
        return st.one_of(
            st.builds(sp.Add, inner, inner), st.builds(sp.Mul, inner, inner), st.builds(lambda u: u**2, inner),
            st.builds(lambda u: sp.Sum(u, (j, 1, K)), inner),
        )  # fmt: skip

    return st.recursive(leaves, larger, max_leaves=6).map(lambda u: sp.Sum(u, (j, 1, K)))


@settings(max_examples=40)
@given(e=nested(), at=st.fixed_dictionaries({k: st.integers(1, 3), c: st.integers(1, 3)}))
def test_sums_in_sums(e: Any, at: Mapping[Any, int]) -> None:
    whole = written_out(e, 3, at)
    theirs = sp.diff(whole, sp.Symbol(f"z{at[k]}", real=True))
    made = derivative(e, Sequence("z")[k])
    assert sp.expand(written_out(made, 3, at) - theirs) == 0


FORMS = {
    "sigmoid-neuron": "p*(1 - p)*(p - y)",
    "logistic-loss": "p - y",
    "softmax-cross-entropy-targets": "p[k] - y[k]",
    "squared-error": "-y + z",
    "tanh-neuron": "(1 - p)*(p + 1)*(p - y)",
}


@pytest.mark.parametrize(("name", "form"), FORMS.items())
def test_they_are_short_in_the_prediction(name: str, form: str) -> None:
    assert str(in_prediction(loss(name), by_score(loss(name)))) == form


def test_a_wrong_gradient_is_refuted() -> None:
    softmax = loss("softmax-cross-entropy")
    wrong = differentiates(softmax.expression, softmax.score, sp.KroneckerDelta(k, c) - softmax.prediction)
    assert wrong.refuted
    assert wrong.witness is not None


def test_what_has_no_rule_is_undecided() -> None:
    z, x = Sequence("z"), sp.Symbol("x", real=True)
    assert "shifted" in differentiates(sp.Sum(z[j] * z[j + 1], (j, 1, K)), z[k], x).reason
    assert "no rule" in differentiates(sp.gamma(x), x, x).reason


def test_unknown_names_and_losses_without_a_score_are_refused() -> None:
    with pytest.raises(UnknownLoss, match="logistic-loss"):
        loss("logistic")
    z, x = sp.symbols("z x", real=True)
    with pytest.raises(DefinitionError, match="does not depend on its score z"):
        Loss(name="flat", title="flat", score=z, target=x, expression=x**2, prediction=z)


def test_the_command_derives_them() -> None:
    shown = CliRunner().invoke(cli, ["derive", "logistic-loss"])
    assert shown.exit_code == 0
    assert "p - y" in shown.output
    assert CliRunner().invoke(cli, ["derive", "logistic-loss", "rates"]).exit_code == 1
    for form in ("md", "tex", "html", "ipynb"):
        assert CliRunner().invoke(cli, ["derive", "multiclass-hinge", "--format", form]).exit_code == 0


def test_a_bound_is_kept_by_its_projection() -> None:
    bounded = regularisers()["max-norm"]
    assert bounded.projection == bounded.weight * sp.Min(1, bounded.bound / bounded.expression)
    with pytest.raises(ValueError, match="penalty"):
        _ = regularisers()["l2-regularisation"].projection
