"""Steps under constant gradients, gradients c times as large, and drifting means, against runs of the definitions."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import symopt
from symopt.derive import Derivation, NotDerivable, constant_gradients, drift_bound, gradient_scale
from symopt.derive.adadelta import adadelta_limit
from symopt.derive.constant_gradients import fits, without_root
from symopt.derive.scale import degrees
from symopt.language import HyperSymbol, Optimizer, t
from symopt.optimizers import catalogue, get

OPTIMIZERS = [o for o in catalogue().values() if isinstance(o, Optimizer)]
CONSTANT = """momentum momentum-accumulated momentum-average momentum-dampened nesterov nesterov-phi nesterov-positive
    nesterov-rewritten nesterov-simplified adagrad adagrad-started rmsprop rmsprop-centred adam nadam nadam-workshop
    nadam-ruder lion-undecayed qhm qhadam signum sm3""".split()
"""Those whose steps under constant gradients have a closed form and a limit."""
FIXED = """adadelta adabelief gradient-descent-clipped-norm gradient-descent-clipped-factor fromage lars lars-average
    radam radam-pytorch novograd padam yogi-started""".split()
"""Those that no hyperparameters make up to for scaled gradients."""
every_constant = pytest.mark.parametrize("optimizer", [get(n) for n in CONSTANT], ids=CONSTANT)


@cache
def derived(optimizer: Optimizer) -> Derivation:
    return constant_gradients(optimizer)


def values_of(optimizer: Optimizer) -> dict[sp.Symbol, float]:
    return {h.symbol: float(h.default) if h.default is not None else 0.1 for h in optimizer.hyper}


def settings_of(optimizer: Optimizer) -> dict[str, float]:
    return {(f"{s.name}_" if s.name == "lambda" else s.name): v for s, v in values_of(optimizer).items()}


@every_constant
@settings(max_examples=4)
@given(g=st.sampled_from([-3.0, -0.25, 0.5, 2.0]), last=st.integers(1, 12))
def test_the_step_is_that_of_a_run(optimizer: Optimizer, g: float, last: int) -> None:
    form = derived(optimizer).steps[1].after.rhs
    (free,) = {s for s in form.free_symbols if not isinstance(s, HyperSymbol)} - {t} or {sp.Symbol("g")}
    path = symopt.run(optimizer, lambda x: np.full_like(x, g), [0.0], last, **settings_of(optimizer)).ravel()
    expected = form.subs(values_of(optimizer) | {free: g, t: last})
    assert path[-1] - path[-2] == pytest.approx(float(expected), rel=1e-9, abs=1e-12)


@every_constant
def test_everything_about_constant_gradients_is_proved(optimizer: Optimizer) -> None:
    assert derived(optimizer).proved


@pytest.mark.slow
def test_no_other_has_a_closed_form() -> None:
    assert {o.name for o in OPTIMIZERS if fits(o)} == set(CONSTANT)


def test_a_first_step_of_another_form_is_not_passed_over() -> None:
    with pytest.raises(NotDerivable, match="first step"):
        constant_gradients(get("optimistic-gradient-descent"))


def test_the_customary_limits() -> None:
    for name, size in (("momentum", 0.1 / (1 - 0.9)), ("rmsprop", 0.1), ("adam", 0.1)):
        optimizer = get(name)
        made = derived(optimizer)
        values = {h.symbol: {"eta": 0.1, "mu": 0.9}.get(h.name, 1e-12) for h in optimizer.hyper}
        (g,) = {s for s in made.value.free_symbols if not isinstance(s, HyperSymbol)}
        assert float(made.value.subs(values | {g: 1})) == pytest.approx(-size)


def test_without_the_root_small_gradients_make_long_steps() -> None:
    made = without_root(get("rmsprop"))
    assert made.proved
    values = {h.symbol: {"eta": 0.1}.get(h.name, 1e-12) for h in get("rmsprop").hyper}
    (g,) = {s for s in made.value.free_symbols if not isinstance(s, HyperSymbol)}
    assert float(made.value.subs(values | {g: 1e-3})) == pytest.approx(-100, rel=1e-5)
    with pytest.raises(NotDerivable, match="divides by no root"):
        without_root(get("momentum"))


@settings(max_examples=20)
@given(g=st.floats(0.01, 5), rho=st.floats(0.1, 0.99), eps=st.floats(1e-3, 1))
def test_adadeltas_steps_stay_below_the_gradient_and_tend_to_it(g: float, rho: float, eps: float) -> None:
    path = symopt.run("adadelta", lambda x: np.full_like(x, g), [0.0], 400, rho=rho, epsilon=eps).ravel()
    steps = np.abs(np.diff(path))
    assert np.all(steps <= g * (1 + 1e-12))
    slow = 1 - (1 - rho) * eps / (g * g + eps / 2)
    gap = g * g * slow ** (400 - math.log(eps / 2 / g**2) / math.log(rho) if eps < 2 * g * g else 400)
    assert steps[-1] ** 2 >= g * g - 50 * gap - 1e-9


def test_adadeltas_limit_is_proved() -> None:
    assert all(made.proved for made in adadelta_limit(get("adadelta")))
    with pytest.raises(NotDerivable, match=r"does not average|not one decay rate"):
        list(adadelta_limit(get("adam")))


@pytest.mark.sampled(4)
@pytest.mark.parametrize("optimizer", [o for o in OPTIMIZERS if o.name not in FIXED], ids=lambda o: o.name)
def test_scaled_gradients_are_made_up_for(optimizer: Optimizer) -> None:
    assert gradient_scale(optimizer).proved
    found, scale, hyper = degrees(optimizer), 4.0, settings_of(optimizer)
    named = {s.name: float(d) for s, d in found.items() if isinstance(s, HyperSymbol)}
    other = {k: v * scale ** -named.get(k.rstrip("_"), 0.0) for k, v in hyper.items()}

    def slope(x: np.ndarray) -> np.ndarray:
        return x + np.sin(5 * x)

    start = [1.0, -0.5]
    one = symopt.run(optimizer, lambda x: scale * slope(x), start, 8, **hyper)
    two = symopt.run(optimizer, slope, start, 8, **other)
    np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", FIXED)
def test_what_no_hyperparameter_makes_up_for(name: str) -> None:
    with pytest.raises(NotDerivable):
        gradient_scale(get(name))


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), beta=st.floats(0, 0.99), most=st.floats(0, 3))
def test_the_drift_keeps_to_its_bound(seed: int, beta: float, most: float) -> None:
    rng = np.random.default_rng(seed)
    mean = np.cumsum(rng.uniform(-most, most, 30))
    weights = (1 - beta) * beta ** np.arange(29, -1, -1.0)
    zeta = float(weights @ (mean - mean[-1]))
    made = drift_bound(get("adam"), "m")
    values = {s: most if s.name == "D" else beta for s in made.statement.rhs.free_symbols}
    assert abs(zeta) <= float(made.statement.rhs.subs(values)) + 1e-9
