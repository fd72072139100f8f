"""The implementation itself, run with numbers, beside the recurrence that was read from it.

Evidence that the reading is right; never a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from symopt.check.findings import Confirmation
from symopt.decide import Witness
from symopt.decide.budget import Budget, Undecidable
from symopt.decide.evaluate import Number, precision
from symopt.decide.witness import Choice, Gradients, RunModel
from symopt.language import Optimizer

Simulate = Callable[[Mapping[str, float], float, Iterable[float]], list[float]]
"""Hyperparameters by the field's names, the start, and a gradient for each step, to the parameters after each."""
START = 0.75
GRADIENTS = (0.5, -0.3125, 1.25, -2.0, 0.0625, 0.75)
TOLERANCE = 1e-9


def confirm(
    optimizer: Optimizer, simulate: Simulate, hyper: Mapping[str, float], witness: Witness | None
) -> Confirmation | None:
    """A run of the implementation beside the recurrence, and on the witness's numbers; None where it has none."""
    expected = run(optimizer, hyper, START, GRADIENTS)
    got = simulate(hyper, START, GRADIENTS)
    pairs = [(float(a), b) for a, b in zip(expected, got, strict=False)]
    if not pairs:
        return None
    error = max(abs(a - b) / max(1.0, abs(a)) for a, b in pairs)
    if witness is None or witness.t is None:
        return Confirmation(len(pairs), error)
    try:
        return Confirmation(len(pairs), error, witness=_parts(simulate, hyper, witness))
    except (ValueError, ArithmeticError, RuntimeError) as refusal:  # it may allow fewer numbers than the definition
        reason = str(refusal).splitlines()[0] if str(refusal) else type(refusal).__name__
        return Confirmation(len(pairs), error, refused=reason)


def _parts(simulate: Simulate, hyper: Mapping[str, float], witness: Witness) -> bool:
    """Whether the implementation goes the recurrence's way at the witness, and not the definition's."""
    numbers = {name: float(value) for name, value in witness.assignments.items()}
    # A gradient that neither run asked for may be any.
    gradients = [numbers.get(f"g_{k}", GRADIENTS[0]) for k in range(1, (witness.t or 0) + 1)]
    own = {name: numbers.get(name, value) for name, value in hyper.items()}
    last = simulate(own, numbers.get("theta_0", START), gradients)[-1]
    left, right = (_value(text) for text in (witness.left, witness.right))
    return abs(last - left) <= TOLERANCE * max(1.0, abs(left)) and abs(last - right) > abs(last - left)


def _value(text: str) -> float:
    return float(Fraction(text)) if "[" not in text else float(text.strip("[]").split(" ")[0])


def run(optimizer: Optimizer, hyper: Mapping[str, float], start: float, gradients: Iterable[float]) -> list[float]:
    """The parameters of a recurrence after each step, computed in balls of 140 bits; up to where they have a value."""
    taken: dict[str, Number] = {name: _exactly(value) for name, value in hyper.items()}
    draws = list(gradients)
    taken |= {f"g_{k}": _exactly(value) for k, value in enumerate(draws, start=1)}
    taken[f"{optimizer.params.name}_0"] = _exactly(start)
    path: list[float] = []
    with precision():
        model = RunModel(optimizer, Choice(0, taken), len(draws), Gradients.FREE, Budget(5.0))
        for step in range(1, len(draws) + 1):
            try:
                path.append(_float(model.at(optimizer.params, step)))
            except Undecidable:
                break
    return path


def _exactly(value: float) -> fmpq:
    exact = Fraction(value)
    return fmpq(exact.numerator, exact.denominator)


def _float(value: Any) -> float:
    return float(value.mid()) if isinstance(value, arb) else int(value.p) / int(value.q)
