"""Values that a program has a name for, put back under it."""

from __future__ import annotations

from symopt.audit.code.claims import Reading
from symopt.audit.code.equations import Step
from symopt.language import terms as T
from symopt.language.terms import Term


def folded(term: Term, step: Step, reading: Reading, key: str, start: int) -> tuple[Term, dict[str, str]]:
    """A term with what earlier statements of the step have worked out under the names that they gave it.

    Args:
        term: a value under the letters of a reading.
        step: the step.
        reading: the reading, in whose equations those values were written out.
        key: the assignment that the term belongs to.
        start: where its statement begins.

    Returns:
        The term, and for each letter that it has in addition the place that it is.
    """
    order = list(step.definitions)
    found: dict[str, str] = {}
    later: set[str] = set()
    for k in reversed(order[: order.index(key)] if key in order else []):
        definition = step.definitions[k]
        ended = definition.span is not None and definition.span[1] <= start
        plain = definition.right.head in ("name", "number", "at")
        hidden = definition.slot in later or k in reading.keys or plain or not ended
        later.add(definition.slot)
        whole = None if hidden else reading.inlined(k)
        if whole is None:
            continue
        letter = f"value {k}"
        new = term.map(lambda n, whole=whole, letter=letter: _under(n, whole, letter))
        if new != term:
            term, found[letter] = new, definition.slot
    return term, found


def _under(node: Term, whole: Term, letter: str) -> Term | None:
    """The node, or some of what it adds or multiplies, as a name."""
    if node == whole:
        return T.name(letter)
    size = len(whole.args)
    if node.head != whole.head or node.head not in ("add", "mul") or len(node.args) <= size:
        return None
    starts = (i for i in range(len(node.args) - size + 1) if node.args[i : i + size] == whole.args)
    start = next(starts, None)
    if start is None:
        return None
    args = (*node.args[:start], T.name(letter), *node.args[start + size :])
    return T.add(*args) if node.head == "add" else T.mul(*args)
