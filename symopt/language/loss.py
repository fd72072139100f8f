"""How a loss is written down: of one example, in its scores and its target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from symopt.language.symbols import At
from symopt.language.validation import DefinitionError


@dataclass(frozen=True, kw_only=True)
class Loss:
    """A loss of one example.

    Args:
        name: identifier, such as ``"logistic-loss"``.
        title: what people call it.
        score: what the weights make of the input, a symbol; of several classes, one value ``z[k]`` of a sequence.
        target: a symbol, the index of the right class, or one value ``y[k]`` of a sequence.
        expression: the loss, in the score and the target.
        prediction: what is predicted, in the score.
        domain: the set that targets lie in.
        given: sums with known values, such as that of a target's probabilities.
        source: citation.

    Raises:
        DefinitionError: the loss does not depend on the score.
    """

    name: str
    title: str
    score: Any
    target: Any
    expression: Any
    prediction: Any
    domain: sp.Set = sp.S.Reals
    given: tuple[tuple[Any, Any], ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        atoms = self.expression.atoms(At, sp.Symbol)
        base = getattr(self.score, "base", self.score)
        if not any(getattr(a, "base", a) == base for a in atoms):
            raise DefinitionError(f"{self.name}: the loss does not depend on its score {self.score}")

    @property
    def classes(self) -> bool:
        """Whether it is of several classes."""
        return isinstance(self.score, At)

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle \ell = {sp.latex(self.expression)}$"


@dataclass(frozen=True, kw_only=True)
class Regulariser:
    """A penalty on the weights, or a bound on their norm.

    Args:
        name, title, source: as of a loss.
        weight: one coordinate ``w[j]``.
        expression: what is added to the loss, without its strength; of a bound, the norm that is bounded.
        bound: None for a penalty; else what the norm stays below, kept by projecting after each step.
    """

    name: str
    title: str
    weight: Any
    expression: Any
    bound: Any = None
    source: str = ""

    @property
    def projection(self) -> Any:
        """The coordinate after the projection: the nearest point within the bound."""
        if self.bound is None:
            raise ValueError(f"{self.name} is a penalty: it has no projection")
        return self.weight * sp.Min(1, self.bound / self.expression)
