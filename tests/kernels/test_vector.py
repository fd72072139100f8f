"""Vector-valued methods: where they end, SciPy beside them, and what happens when a step cannot be taken."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from sympy import Eq

from symopt.kernels.oracle import (
    BelowMinimum,
    DimensionMismatch,
    IndefiniteHessian,
    MissingOracle,
    NonFinite,
    Oracle,
    SingularMatrix,
    ZeroGradient,
)
from symopt.kernels.vector import vector_kernel
from symopt.kernels.vector_run import run_vector
from symopt.language import Optimizer, Shape, residual
from symopt.language.linear import Draw, Residual
from symopt.optimizers import get, vector_methods
from symopt.optimizers.vector.lbfgs import USUAL
from symopt.testing.problems import Problem, problems, quadratic, rosenbrock

METHODS = list(vector_methods().values())
SMOOTH = [
    o for o in METHODS if o.params.shape is Shape.VECTOR and not any(eq.rhs.has(Draw, Residual) for eq in o.update)
]
GENERAL = [
    o for o in SMOOTH if o.name not in ("conjugate-gradients", "polyak-step") and not o.name.startswith("newton")
]
SCIPY = {
    "bfgs": "BFGS", "bfgs-direct": "BFGS", "lbfgs": "L-BFGS-B", "cg-polak-ribiere-plus": "CG",
    "cg-polak-ribiere": "CG", "cg-hestenes-stiefel": "CG", "cg-fletcher-reeves-restarted": "CG",
}  # fmt: skip
FACTOR = 2.5
MORE = 5
"""Within which our iterations and SciPy's agree; the line searches differ in their first guesses."""


def test_every_method_is_run_by_some_test() -> None:
    others = {"newton-root", "newton-root-system", "newton-1d", "random-search"}
    assert {o.name for o in SMOOTH} | others == set(vector_methods())


@pytest.mark.parametrize("method", GENERAL, ids=lambda o: o.name)
@pytest.mark.parametrize("problem", problems(), ids=lambda p: p.name)
def test_it_reaches_a_minimum(method: Optimizer, problem: Problem) -> None:
    if method.name == "cg-fletcher-reeves" and problem.start.size > 4 and "quadratic" not in problem.name:
        pytest.skip(
            "Fletcher-Reeves without restarts may take small steps for ever (Powell 1977); restarted it is tried"
        )
    run = run_vector(method, problem.oracle, problem.start, 600, tolerance=1e-6)
    assert run.converged, run.message
    if problem.minima.size:
        assert np.abs(problem.minima - run.end).max(axis=1).min() < 1e-3


@pytest.mark.parametrize(("ours", "theirs"), SCIPY.items())
@pytest.mark.parametrize("problem", problems(), ids=lambda p: p.name)
def test_scipy_finds_the_same_in_about_as_many_steps(ours: str, theirs: str, problem: Problem) -> None:
    oracle = problem.oracle
    assert oracle.gradient is not None
    small = 1e-6 * max(1.0, float(np.abs(oracle.gradient(problem.start)).max()))
    run = run_vector(get(ours), oracle, problem.start, 600, tolerance=small)
    ends = {"ftol": 0.0, "maxcor": USUAL} if theirs == "L-BFGS-B" else {}
    made: Any = minimize(
        oracle.value, problem.start, jac=oracle.gradient, method=theirs, options={"gtol": small, **ends}
    )
    assert oracle.value is not None
    assert oracle.value(run.end) == pytest.approx(made.fun, abs=1e-5, rel=1e-7)
    assert run.steps <= FACTOR * made.nit + MORE


@pytest.mark.parametrize("problem", problems(), ids=lambda p: p.name)
def test_newton_is_no_slower_than_scipys_newton_with_conjugate_gradients(problem: Problem) -> None:
    oracle = problem.oracle
    assert oracle.gradient is not None
    assert oracle.value is not None
    small = 1e-6 * max(1.0, float(np.abs(oracle.gradient(problem.start)).max()))
    if problem.name in ("Beale", "Himmelblau"):
        with pytest.raises(IndefiniteHessian):
            run_vector(get("newton"), oracle, problem.start)
        return
    run = run_vector(get("newton"), oracle, problem.start, 100, tolerance=small)
    made: Any = minimize(
        oracle.value, problem.start, jac=oracle.gradient, hess=oracle.hessian, method="Newton-CG",
        options={"xtol": 1e-10},
    )  # fmt: skip
    assert run.converged
    assert oracle.value(run.end) == pytest.approx(made.fun, abs=1e-5, rel=1e-7)
    assert run.steps <= made.nit


@given(seed=st.integers(0, 20), n=st.integers(1, 6), condition=st.floats(1, 1e3))
def test_newton_needs_one_step_on_a_quadratic_and_conjugate_gradients_n(seed: int, n: int, condition: float) -> None:
    problem = quadratic(condition, n, seed=seed + 1)
    one = run_vector(get("newton"), problem.oracle, problem.start, 1)
    assert one.end == pytest.approx(problem.minima[0], rel=1e-8)
    many = run_vector(get("conjugate-gradients"), problem.oracle, problem.start, n, tolerance=0.0)
    assert many.end == pytest.approx(problem.minima[0], rel=1e-4, abs=1e-4)


@given(seed=st.integers(0, 20), n=st.integers(2, 5))
def test_bfgs_updates_as_scipy_does(seed: int, n: int) -> None:
    """One update of the inverse Hessian against SciPy's own strategy class."""
    from scipy.optimize import BFGS

    random = np.random.default_rng(seed)
    a = random.standard_normal((n, n))
    matrix = a @ a.T + np.eye(n)
    oracle = Oracle(lambda x: matrix @ x, lambda x: float(x @ matrix @ x / 2))
    kernel = vector_kernel(get("bfgs"))
    params, state = kernel.init(random.standard_normal(n), oracle)
    after, state = kernel.step(params, state, oracle)
    theirs = BFGS(init_scale=1.0)
    theirs.initialize(n, "inv_hess")
    theirs.update(after - params, matrix @ (after - params))
    assert state.values["H"][0] == pytest.approx(theirs.get_matrix(), rel=1e-9, abs=1e-9)


@given(seed=st.integers(0, 20), n=st.integers(2, 5))
def test_bfgs_direct_updates_as_scipy_does(seed: int, n: int) -> None:
    from scipy.optimize import BFGS

    random = np.random.default_rng(seed)
    a = random.standard_normal((n, n))
    matrix = a @ a.T + np.eye(n)
    oracle = Oracle(lambda x: matrix @ x, lambda x: float(x @ matrix @ x / 2))
    kernel = vector_kernel(get("bfgs-direct"))
    params, state = kernel.init(random.standard_normal(n), oracle)
    theirs = BFGS(init_scale=1.0)
    theirs.initialize(n, "hess")
    for _ in range(2):
        after, state = kernel.step(params, state, oracle)
        theirs.update(after - params, matrix @ (after - params))
        params = after
    assert state.values["B"][0] == pytest.approx(theirs.get_matrix(), rel=1e-7, abs=1e-7)


@given(seed=st.integers(0, 20), n=st.integers(3, 6))
def test_lbfgs_turns_the_gradient_as_scipys_operator_does(seed: int, n: int) -> None:
    """The two loops against SciPy's operator from the same pairs; SciPy's starts from the identity."""
    from scipy.optimize import LbfgsInvHessProduct

    random = np.random.default_rng(seed)
    a = random.standard_normal((n, n))
    matrix = a @ a.T + np.eye(n)
    oracle = Oracle(lambda x: matrix @ x, lambda x: float(x @ matrix @ x / 2))
    method = get("lbfgs")
    assert isinstance(method, Optimizer)
    unscaled = [Eq(e.lhs, 1) if e.lhs.base.name == "gamma" else e for e in method.update]
    kernel = vector_kernel(method.replace(name="unscaled", update=unscaled))
    params, state = kernel.init(random.standard_normal(n), oracle)
    pairs: list[Any] = []
    for step in range(3):
        gradient = matrix @ params
        after, state = kernel.step(params, state, oracle)
        if step:
            s, y = (np.array(column) for column in zip(*pairs, strict=True))
            expected = -LbfgsInvHessProduct(s, y).matvec(gradient)
            assert state.values["d"][0] == pytest.approx(expected, rel=1e-6, abs=1e-7)
        pairs.append((after - params, matrix @ (after - params)))
        params = after


@given(seed=st.integers(0, 20))
def test_the_two_forms_of_bfgs_take_the_same_steps(seed: int) -> None:
    problem = quadratic(50, 4, seed=seed + 1)
    runs = [run_vector(get(name), problem.oracle, problem.start, 4, tolerance=0) for name in ("bfgs", "bfgs-direct")]
    assert runs[0].points == pytest.approx(runs[1].points, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("name", [n for n, o in vector_methods().items() if o.params.shape is Shape.SCALAR])
def test_one_variable(name: str) -> None:
    cube = Oracle(
        gradient=lambda x: x**3 - 2,
        hessian=lambda x: 3 * x**2,
        residual=lambda x: x**3 - 2,
        jacobian=lambda x: 3 * x**2,
    )
    run = run_vector(get(name), cube, 1.0, tolerance=1e-14)
    assert run.end == pytest.approx(2 ** (1 / 3), rel=1e-15)
    errors = np.abs(run.points - 2 ** (1 / 3))[1:4]
    assert errors[1:] / errors[:-1] ** 2 == pytest.approx(1 / 2 ** (1 / 3), rel=0.2)  # f'' / (2 f')


@pytest.mark.parametrize("condition", [1.0, 10.0, 100.0])
def test_with_polyaks_step_no_step_leads_away_from_a_convex_functions_minimum(condition: float) -> None:
    problem = quadratic(condition, 4, seed=3)
    run = run_vector(get("polyak-step"), problem.oracle, problem.start, 200, f_min=problem.least)
    far = np.linalg.norm(run.points - problem.minima[0], axis=1)
    assert (np.diff(far) <= 1e-6 * far[0]).all()  # where rounding does not decide
    assert far[-1] < (1e-6 if condition == 1 else 0.9) * far[0]


def test_polyaks_step_does_not_go_up_where_the_function_is_below_its_smallest_value() -> None:
    bowl = Oracle(gradient=lambda x: 2 * x, value=lambda x: float(x @ x) - 1)
    with pytest.raises(BelowMinimum, match=r"step 1: the function is -0\.75, below f_min=0"):
        run_vector(get("polyak-step"), bowl, [0.5, 0.0])


def test_a_system() -> None:
    oracle = Oracle(
        residual=lambda x: np.array([x[0] ** 2 + x[1] ** 2 - 4, x[0] - x[1]]),
        jacobian=lambda x: np.array([[2 * x[0], 2 * x[1]], [1.0, -1.0]]),
    )
    assert run_vector(get("newton-root-system"), oracle, [1.0, 2.0], tolerance=1e-12).end == pytest.approx(2**0.5)


def test_random_search_never_gets_worse() -> None:
    problem = rosenbrock()
    assert problem.oracle.value is not None
    values = [
        problem.oracle.value(x) for x in run_vector(get("random-search"), problem.oracle, problem.start, 300).points
    ]
    assert all(b <= a for a, b in pairwise(values))
    assert values[-1] < values[0]


def bowl(**changes: Any) -> Oracle:
    made = {"gradient": lambda x: x, "value": lambda x: float(x @ x / 2), "hessian": lambda x: np.eye(x.size)}
    return Oracle(**(made | changes))


REFUSED = {
    "singular": ("newton", bowl(hessian=lambda x: np.diag([1.0, 0.0])), SingularMatrix, "singular"),
    "indefinite": ("newton", bowl(hessian=lambda x: np.diag([1.0, -1.0])), IndefiniteHessian, "eigenvalue -1"),
    "asymmetric": ("newton", bowl(hessian=lambda x: np.array([[1.0, 1], [0, 1]])), DimensionMismatch, "symmetric"),
    "wrong shape": ("bfgs", bowl(gradient=lambda x: np.ones(3)), DimensionMismatch, r"got shape \(3,\)"),
    "Hessian's shape": ("newton", bowl(hessian=lambda x: np.eye(3)), DimensionMismatch, r"got shape \(3, 3\)"),
    "Hessian not finite": ("newton", bowl(hessian=lambda x: np.eye(2) * np.nan), NonFinite, "hessian is not finite"),
    "value not finite": ("bfgs", bowl(value=lambda x: np.inf), NonFinite, "value is not finite"),
    "not finite": ("bfgs", bowl(gradient=lambda x: x * np.nan), NonFinite, "gradient is not finite"),
    "missing": ("newton", bowl(hessian=None), MissingOracle, "hessian"),
}  # fmt: skip


BOWL = Oracle(gradient=lambda x: x, value=lambda x: float(np.dot(x, x)) / 2, hessian=lambda x: np.eye(2))
STARTS = {
    "matrix": ([[1.0, 1.0]], "shape"),
    "number": (3.0, "a vector"),
    "empty": ([], "at least one parameter"),
    "complex": ([1j, 1.0], "real numbers"),
    "text": ("ab", "real numbers"),
}


@pytest.mark.parametrize(("start", "message"), STARTS.values(), ids=STARTS)
def test_a_run_says_what_is_wrong_with_its_start(start: Any, message: str) -> None:
    """Before the function is asked, whose own message would be about something else."""
    with pytest.raises(DimensionMismatch, match=message):
        run_vector(get("bfgs"), BOWL, start)


def test_a_run_of_less_than_no_steps_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 0 steps"):
        run_vector(get("bfgs"), BOWL, [1.0, 1.0], -1)


def test_newtons_step_in_one_variable_does_not_go_up() -> None:
    hill = Oracle(gradient=lambda x: -x, hessian=lambda x: -1.0)
    with pytest.raises(IndefiniteHessian, match="second derivative is -1"):
        run_vector(get("newton-1d"), hill, 1.0)
    assert run_vector(get("newton-1d"), hill, 1.0, indefinite=True).end == 0


def test_a_single_step_of_bfgs_from_the_minimum_says_that_it_is_there() -> None:
    kernel = vector_kernel(get("bfgs"))
    params, state = kernel.init(np.zeros(2), BOWL)
    with pytest.raises(ZeroGradient):
        kernel.step(params, state, BOWL)


def test_a_start_that_is_not_finite_is_refused() -> None:
    with pytest.raises(NonFinite):
        run_vector(get("bfgs"), bowl(), [1.0, np.nan])


@pytest.mark.parametrize(("name", "oracle", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_a_step_that_cannot_be_taken_says_why(name: str, oracle: Oracle, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        run_vector(get(name), oracle, [1.0, 2.0])


@pytest.mark.parametrize("method", SMOOTH, ids=lambda o: o.name)
def test_a_start_at_the_minimum_is_the_end(method: Optimizer) -> None:
    run = run_vector(method, bowl(), [0.0, 0.0])
    assert (run.steps, run.converged) == (0, True)
    assert "zero at the start" in run.message


def test_one_step_from_a_zero_gradient_is_an_error() -> None:
    kernel = vector_kernel(get("conjugate-gradients"))
    with pytest.raises(ZeroGradient, match="nothing left to do"):
        kernel.step(*kernel.init([0.0, 0.0], bowl()), bowl())


@pytest.mark.parametrize("name", ["bfgs", "bfgs-direct", "lbfgs"])
def test_a_pair_without_curvature_is_left_out(name: str) -> None:
    """Exact steps of Armijo's kind can meet y^T s < 0; the matrix then stays positive definite."""
    hill = Oracle(lambda x: np.array([-np.sin(x[0]), 2 * x[1]]), lambda x: float(np.cos(x[0]) + x[1] ** 2))
    method = get(name)
    assert isinstance(method, Optimizer)
    searched = [eq.subs(eq.rhs, _armijo(eq.rhs)) if eq.lhs.base.name == "alpha" else eq for eq in method.update]
    run = run_vector(method.replace(name="armijo", update=searched), hill, [0.5, 0.1], 200)
    assert run.skipped > 0
    assert run.converged
    assert run.end == pytest.approx([np.pi, 0.0], abs=1e-6)


def _armijo(search: Any) -> Any:
    from symopt.language import line_search

    return line_search(*search.args, "armijo")


def test_hyperparameters_are_checked() -> None:
    with pytest.raises(ValueError, match="no hyperparameter 'rate'; it has eta"):
        vector_kernel(get("newton-damped"), rate=1)
    with pytest.raises(ValueError, match="eta=-1"):
        vector_kernel(get("newton-damped"), eta=-1)
    with pytest.raises(DimensionMismatch, match=r"vector of shape \(n,\)"):
        run_vector(get("newton"), bowl(), [[1.0, 2.0]])
    assert residual is Residual


@pytest.mark.parametrize("method", [get("bfgs"), "bfgs", "newton"], ids=str)
def test_the_common_entry_runs_them(method: Any) -> None:
    import symopt

    problem = rosenbrock()
    assert symopt.run(method, problem.oracle, problem.start, 100)[-1] == pytest.approx([1.0, 1.0])
    with pytest.raises(symopt.kernels.KernelError, match="vector-valued"):
        symopt.run("adam", problem.oracle, problem.start, 1)


@given(spread=st.floats(0.1, 10), start=st.floats(0.5, 3))
def test_conjugate_gradients_refuse_a_matrix_that_bends_down_along_their_step(spread: float, start: float) -> None:
    """p^T A p <= 0 where p is not zero: the step would climb, or has no length."""
    curvatures = np.array([1.0, -spread - 1])
    saddle = Oracle(gradient=lambda x: curvatures * x, hessian=lambda x: np.diag(curvatures))
    with pytest.raises(IndefiniteHessian, match="not positive definite along"):
        run_vector(get("conjugate-gradients"), saddle, np.array([start, start]), 5)
