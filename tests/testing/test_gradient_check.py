"""The gradient check: right ones pass, wrong ones are told with what is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from symopt.testing.gradient_check import best_step, check_gradient
from symopt.testing.problems import Problem, problems

every_problem = pytest.mark.parametrize("problem", problems(), ids=lambda p: p.name)
points = st.integers(0, 10_000).map(lambda seed: np.random.default_rng(seed))


@every_problem
@given(random=points)
def test_right_gradients_pass(problem: Problem, random: np.random.Generator) -> None:
    x = problem.start + random.standard_normal(problem.start.shape)
    assert problem.oracle.value is not None
    assert problem.oracle.gradient is not None
    check = check_gradient(problem.oracle.value, problem.oracle.gradient, x)
    assert check, str(check)


@every_problem
@given(random=points, share=st.floats(1e-3, 1))
def test_a_wrong_coordinate_is_found(problem: Problem, random: np.random.Generator, share: float) -> None:
    x = problem.start + random.standard_normal(problem.start.shape)
    assert problem.oracle.value is not None
    assert problem.oracle.gradient is not None
    claimed = np.array(problem.oracle.gradient(x))
    assume(np.abs(claimed).max() > 1e-2)
    place = int(np.argmax(np.abs(claimed)))
    claimed[place] *= 1 + share
    check = check_gradient(problem.oracle.value, claimed, x)
    assert check.verdict == "wrong"
    assert check.worst == (place,)
    assert str(place) in check.explanation


@every_problem
def test_hessians_are_the_gradients_derivatives(problem: Problem) -> None:
    x = problem.start + 0.3
    gradient, hessian = problem.oracle.gradient, problem.oracle.hessian
    assert gradient is not None
    assert hessian is not None
    for i in range(x.size):
        assert check_gradient(lambda z, i=i: gradient(z)[i], hessian(x)[i], x)


def cube(x: Any) -> float:
    return float((np.asarray(x) ** 3).sum())


@pytest.mark.parametrize(
    ("factor", "said"), [(-1, "the sign is turned"), (2, "2 times"), (0, "is zero"), (1 / 3, "0.3333 times")]
)
def test_one_factor_for_all_is_named(factor: float, said: str) -> None:
    x = np.array([1.0, 2.0, -1.5])
    assert said in check_gradient(cube, factor * 3 * x**2, x).explanation


FAULTS = {
    "sign is turned": lambda g, x: -g,
    "1/7 is missing": lambda g, x: 7 * g,
    "1/7 is taken twice": lambda g, x: g / 7,
    "3 times": lambda g, x: 3 * g,
    "opposite order": lambda g, x: g[::-1],
    "one place too early": lambda g, x: np.roll(g, -1),
    "one place too late": lambda g, x: np.roll(g, 1),
    "but for a multiple of the point, every derivative is 8 times": lambda g, x: 8 * (g - 0.3 * x) + 0.3 * x,
    "+0.5 off": lambda g, x: g + 0.5,
    "all agree but coordinate 1, whose sign is turned": lambda g, x: np.where(np.arange(g.size) == 1, -g, g),
    "all agree but coordinate 2, which is 1.25 times": lambda g, x: np.where(np.arange(g.size) == 2, 1.25 * g, g),
    "0.3 times the point is missing": lambda g, x: g - 0.3 * x,
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("said", FAULTS)
@given(random=points, size=st.integers(4, 9))
def test_one_mistake_is_named(said: str, random: np.random.Generator, size: int) -> None:
    x, shape = random.uniform(0.5, 2, size) * random.choice([-1, 1], size), random.uniform(1, 3, size)
    right = shape * x + np.cos(x)
    check = check_gradient(lambda z: float((shape * z**2 / 2 + np.sin(z)).sum()), FAULTS[said](right, x), x)
    assume(np.ptp(right) > 0.1)
    assert said in check.explanation, str(check)


@given(random=points)
def test_transposes_are_named(random: np.random.Generator) -> None:
    x, a = random.standard_normal((3, 3)), random.standard_normal((3, 3))
    check = check_gradient(lambda z: float((a * z).sum()), a.T, x)
    assert "it is the transpose" in check.explanation
    with pytest.raises(ValueError, match="it is transposed"):
        check_gradient(lambda z: float(z.sum()), np.ones((3, 2)), np.ones((2, 3)))


@given(random=points)
def test_values_in_single_precision_are_no_kinks(random: np.random.Generator) -> None:
    x = random.uniform(0.5, 2, 4)
    single = check_gradient(lambda z: np.float32((z**2).sum()), 2 * x, x)
    assert single, str(single)
    assert check_gradient(lambda z: np.float32((z**2).sum()), 2.2 * x, x).verdict == "wrong"


def test_what_is_no_function_of_the_point_is_said() -> None:
    random = np.random.default_rng(0)
    check = check_gradient(lambda x: float(x @ x + random.normal()), lambda x: 2 * x, np.ones(2))
    assert check.verdict == "undecided"
    assert "two calls" in check.explanation
    with pytest.raises(ValueError, match="a number from f"):
        check_gradient(lambda x: x**2, np.ones(2), np.ones(2))


def test_kinks_rounding_and_shapes() -> None:
    assert check_gradient(lambda x: np.abs(x).sum(), np.sign, np.array([0.0, 1.0])).verdict == "kink"
    assert check_gradient(lambda x: 1e12 + x[0], np.ones_like, np.array([2.0])).verdict == "undecided"
    assert check_gradient(cube, lambda x: 3 * x**2, np.array([[1.0, 2.0], [0.5, -1]]))
    assert check_gradient(cube, lambda x: 3 * x**2, np.array([1.0, 2.0], dtype=np.float32))
    assert check_gradient(cube, lambda x: 3 * x**2, [1, 2])
    with pytest.raises(ValueError, match=r"shape \(2,\), as x has, but got shape \(3,\)"):
        check_gradient(cube, np.ones(3), np.ones(2))
    with pytest.raises(ValueError, match="finite value"):
        check_gradient(lambda x: float("nan"), np.ones(2), np.ones(2))


STRANGE: dict[str, tuple[Any, Any, Any, Any]] = {
    "x is complex": (cube, lambda z: 3 * z**2, np.ones(2) + 1j, None),
    "the gradient is complex": (cube, lambda z: 3 * z**2 + 1j, np.ones(2), None),
    "the value of f is complex": (lambda z: z.sum() + 0j, np.ones_like, np.ones(2), None),
    "the value of f is None": (lambda z: None, np.ones_like, np.ones(2), None),
    "the gradient is None": (cube, lambda z: None, np.ones(2), None),
    "finite point": (cube, lambda z: 3 * z**2, np.array([1.0, np.nan]), None),
    "at the point itself": (lambda z: np.nan, np.ones_like, np.ones(2), None),
    "coordinate 0 moved by -": (lambda z: np.sqrt(z).sum() if (z >= 0).all() else np.nan, np.ones(2),
                                np.array([1e-9, 1.0]), None),
    "positive step": (cube, lambda z: 3 * z**2, np.ones(2), -1e-5),
}  # fmt: skip


@pytest.mark.parametrize("said", STRANGE)
def test_what_cannot_be_checked_is_refused(said: str) -> None:
    f, grad, x, step = STRANGE[said]
    with pytest.raises(ValueError, match=said):
        check_gradient(f, grad, x, step=step)


def test_a_function_that_changes_its_argument_is_measured_where_it_was_asked() -> None:
    def doubling(z: Any) -> float:
        z *= 2
        return float((z**2).sum()) / 4

    assert check_gradient(doubling, lambda z: 2 * z, np.array([1.0, -2.0]))


@given(random=points)
def test_noise_and_jumps_are_no_kinks(random: np.random.Generator) -> None:
    x = random.integers(-3, 3, 4).astype(float)
    assert check_gradient(lambda z: np.floor(z).sum(), np.zeros_like, x).verdict == "undecided"
    noisy = check_gradient(lambda z: float(z @ z + 1e-4 * np.sin(1e9 * z.sum())), lambda z: 2 * z, x)
    assert noisy.verdict != "wrong"


def test_the_point_is_not_changed() -> None:
    x = np.array([1.0, 2.0])
    check_gradient(cube, lambda z: 3 * z**2, x)
    assert x.tolist() == [1.0, 2.0]


@given(value=st.floats(1e-3, 1e3), derivative=st.floats(1e-3, 1e3), order=st.sampled_from([1, 2]))
def test_the_best_step_is_best(value: float, derivative: float, order: int) -> None:
    unit = 2.0**-53

    def error(h: float) -> float:
        return h * derivative / 2 + 2 * unit * value / h if order == 1 else h**2 * derivative / 6 + unit * value / h

    h = best_step(value, derivative, unit, order=order)
    assert error(h) <= min(error(0.9 * h), error(1.1 * h)) * (1 + 1e-12)
