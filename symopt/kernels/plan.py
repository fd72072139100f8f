"""What a kernel computes, whatever the backend: the slots it keeps, where it asks for gradients, what it returns."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from symopt.kernels.form import Form, Input, Range
from symopt.kernels.nodes import DOT, Graph, Node, walk
from symopt.kernels.translate import Translation, refuse_linear_algebra
from symopt.language import Hyper, Optimizer, Sequence, Shape, t
from symopt.language.domains import contains, domain_text

RESERVED = frozenset(
    "Any Array Arrays SCRATCH State arrays axes block block_of blocks cache compiled gradient gradients i init inner "
    "inputs jax jnp map masks math nb np number one_minus_power options out outputs query scratch self size state "
    "step t torch total tuple views".split()
)
"""Names that generated code uses for itself."""

_NUMBERED = re.compile(r"[abcdsw]\d+|gradient_\d+|.*_out")
"""... and those it makes up."""


@dataclass(frozen=True)
class Slot:
    """One value that is kept from step to step, the parameters among them.

    Args:
        key: the sequence's name and how many steps old the value is when a step begins; 0: that of step 0.
        name: its name in code and in states.
        array: whether it has the parameters' shape, or is one number.
        initial: its value before the first step, of hyperparameters and the initial parameters.
    """

    key: tuple[str, int]
    name: str
    array: bool
    initial: Node


@dataclass(frozen=True)
class Setting:
    """A hyperparameter as code sees it: its declaration, a name in code, a default or None."""

    hyper: Hyper
    name: str
    default: float | None


@dataclass(frozen=True)
class Plan:
    """One step of a definition, taken apart.

    Args:
        optimizer: the definition.
        graph: makes nodes for whoever rebuilds some.
        settings: the hyperparameters.
        params: the parameters' slot.
        slots: the slots of the state, without the parameters.
        points: where the gradient is asked, in order; a point may use the gradients before it.
        outputs: the value of each slot after the step, by the slot's key.
        labels: names for nodes that are worth one: those that an equation defines.
    """

    optimizer: Optimizer
    graph: Graph
    settings: tuple[Setting, ...]
    params: Slot
    slots: tuple[Slot, ...]
    points: tuple[Node, ...]
    outputs: Mapping[tuple[str, int], Node]
    labels: Mapping[Node, str]

    @cached_property
    def arrays(self) -> tuple[Slot, ...]:
        """The slots that are arrays, the parameters first."""
        return (self.params, *(s for s in self.slots if s.array))

    @cached_property
    def scalars(self) -> tuple[Slot, ...]:
        return tuple(s for s in self.slots if not s.array)

    @cached_property
    def slot_of(self) -> Mapping[tuple[str, int], Slot]:
        return {s.key: s for s in (self.params, *self.slots)}

    @cached_property
    def asks_at_params(self) -> bool:
        """Whether the only gradient is the one at the parameters themselves."""
        return not self.points or (len(self.points) == 1 and self.points[0].value == self.params.key)

    @cached_property
    def sums(self) -> bool:
        """Whether a step computes inner products or norms."""
        return any(n.op == DOT for n in walk([*self.outputs.values(), *self.points]))

    @cached_property
    def form(self) -> Form:
        """How a kernel of the plan is called."""
        settings = (Input(s.hyper.name, s.name, s.default, _range(s.hyper.domain)) for s in self.settings)
        return Form(
            self.optimizer.name, self.params.name, tuple(settings), tuple(s.name for s in self.arrays[1:]),
            tuple(s.name for s in self.slots), len(self.points), self.asks_at_params, self.sums, self,
        )  # fmt: skip

    def setting(self, name: str) -> Setting | None:
        """The hyperparameter of that name, as the definition or as code spells it."""
        return next((s for s in self.settings if name in (s.name, s.hyper.name)), None)


def plan_of(optimizer: Optimizer) -> Plan:
    """The plan of a definition.

    Raises:
        KernelError: a sequence is a vector or a matrix, or an equation holds a function that has no kernel.
    """
    refuse_linear_algebra(optimizer)
    step = Translation(optimizer)
    outputs = _outputs(step)
    names = _identifiers([*(h.name for h in optimizer.hyper), *(_slot_name(key) for key in outputs)])
    slots = {key: _slot(step, key, names[_slot_name(key)]) for key in outputs}
    params = slots[optimizer.params.name, 1]
    return Plan(
        optimizer,
        step.graph,
        tuple(Setting(h, names[h.name], _default(h)) for h in optimizer.hyper),
        params,
        tuple(s for s in slots.values() if s is not params),
        tuple(step.points),
        outputs,
        _labels(step, slots, set(names.values())),
    )


def _outputs(step: Translation) -> dict[tuple[str, int], Node]:
    """What each slot holds next: the new value, or for older ones what was one step younger."""
    optimizer = step.optimizer
    step.slot(optimizer.params, 1)
    deepest: dict[Sequence, int] = {}
    for name, lag in step.slots:
        sequence = optimizer.sequence(name)
        deepest[sequence] = max(deepest.get(sequence, 0), lag)
    outputs: dict[tuple[str, int], Node] = {}
    for sequence, lags in deepest.items():
        newest = step.values[sequence.name]
        newest = newest if sequence.shape is Shape.SCALAR else step.filled(newest)
        for lag in range(1, lags + 1):
            outputs[sequence.name, lag] = newest if lag == 1 else step.slot(sequence, lag - 1)
    params = optimizer.params.name
    if (params, 0) in step.slots:
        outputs[params, 0] = step.slots[params, 0]
    return outputs


def _slot(step: Translation, key: tuple[str, int], name: str) -> Slot:
    params = step.optimizer.params
    sequence = step.optimizer.sequence(key[0])
    initial = (
        params[t - 1] if sequence == params else step.optimizer.init[sequence].xreplace({params[0]: params[t - 1]})
    )
    node = step.node(initial)
    array = sequence.shape is not Shape.SCALAR
    return Slot(key, name, array, step.filled(node) if array else node)


def _slot_name(key: tuple[str, int]) -> str:
    name, lag = key
    return name if lag == 1 else f"{name}_start" if lag == 0 else f"{name}_lag{lag}"


def _default(hyper: Hyper) -> float | None:
    if hyper.default is not None:
        return float(hyper.default)
    if isinstance(hyper.domain, sp.FiniteSet) and len(hyper.domain) == 1:
        return float(next(iter(hyper.domain)))  # pyright: ignore[reportArgumentType]  # a real number
    return None


def _range(domain: sp.Set) -> Range:
    text = domain_text(domain)
    if domain == sp.S.Naturals:
        return Range(text, low=1, whole=True)
    if isinstance(domain, sp.Interval):
        low, high = float(domain.start), float(domain.end)  # pyright: ignore[reportArgumentType]  # real numbers
        return Range(text, low, high, bool(domain.left_open), bool(domain.right_open))
    if isinstance(domain, sp.FiniteSet):
        return Range(text, members=tuple(float(x) for x in domain))  # pyright: ignore[reportArgumentType]  # the same
    return Range(text, other=contains(domain))


def _identifiers(names: Iterable[str], taken: Iterable[str] = RESERVED) -> dict[str, str]:
    """A name in code for each name: letters, digits and underscores, no keyword, all different."""
    used = set(taken)
    found: dict[str, str] = {}
    for name in names:
        plain = re.sub(r"\W", "_", name, flags=re.ASCII) or "x"
        plain = f"x{plain}" if plain[0].isdigit() or plain[0] == "_" else plain
        while keyword.iskeyword(plain) or plain in used or _NUMBERED.fullmatch(plain):
            plain += "_"
        used.add(plain)
        found[name] = plain
    return found


def _labels(step: Translation, slots: Mapping[tuple[str, int], Slot], taken: set[str]) -> dict[Node, str]:
    kept = {key[0] for key in slots}
    wanted = {name: f"{name}_new" if name in kept else name for name in step.values}
    names = _identifiers(wanted.values(), RESERVED | taken)
    labels: dict[Node, str] = {}
    for name, node in step.values.items():
        if not node.leaf or node.op == "gradient":
            labels.setdefault(node, names[wanted[name]])
    return labels
