"""Identities of vectors and matrices: no false one is proved, no true one refuted, certificates re-check."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sympy import Eq, Integer, Rational

from symopt.decide import Status, linear_identity, recheck
from symopt.decide.linear_witness import _value, _World  # the exact evaluation is the independent judge here
from symopt.language import Sequence, Shape, dot, hessian, identity, inverse, norm, t, transpose
from symopt.language.dimensions import dimensions
from symopt.language.vectors import A, B, H, rho, s, x, y

a, b, h = A[t], B[t], H[t]
u, v, w = x[t], y[t], s[t]
numbers = st.integers(-3, 3).filter(bool).map(Integer)


def vectors(depth: int) -> st.SearchStrategy[Any]:
    if depth == 0:
        return st.sampled_from([u, v, w])
    lower = vectors(depth - 1)
    return st.one_of(
        lower,
        st.tuples(matrices(depth - 1), lower).map(lambda p: p[0] * p[1]),
        st.tuples(lower, lower).map(lambda p: p[0] + p[1]),
        st.tuples(numbers, lower).map(lambda p: p[0] * p[1]),
        st.tuples(lower, lower, lower).map(lambda p: dot(p[0], p[1]) * p[2]),
    )


def matrices(depth: int) -> st.SearchStrategy[Any]:
    if depth == 0:
        return st.sampled_from([a, b, h, identity, inverse(a)])
    lower = matrices(depth - 1)
    return st.one_of(
        lower,
        lower.map(transpose),
        st.tuples(lower, lower).map(lambda p: p[0] * p[1]),
        st.tuples(lower, lower).map(lambda p: p[0] + p[1]),
        st.tuples(vectors(depth - 1), vectors(depth - 1)).map(lambda p: p[0] * transpose(p[1])),
    )


LAWS: list[Any] = [
    lambda e, m, n: (e, e),
    lambda e, m, n: (transpose(m * n), transpose(n) * transpose(m)),
    lambda e, m, n: (m * (n * e), (m * n) * e),
    lambda e, m, n: (dot(e, m * e), dot(transpose(m) * e, e)),
    lambda e, m, n: ((m + n) * e, m * e + n * e),
    lambda e, m, n: (e * transpose(e) * e, norm(e) ** 2 * e),
    lambda e, m, n: (transpose(transpose(m)), m),
    lambda e, m, n: (m * inverse(a) * a, m),
]


@settings(max_examples=30)
@given(e=vectors(1), m=matrices(1), n=matrices(1), law=st.sampled_from(LAWS))
def test_laws_are_proved_and_their_certificates_hold(e: Any, m: Any, n: Any, law: Any) -> None:
    verdict = linear_identity(*law(e, m, n))
    assert verdict.proved, verdict
    assert verdict.certificate is not None
    assert recheck(verdict.certificate.to_json()).proved


@settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much])
@given(left=vectors(2), right=vectors(2), seed=st.integers(0, 99))
def test_what_is_proved_holds_for_numbers(left: Any, right: Any, seed: int) -> None:
    import random

    verdict = linear_identity(left, right)
    if verdict.status is Status.UNDECIDED:
        return
    differ = False
    for size in (1, 2, 3):
        world = _World({}, random.Random(seed + size), frozenset(), size)
        try:
            differ |= _value(left, world) != _value(right, world)
        except ZeroDivisionError:
            continue
    assert not (verdict.proved and differ)
    if verdict.refuted:
        assert verdict.witness is not None


FALSE = {
    "matrices do not commute": (a * b, b * a),
    "a matrix is not symmetric": (transpose(a), a),
    "an inverse of a sum is no sum": (inverse(a + b), inverse(a) + inverse(b)),
    "the transpose keeps the order": (transpose(a * b), transpose(a) * transpose(b)),
    "an outer product is no inner one": (u * transpose(v) * w, dot(u, v) * w),
    "a norm is not linear": (norm(u + v) ** 2, norm(u) ** 2 + norm(v) ** 2),
    "true in two dimensions, false in three": (
        (identity - rho[t] * u * transpose(v)) * (a - transpose(a)) * transpose(identity - rho[t] * u * transpose(v)),
        0 * a,
    ),
}


@pytest.mark.parametrize(("left", "right"), FALSE.values(), ids=FALSE)
def test_false_identities_are_never_proved(left: Any, right: Any) -> None:
    assert not linear_identity(left, right).proved


@pytest.mark.parametrize("name", [n for n in FALSE if n != "true in two dimensions, false in three"])
def test_false_identities_are_refuted(name: str) -> None:
    left, right = FALSE[name]
    verdict = linear_identity(left, right)
    assert verdict.refuted, verdict
    assert verdict.witness is not None
    assert verdict.witness.left != verdict.witness.right


def test_hypotheses_and_symmetry() -> None:
    assert linear_identity(dot(u, h * v), dot(v, h * u), symmetric=[h]).proved
    assert linear_identity(transpose(hessian(u)), hessian(u)).proved
    conjugate = Eq(dot(u, a * v), 0, evaluate=False)
    assert linear_identity(dot(v, transpose(a) * u) * w, 0 * w, given=[conjugate]).proved
    assert linear_identity(dot(u, a * v), Integer(1), given=[conjugate]).status is Status.UNDECIDED


@pytest.mark.parametrize(
    ("left", "right", "given_"),
    [
        (u, a, []),
        (u, v, [Eq(rho[t] * u, v, evaluate=False)]),  # rho may be zero: nothing follows
        (a ** rho[t], a, []),
        (u + a, u, []),
    ],
)
def test_what_has_no_answer_is_undecided(left: Any, right: Any, given_: list[Any]) -> None:
    verdict = linear_identity(left, right, given=given_)
    assert verdict.status is Status.UNDECIDED
    assert verdict.reason


def test_woodbury_holds_in_numpy_too() -> None:
    random = np.random.default_rng(1)
    m, p, c, q = (random.standard_normal((4, 4)) + 3 * np.eye(4) for _ in range(4))
    i = np.linalg.inv
    assert i(m + p @ c @ q) == pytest.approx(i(m) - i(m) @ p @ i(i(c) + q @ i(m) @ p) @ q @ i(m))


def test_shapes() -> None:
    assert dimensions(u * transpose(v)) == ("n", "n")
    assert dimensions(transpose(u) * a * v) == ("1", "1")
    assert dimensions(Rational(1, 2) * u) == ("n", "1")
    assert Sequence("z", shape=Shape.SCALAR)[t].is_commutative
