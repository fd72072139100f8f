"""Functions that mean arithmetic, whatever library they come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from symopt.language import terms as T
from symopt.language.terms import Term

LIBRARIES = frozenset(
    "np numpy jnp onp cp xp mx nd mnp math cmath torch th tf keras K F ops jax lax tensor tensorflow theano sp scipy "
    "optax tree_util tree jtu paddle cupy pd mindspore".split()
)
"""Names under which programs know libraries."""


def _power(base: Term, exponent: Term) -> Term:
    if exponent.value is not None and exponent.value.denominator == 2 and exponent.value.numerator in (1, -1):
        root = T.sqrt(base)
        return root if exponent.value > 0 else T.number(1) / root
    if exponent.head == "neg" and exponent.args[0].value is not None:
        return T.number(1) / _power(base, exponent.args[0])
    return base**exponent


def _clip(x: Term, low: Term, high: Term) -> Term:
    return T.call("min", T.call("max", x, low), high)


Function = Callable[..., Term]

FUNCTIONS: dict[str, Function] = {
    "sqrt": T.sqrt, "square": lambda x: x ** T.number(2), "pow": _power, "power": _power,
    "rsqrt": lambda x: T.number(1) / T.sqrt(x), "reciprocal": lambda x: T.number(1) / x,
    "abs": lambda x: T.call("abs", x), "absolute": lambda x: T.call("abs", x), "fabs": lambda x: T.call("abs", x),
    "sign": lambda x: T.call("sign", x), "exp": lambda x: T.call("exp", x), "log": lambda x: T.call("log", x),
    "maximum": lambda x, y: T.call("max", x, y), "minimum": lambda x, y: T.call("min", x, y),
    "fmax": lambda x, y: T.call("max", x, y), "fmin": lambda x, y: T.call("min", x, y),
    "max": lambda x, y: T.call("max", x, y), "min": lambda x, y: T.call("min", x, y),
    "cos": lambda x: T.call("cos", x), "sin": lambda x: T.call("sin", x), "tanh": lambda x: T.call("tanh", x),
    "multiply": lambda x, y: x * y, "mul": lambda x, y: x * y, "add": lambda x, y: T.add(x, y),
    "subtract": lambda x, y: T.add(x, T.neg(y)), "sub": lambda x, y: T.add(x, T.neg(y)),
    "divide": lambda x, y: x / y, "true_divide": lambda x, y: x / y, "div": lambda x, y: x / y,
    "negative": T.neg, "neg": T.neg, "clip": _clip, "clamp": _clip, "floor": lambda x: T.call("floor", x),
    "dot": lambda x, y: T.call("dot", x, y), "norm": lambda x: T.call("norm", x),
    "lerp": lambda x, y, w: T.add(x, w * T.add(y, T.neg(x))), "where": lambda c, x, y: Term(
        "cases", (x, c, y, T.name("otherwise"))),
}  # fmt: skip
"""Functions by their last name, on terms."""

SAME = frozenset(
    "array asarray tensor as_tensor copy clone detach deepcopy float float32 float64 int astype cast data numpy "
    "item value to cpu cuda type double half read_value stop_gradient convert_to_tensor constant contiguous ravel "
    "flatten squeeze from_numpy list tuple dict sorted reversed device_put requires_grad_ Variable view reshape "
    "identity set_to block_until_ready copy_to_host Parameter conj jit partial vmap view_as_real "
    "with_sharding_constraint".split()
)
"""Functions, methods and attributes that leave a value what it is."""

COPIES = frozenset("copy clone deepcopy array".split())
"""Those of them that make a new value: what happens to the old one later does not change it."""

ZERO = frozenset("zeros zeros_like zeros_initializer empty empty_like tree_zeros_like zeros_like_ init_zeros".split())
ONE = frozenset("ones ones_like".split())
RANGES = frozenset("range xrange trange arange count".split())
COLLECTIONS = frozenset("zip enumerate items keys values tqdm map list reversed sorted iter parameters "
                        "named_parameters tuple set leaves tree_leaves islice cycle".split())  # fmt: skip
MAPS = frozenset("tree_map tree_multimap map map_structure tree.map".split())

IN_PLACE: dict[str, Callable[..., Term]] = {
    "mul_": lambda x, y: x * y, "multiply_": lambda x, y: x * y, "div_": lambda x, y: x / y,
    "divide_": lambda x, y: x / y, "sqrt_": T.sqrt, "neg_": T.neg, "square_": lambda x: x ** T.number(2),
    "pow_": _power, "copy_": lambda x, y: y, "zero_": lambda x: T.number(0), "fill_": lambda x, y: y,
    "lerp_": FUNCTIONS["lerp"], "abs_": lambda x: T.call("abs", x), "sign_": lambda x: T.call("sign", x),
    "reciprocal_": lambda x: T.number(1) / x, "rsqrt_": lambda x: T.number(1) / T.sqrt(x),
    "clamp_": _clip, "assign": lambda x, y: y, "set_data": lambda x, y: y, "update_value": lambda x, y: y,
}  # fmt: skip
"""Methods that change the value they are called on."""


def scaled_sum(x: Term, y: Term, alpha: Term | None, sign: int = 1) -> Term:
    """``x + alpha y``, as ``torch.add`` and its relatives mean it."""
    part = y if alpha is None or alpha == T.number(1) else alpha * y
    return T.add(x, T.neg(part) if sign < 0 else part)


def scaled_product(x: Term, args: Sequence[Term], scale: Term | None) -> Term:
    """``x + scale a b`` (addcmul)."""
    whole = T.mul(*args)
    return T.add(x, whole if scale is None or scale == T.number(1) else _times(scale, whole))


def scaled_quotient(x: Term, args: Sequence[Term], scale: Term | None) -> Term:
    """``x + scale a / b`` (addcdiv)."""
    top = args[0] if scale is None or scale == T.number(1) else _times(scale, args[0])
    negative = top.head == "neg"
    quotient = Term("div", (top.args[0] if negative else top, args[1]))
    return T.add(x, T.neg(quotient) if negative else quotient)


def _times(scale: Term, x: Term) -> Term:
    return T.neg(T.mul(scale.args[0], x)) if scale.head == "neg" else T.mul(scale, x)


_GRADIENT = re.compile(
    r"^(?:.*(?:grad|deriv|jacobian|nabla|backprop|backward|slope).*|d[A-Z]\w{0,3}|d[a-z]|d_[a-z]\w*|d[a-z][a-z0-9]?|"
    r"(?:d(?:L|J|f|loss|cost|E)_?d\w{1,8})|df|g|gt|g_t|gs|dl_d\w+|d_p|dws?|dbs?|dtheta|dparams?|dp|updates)$"
)
_NOT_GRADIENT = frozenset(
    "do dt dot det dim div dir dec day dst dev diff den dist dx_history grad_squared grad_sq gradient_sums "
    "grad_sum_sq grad_squared_sum grad_avg sum_grad_sq".split()
)
_NUMBERED = re.compile(r"[_\d]+$")


def is_gradient_name(name: str) -> bool:
    """Whether a name is one that programs give gradients, or functions that work gradients out."""
    bare = _NUMBERED.sub("", name) or name
    last = re.sub(r"[\[\]'\"*]", "", bare.rpartition(".")[2])
    if last in _NOT_GRADIENT or re.search(r"(?:sq|squared?|sums?|acc|avg|average|hist(?:ory)?|norm|fn_|2|clip)$", last):
        return False
    return bool(_GRADIENT.match(last))
