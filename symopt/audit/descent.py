"""Steps that make sense by themselves: whatever the gradient, each goes down it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from symopt.audit.arithmetic import apply
from symopt.audit.claims import Claim
from symopt.audit.models import Model
from symopt.audit.runs import Array
from symopt.audit.trials import Meaning
from symopt.language.terms import Term

_POINTS = np.array([-3.0, -0.5, 0.3, 2.0])
_CLOSE = 1e-9
_NONE = np.zeros_like(_POINTS)
_ELSE = np.full_like(_POINTS, 0.4)
"""What every other symbol is: they are positive, and less than 1 as decay rates are."""


def is_another_method(written: Claim, mended: Claim, meanings: Mapping[str, Meaning], model: Model) -> bool:
    r"""Whether an equation makes sense as it is written, and moves the parameters otherwise than mended.

    It does if it goes down the gradient by another function of it:
    :math:`\theta - \eta\sqrt{|g|}\operatorname{sign}(g)`
    is no gradient descent gone wrong but a method that takes the root. :math:`\theta - \eta g^2` goes up where g is
    negative, and :math:`\theta - g` differs from :math:`\theta - \eta g` by a constant. It does also if it lets the
    parameters decay, which mended do not.

    Args:
        written: an equation of the document.
        mended: the same after a mistake is undone.
        meanings: what the symbols stand for.
        model: the definition that it then is.
    """
    keys = {name: meaning.key for name, meaning in meanings.items()}
    if keys.get(written.name) != model.params:
        return False

    def value(term: Term, gradient: Array, params: Array) -> Array:
        if term.head == "grad" or keys.get(term.name) == model.gradient:
            return gradient
        if term.head in ("name", "at"):
            return params if keys.get(term.name) == model.params else _ELSE
        return apply(term, [value(a, gradient, params) for a in term.args])

    try:
        with np.errstate(all="ignore"):
            down, mended_down = (value(c.right, _POINTS, _NONE) for c in (written, mended))
            left, mended_left = (value(c.right, _NONE, _POINTS) for c in (written, mended))
            ratio = mended_down / down
    except KeyError:  # sums, cases
        return False
    goes_down = _opposes(down) and float(np.ptp(ratio)) > _CLOSE
    decays = bool(np.all((left / _POINTS > 0) & (left / _POINTS < 1)))
    return goes_down or (decays and float(np.abs(mended_left - _POINTS).max()) < _CLOSE)


def _opposes(step: Array) -> bool:
    return bool(np.all(np.sign(step) == -np.sign(_POINTS)))
