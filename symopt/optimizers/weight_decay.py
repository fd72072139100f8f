"""Weight decay, around any optimizer, and AdamW.

Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization", arXiv:1711.05101, Algorithms 1 and 2.
"""

from __future__ import annotations

from sympy import Eq, Expr

from symopt.language import Grad, Optimizer, t
from symopt.language.vocabulary import weight_decay
from symopt.optimizers.adam import adam


def with_weight_decay(optimizer: Optimizer, *, decoupled: bool) -> Optimizer:
    r"""The optimizer with weight decay lambda.

    Coupled, each gradient is that of the loss with the penalty :math:`\frac{\lambda}{2}\|\theta\|^2`:
    :math:`\nabla f(p) + \lambda p` at the point p where the method asks for it.
    Decoupled, the step is followed by :math:`-\lambda \theta_{t-1}`, which the method does not adapt;
    where a library multiplies lambda by the learning rate, its lambda is the paper's divided by it.

    Args:
        optimizer: any definition.
        decoupled: which of the two.

    Returns:
        A definition with lambda, which has no default, among its hyperparameters.

    Raises:
        DefinitionError: the optimizer already has a hyperparameter called lambda.

    Source: Loshchilov & Hutter 2019, Algorithms 1 (coupled) and 2 (decoupled, schedule multiplier 1).
    """
    theta = optimizer.params

    def decayed(equation: Eq) -> Eq:
        right: Expr = equation.rhs
        if not decoupled:
            return Eq(equation.lhs, right.replace(Grad, lambda point: Grad(point) + weight_decay * point))
        return Eq(equation.lhs, right - weight_decay * theta[t - 1]) if equation.lhs == theta[t] else equation

    kind = "decoupled" if decoupled else "coupled"
    return optimizer.replace(
        name=f"with_weight_decay({optimizer.name}, decoupled={decoupled})",
        title=f"{optimizer.title} with {kind} weight decay",
        hyper=[*optimizer.hyper, weight_decay],
        update=[decayed(eq) for eq in optimizer.update],
        source=f"Loshchilov & Hutter 2019, arXiv:1711.05101, Algorithm {2 if decoupled else 1}; {optimizer.source}",
    )


adamw = with_weight_decay(adam, decoupled=True).replace(
    name="adamw",
    title="AdamW",
    source="Loshchilov & Hutter 2019, arXiv:1711.05101, Algorithm 2",
)
