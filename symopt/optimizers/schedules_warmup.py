"""Learning rates that warm up.

Goyal et al. 2017, "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour", arXiv:1706.02677,
section 2.2 (gradual, here from zero); Vaswani et al. 2017, "Attention Is All You Need", arXiv:1706.03762,
equation 3.
"""

from sympy import Min, Naturals, Rational, sqrt

from symopt.language import HyperSymbol, Schedule, t
from symopt.language.vocabulary import eta, eta0

warmup = HyperSymbol("W", Naturals, "steps of the warm-up", integer=True)
width = HyperSymbol("d", Naturals, "width of the model", integer=True)

linear_warmup = Schedule(
    "linear-warmup",
    symbol=eta,
    value=eta0 * Min(1, t / warmup),
    hyper=(eta0(), warmup()),
    title="Linear warm-up",
    source="Goyal et al. 2017, arXiv:1706.02677, section 2.2",
)

warmup_inverse_root = Schedule(
    "warmup-inverse-root",
    symbol=eta,
    value=Min(1 / sqrt(t), t * warmup ** -Rational(3, 2)) / sqrt(width),
    hyper=(width(512), warmup(4000)),
    title="Linear warm-up, then 1/sqrt(t)",
    source="Vaswani et al. 2017, arXiv:1706.03762, equation 3",
)
