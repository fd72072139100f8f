"""Runs an optimizer on a function: asks for the gradient where the step wants it, and keeps the parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.kernels.errors import KernelError
from symopt.kernels.kernel import Kernel
from symopt.kernels.oracle import Oracle
from symopt.language import Optimizer
from symopt.language.linear import is_linear
from symopt.optimizers import vector_methods


def run(
    optimizer: Optimizer | Kernel | str,
    gradient: Callable[[Any], Any] | Oracle,
    start: Any,
    steps: int,
    **hyper: Any,
) -> NDArray[Any]:
    """The parameters of a run, step by step.

        path = symopt.run(adam, lambda x: 2 * x, [1.0, -3.0], 100, eta=0.1)

    Args:
        optimizer: a definition, its name, or a kernel.
        gradient: the gradient at a point; it is asked once for each point of a step. A vector-valued method takes an
            `Oracle`, which also has the value, the Hessian or whatever else it asks for.
        start: the initial parameters, of any shape.
        steps: how many steps.
        hyper: hyperparameters in place of the defaults; arrays sweep over settings.

    Returns:
        Array of shape (steps + 1, ...): the parameters at step 0, 1, ..., ``steps``. A vector-valued method stops
        where its gradient is small; `symopt.kernels.vector_run.run_vector` says why it stopped.

    Raises:
        KernelError: what a kernel raises, or a number of steps that is none.
    """
    from symopt.kernels import kernel

    method = vector_methods().get(optimizer) if isinstance(optimizer, str) else optimizer
    if isinstance(method, Optimizer) and is_linear(method):
        from symopt.kernels.vector_run import run_vector  # SciPy takes long to load, and only these methods need it

        asked = gradient if isinstance(gradient, Oracle) else Oracle(gradient)
        return run_vector(method, asked, start, steps, **hyper).points
    if isinstance(gradient, Oracle):
        raise KernelError("an Oracle is for vector-valued methods; give the gradient as a function")
    used = optimizer if isinstance(optimizer, Kernel) else kernel(optimizer, "numpy")
    if isinstance(steps, bool) or not hasattr(steps, "__index__") or steps < 0:
        raise KernelError(f"steps must be a number of steps, 0 or more, but it is {steps!r}")
    if not callable(gradient):
        raise KernelError(f"gradient must be a function of a point, but it is a {type(gradient).__name__}")
    params = np.array(start)
    state = used.init(params, **hyper)
    path = [params]
    for _ in range(steps):
        gradients: list[Any] = []
        for _ in range(used.gradients):
            gradients.append(np.asarray(gradient(used.query(params, state, *gradients, **hyper)), dtype=params.dtype))
        given = gradients[0] if len(gradients) == 1 else tuple(gradients) or np.zeros_like(params)
        params, state = used.step(params, given, state, **hyper)
        path.append(np.asarray(params))
    return np.stack(np.broadcast_arrays(*path)) if steps else np.stack(path)
