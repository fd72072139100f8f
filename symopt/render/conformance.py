"""The survey of the libraries as a Markdown page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from symopt.check.findings import Finding, Outcome
from symopt.check.remarks import remarks
from symopt.render.check import call, decimal, difference, witness

_VERDICTS = {
    Outcome.EQUAL: "proved equal", Outcome.CONVENTIONS: "proved equal under conventions",
    Outcome.DIFFERENT: "proved different", Outcome.UNDECIDED: "undecided", Outcome.UNREAD: "not read",
}  # fmt: skip

HEAD = """# The libraries against the papers

Each optimizer of torch.optim, optax and keras.optimizers (on JAX), run once on symbols and turned into a recurrence,
which is then held against the definitions of `symopt list`. Versions: {versions}.

- *proved equal*: for all hyperparameters, gradients and starting points, the same steps, by induction.
- *proved equal under conventions*: the same of the definition under the conventions that are named.
- *proved different*: a run, in small numbers, in which the parameters part; the library itself was run on it too.
- *undecided*: neither; no definition of the method is at hand, or the time was not enough.
- *not read*: the step could not be turned into a recurrence; nothing is claimed.

An argument that is `any` is a symbol, as every numeric argument with a default other than 0 is. Every recurrence was
compared with a run of the library at other numbers than those of the trace. The times are of the processor, for tracing
and deciding, after the library is imported. See [check](check.md).

The parameters are a vector of any length. What a library does to matrices only is another matter, as the row and column
averages of Adafactor, the covers of SM3 and the Newton-Schulz steps of Muon are: Keras's Muon is AdamW for all else.

"""
"""The page's beginning, to be formatted with the libraries' versions."""


def to_markdown(title: str, findings: Iterable[Finding]) -> str:
    """A section for one library: a table with a row for each case, and the differences written out."""
    found = list(findings)
    counts = Counter(f.outcome for f in found)
    tally = ", ".join(f"{counts[o]} {said}" for o, said in _VERDICTS.items() if counts[o])
    lines = [f"## {title}", "", f"{len(found)} cases: {tally}.", ""]
    lines += [
        "| Call | Verdict | Definition | Conventions | Defaults that differ | Notes | Time |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_row(f) for f in found]
    seconds = [f.seconds for f in found if f.seconds] or [0.0]
    taken = {"median": median(seconds), "longest": max(seconds)}
    lines += [f"| {name} |  |  |  |  |  | {s:.1f} s |" for name, s in taken.items()]
    lines += ["", f"### {title}: in words", "", *_in_words(found)]
    lines += ["", f"### {title}: differences as formulas", ""]
    lines += [line for f in found for line in _details(f)]
    return "\n".join(lines)


def _in_words(findings: Iterable[Finding]) -> Iterator[str]:
    """A line for each case of which there is something to say that its optimizer's plain case has not said."""
    known: dict[str, set[str]] = {}
    for finding in findings:
        heard = known.setdefault(finding.target, set())
        said = [r for r in (remarks(finding.comparison) if finding.comparison else ()) if r not in heard]
        heard.update(said)
        if said:
            yield f"- `{call(finding).partition('.')[2] or call(finding)}`: {' '.join(said)}"


def _row(finding: Finding) -> str:
    comparison = finding.comparison
    definition = comparison.definition if comparison else None
    cells = [
        f"`{call(finding).partition('.')[2] or call(finding)}`", _VERDICTS[finding.outcome],
        definition.title if definition else "", "; ".join(comparison.conventions) if comparison else "",
        ", ".join(f"{n} {decimal(a)} for {decimal(b)}" for n, (a, b) in finding.defaults.items()), _notes(finding),
        f"{finding.seconds:.1f} s",
    ]  # fmt: skip
    return "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |"


def _notes(finding: Finding) -> str:
    notes: list[str] = [finding.reason] if finding.reason else []
    comparison = finding.comparison
    if comparison is not None and finding.outcome is Outcome.UNDECIDED:
        notes.append(comparison.equality.reason)
    if comparison is not None and comparison.definition is not None and comparison.equality.proved:
        held = {n: e for n, e in comparison.equality.hypers.items() if e.is_Rational and not e.is_Integer}
        notes += [f"its {n} is {decimal(e)}" for n, e in held.items()]
    if finding.special:
        notes.append(f"the first step sets {_list(finding.special)} otherwise")
    if finding.assumed:
        notes.append(f"for {_list(finding.assumed)}")
    notes += finding.scope
    if finding.fixed:
        notes.append("with " + ", ".join(f"{n} = {v}" for n, v in finding.fixed.items()))
    if finding.confirmation is not None and finding.confirmation.witness is False:
        notes.append("a run of the library does not confirm the witness")
    return "; ".join(notes)


def _list(names: Sequence[str]) -> str:
    return ", ".join(f"`{n}`" for n in names)


def _details(finding: Finding) -> list[str]:
    """The equations that differ, and the witness."""
    comparison = finding.comparison
    if comparison is None or comparison.against is None:
        return []
    lines = [f"`{call(finding)}` from {comparison.against.title}:", "", "```text"]
    for d in comparison.differences:
        lines += difference(d)
    if comparison.parting is not None:
        lines.append(f"witness: {witness(comparison.parting)}")
    return [*lines, "```", ""]
