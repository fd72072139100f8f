"""Lookahead, around any optimizer. Zhang, Lucas, Hinton & Ba 2019, "Lookahead Optimizer: k steps
forward, 1 step back", arXiv:1907.08610, Algorithm 1; defaults: section 5."""

from __future__ import annotations

from sympy import Mod, Piecewise, latex

from symopt.language import Eq, Optimizer, Sequence, t, vocabulary
from symopt.optimizers.gradient_descent import sgd


def lookahead(optimizer: Optimizer, k: int | None = 5, alpha: float | None = 0.5) -> Optimizer:
    r"""The optimizer with slow weights phi that follow its parameters every k steps.

    With :math:`\tilde\theta_t` for what a step of the optimizer makes of :math:`\theta_{t-1}`,

    .. math::
        \phi_t = \phi_{t-1} + \alpha (\tilde\theta_t - \phi_{t-1}), \quad \theta_t = \phi_t
        \quad \text{if } t \bmod k = 0;
        \qquad \phi_t = \phi_{t-1}, \quad \theta_t = \tilde\theta_t \quad \text{otherwise.}

    Steps t count inner steps, so the paper's :math:`\theta_{s,i}` is step ``(s - 1)*k + i`` and its
    :math:`\phi_s` is ``phi[s*k]``. The optimizer's other states carry on through a synchronisation.

    Args:
        optimizer: any definition; its parameters may have any name.
        k: default of the synchronisation period, a positive integer; None for none.
        alpha: default of the slow weights' step size, in (0, 1]; None for none.

    Returns:
        A definition whose parameters are the optimizer's, with k and alpha among its hyperparameters.

    Raises:
        DefinitionError: a default outside its domain.

    Source: Zhang et al. 2019, Algorithm 1.
    """
    theta = optimizer.params
    taken = {s.name for s in optimizer.sequences} | {h.name for h in optimizer.hyper}
    slow = Sequence(_unused("phi", taken))
    fast = Sequence(_unused(f"{theta.name}_fast", taken), rf"\tilde{{{latex(theta)}}}")
    steps = vocabulary.period.renamed(_unused("k", taken))
    pull = vocabulary.alpha.renamed(_unused("alpha", taken))
    synchronised = Eq(Mod(t, steps), 0)
    inner = [eq.xreplace({theta[t]: fast[t]}) for eq in optimizer.update]
    return optimizer.replace(
        name=f"lookahead({optimizer.name})",
        title=f"Lookahead ({optimizer.title})",
        hyper=[*optimizer.hyper, steps(k), pull(alpha)],
        init={**optimizer.init, slow: theta[0]},
        update=[
            *inner,
            Eq(slow[t], Piecewise((slow[t - 1] + pull * (fast[t] - slow[t - 1]), synchronised), (slow[t - 1], True))),
            Eq(theta[t], Piecewise((slow[t], synchronised), (fast[t], True))),
        ],
        source=f"Zhang et al. 2019, arXiv:1907.08610, Algorithm 1; inner optimizer: {optimizer.source}",
    )


def _unused(name: str, taken: set[str]) -> str:
    """The name, or the name with the first number that makes it unlike those taken."""
    return next(n for n in (name, *(f"{name}_{i}" for i in range(2, len(taken) + 3))) if n not in taken)


lookahead_sgd = lookahead(sgd)
