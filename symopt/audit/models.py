"""Numeric runs of a definition: the quick sieve in front of ``decide``.

A claim about an optimizer is first tried on two runs with random hyperparameters, starting
point and gradients. Agreement proves nothing; it only picks the readings worth proving, and
disagreement the ones worth dropping.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property, lru_cache
from itertools import pairwise, product
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from symopt.audit.arithmetic import apply
from symopt.audit.likeness import marks_of
from symopt.language import Grad, Optimizer, exact
from symopt.language import terms as T
from symopt.language.convert import latex_name, to_term
from symopt.language.terms import Term

Array = NDArray[np.float64]
GRADIENT = "gradient"
"""The name under which every model offers the oracle's answer at a step."""

STEP = "step"
"""The name under which a model offers the change of the parameters in a step, where the definition gives it none."""

STEPS = 9
TIMES = (3, 7)
"""The steps at which claims are tried: RAdam's rectification is off at the first, on at the second."""

MORE_TIMES = (4, 5, 6, 2, 8, 5)


@dataclass(frozen=True)
class Trial:
    """One run: values of every quantity at steps 0 to STEPS, and the oracle.

    Args:
        time: the step at which claims with a symbolic time are tried.
        hyper: values by hyperparameter name.
        values: for each quantity, its value at each step (NaN where it has none).
        branches: for a quantity defined by cases, each case's value at each step.
        stationary: whether every gradient is the same number, so that an expectation is its argument.
        seed: what the oracle's functions are drawn from.
    """

    time: int
    hyper: Mapping[str, float]
    values: Mapping[str, Sequence[float]]
    branches: Mapping[str, Sequence[Sequence[float]]]
    stationary: bool
    seed: int

    def oracle(self, step: int, point: Any) -> Any:
        """The gradient drawn at a step, at a point (a number or an array of candidates)."""
        return _oracle(self.seed, step, point, self.stationary)


def _oracle(seed: int, step: int, point: Any, stationary: bool) -> Any:
    if stationary:
        return 1.3 + 0.1 * seed + 0 * point
    draw = random.Random(f"{seed} {step}")
    slope, wave, phase, shift = (draw.uniform(0.3, 1.7) for _ in range(4))
    return slope * point + np.sin(wave * point + phase) - shift


class Model:
    """A definition (an optimizer under some conventions, or a schedule) with its runs.

    Args:
        optimizer: the definition.
        conventions: the conventions it is written under, relative to the catalogue's definition.
        changed: which of them touched which sequence.
        system: the catalogue's name.
        fixed: hyperparameters that the document prints as numbers.
        rank: its place among the definitions, basic methods first.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        system: str = "",
        conventions: tuple[str, ...] = (),
        changed: Mapping[str, tuple[str, ...]] | None = None,
        fixed: Mapping[str, Fraction] | None = None,
        rank: int = 0,
    ) -> None:
        self.optimizer = optimizer
        self.system = system or optimizer.name
        self.conventions = conventions
        self.changed = changed or {}
        self.fixed = fixed or {}
        self.rank = rank

    @cached_property
    def quantities(self) -> tuple[str, ...]:
        """Names of the sequences a document's symbol may stand for."""
        return (*(s.name for s in self.optimizer.sequences), *(() if self.named_gradient else (GRADIENT,)))

    @cached_property
    def has_step(self) -> bool:
        """Whether a symbol of a document's own may stand for the change of the parameters."""
        return self.params in self.states and any(n.head == "grad" for _, right in self.terms for _, n in right.walk())

    @cached_property
    def named_gradient(self) -> str:
        """The sequence that is the oracle's answer, where the definition names it."""
        return next((n for n, right in self.optimizer.equations.items() if isinstance(right, Grad)), "")

    @property
    def gradient(self) -> str:
        return self.named_gradient or GRADIENT

    @property
    def params(self) -> str:
        return self.optimizer.params.name

    @cached_property
    def states(self) -> frozenset[str]:
        return frozenset(s.name for s in self.optimizer.states)

    @cached_property
    def hypers(self) -> tuple[str, ...]:
        return tuple(h.name for h in self.optimizer.hyper)

    @cached_property
    def one_sided(self) -> frozenset[str]:
        """Quantities that are never negative, so that no convention flips their sign."""
        return frozenset(s.name for s in self.optimizer.sequences if s.is_nonnegative) | {self.params, self.gradient}

    @cached_property
    def asks_at_parameters(self) -> bool:
        return self.optimizer.query == self.optimizer.params[_t - 1]

    @cached_property
    def latex_names(self) -> Mapping[str, str]:
        """Canonical LaTeX of each quantity and hyperparameter, by name."""
        names = {s.name: latex_name(s) for s in self.optimizer.sequences}
        own = {GRADIENT: "g", STEP: rf"\Delta{names[self.params]}"}
        return names | {h.name: latex_name(h.symbol) for h in self.optimizer.hyper} | own

    @cached_property
    def trials(self) -> tuple[Trial, ...]:
        return tuple(self._run(seed, time, False) for seed, time in enumerate(self._times, start=1))

    @cached_property
    def first_steps(self) -> tuple[Trial, ...]:
        """A run tried at its first step, for equations that tell it from the others."""
        return (self._run(len(self._times) + 1, 1, False),)

    @cached_property
    def _times(self) -> tuple[int, ...]:
        """Steps to try, one a run: more of them where different runs take different branches."""
        heads = {node.head if node.head != "call" else node.name for _, right in self.terms for _, node in right.walk()}
        return TIMES + MORE_TIMES if heads & {"cases", "max", "min", "sign"} else TIMES

    @cached_property
    def moves(self) -> bool:
        """Whether the parameters change at all (Adadelta without its small constant never starts)."""
        return all(len({x for x in trial.values[self.params] if np.isfinite(x)}) > 2 for trial in self.trials)

    @cached_property
    def stationary_trials(self) -> tuple[Trial, ...]:
        return tuple(self._run(seed, time, True) for seed, time in enumerate(TIMES, start=1))

    def with_values(self, fixed: Mapping[str, Fraction]) -> Model:
        """The same definition at given hyperparameters."""
        model = Model(self.optimizer, self.system, self.conventions, self.changed, fixed, self.rank)
        model.__dict__["terms"] = self.terms
        return model

    @cached_property
    def numbers(self) -> Mapping[sp.Symbol, sp.Rational]:
        """The fixed hyperparameters' values, by symbol."""
        symbols = {h.name: h.symbol for h in self.optimizer.hyper}
        return {symbols[n]: exact(str(x)) for n, x in self.fixed.items()}

    @cached_property
    def specialised(self) -> Optimizer:
        """The definition with the fixed hyperparameters' numbers put in."""
        if not self.fixed:
            return self.optimizer
        return self.optimizer.replace(
            hyper=[h for h in self.optimizer.hyper if h.name not in self.fixed],
            update=[eq.xreplace(self.numbers) for eq in self.optimizer.update],
        )

    @cached_property
    def marks(self) -> frozenset[str]:
        """What the definition's equations look like."""
        return marks_of(side for name, right in self.terms for side in (T.at(self.latex_names[name], 0), right))

    @cached_property
    def terms(self) -> tuple[tuple[str, Term], ...]:
        """The equations as formulas: each sequence's name and right side, in order."""
        return tuple((name, _written(right)) for name, right in self.optimizer.equations.items())

    def _run(self, seed: int, time: int, stationary: bool) -> Trial:
        hyper = {h.name: _draw(h.name, h.domain, seed) for h in self.optimizer.hyper}
        hyper |= {name: float(x) for name, x in self.fixed.items()}
        run = _Run(self, hyper, seed, stationary)
        values, branches = run.steps()
        return Trial(time, hyper, values, branches, stationary, seed)


_t = sp.Symbol("t", integer=True, positive=True)

_written = lru_cache(maxsize=None)(to_term)
"""Variants share most of their equations, so each is put into notation once."""


_WHOLE = (3.0, 12.0)
"""Horizons and intervals: one that a run passes, so that drops show, and one that it stays within."""


@cache
def _draw(name: str, domain: sp.Set, seed: int) -> float:
    """A generic value of the domain.

    Decay rates are high enough that RAdam rectifies by the second trial's step, and anything in the trials
    beyond, where signs and maxima should differ; a period divides the first trial's step and not the second's.
    """
    draw = random.Random(f"{name} {seed}")
    low = float(domain.inf) if domain.inf.is_finite else 0.0
    high = float(domain.sup) if domain.sup.is_finite else low + 1.0
    if domain.is_subset(sp.S.Integers):
        return _WHOLE[seed % 2] if name != "k" else (2.0 if seed == 2 else 3.0)
    if (low, high) == (0.0, 1.0) and domain.sup.is_finite:
        return draw.uniform(0.90, 0.97) if seed <= len(TIMES) else draw.uniform(0.15, 0.95)
    return low + (high - low) * draw.uniform(0.15, 0.85)


class _Run:
    """The definition's equations evaluated step by step in floating point."""

    def __init__(self, model: Model, hyper: Mapping[str, float], seed: int, stationary: bool) -> None:
        self.model, self.seed, self.stationary = model, seed, stationary
        self.latex = model.latex_names
        self.names = {self.latex[h]: x for h, x in hyper.items()}
        self.values: dict[str, list[float]] = {q: [np.nan] * (STEPS + 1) for q in model.quantities}
        self.branches: dict[str, list[list[float]]] = {}
        self.by_latex = {self.latex[s.name]: s.name for s in model.optimizer.sequences}
        self.step = 0
        self.values[model.params][0] = random.Random(f"start {seed}").uniform(0.4, 1.4)
        for sequence, value in model.optimizer.init.items():
            self.values[sequence.name][0] = float(self.value(to_term(value)))

    def steps(self) -> tuple[Mapping[str, Sequence[float]], Mapping[str, Sequence[Sequence[float]]]]:
        with np.errstate(all="ignore"):
            for self.step in range(1, STEPS + 1):
                for name, term in self.model.terms:
                    self.values[name][self.step] = float(self.value(term))
                    if term.head == "cases":
                        rows = self.branches.setdefault(name, [[np.nan] * (STEPS + 1) for _ in term.args[::2]])
                        for row, case in zip(rows, term.args[::2], strict=True):
                            row[self.step] = float(self.value(case))
        path = self.values[self.model.params]
        self.values[STEP] = [np.nan, *(b - a for a, b in pairwise(path))]
        return self.values, self.branches

    def value(self, term: Term) -> Any:
        match term.head:
            case "name":
                return self.step if term.name == "t" else self.names.get(term.name, float("nan"))
            case "at":
                index = int(self.value(term.args[0]))
                return self.values[self.by_latex[term.name]][index]
            case "grad":
                answer = _oracle(self.seed, self.step, self.value(term.args[0]), self.stationary)
                self.values[self.model.gradient][self.step] = float(answer)
                return answer
            case "cases":
                for case, condition in zip(term.args[::2], term.args[1::2], strict=True):
                    if condition.name == "otherwise" or self.value(condition):
                        return self.value(case)
                return float("nan")
            case _:
                return apply(term, [self.value(a) for a in term.args])


def specialised(model: Model, decimals: frozenset[Fraction]) -> Iterator[Model]:
    """The model with decay rates, and its small constant, fixed to numbers that a document prints.

    A document that prints 0.1 beside 0.9 prints 1 - beta beside beta. Only plain definitions are tried.
    """
    if not decimals or len(decimals) > 6 or model.conventions:
        return
    decays = [h.name for h in model.optimizer.hyper if h.domain == sp.Interval.Ropen(0, 1)]
    tiny = sorted(d for d in decimals if d < _TINY)
    rates = {max(d, 1 - d) for d in decimals - {*tiny}} | (decimals if len(decimals) < 3 else set())
    if len(rates) ** len(decays) > _COMBINATIONS:
        return
    options = [[(name, None), *((name, x) for x in sorted(rates))] for name in decays]
    options += [[("epsilon", None), *(("epsilon", x) for x in tiny)]] if "epsilon" in model.hypers and tiny else []
    for chosen in product(*options):
        fixed = {name: x for name, x in chosen if x is not None}
        if fixed:
            yield model.with_values(fixed)


_TINY = Fraction(1, 1000)
_COMBINATIONS = 16
