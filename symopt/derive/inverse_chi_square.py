r"""The adaptive rate psi = 1/sqrt(v) when v averages squared normal gradients: its mean and its variance.

The average of rho squares of independent normal gradients of variance sigma^2 is :math:`\sigma^2 X / \rho`, with X
chi-square of rho degrees of freedom, so that :math:`\psi^2 = \rho \tau^2 / X` with :math:`\tau = 1/\sigma`: scaled
inverse chi-square. Its moments are integrals that the Gamma function is made of.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.decide import conjunction, holds, identity
from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.language.symbols import Expect

GAMMA = sp.Function("Gamma")
SOURCE = "Liu et al. 2020, arXiv:1908.03265, section 3 and appendix A"
RHO, TAU = (sp.Symbol(name, positive=True) for name in ("rho", "tau"))
_X, _PSI = (sp.Symbol(name, positive=True) for name in ("X", "psi"))
_x, _u, _a, _z, _s = (sp.Symbol(name, positive=True) for name in ("x", "u", "a", "z", "s"))
_k = sp.Symbol("k", real=True)
_HALF = sp.Rational(1, 2)
_DEGREES = ("X is chi-square with rho degrees of freedom",)
_SUPPOSED = (
    "v averages rho squares of independent normal gradients with mean 0 and variance 1/tau**2, so that psi**2 is "
    "rho tau**2/X with X chi-square of rho degrees of freedom: scaled inverse chi-square",
    "rho > 4",
)
_VAR = sp.Function("Var")
MEAN_SQUARE = RHO * TAU**2 / (RHO - 2)
SPREAD_SQUARE = 2 * RHO**2 * TAU**4 / ((RHO - 2) ** 2 * (RHO - 4))
SPREAD = RHO * TAU**2 / 2 / ((RHO - 2) * (RHO - 4))
"""The variance of psi to first order."""


def _eq(left: Any, right: Any) -> Any:
    return sp.Eq(left, right, evaluate=False)


def _ge(left: Any, right: Any) -> Any:
    return sp.Ge(left, right, evaluate=False)


def _le(left: Any, right: Any) -> Any:
    return sp.Le(left, right, evaluate=False)


def _mean(e: Any) -> Any:
    return Expect(e)


def _over_all(e: Any, variable: Any) -> Any:
    return sp.Integral(e, (variable, 0, sp.oo))


def _moment(k: Any) -> Any:
    """E[X**-k]."""
    return sp.Integer(2) ** -k * GAMMA(RHO / 2 - k) / GAMMA(RHO / 2)


def gamma_recurrence() -> Derivation:
    """Gamma(a + 1) = a Gamma(a), by parts."""
    power, falling = _u**_a, sp.exp(-_u)
    slope = _a * _u ** (_a - 1)
    product = _eq(sp.Derivative(power * falling, _u), slope * falling - power * falling)
    definition = _eq(GAMMA(_a), _over_all(_u ** (_a - 1) * falling, _u))
    result = _eq(GAMMA(_a + 1), _a * GAMMA(_a))
    steps = (
        Step(
            definition, "differentiate a product: the slopes of the factors are a u**(a - 1) and -exp(-u)", product,
            identity(slope * falling + power * -falling, product.rhs),
        ),
        Step(
            product, "integrate from 0 to infinity, at both of which u**a exp(-u) vanishes: the integral of the right "
            "side is 0", result, identity((_u ** ((_a + 1) - 1) - slope) * falling, -product.rhs),
        ),
    )  # fmt: skip
    return Derivation(
        "The Gamma function's recurrence",
        steps,
        name="gamma",
        assumptions=("a > 0", "u**a exp(-u) tends to 0 at 0 and at infinity"),
    )


def moments() -> Derivation:
    r"""The moments of an inverse chi-square variable.

    .. math:: E[X^{-k}] = 2^{-k} \Gamma(\rho/2 - k) / \Gamma(\rho/2)

    so that E[1/X] = 1/(rho - 2) and E[1/X^2] = 1/((rho - 2)(rho - 4)).
    """
    density = _x ** (RHO / 2 - 1) * sp.exp(-_x / 2) / (2 ** (RHO / 2) * GAMMA(RHO / 2))
    inside = _x**-_k * density
    changed = 2**-_k * _u ** (RHO / 2 - _k - 1) * sp.exp(-_u) / GAMMA(RHO / 2)
    by_density = _eq(_mean(_X**-_k), _over_all(inside, _x))
    substituted = _eq(_mean(_X**-_k), 2**-_k / GAMMA(RHO / 2) * _over_all(_u ** (RHO / 2 - _k - 1) * sp.exp(-_u), _u))
    general = _eq(_mean(_X**-_k), _moment(_k))
    first, second = _eq(_mean(1 / _X), 1 / (RHO - 2)), _eq(_mean(_X**-2), 1 / ((RHO - 2) * (RHO - 4)))
    # The recurrence, twice: Gamma(h) = (h - 1) Gamma(h - 1) = (h - 1) (h - 2) Gamma(h - 2) for h = rho/2.
    h = RHO / 2
    once, twice = (h - 1) * GAMMA(h - 1), (h - 1) * (h - 2) * GAMMA(h - 2)
    steps = (
        Step(by_density, "substitute x = 2 u, dx = 2 du", substituted, identity(2 * inside.subs(_x, 2 * _u), changed)),
        Step(
            substituted, "the integral is that of Gamma(rho/2 - k), for k < rho/2", general,
            identity(_u ** (h - _k - 1), _u ** ((h - _k) - 1)),
        ),
        Step(
            general, "k = 1, with Gamma(rho/2) = (rho/2 - 1) Gamma(rho/2 - 1)", first,
            identity(_moment(1).subs(GAMMA(h), once), first.rhs),
        ),
        Step(
            general, "k = 2, with the recurrence twice", second,
            identity(_moment(2).subs(GAMMA(h), twice), second.rhs),
        ),
    )  # fmt: skip
    return Derivation(
        "The moments of an inverse chi-square variable", steps, name="moments", assumptions=_DEGREES, source=SOURCE
    )


def scaled() -> Derivation:
    """The mean and the variance of psi^2: of a scaled inverse chi-square variable."""
    square = _PSI**2
    scale = RHO * TAU**2
    by_moments = _eq(_mean(square), scale * _mean(1 / _X))
    mean = _eq(_mean(square), MEAN_SQUARE)
    spread = _eq(_VAR(square), scale**2 * (_mean(_X**-2) - _mean(1 / _X) ** 2))
    result = _eq(_VAR(square), SPREAD_SQUARE)
    known = {_mean(1 / _X): 1 / (RHO - 2), _mean(_X**-2): 1 / ((RHO - 2) * (RHO - 4))}
    steps = (
        Step(by_moments, "put in the first moment", mean, identity(by_moments.rhs.xreplace(known), MEAN_SQUARE)),
        Step(spread, "put in both moments", result, identity(spread.rhs.xreplace(known), SPREAD_SQUARE)),
    )
    return Derivation("The mean and the variance of psi^2", steps, name="scaled", assumptions=_SUPPOSED, source=SOURCE)


def first_order() -> Derivation:
    """The variance of psi by the delta method: that of its square over four times its mean."""
    y, mean = sp.Symbol("y", positive=True), sp.Symbol("m", positive=True)
    line = sp.sqrt(mean) + (y - mean) / (2 * sp.sqrt(mean))
    rest = (y - mean) ** 2 / (2 * sp.sqrt(mean) * (sp.sqrt(y) + sp.sqrt(mean)) ** 2)
    expanded = _eq(sp.sqrt(y), line - rest)
    linear = _eq(_VAR(_PSI), _VAR(_PSI**2) / (4 * _mean(_PSI**2)))
    result = _eq(_VAR(_PSI), SPREAD)
    steps = (
        Step(
            _eq(_PSI, sp.sqrt(y)), "expand the root of y = psi^2 at its mean m; this is exact", expanded,
            identity(sp.sqrt(y), expanded.rhs),
        ),
        Step(
            expanded, "drop the last term, of second order in y - m: what is left is a line of slope 1/(2 sqrt(m))",
            linear, identity((1 / (2 * sp.sqrt(mean))) ** 2, 1 / (4 * mean)),
        ),
        Step(linear, "put in the mean and the variance", result, identity(SPREAD_SQUARE / (4 * MEAN_SQUARE), SPREAD)),
    )  # fmt: skip
    return Derivation(
        "The variance of psi, to first order", steps, Guarantee.FIRST_ORDER, name="variance", assumptions=_SUPPOSED,
        error=sp.O(1 / RHO**2, (RHO, sp.oo)), source=SOURCE,
    )  # fmt: skip


def exact() -> Derivation:
    """The variance of psi without approximation, through Gamma functions."""
    mean = TAU * sp.sqrt(RHO / 2) * GAMMA(RHO / 2 - _HALF) / GAMMA(RHO / 2)
    by_moment = _eq(_mean(_PSI), sp.sqrt(RHO) * TAU * _mean(_X**-_HALF))
    spread = _eq(_VAR(_PSI), _mean(_PSI**2) - _mean(_PSI) ** 2)
    result = _eq(_VAR(_PSI), MEAN_SQUARE - TAU**2 * RHO / 2 * (GAMMA(RHO / 2 - _HALF) / GAMMA(RHO / 2)) ** 2)
    steps = (
        Step(
            by_moment, "put in the moment with k = 1/2", _eq(_mean(_PSI), mean),
            identity(sp.sqrt(RHO) * TAU * _moment(_HALF), mean),
        ),
        Step(
            spread, "put in both means", result, identity(MEAN_SQUARE - mean**2, result.rhs),
        ),
    )  # fmt: skip
    return Derivation("The variance of psi, exactly", steps, name="exact", assumptions=_SUPPOSED, source=SOURCE)


_W = sp.Function("W")
_LOW = _z - 3 * _HALF**2
_HIGH = _LOW + 1 / (16 * _z)


def error() -> Derivation:
    r"""How far the first-order variance is off: by at most :math:`2\tau^2/((\rho-2)(\rho-4))`, never too small."""
    exact_at = {bound: RHO / (RHO - 2) - RHO / 2 / bound.subs(_z, RHO / 2) for bound in (_LOW, _HIGH)}
    near, far, valid = SPREAD / TAU**2, 2 / ((RHO - 2) * (RHO - 4)), [sp.Gt(RHO, 4, evaluate=False)]
    off = SPREAD - _VAR(_PSI)
    last = Step(
        (_ge(_W(_z), _LOW), _le(_W(_z), _HIGH)),
        "put both into the exact variance at z = rho/2, and take it from the approximate one",
        (_ge(off, 0), _le(off, far * TAU**2)),
        conjunction([
            holds(_ge(near, exact_at[_HIGH]), assuming=valid),
            holds(_le(near - exact_at[_LOW], far), assuming=valid),
        ]),
    )  # fmt: skip
    return Derivation(
        "How far the first-order variance is off", (*_quotient_of_gammas(), last), Guarantee.UPPER_BOUND, name="error",
        assumptions=(*_SUPPOSED, "W(z)/z tends to 1 as z grows, as Stirling's formula says"),
        remarks=("The approximation is never too small, and its error is of the order 1/rho**2.",),
    )  # fmt: skip


def _quotient_of_gammas() -> tuple[Step, ...]:
    r""":math:`W(z) = (\Gamma(z)/\Gamma(z - 1/2))^2` lies between z - 3/4 and z - 3/4 + 1/(16 z)."""
    before, after = GAMMA(_z - _HALF), GAMMA(_z)
    square = _s**2 * before - 2 * _s * after + GAMMA(_z + _HALF)
    term = _u ** (_z - 3 * _HALF) * sp.exp(-_u) * (_s - sp.sqrt(_u)) ** 2
    spread_out = _s**2 * _u ** (_z - 3 * _HALF) - 2 * _s * _u ** (_z - 1) + _u ** (_z - _HALF)
    definition = _eq(_W(_z), (after / before) ** 2)
    schwarz = _le(_W(_z), _z - _HALF)
    from_below = _ge(_W(_z), _z - 1)
    grows = _eq(_W(_z + 1), _W(_z) * _z**2 / (_z - _HALF) ** 2)
    late = [sp.Gt(_z, 2, evaluate=False)]
    ratio = _z**2 / (_z - _HALF) ** 2
    falls = holds(_ge(_LOW.subs(_z, _z + 1), _LOW * ratio), assuming=late)
    rises = holds(_le(_HIGH.subs(_z, _z + 1), _HIGH * ratio), assuming=late)
    return (
        Step(
            _eq(_over_all(term, _u), square), "an integral of squares, which is not negative: multiply out",
            _ge(square, 0), identity(term, spread_out * sp.exp(-_u)),
        ),
        Step(
            (definition, _ge(square, 0)), "put in s = Gamma(z)/Gamma(z - 1/2), with Gamma(z + 1/2) = (z - 1/2) Gamma(z "
            "- 1/2)", schwarz,
            identity(
                square.subs(GAMMA(_z + _HALF), (_z - _HALF) * before).subs(_s, after / before) / before,
                (_z - _HALF) - (after / before) ** 2,
            ),
        ),
        Step(
            schwarz, "the same at z - 1/2, with W(z) W(z - 1/2) the square of z - 1", from_below,
            identity((_z - 1) ** 2 / ((_z - _HALF) - _HALF), _z - 1),
        ),
        Step(
            definition, "the recurrence above and below", grows,
            identity((_z * after / ((_z - _HALF) * before)) ** 2, (after / before) ** 2 * ratio),
        ),
        Step(
            (from_below, schwarz, grows),
            "from z to z + 1 the quotient of W and z - 3/4 falls, and that of W and the upper bound rises; both tend "
            "to 1, as W/z does", (_ge(_W(_z), _LOW), _le(_W(_z), _HIGH)), conjunction([falls, rises]),
        ),
    )  # fmt: skip
