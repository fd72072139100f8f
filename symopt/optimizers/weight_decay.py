"""Weight decay, around any optimizer, and AdamW.

Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization", arXiv:1711.05101, Algorithms 1 and 2.
"""

from __future__ import annotations

from typing import Any

from symopt.language import DefinitionError, Eq, Grad, HyperSymbol, Optimizer, t
from symopt.language.vocabulary import eta, weight_decay
from symopt.optimizers.adam import adam


def with_weight_decay(optimizer: Optimizer, *, decoupled: bool, times_rate: bool = False) -> Optimizer:
    r"""The optimizer with weight decay lambda.

    Coupled, each gradient is that of the loss with the penalty :math:`\frac{\lambda}{2}\|\theta\|^2`:
    :math:`\nabla f(p) + \lambda p` at the point p where the method asks for it.
    Decoupled, the step is followed by :math:`-\lambda \theta_{t-1}`, which the method does not adapt;
    libraries follow it by :math:`-\eta \lambda \theta_{t-1}`: their lambda is the paper's divided by eta.

    Args:
        optimizer: any definition.
        decoupled: which of the two.
        times_rate: whether a decoupled lambda is multiplied by the learning rate, as in libraries.

    Returns:
        A definition with lambda, which has no default, among its hyperparameters.

    Raises:
        DefinitionError: the optimizer already has a hyperparameter called lambda, or its decay is to be
            multiplied by a learning rate that it lacks or does not decouple.

    Source: Loshchilov & Hutter 2019, Algorithms 1 (coupled) and 2 (decoupled, schedule multiplier 1).
    """
    theta = optimizer.params
    decay = weight_decay * _learning_rate(optimizer, decoupled) if times_rate else weight_decay

    def decayed(equation: Any) -> Any:
        right = equation.rhs
        if not decoupled:
            return Eq(equation.lhs, right.replace(Grad, lambda point: Grad(point) + weight_decay * point))
        return Eq(equation.lhs, right - decay * theta[t - 1]) if equation.lhs == theta[t] else equation

    kind = "decoupled" if decoupled else "coupled"
    options = f"decoupled={decoupled}" + (", times_rate=True" if times_rate else "")
    return optimizer.replace(
        name=f"with_weight_decay({optimizer.name}, {options})",
        title=f"{optimizer.title} with {kind} weight decay",
        hyper=[*optimizer.hyper, weight_decay],
        update=[decayed(eq) for eq in optimizer.update],
        source=f"Loshchilov & Hutter 2019, arXiv:1711.05101, Algorithm {2 if decoupled else 1}; {optimizer.source}",
    )


def _learning_rate(optimizer: Optimizer, decoupled: bool) -> HyperSymbol:
    """The hyperparameter that a decoupled decay may be multiplied by."""
    found = [h.symbol for h in optimizer.hyper if h.symbol.meaning == eta.meaning]
    if not decoupled:
        raise DefinitionError(f"{optimizer.name}: only decoupled weight decay is multiplied by the learning rate")
    if not found:
        raise DefinitionError(
            f"{optimizer.name}: no learning rate to multiply the weight decay by, among its hyperparameters "
            f"({', '.join(h.name for h in optimizer.hyper)})"
        )
    return found[0]


adamw = with_weight_decay(adam, decoupled=True).replace(
    name="adamw",
    title="AdamW",
    source="Loshchilov & Hutter 2019, arXiv:1711.05101, Algorithm 2",
)
