"""What is derived on a quadratic, against eigenvalues from NumPy; for every optimizer that is linear."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from symopt.decide import holds, recheck
from symopt.derive import NotDerivable
from symopt.derive.noise import sigma, steady_variance
from symopt.derive.quadratic import LinearMethod, is_linear, linear_method
from symopt.derive.stability import critical_damping, spectral_radius, stability, transition
from symopt.derive.tuning import condition, largest, smallest, tuning
from symopt.language import Optimizer, t
from symopt.language.vocabulary import eta, mu
from symopt.optimizers import catalogue, get

FAST = """gradient-descent gradient-descent-weight-decay momentum momentum-average momentum-dampened nesterov
    optimistic-gradient-descent""".split()
"""One method for each kind of eigenvalues."""
NAMES = (
    FAST
    + """sgd mini-batch-gradient-descent momentum-accumulated nesterov-phi nesterov-positive nesterov-rewritten
    nesterov-simplified nesterov-sequences asgd asgd-polyak-juditsky heavy-ball qhm""".split()
)
LINEAR = [get(n) for n in NAMES]
# A method with the eigenvalues of another is for the slow suite.
every_linear = pytest.mark.parametrize(
    "optimizer",
    [pytest.param(o, id=o.name, marks=() if o.name in FAST else pytest.mark.slow) for o in LINEAR],
)
fractions = st.integers(0, 19).map(lambda k: sp.Rational(k, 20))
positives = st.integers(1, 60).map(lambda k: sp.Rational(k, 20))


@pytest.mark.slow
def test_the_linear_methods_are_found():
    found = [o for o in catalogue().values() if isinstance(o, Optimizer) and is_linear(o)]
    assert {o.name for o in found} == set(NAMES)
    kinds = {linear_method(o).characteristic for o in found}
    assert {linear_method(get(n)).characteristic for n in (*FAST, "qhm")} == kinds


@st.composite
def settings_of(draw, method: LinearMethod) -> dict[sp.Symbol, sp.Rational]:
    """Hyperparameters within their domains, and a curvature."""
    bounded = sp.Interval(0, 1)
    symbols = [*(h.symbol for h in method.optimizer.hyper), method.curvature]
    return {s: draw(fractions if s.domain.is_subset(bounded) else positives) for s in symbols}


def eigenvalues(method: LinearMethod, values) -> np.ndarray:
    matrix = np.array(sp.Matrix(method.matrix).subs(values).tolist(), dtype=float)
    return np.linalg.eigvals(matrix)


@pytest.mark.sampled(2)
@every_linear
@settings(max_examples=6)
@given(data=st.data())
def test_the_region_is_where_the_eigenvalues_are_small(optimizer, data):
    method = linear_method(optimizer)
    values = data.draw(settings_of(method))
    found = max(abs(eigenvalues(method, values)))
    assume(abs(found - 1) > 1e-6)
    conditions = stability(optimizer).conditions
    assert all(bool(c.func(c.lhs, c.rhs).subs(values)) for c in conditions) == (found < 1)
    claimed = float(spectral_radius(optimizer).value.subs(values))
    assert claimed == pytest.approx(found, abs=1e-6)


@every_linear
def test_every_step_is_proved(optimizer):
    made = [transition(optimizer), stability(optimizer).derivation, spectral_radius(optimizer)]
    assert all(d.proved for d in made)


@pytest.mark.sampled(2)
@every_linear
@settings(max_examples=2)
@given(data=st.data())
def test_the_steady_variance_solves_the_recurrence(optimizer, data):
    derivation = steady_variance(optimizer)
    assert derivation.proved
    method = linear_method(optimizer)
    values = data.draw(settings_of(method))
    assume(max(abs(eigenvalues(method, values))) < 0.97)
    m, n = (np.array(sp.Matrix(x).subs(values).tolist(), dtype=float) for x in (method.matrix, method.noise))
    covariance = np.zeros_like(m)
    for _ in range(1000):
        covariance = m @ covariance @ m.T + n @ n.T
    claimed = float(derivation.value.subs(values).subs(sigma, 1))
    assert claimed == pytest.approx(covariance[0, 0], rel=1e-6)


@pytest.mark.parametrize("name", ["momentum", "momentum-average", "heavy-ball", "nesterov", "nesterov-phi"])
def test_critical_damping_has_powers_and_no_nan(name):
    derivation = critical_damping(get(name))
    assert derivation.proved
    method = linear_method(get(name))
    values = {eta: sp.Rational(1, 4), method.curvature: sp.S.One}
    meets, double = derivation.steps[0].after, derivation.steps[1].after.rhs.subs(values)
    matrix = sp.Matrix(method.matrix).subs(meets.lhs, meets.rhs).subs(values)
    ours = double**t * sp.eye(2) + t * double ** (t - 1) * (matrix - double * sp.eye(2))
    for k in (1, 2, 7):
        assert sp.simplify(ours.subs(t, k) - matrix**k) == sp.zeros(2)
    assert not ours.has(sp.nan, sp.zoo)


TUNED = ["gradient-descent", "momentum", "momentum-average", "heavy-ball", "nesterov", "nesterov-rewritten"]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", TUNED)
@pytest.mark.parametrize("kappa", [1.5, 100.0])
def test_the_rate_is_reached_and_not_exceeded(name, kappa):
    method = linear_method(get(name))
    ends = {smallest: 1, largest: kappa, condition: kappa}
    for derivation in tuning(get(name)):
        assert derivation.proved
        chosen = next(step.after for step in derivation.steps if _assigns(step.after))
        values = {eq.lhs: float(eq.rhs.subs(ends)) for eq in (chosen if isinstance(chosen, tuple) else (chosen,))}
        matrix = sp.lambdify(method.curvature, sp.Matrix(method.matrix).subs(values))
        largest_of = [max(abs(np.linalg.eigvals(np.array(matrix(x), dtype=float)))) for x in np.linspace(1, kappa, 41)]
        # Double eigenvalues are found to half the digits only.
        assert max(largest_of) == pytest.approx(float(derivation.value.subs(ends)), abs=1e-6)


def _assigns(statement) -> bool:
    first = statement[0] if isinstance(statement, tuple) else statement
    return isinstance(first, sp.Eq) and first.lhs == eta


def test_the_textbook_rates():
    root = sp.sqrt(condition)
    assert tuning(get("gradient-descent"))[0].value == (condition - 1) / (condition + 1)
    assert tuning(get("momentum"))[0].value == (root - 1) / (root + 1)
    assert sp.simplify(tuning(get("nesterov"))[0].value - (1 - 1 / root)) == 0


def test_heavy_balls_region_in_closed_form():
    found = stability(get("momentum"))
    (region,) = found.conditions
    assert region.lhs == eta and sp.simplify(region.rhs - 2 * (1 + mu) / found.method.curvature) == 0
    for step in found.derivation.steps:
        assert step.verdict.certificate is not None
        assert recheck(step.verdict.certificate.to_json()).proved
    assert holds(sp.Lt(eta, 2 / found.method.curvature, evaluate=False), assuming=[region]).refuted


@pytest.mark.parametrize(
    ("name", "words"),
    [("adagrad", "not linear"), ("adam", "depends on t"), ("lookahead(sgd)", "depends on t")],
)
def test_what_is_no_linear_map_is_said_why(name, words):
    with pytest.raises(NotDerivable, match=words):
        linear_method(get(name))
