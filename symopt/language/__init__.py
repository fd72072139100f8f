"""How an optimizer is written down. Validates; computes nothing."""

from symopt.language.equation import Eq
from symopt.language.linear import (
    draw,
    hessian,
    identity,
    inverse,
    jacobian,
    line_search,
    residual,
    transpose,
    value,
)
from symopt.language.optimizer import Optimizer
from symopt.language.schedule import Schedule
from symopt.language.symbols import (
    At,
    Dot,
    Expect,
    Grad,
    Hyper,
    HyperSymbol,
    Norm,
    Sequence,
    Shape,
    dot,
    exact,
    grad,
    norm,
    t,
)
from symopt.language.validation import DefinitionError

__all__ = [
    "At",
    "DefinitionError",
    "Dot",
    "Eq",
    "Expect",
    "Grad",
    "Hyper",
    "HyperSymbol",
    "Norm",
    "Optimizer",
    "Schedule",
    "Sequence",
    "Shape",
    "dot",
    "draw",
    "exact",
    "grad",
    "hessian",
    "identity",
    "inverse",
    "jacobian",
    "line_search",
    "norm",
    "residual",
    "t",
    "transpose",
    "value",
]
