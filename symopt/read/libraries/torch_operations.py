"""What PyTorch's functions mean, coordinate by coordinate. One entry an operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from symopt.language import norm
from symopt.read.libraries.conditions import relate, where
from symopt.read.libraries.scalar import power

Operation = Callable[..., Any]
UNINITIALISED = sp.Symbol("uninitialised")
"""What memory holds that nothing has written to."""


def _clamp(x: Any, min: Any = None, max: Any = None) -> Any:
    x = x if min is None else sp.Max(x, min)
    return x if max is None else sp.Min(x, max)


def _norm(x: Any, p: Any = 2, dim: Any = None, ord: Any = None, **_: Any) -> Any:
    order = p if ord is None else ord
    if order not in (2, "fro", None):
        raise KeyError(f"norm of order {order}")
    return norm(x)


def _sum(x: Any, dim: Any = None, **_: Any) -> Any:
    """Of squares, the square of a norm; other sums over coordinates are not in the language."""
    if not (x.is_Pow and x.exp == 2):
        raise KeyError("a sum of what is no square")
    return norm(x.base) ** 2


def _whole(x: Any, *_: Any, **__: Any) -> Any:
    """The same coordinates in another shape: which operations pair them is checked at each."""
    return x


def _div(a: Any, b: Any, rounding_mode: Any = None) -> Any:
    if rounding_mode is not None:
        raise KeyError(f"division with rounding_mode={rounding_mode!r}")
    return a / b


def _comparison(relation: Any) -> Operation:
    return lambda a, b: relate(relation, a, b)


OPERATIONS: dict[str, Operation] = {
    "add": lambda a, b, alpha=1: a + alpha * b,
    "sub": lambda a, b, alpha=1: a - alpha * b,
    "rsub": lambda a, b, alpha=1: b - alpha * a,
    "mul": lambda a, b: a * b,
    "div": _div, "truediv": _div, "true_divide": _div,
    "rdiv": lambda a, b: b / a, "rtruediv": lambda a, b: b / a,
    "neg": lambda a: -a,
    "pow": power, "rpow": lambda a, b: power(b, a), "float_power": power,
    "sqrt": sp.sqrt, "rsqrt": lambda a: 1 / sp.sqrt(a), "square": lambda a: a**2, "reciprocal": lambda a: 1 / a,
    "abs": sp.Abs, "absolute": sp.Abs, "sign": sp.sign, "sgn": sp.sign,
    "sigmoid": lambda a: 1 / (1 + sp.exp(-a)),
    "exp": sp.exp, "log": sp.log, "tanh": sp.tanh, "cos": sp.cos, "sin": sp.sin,
    "maximum": sp.Max, "minimum": sp.Min, "max": sp.Max, "min": sp.Min, "fmax": sp.Max, "fmin": sp.Min,
    "clamp": _clamp, "clip": _clamp, "clamp_min": lambda a, b: sp.Max(a, b), "clamp_max": lambda a, b: sp.Min(a, b),
    "lerp": lambda a, b, weight: (1 - weight) * a + weight * b,
    "addcmul": lambda a, b, c, value=1: a + value * b * c,
    "addcdiv": lambda a, b, c, value=1: a + value * b / c,
    "gt": _comparison(sp.Gt), "ge": _comparison(sp.Ge), "lt": _comparison(sp.Lt), "le": _comparison(sp.Le),
    "eq": _comparison(sp.Eq), "ne": _comparison(sp.Ne), "greater": _comparison(sp.Gt), "less": _comparison(sp.Lt),
    "logical_not": sp.Not, "logical_and": sp.And, "logical_or": sp.Or, "and": sp.And, "or": sp.Or, "invert": sp.Not,
    "where": where, "setitem": lambda a, mask, value: where(mask, value, a),
    "masked_fill": lambda a, mask, value: where(mask, value, a),
    "norm": _norm, "linalg_norm": _norm, "linalg_vector_norm": _norm, "sum": _sum,
    "reshape": _whole, "view": _whole, "flatten": _whole, "ravel": _whole, "view_as": _whole, "reshape_as": _whole,
    "clone": lambda a, **_: a, "detach": lambda a: a, "contiguous": lambda a, **_: a, "to": lambda a, *_, **__: a,
    "float": lambda a: a, "double": lambda a: a, "type_as": lambda a, _: a, "alias": lambda a: a,
    "positive": lambda a: a, "pos": lambda a: a, "cpu": lambda a, **_: a,
    "copy": lambda _, b, *__, **___: b, "fill": lambda _, b: b, "zero": lambda _: sp.S.Zero,
    "zeros_like": lambda *_, **__: sp.S.Zero, "ones_like": lambda *_, **__: sp.S.One,
    "full_like": lambda _, fill_value, **__: fill_value, "new_full": lambda _, size, fill_value, **__: fill_value,
    "zeros": lambda *_, **__: sp.S.Zero, "ones": lambda *_, **__: sp.S.One,
    "new_zeros": lambda *_, **__: sp.S.Zero, "new_ones": lambda *_, **__: sp.S.One,
    "empty_like": lambda *_, **__: UNINITIALISED, "new_empty": lambda *_, **__: UNINITIALISED,
    "full": lambda size, fill_value, **__: fill_value, "tensor": lambda a, **_: a, "as_tensor": lambda a, **_: a,
    "scalar_tensor": lambda a, **_: a,
}  # fmt: skip
"""By the function's name without underscores: of the arguments' expressions, the result's.

For an operation in place it is the new value of the first argument.
"""

REDUCTIONS = frozenset(("norm", "linalg_norm", "linalg_vector_norm", "sum"))
"""What makes one number of all coordinates; of each row it would be another operation."""

QUERIES = frozenset(
    """
    shape size dim ndim numel dtype device layout is_sparse is_complex is_floating_point is_contiguous is_cuda
    is_leaf requires_grad grad grad_fn is_tensor __get__ __set__ __len__ stride storage_offset untyped_storage
    data_ptr element_size is_nested is_quantized is_mps is_cpu is_meta names type __hash__ __format__ __repr__
    requires_grad_ retain_grad backward is_same_size result_type get_default_dtype is_grad_enabled _is_view
    is_inference is_neg is_conj stack_if_compiling set_grad_enabled _has_compatible_shallow_copy_type __deepcopy__
    grad_dtype _backward_hooks data _dispatch_keys storage register_hook is_signed can_cast promote_types
    """.split()
)
"""Functions that only ask, or whose result shares its argument's memory: they run as they are."""
