"""Mistakes planted in clean programs, and what the audit says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from symopt.audit import Finding, Judgement
from symopt.language import Norm, Optimizer
from symopt.optimizers import catalogue
from symopt.rewrites import MISTAKES, apply_mistake
from tests.audit.code.programs import said_of
from tests.audit.code.recurrences import Equations, Unwritable, same_path
from tests.audit.code.styles import STYLES, written

METHODS = (
    "gradient-descent", "momentum", "momentum-accumulated", "momentum-average", "nesterov", "nesterov-phi", "adagrad",
    "rmsprop", "rmsprop-centred", "adadelta", "adam", "adamw", "adamax-epsilon", "amsgrad", "nadam", "adabelief",
    "lion", "signum", "radam",
)  # fmt: skip
"""What people program by hand; the tests of clean programs take every definition."""


@dataclass(frozen=True)
class Planted:
    """A wrong program.

    Args:
        method, style: the program.
        mistake: the name of what was done to it.
        program: its text.
    """

    method: str
    style: str
    mistake: str
    program: str

    @property
    def line(self) -> str:
        return f"{self.method}, {self.style}, {self.mistake}"


def elementwise() -> dict[str, Optimizer]:
    """Every definition without norms."""
    found = {n: d for n, d in catalogue().items() if isinstance(d, Optimizer)}
    return {n: d for n, d in found.items() if not any(e.has(Norm) for e in d.update)}


def planted(method: str, styles: Sequence[str] = tuple(STYLES)) -> Iterator[Planted]:
    """Every mistake that fits the definition, at the first place where it changes the numbers, in these styles."""
    definition = elementwise()[method]
    right = Equations.of(definition).run()
    for mistake in MISTAKES:
        for broken in apply_mistake(definition, mistake):
            wrong = Equations(definition, broken.equations)
            programs = [(s, written(wrong, s)) for s in styles if _can(wrong, s)]
            if not programs or not _differs(right, wrong):
                continue
            yield from (Planted(method, s, mistake.name, text) for s, text in programs)
            break


def _differs(right: Sequence[float], wrong: Equations) -> bool:
    """Whether a run parts from the right one; to have no value at all is to part too."""
    try:
        return not same_path(right, wrong.run())
    except (ArithmeticError, ValueError):
        return True


def _can(equations: Equations, style: str) -> bool:
    try:
        written(equations, style)
    except Unwritable:
        return False
    return True


def rotated(methods: Sequence[str] = METHODS) -> list[Planted]:
    """Each mistake of each method once, the styles taking turns."""
    cases: list[Planted] = []
    turn = 0
    for method in methods:
        by_mistake: dict[str, list[Planted]] = {}
        for case in planted(method):
            by_mistake.setdefault(case.mistake, []).append(case)
        for options in by_mistake.values():
            cases.append(options[turn % len(options)])
            turn += 1
    return cases


def sampled(every: int) -> list[Planted]:
    """Of the mistakes of all methods, one in so many, and each mistake at least once."""
    cases = rotated()
    first = {case.mistake: case for case in reversed(cases)}
    return list(dict.fromkeys([*cases[::every], *first.values()]))


def uncounted() -> Iterator[Planted]:
    """Programs whose step counter never counts."""
    for method in ("adam", "adamw", "nadam", "adamax", "adabelief", "amsgrad-corrected"):
        equations = Equations.of(elementwise()[method])
        for style, line in (("NumPy class", "self.t += 1"), ("PyTorch", "state['step'] += 1")):
            text = written(equations, style)
            gone = "\n".join(x for x in text.split("\n") if x.strip() != line)
            yield Planted(method, style, "step counter never incremented", gone)
        text = written(equations, "optax")
        for forgotten in (
            ("optax.safe_increment(state.count)", "state.count"),
            ("State(count, ", "State(state.count, "),
        ):
            if forgotten[0] in text:
                yield Planted(method, "optax", "step counter never incremented", text.replace(*forgotten))


def early() -> Iterator[Planted]:
    """Loops that count from 0."""
    for method in ("adam", "adamw", "nadam", "adamax", "adabelief", "amsgrad-corrected"):
        text = written(Equations.of(elementwise()[method]), "NumPy in place")
        yield Planted(method, "NumPy in place", "bias-correction exponent one early",
                      text.replace("range(1, num_steps + 1)", "range(num_steps)"))  # fmt: skip


def unreset() -> Iterator[Planted]:
    """Gradients that go on adding up."""
    for method in ("gradient-descent", "momentum", "adagrad", "rmsprop", "adam"):
        text = written(Equations.of(elementwise()[method]), "NumPy in place")
        text = text.replace("dx = grad(x)", "dx += grad(x)").replace("for t", "dx = 0\nfor t", 1)
        yield Planted(method, "NumPy in place", "gradient never reset", text)


@cache
def outcome(case: Planted) -> tuple[str, tuple[Finding, ...]]:
    """ "named"; "mended", by the undoing of an equivalent mistake; "flagged" without a proof; "legitimate", where
    it is proved to be another method or another form; "missed"."""
    found = tuple(said_of(case.program))
    errata = [f for f in found if f.verdict is Judgement.ERRATUM]
    if any(case.mistake in f.rewrite.split("; ") for f in errata):
        return "named", found
    if any(f.proof == "refuted" and f.fix for f in errata):
        return "mended", found
    right = {Judgement.CORRECT, Judgement.VARIANT}
    if found and all(f.verdict in right and f.proof == "proved" for f in found):
        return "legitimate", found
    return ("flagged" if errata else "missed"), found
