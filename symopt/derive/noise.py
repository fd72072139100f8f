r"""What gradient noise leaves behind on a quadratic.

With the gradient :math:`\lambda \theta + \xi_t`, the noise independent with mean 0 and variance :math:`\sigma^2`, the
states' covariance obeys :math:`\Sigma_t = M \Sigma_{t-1} M^T + \sigma^2 n n^T`. Where the method is stable this has
one limit, which is the variance that a constant learning rate never gets below.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement
from typing import Any

import sympy as sp

from symopt.decide import Verdict, conjunction, holds, identity
from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.derive.errors import NotDerivable
from symopt.derive.quadratic import linear_method, tidy
from symopt.derive.stability import assumption, stability
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import Grad, HyperSymbol
from symopt.language.vocabulary import positive

sigma = HyperSymbol("sigma", positive, "standard deviation of the gradient noise")
VARIANCE = sp.Function("Var")
SOURCE = "Mandt, Hoffman & Blei 2017, arXiv:1704.04289, section 3; Liu, Gao & Yin 2020, arXiv:2007.07989"


def steady_variance(optimizer: Optimizer) -> Derivation:
    """The variance of the parameters in the long run, under gradient noise and constant hyperparameters.

    Raises:
        NotDerivable: the method is no linear map on a quadratic, or asks for more than one gradient a step.
    """
    method = linear_method(optimizer)
    if len({call for eq in optimizer.update for call in eq.rhs.atoms(Grad)}) != 1:
        raise NotDerivable(f"{optimizer.name}: a step asks for more than one gradient, whose noises differ")
    matrix, noise = sp.Matrix(method.matrix), sp.Matrix(method.noise)
    size = len(method.states)
    places = list(combinations_with_replacement(range(size), 2))
    unknown = {p: sp.Symbol(f"Sigma_{p[0]}{p[1]}", real=True) for p in places}
    covariance = sp.Matrix(size, size, lambda i, j: unknown[min(i, j), max(i, j)])
    rest = covariance - (matrix * covariance * matrix.T + sigma**2 * noise * noise.T)
    equations = [sp.expand(rest[p]) for p in places]
    solution = sp.solve(equations, list(unknown.values()), dict=True)[0]
    found = {p: tidy(sp.factor(solution[unknown[p]])) for p in places}
    values: Any = dict(zip(unknown.values(), found.values(), strict=True))
    limit = VARIANCE(optimizer.params[sp.oo])
    m, n, cov = sp.MatrixSymbol("M", size, size), sp.MatrixSymbol("n", size, 1), sp.MatrixSymbol("Sigma", size, size)
    fixed = sp.Eq(cov, m * cov * m.T + sigma**2 * n * n.T, evaluate=False)
    solved = sp.Eq(limit, found[0, 0], evaluate=False)
    region = stability(optimizer).conditions
    solves = [identity(sp.sympify(e, strict=True).subs(values), sp.S.Zero, assuming=region) for e in equations]
    steps = (
        Step(method.statement, "add n xi for the noise, take covariances, and let t grow", fixed, method.verdict()),
        Step(
            fixed, "solve the linear equations; in the stability region the solution is positive", solved,
            conjunction([*solves, *_positive(found[0, 0], region)]),
        ),
    )  # fmt: skip
    words = (
        assumption(method),
        "the method is stable there",
        f"the noise of each gradient is independent of the past, with mean 0 and variance {sigma}**2",
    )
    remark = "A constant learning rate never gets below this; it vanishes with the learning rate."
    return Derivation(
        "Steady-state variance", steps, Guarantee.LIMIT, name="steady-variance", assumptions=words, remarks=(remark,),
        source=SOURCE,
    )  # fmt: skip


def _positive(value: Any, region: tuple[Any, ...]) -> Iterator[Verdict]:
    """Whether the value is positive in the region: each of its factors is."""
    top, bottom = sp.fraction(value)
    parts = [f.as_base_exp()[0] for f in (*sp.Mul.make_args(top), *sp.Mul.make_args(bottom)) if not f.is_number]
    positives = [sp.Gt(part, 0, evaluate=False) for part in parts]
    yield from (holds(claim, assuming=region) for claim in positives)
    yield holds(sp.Gt(value, 0, evaluate=False), assuming=positives)
