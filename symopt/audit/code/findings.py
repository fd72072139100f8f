"""Findings on a block of code: one for what is right or unknown, one for each wrong line."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from symopt.audit.code.chains import Chain, asked, chains, joined, of_same_gradient, unused
from symopt.audit.code.copies import copied
from symopt.audit.code.equations import Step, step_of
from symopt.audit.code.judging import Court, Outcome
from symopt.audit.code.mending import errata
from symopt.audit.code.remarks import Remark
from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.language.terms import Term
from symopt.read.code import Misuse, Program, Recurrence, read_program
from symopt.read.code.memory import last
from symopt.read.code.names import hyper_name

NO_METHOD = Opinion(Judgement.UNRECOGNISED, explanation="It is no step of a method that symopt knows.")
SETTINGS = Opinion(Judgement.GIVEN)


def code_findings(text: str, court: Court, hint: str = "") -> list[Remark]:
    """What is to be said of a program; at least one remark, whatever the text is.

    Args:
        text: the program.
        court: what judges its equations.
        hint: words around the program, in lower case, which may name the method.
    """
    program = read_program(text)
    units = [u for r in program.recurrences if (u := _unit(program, r, court, hint + text.lower())) is not None]
    units = [u for u in units if not u.recurrence.part or (u.system and not u.wrong)]
    remarks = _once(r for unit in _best(units) for r in unit)
    remarks += _misused(program, bool(remarks))
    if not remarks:
        remarks.append(Remark(0, text, _nothing(program)))
    return sorted([*remarks, *_unread(program, remarks)], key=lambda r: r.offset)


def _once(remarks: Iterable[Remark]) -> list[Remark]:
    """The remarks, those that say the same of the same place once: a method may belong to several classes."""
    return list({(r.offset, r.source, r.opinion.verdict, r.opinion.fix): r for r in remarks}.values())


@dataclass(frozen=True)
class Unit:
    """One step of the program with what is to be said of it."""

    recurrence: Recurrence
    remarks: tuple[Remark, ...]
    system: str

    @property
    def wrong(self) -> bool:
        return any(r.opinion.verdict is Judgement.ERRATUM for r in self.remarks)


def _best(units: Sequence[Unit]) -> Iterator[tuple[Remark, ...]]:
    """Of what is said of one step under several choices of its options, the best."""
    by_place: dict[tuple[str, tuple[int, int]], list[Unit]] = {}
    for unit in units:
        by_place.setdefault((unit.recurrence.name, unit.recurrence.span), []).append(unit)
    for options in by_place.values():
        known = [u for u in options if u.system] or options
        right = [u for u in known if not u.wrong]
        yield from (u.remarks for u in _distinct(right or known[:1]))


def _distinct(units: Sequence[Unit]) -> list[Unit]:
    return list({(u.system, u.remarks[0].opinion.conventions): u for u in units}.values())


def _unit(program: Program, recurrence: Recurrence, court: Court, hint: str) -> Unit | None:
    """One step judged, parameter by parameter; None where nothing in it is moved by a gradient."""
    step = step_of(recurrence)
    found = chains(step, asked(step))

    def judged(chain: Chain) -> Outcome:
        strange = copied(program.source.text, step, chain, found)
        meant = court.meant(strange, recurrence, chain, hint) if strange is not None else None
        return meant or court.outcome(step, recurrence, chain, hint)

    known = _known(step, found, judged)
    text = program.source.text[slice(*recurrence.span)]
    if not known:
        return Unit(recurrence, (Remark(recurrence.span[0], text, NO_METHOD),), "") if found else None
    wrong = errata(program, recurrence, step, [said for _, outcome in known for said in outcome.errata])
    if wrong:
        return Unit(recurrence, tuple(wrong), known[0][1].system)
    opinion = _overall([o for _, o in known])
    missing = _missing(recurrence, step, [c for c, _ in known])
    if missing:
        opinion = replace(opinion, verdict=Judgement.INCOMPLETE, explanation=missing)
    return Unit(recurrence, (Remark(recurrence.span[0], text, opinion),), known[0][1].system)


def _known(step: Step, found: Sequence[Chain], judged: Callable[[Chain], Outcome]) -> list[tuple[Chain, Outcome]]:
    """The chains that are a method's, each with what is to be said of it.

    States that nothing uses are no method's by themselves: they are read with what moves the parameters, for a
    mistake there may have left them idle.
    """
    outcomes = [(c, judged(c)) for c in found]
    moving = [(c, o) for c, o in outcomes if o.moves]
    if not moving:
        unread = any(n.name.startswith("?") for k in step.carried for n in _nodes(step, k) if n.head == "call")
        return [(c, o) for c, o in outcomes if o.system and not (unread and o.errata)]
    idle = unused(step, [c for c, _ in moving])
    if idle:
        whole = [(c, judged(joined(step, c, own))) for c, _ in moving if (own := of_same_gradient(step, c, idle))]
        if any(o.errata for _, o in whole):
            return [(c, o) for c, o in whole if o.errata]
    return [(c, o) for c, o in moving if o.system]


def _nodes(step: Step, key: str) -> Iterator[Term]:
    return step.definitions[key].right.nodes() if key in step.definitions else iter(())


def _overall(outcomes: Sequence[Outcome]) -> Opinion:
    """The verdict on a step none of whose equations is wrong."""
    said = [s for o in outcomes for s in o.said]
    conventions = tuple(dict.fromkeys(c for s in said for c in s.opinion.conventions))
    proofs = {s.opinion.proof for s in said if s.opinion.proof}
    incomplete = next((s for s in said if s.opinion.verdict is Judgement.INCOMPLETE), None)
    reading: dict[str, str] = {}
    for s in said:
        names = s.reading.names if s.reading is not None else {}
        for letter, part in (s.opinion.reading or {}).items():
            reading[names.get(letter, letter)] = part
    opinion = Opinion(
        Judgement.VARIANT if conventions else Judgement.CORRECT, system=outcomes[0].system, conventions=conventions,
        proof="proved" if proofs == {"proved"} else "undecided", reading=reading,
    )  # fmt: skip
    if incomplete is not None:
        names = incomplete.reading.names if incomplete.reading is not None else {}
        return replace(
            opinion, verdict=Judgement.INCOMPLETE, explanation=_renamed(incomplete.opinion.explanation, names)
        )
    return opinion


def _renamed(explanation: str, names: Mapping[str, str]) -> str:
    """A sentence about letters, about the program's names."""
    for letter, name in names.items():
        explanation = explanation.replace(f"${letter}$", f"`{name}`")
    return explanation.replace("The document never says", "The code never says")


def _missing(recurrence: Recurrence, step: Step, known: Sequence[Chain]) -> str:
    """The sentence that names what is used before it is given, and what is given nowhere."""
    keys = {k for c in known for k in c.keys}
    unbound = [last(s) for s in recurrence.unbound if s in keys]
    if not unbound:
        return ""
    used = {
        n.name for k in keys if k in step.definitions for n in step.definitions[k].right.nodes() if n.head == "name"
    }
    nowhere = [n for n in recurrence.free if n in used and n not in recurrence.constants and n not in unbound]
    sentence = f"{_listed(unbound)} {'is' if len(unbound) == 1 else 'are'} read before being given a value."
    return (
        f"{sentence} Nothing says what {_listed(nowhere)} {'is' if len(nowhere) == 1 else 'are'}."
        if nowhere
        else sentence
    )


def _listed(names: Sequence[str]) -> str:
    quoted = [f"`{n}`" for n in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


# What is not a method, or not Python

_DEFAULTS = {
    r"\eta": "0.001", r"\alpha": "0.001", r"\beta_1": "0.9", r"\beta_2": "0.999", r"\beta": "0.9", r"\mu": "0.9",
    r"\rho": "0.9", r"\gamma": "0.9", r"\epsilon": "1e-8", r"\lambda": "0.01",
}  # fmt: skip


def _misused(program: Program, relevant: bool) -> Iterator[Remark]:
    """Lines that Python would refuse, in a program that is a method's."""
    for misuse in program.misuses if relevant else ():
        source = program.source.text[slice(*misuse.span)]
        yield Remark(misuse.span[0], source, _misuse_opinion(misuse, source))


def _misuse_opinion(misuse: Misuse, source: str) -> Opinion:
    left = source.partition("=")[0].strip()
    names = [n.strip() for n in left.split(",")]
    values = [_DEFAULTS.get(hyper_name(n, {}) or "", "0") for n in names]
    return Opinion(
        Judgement.ERRATUM, rewrite="values do not match names",
        explanation=f"Python refuses the line: {misuse.reason}.", fix=f"{left} = {', '.join(values)}",
        witness={"claimed": misuse.values, "correct": misuse.names},
    )  # fmt: skip


def _nothing(program: Program) -> Opinion:
    """The verdict on a program without a step of any method."""
    body = program.source.tree.body
    if program.stopped:
        return Opinion(Judgement.UNREAD, explanation=f"The code was not read to its end: {program.stopped}.")
    if not _has_content(program):
        reason = program.faults[0].reason if program.faults else "there is no statement in it"
        return Opinion(Judgement.UNREAD, explanation=f"Line {_first(program)} of the code: {reason}.")
    return SETTINGS if all(_is_setting(s) for s in body) else NO_METHOD


def _first(program: Program) -> int:
    return program.faults[0].line if program.faults else 1


def _has_content(program: Program) -> bool:
    return any(not isinstance(s, ast.Pass) for s in program.source.tree.body)


def _is_setting(statement: object) -> bool:
    """Whether a statement only gives a name a number or a text."""
    if isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass):
        return True
    if isinstance(statement, ast.Assign):
        return not any(isinstance(n, ast.Name | ast.Call | ast.Subscript) for n in ast.walk(statement.value))
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _unread(program: Program, remarks: Sequence[Remark]) -> Iterator[Remark]:
    """The lines that were not read, where the rest was."""
    if len(remarks) == 1 and remarks[0].opinion.verdict is Judgement.UNREAD:
        return
    for fault in program.faults[:20]:
        line = program.source.line_text(fault.line)
        start = program.source.starts[fault.line - 1] + len(line) - len(line.lstrip())
        opinion = Opinion(Judgement.UNREAD, explanation=f"{fault.reason[:1].upper()}{fault.reason[1:]}.")
        yield Remark(start, line.strip()[:400] or " ", opinion)
