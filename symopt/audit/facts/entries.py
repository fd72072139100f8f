"""What is known of vector-valued methods, equation by equation, with the names that the field gives its symbols.

Most entries are equations of `symopt.optimizers.vector`; what a definition never prints, such as the secant equation
or an increment on its own, stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sympy import Max

from symopt.language import Optimizer, Sequence, Shape, dot, grad, hessian, identity, inverse, t, transpose
from symopt.language.linear import Jacobian, Residual
from symopt.language.vectors import A, B, H, alpha, beta, d, g, p, r, rho, s, x, y
from symopt.optimizers import get

F = Sequence("F", shape=Shape.VECTOR)
J = Sequence("J", shape=Shape.MATRIX)
K = Sequence("K", shape=Shape.MATRIX)
"""The Hessian, where it is no approximation."""
u, g1, h1, f0, f1 = (Sequence(n, shape=Shape.SCALAR) for n in ("u", "g1", "h1", "f0", "f1"))
q, h, w = (Sequence(n, shape=Shape.VECTOR) for n in ("q", "h", "w"))
X = Sequence("X", shape=Shape.MATRIX)
eta, a_i, b_i = (Sequence(n, shape=Shape.SCALAR) for n in ("eta", "a", "b"))

GRADIENT = ("grad", "g")
MOVE = ("h", r"\Delta x", r"\delta", r"\Delta", r"\Delta w", r"\Delta \theta")
DIRECTION = ("d", "p", "s", "v")
"""What is added to the point, or taken from it: its sign is its author's."""
WEIGHTS = ("w", r"\theta", r"\beta", "x", r"\hat{w}", r"\hat{\theta}", r"\hat{\beta}", "w^*", r"w^{*}", r"\theta^*")
RIDGE = (r"\lambda", r"\alpha", r"\mu", r"\gamma", r"\delta")
RATE = (r"\alpha", r"\eta", r"\lambda", r"\gamma", r"\epsilon", "t")


@dataclass(frozen=True, eq=False)
class Entry:
    """One equation that holds, and what its symbols are customarily called.

    Args:
        system: the method.
        left, right: the sides, in sequences at t and t - 1.
        names: for each sequence, base names; a sequence without names takes any that nothing else claims.
        symmetric: matrices that equal their transposes.
        settled: whether the signs are fixed by what the symbols mean, so that a turned one is an error.
        implied: sequences that may be written out instead, by what they stand for.
        telling: whether its names are particular enough that a formula close to it must mean it.
        sizes: a matrix that need not be square, and the sizes of the vectors beside it; none otherwise.
    """

    system: str
    left: Any
    right: Any
    names: tuple[tuple[Sequence, tuple[str, ...]], ...]
    symmetric: tuple[Any, ...] = ()
    settled: bool = True
    implied: tuple[tuple[Any, Any], ...] = ()
    telling: bool = True
    sizes: tuple[Any, Mapping[Any, tuple[str, str]]] | None = None


def _names(**given: tuple[str, ...]) -> tuple[tuple[Sequence, tuple[str, ...]], ...]:
    known = {
        "x": x, "u": u, "g": g, "d": d, "p": p, "r": r, "s": s, "y": y, "A": A, "B": B, "H": H, "K": K, "J": J, "F": F,
        "alpha": alpha, "beta": beta, "rho": rho, "g1": g1, "h1": h1, "f0": f0, "f1": f1, "h": h, "q": q, "eta": eta,
        "a": a_i, "b": b_i, "X": X, "w": w,
    }  # fmt: skip
    return tuple((known[name], names) for name, names in given.items())


def _equation(name: str, sequence: str) -> Any:
    made = get(name)
    assert isinstance(made, Optimizer)
    return made.equations[sequence]


@cache
def entries() -> tuple[Entry, ...]:
    """Every entry."""
    return (
        *_newton(), *_quasi_newton(), *_scalings(), *_two_loop(), *_conjugate_gradients(), *_least_squares(),
        *_residuals(),
    )  # fmt: skip


def _newton() -> list[Entry]:
    old = x[t - 1]
    one_root = _equation("newton-root", "x")
    start = next(iter(one_root.atoms(Residual))).args[0]
    scalar_root = one_root.subs({Residual(start): f0[t - 1], Jacobian(start): f1[t - 1]}).subs(start, u[t - 1])
    one = _equation("newton-1d", "x")
    scalar = one.subs({grad(start): g1[t - 1], hessian(start): h1[t - 1]}).subs(start, u[t - 1])
    step = {grad(old): g[t - 1], hessian(old): K[t - 1], Residual(old): F[t - 1], Jacobian(old): J[t - 1]}
    many = _equation("newton", "x").subs(step)
    system = _equation("newton-root-system", "x").subs(step)
    hess = ("hess", "H", "H_f", r"\nabla^2 f", r"\nabla^2", "B", "A", "G")
    root = {"f0": ("D0",), "f1": ("D1", "grad"), "h1": ("D2",)}
    optimum = {"g1": ("D1",), "h1": ("D2",), "f0": ("D0",), "f1": ("D3",)}
    vector = {"g": GRADIENT, "K": hess}
    return [
        Entry("newton-root", u[t], scalar_root, _names(u=(), **root)),
        Entry("newton-1d", u[t], scalar, _names(u=(), **optimum)),
        Entry("newton", x[t], many, _names(x=(), **vector), (K[t - 1],)),
        Entry("newton-damped", x[t], old - eta[t] * inverse(K[t - 1]) * g[t - 1],
              _names(x=(), eta=RATE, **vector), (K[t - 1],)),
        Entry("newton-regularised", x[t], old - inverse(K[t - 1] + eta[t] * identity) * g[t - 1],
              _names(x=(), eta=(*RIDGE, r"\tau"), **vector), (K[t - 1],), False, telling=False),
        Entry("newton-regularised", (K[t - 1] + eta[t] * identity) * h[t], -g[t - 1],
              _names(h=(*DIRECTION, *MOVE), eta=(*RIDGE, r"\tau"), **vector), (K[t - 1],), False, telling=False),
        Entry("newton-regularised", h[t], -inverse(K[t - 1] + eta[t] * identity) * g[t - 1],
              _names(h=(*DIRECTION, *MOVE), eta=(*RIDGE, r"\tau"), **vector), (K[t - 1],), False, telling=False),
        Entry("newton-root-system", x[t], system, _names(x=(), F=("F", "D0", "f"), J=("J", "jac", "D1", "hess"))),
        *(made for names, settled in ((MOVE, True), (DIRECTION, False)) for made in (
            Entry("newton-root", u[t], scalar_root - u[t - 1], _names(u=names, **root), (), settled),
            Entry("newton-1d", u[t], scalar - u[t - 1], _names(u=names, **optimum), (), settled),
            Entry("newton", h[t], many - old, _names(h=names, **vector), (K[t - 1],), settled),
            Entry("newton", K[t - 1] * h[t], -g[t - 1], _names(h=names, **vector), (K[t - 1],), settled),
            Entry("newton-root", f1[t - 1] * u[t], -f0[t - 1], _names(u=names, **root), (), settled),
        )),
    ]  # fmt: skip


def _quasi_newton() -> list[Entry]:
    curvature = 1 / dot(y[t], s[t])
    pair = {"s": ("s", r"\Delta x", r"\delta"), "y": ("y", r"\Delta g", r"\gamma", r"\Delta y")}
    inverse_form, direct = _equation("bfgs", "H"), _equation("bfgs-direct", "B")
    written = ((rho[t], curvature),)
    h_names, b_names = ("H", "B", "C", "D", "W"), ("B", "H", "G", "A")
    dfp = (
        H[t - 1]
        - H[t - 1] * y[t] * transpose(y[t]) * H[t - 1] / dot(y[t], H[t - 1] * y[t])
        + s[t] * transpose(s[t]) * curvature
    )
    gap, other = s[t] - H[t - 1] * y[t], y[t] - B[t - 1] * s[t]
    outer = curvature * y[t] * transpose(s[t])
    dfp_direct = (identity - outer) * B[t - 1] * transpose(identity - outer) + curvature * y[t] * transpose(y[t])
    sr1 = H[t - 1] + gap * transpose(gap) / dot(gap, y[t])
    sr1_direct = B[t - 1] + other * transpose(other) / dot(other, s[t])
    h_symmetric, b_symmetric = (H[t - 1], H[t]), (B[t - 1], B[t])
    return [
        Entry("bfgs", H[t], inverse_form, _names(H=h_names, rho=(r"\rho",), **pair), h_symmetric, True, written),
        Entry("bfgs-direct", B[t], direct, _names(B=b_names, **pair), b_symmetric),
        Entry("dfp", H[t], dfp, _names(H=h_names, **pair), h_symmetric),
        Entry("dfp", B[t], dfp_direct, _names(B=b_names, rho=(r"\rho", r"\gamma"), s=pair["s"], y=("y", r"\Delta g")),
              b_symmetric, True, written),
        Entry("sr1", H[t], sr1, _names(H=h_names, **pair), h_symmetric, False),
        Entry("sr1", B[t], sr1_direct, _names(B=b_names, **pair), b_symmetric, False),
        Entry("bfgs", rho[t], curvature, _names(rho=(r"\rho",), **pair)),
        Entry("bfgs", H[t] * y[t], s[t], _names(H=h_names, **pair), h_symmetric),
        Entry("bfgs-direct", B[t] * s[t], y[t], _names(B=b_names, **pair), b_symmetric),
        Entry("bfgs", d[t], -H[t - 1] * g[t - 1], _names(d=("d", "p", "s"), H=("H", "B", "C"), g=GRADIENT),
              (H[t - 1],), telling=False),
        Entry("bfgs-direct", B[t - 1] * d[t], -g[t - 1], _names(d=("d", "p", "s"), B=("B", "H"), g=GRADIENT),
              (B[t - 1],), telling=False),
        Entry("bfgs", s[t], x[t] - x[t - 1], _names(s=pair["s"], x=("x", r"\theta", "w", "X")), telling=False),
        Entry("bfgs", y[t], g[t] - g[t - 1], _names(y=pair["y"], g=GRADIENT), telling=False),
    ]  # fmt: skip


def _scalings() -> list[Entry]:
    """The step lengths of Barzilai and Borwein, one of which scales the first matrix of L-BFGS."""
    pair = {"s": ("s", r"\Delta x", r"\delta"), "y": ("y", r"\Delta g", r"\Delta y")}
    short, long = dot(s[t], y[t]) / dot(y[t], y[t]), dot(s[t], s[t]) / dot(s[t], y[t])
    return [
        Entry("barzilai-borwein", alpha[t], length, _names(alpha=(*RATE, r"\tau", r"\theta", r"\sigma"), **pair))
        for length in (short, long)
    ]


def _two_loop() -> list[Entry]:
    a, b = (r"\alpha", "a"), (r"\beta", "b")
    pair = {"rho": (r"\rho",), "s": ("s",), "y": ("y",)}
    made = ((rho[t], 1 / dot(y[t], s[t])),)
    return [
        Entry("lbfgs", a_i[t], rho[t] * dot(s[t], q[t]), _names(a=a, q=("q", "d", "r"), **pair), (), True, made),
        Entry("lbfgs", b_i[t], rho[t] * dot(y[t], q[t]), _names(b=b, q=("r", "z", "q", "d"), **pair), (), True, made),
        Entry("lbfgs", q[t], q[t - 1] - a_i[t] * y[t], _names(q=("q", "d", "r"), a=a, y=("y",)), telling=False),
        Entry("lbfgs", q[t], q[t - 1] + s[t] * (a_i[t] - b_i[t]),
              _names(q=("r", "z", "d", "q"), s=("s",), a=a, b=b)),
    ]  # fmt: skip


def _conjugate_gradients() -> list[Entry]:
    name = "conjugate-gradients"
    residual, direction = ("r",), ("p", "d")
    matrix, length, share = ("A", "H", "Q"), (r"\alpha", "a", r"\lambda"), (r"\beta", "b")
    length_right = _equation(name, "alpha").subs({r[t - 1]: r[t], p[t - 1]: p[t]})
    change = g[t] - g[t - 1]
    searched = {"g": GRADIENT, "d": ("d", "p", "s")}
    loose: tuple[bool, tuple[tuple[Any, Any], ...], bool] = (False, (), False)  # neither settled nor telling
    return [
        Entry("line-search", x[t], x[t - 1] + alpha[t - 1] * p[t - 1],
              _names(x=("x", r"\theta", "w", r"\mathbf{x}"), alpha=RATE, p=("p", "d", "s")), (), *loose),
        Entry(name, alpha[t], length_right,
              _names(alpha=length, r=residual, p=direction, A=matrix), (A[t],), False),
        Entry(name, alpha[t], dot(r[t], p[t]) / dot(p[t], A[t] * p[t]),
              _names(alpha=length, r=residual, p=direction, A=matrix), (A[t],), False),
        Entry(name, r[t], _equation(name, "r").subs({alpha[t]: alpha[t - 1], A[t]: A[t - 1]}),
              _names(r=residual, alpha=length, A=matrix, p=direction), (A[t - 1],), *loose),
        Entry(name, r[t], r[t - 1] + alpha[t - 1] * A[t - 1] * p[t - 1],
              _names(r=residual, alpha=length, A=matrix, p=direction), (A[t - 1],), *loose),
        Entry(name, beta[t], _equation(name, "beta"), _names(beta=share, r=residual)),
        Entry("cg-fletcher-reeves", beta[t], _equation("cg-fletcher-reeves", "beta"), _names(beta=share, g=GRADIENT)),
        Entry("cg-polak-ribiere", beta[t], _equation("cg-polak-ribiere", "beta"), _names(beta=share, g=GRADIENT)),
        Entry("cg-polak-ribiere", beta[t], dot(r[t], r[t] - r[t - 1]) / dot(r[t - 1], r[t - 1]),
              _names(beta=share, r=residual)),
        Entry("cg-polak-ribiere", beta[t], dot(g[t], y[t]) / dot(g[t - 1], g[t - 1]),
              _names(beta=share, g=GRADIENT, y=("y",))),
        Entry("cg-polak-ribiere-plus", beta[t], Max(dot(g[t], change) / dot(g[t - 1], g[t - 1]), 0),
              _names(beta=share, g=GRADIENT)),
        Entry("cg-hestenes-stiefel", beta[t], _equation("cg-hestenes-stiefel", "beta"),
              _names(beta=share, **searched)),
        Entry("cg-hestenes-stiefel", beta[t], dot(g[t], y[t]) / dot(y[t], d[t - 1]),
              _names(beta=share, y=("y",), **searched)),
        Entry("cg-dai-yuan", beta[t], dot(g[t], g[t]) / dot(change, d[t - 1]), _names(beta=share, **searched)),
        Entry("cg-dai-yuan", beta[t], dot(g[t], g[t]) / dot(y[t], d[t - 1]),
              _names(beta=share, y=("y",), **searched)),
        Entry("steepest-descent", alpha[t], dot(g[t], g[t]) / dot(g[t], A[t] * g[t]),
              _names(alpha=RATE, g=(*GRADIENT, "r"), A=matrix), (A[t],), False),
        Entry("steepest-descent", alpha[t], dot(d[t], d[t]) / dot(d[t], A[t] * d[t]),
              _names(alpha=RATE, d=direction, A=matrix), (A[t],), False, telling=False),
        Entry(name, p[t], _equation(name, "p").subs(beta[t], beta[t - 1]),
              _names(p=direction, r=residual, beta=share), (), *loose),
        Entry(name, p[t], -r[t] + beta[t - 1] * p[t - 1], _names(p=direction, r=residual, beta=share), (), *loose),
        Entry("cg-fletcher-reeves", d[t], -g[t] + beta[t] * d[t - 1], _names(beta=share, **searched), telling=False),
        Entry(name, dot(p[t], A[t] * q[t]), 0 * alpha[t], _names(p=direction, q=direction, A=matrix), (A[t],), *loose),
    ]  # fmt: skip


def _least_squares() -> list[Entry]:
    """The normal equations, examples being rows of X or its columns, plain or with a ridge of lambda or n lambda."""
    made: list[Entry] = []
    sizes = X, {w: ("d", "1"), y: ("n", "1")}
    names = _names(X=("X", "A", r"\Phi"), w=WEIGHTS, y=("y", "b", "t", r"\vec{y}"), eta=RIDGE, u=("n", "N", "m"))
    for rows, columns in ((transpose(X[t]), X[t]), (X[t], transpose(X[t]))):
        gram, moment = rows * columns, rows * y[t]
        for ridge in (0 * identity, eta[t] * identity, u[t] * eta[t] * identity):
            name = "ridge-regression" if ridge != 0 else "normal-equations"
            made += [
                Entry(name, (gram + ridge) * w[t], moment, names, sizes=sizes),
                Entry(name, w[t], inverse(gram + ridge) * moment, names, sizes=sizes),
                Entry(name, w[t], columns * inverse(rows * columns + ridge) * y[t], names, telling=False, sizes=sizes),
            ]
        made.append(Entry("normal-equations", rows * (columns * w[t] - y[t]), 0 * w[t], names, sizes=sizes))
    return made


def _residuals() -> list[Entry]:
    """The steps of Gauss and Newton, and of Levenberg and Marquardt, for residuals r with the Jacobian J."""
    made: list[Entry] = []
    sizes = J, {h: ("d", "1"), x: ("d", "1"), r: ("n", "1")}
    names = _names(J=("J", "J_r", "J_f", "A"), h=(*DIRECTION, *MOVE), r=("r", "e", "f", "F"), eta=RIDGE)
    moved = tuple((x if q is h else q, ("x", *WEIGHTS) if q is h else own) for q, own in names)
    gram, slope = transpose(J[t]) * J[t], transpose(J[t]) * r[t]
    for name, damped in (("gauss-newton", gram), ("levenberg-marquardt", gram + eta[t] * identity)):
        for sign in (1, -1):  # residuals are taken either way round
            made += [
                Entry(name, damped * h[t], sign * slope, names, settled=False, telling=False, sizes=sizes),
                Entry(name, h[t], sign * inverse(damped) * slope, names, settled=False, telling=False, sizes=sizes),
                Entry(
                    name,
                    x[t],
                    x[t - 1] + sign * inverse(damped) * slope,
                    moved,
                    settled=False,
                    telling=False,
                    sizes=sizes,
                ),
            ]
    return made
