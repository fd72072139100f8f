"""Definitions as models: what a document's symbols may stand for, and numeric runs of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import combinations, groupby, permutations, product
from typing import NamedTuple

import numpy as np
import sympy as sp

from symopt.audit.likeness import Tally, marks_of, tally
from symopt.audit.runs import DRAWS, FIRST_STEP, MORE_TIMES, TIMES, Runs, drawn, made
from symopt.language import Grad, Optimizer, Schedule, exact
from symopt.language import terms as T
from symopt.language.convert import latex_name, to_term
from symopt.language.domains import contains
from symopt.language.terms import Term
from symopt.optimizers import catalogue

GRADIENT = "gradient"
"""The name under which every model offers the oracle's answer at a step."""


STEP = "step"
"""The name under which a model offers the change of the parameters in a step, where the definition gives it none."""


class Parts(NamedTuple):
    """What a document's symbols may stand for in a model: much the same in many."""

    hypers: tuple[str, ...]
    quantities: tuple[str, ...]
    params: str
    gradient: str
    states: tuple[str, ...]
    one_sided: tuple[str, ...]
    has_step: bool

    @property
    def rows(self) -> Mapping[tuple[bool, str], int]:
        """Where a table of values has each hyperparameter (True) and quantity (False)."""
        names = [*((True, h) for h in self.hypers), *((False, q) for q in self.quantities), (False, STEP)]
        return {name: i for i, name in enumerate(names)}


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
        return self.params in self.states and any(n.head == "grad" for _, right in self.terms for n in right.nodes())

    @cached_property
    def scheduled(self) -> bool:
        """Whether it gives a hyperparameter's value at each step, and moves no parameters."""
        return isinstance(catalogue().get(self.system), Schedule)

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
    def coordinates(self) -> int:
        """How many coordinates its runs have: two where one would not tell a norm from an absolute value."""
        calls = {node.name for _, right in self.terms for node in right.nodes() if node.head == "call"}
        return 2 if calls & {"norm", "dot"} else 1

    @cached_property
    def rows(self) -> Mapping[tuple[bool, str], int]:
        """Where a table of values has each hyperparameter (True) and quantity (False)."""
        return self.parts.rows

    @cached_property
    def parts(self) -> Parts:
        """What its symbols may stand for."""
        states, one_sided = (tuple(sorted(names)) for names in (self.states, self.one_sided))
        return Parts(self.hypers, self.quantities, self.params, self.gradient, states, one_sided, self.has_step)

    @cached_property
    def times(self) -> tuple[int, ...]:
        """Steps to try, one a run: more of them where different runs take different branches."""
        heads = {node.head if node.head != "call" else node.name for _, right in self.terms for node in right.nodes()}
        return TIMES + MORE_TIMES if heads & {"cases", "max", "min", "sign"} else TIMES

    @property
    def seeds(self) -> tuple[int, ...]:
        """What its runs are drawn from; the last run is tried at its first step."""
        return (*range(1, len(self.times) + 1), FIRST_STEP)

    @cached_property
    def runs(self) -> Runs:
        """Its runs, one for each of its seeds."""
        return _run([self], stationary=False)

    @cached_property
    def stationary(self) -> Runs:
        """Its runs, one for each of ``TIMES``, in which the gradients do not change, several draws of them in each."""
        return _run([self], stationary=True)

    @cached_property
    def moves(self) -> bool:
        """Whether the parameters change at all (Adadelta without its small constant never starts)."""
        paths = self.runs.values[:-1, self.rows[False, self.params], :, 0]
        return all(len(set(path[np.isfinite(path)])) > 2 for path in paths)

    def with_values(self, fixed: Mapping[str, Fraction]) -> Model:
        """The same definition at given hyperparameters."""
        return _with_values(self, tuple(fixed.items()))

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
    def tallies(self) -> Mapping[str, Tally]:
        """The same, for each sequence's equation."""
        parts = {latex: key for key, latex in self.latex_names.items()}
        parts |= {self.latex_names[self.gradient]: self.gradient}
        parts |= {self.latex_names[name]: "decimal" for name in self.fixed}
        return {name: tally(right, parts) for name, right in self.terms}

    @cached_property
    def terms(self) -> tuple[tuple[str, Term], ...]:
        """The equations as formulas: each sequence's name and right side, in order."""
        return tuple((name, to_term(right)) for name, right in self.optimizer.equations.items())


_OWN = (
    "terms", "quantities", "has_step", "scheduled", "named_gradient", "states", "hypers", "one_sided", "parts",
    "asks_at_parameters", "latex_names", "coordinates", "rows", "times", "marks",
)  # fmt: skip
"""What a definition is whatever its hyperparameters are."""


@lru_cache(maxsize=2048)
def _with_values(model: Model, fixed: tuple[tuple[str, Fraction], ...]) -> Model:
    valued = Model(model.optimizer, model.system, model.conventions, model.changed, dict(fixed), model.rank)
    valued.__dict__.update({name: getattr(model, name) for name in _OWN})
    return valued


def run_together(models: Iterable[Model]) -> None:
    """Makes the runs of models that differ in fixed hyperparameters alone side by side, as is quickest."""
    waiting = [m for m in models if "runs" not in m.__dict__]
    for _, alike in groupby(waiting, key=lambda m: id(m.optimizer)):
        together = list(alike)
        runs = _run(together, stationary=False)
        count = len(together[0].seeds)
        for i, model in enumerate(together):
            rows = slice(i * count, (i + 1) * count)
            model.__dict__["runs"] = Runs(runs.values[rows], tuple(b[rows] for b in runs.branches))


def _run(models: list[Model], *, stationary: bool) -> Runs:
    """The runs of models of one definition, one after the other."""
    model = models[0]
    seeds = range(1, len(TIMES) + 1) if stationary else model.seeds
    names = model.latex_names
    hypers = {
        names[h.name]: np.array([[_value(m, h.name, h.domain, seed)] for m in models for seed in seeds])
        for h in model.optimizer.hyper
    }
    return made(
        [(names[name], right) for name, right in model.terms],
        {names[s.name]: to_term(value) for s, value in model.optimizer.init.items()},
        hypers,
        [*seeds] * len(models),
        quantities=[GRADIENT if q == GRADIENT else names[q] for q in model.quantities],
        params=names[model.params],
        gradient=names[model.named_gradient] if model.named_gradient else GRADIENT,
        coordinates=DRAWS if stationary else model.coordinates,
        stationary=stationary,
    )


def _value(model: Model, name: str, domain: sp.Set, seed: int) -> float:
    return float(model.fixed[name]) if name in model.fixed else drawn(name, domain, seed)


_t = sp.Symbol("t", integer=True, positive=True)


def specialised(model: Model, decimals: frozenset[Fraction]) -> Iterator[Model]:
    """The model with decay rates, and its small constant, fixed to numbers that a document prints.

    A document that prints 0.1 beside 0.9 prints 1 - beta beside beta. No definition is tried under several conventions.
    """
    if not decimals or len(decimals) > 6 or len(model.conventions) > 1:
        return
    decays = [h.name for h in model.optimizer.hyper if h.domain == sp.Interval.Ropen(0, 1)]
    tiny = sorted(d for d in decimals if d < _TINY)
    rates = {max(d, 1 - d) for d in decimals - {*tiny}} | (decimals if len(decimals) < 3 else set())
    if len(rates) ** len(decays) > _COMBINATIONS:
        return
    options = [[(name, None), *((name, x) for x in sorted(rates, reverse=True))] for name in decays]
    options += [[("epsilon", None), *(("epsilon", x) for x in tiny)]] if "epsilon" in model.hypers and tiny else []
    for chosen in product(*options):
        fixed = {name: x for name, x in chosen if x is not None}
        if fixed:
            yield model.with_values(fixed)


def at_settings(model: Model, constants: frozenset[Fraction], symbols: int) -> Iterator[Model]:
    """A schedule with the hyperparameters fixed for which a formula prints numbers in the place of symbols.

    Args:
        model: any definition; there are none of what is no schedule.
        constants: the formula's numbers, some of which it may have of its own.
        symbols: how many of its symbols may be hyperparameters.
    """
    size = len(model.hypers) - symbols
    if not 0 < size <= len(constants) or not model.scheduled:
        return
    # The initial rate comes first in a definition, and is the last to be a number.
    contained = {h.name: contains(h.domain) for h in reversed(model.optimizer.hyper)}
    for names in combinations(contained, size):
        for numbers in permutations(sorted(constants), size):
            if all(contained[n](float(x)) for n, x in zip(names, numbers, strict=True)):
                yield model.with_values(dict(zip(names, numbers, strict=True)))


_TINY = Fraction(1, 1000)
_COMBINATIONS = 16
