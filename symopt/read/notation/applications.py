r"""A symbol before brackets: a function with its arguments, a value at a step, an average, or a factor.

``f(x)`` is a call and ``\gamma(a + b)`` a product; ``w(t-1)`` may be w one step back; ``E[g^2]_t`` is the
running average of the squared gradient, ``\mathbb{E}[g]`` an expectation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symopt.language.latex import latex
from symopt.language.terms import Term
from symopt.read.notation.context import HYPER, STRICT
from symopt.read.notation.gradients import is_arguments
from symopt.read.notation.indices import Named, label, named
from symopt.read.notation.tree import Node, NotRead, bare, base, entries, shifted, symbols, whole_number

if TYPE_CHECKING:
    from symopt.read.notation.elaborate import Elaborator

_SINGLE = frozenset({"sqrt", "abs", "sign", "exp", "log", "floor", "ceil", "norm", "sin", "cos", "tanh"})
_EXPECTATIONS = frozenset({"\\mathbb{E}", "E"})


def step_argument(reader: Elaborator, items: Sequence[Node], i: int) -> Term | None:
    """The index where ``items[i]`` is parentheses that hold only a step, such as ``(t-1)``."""
    if i >= len(items) or items[i].kind != "group" or items[i].text != "()" or len(items[i].items) != 1:
        return None
    letter = shifted(items[i].items[0])
    if letter is None or letter[0] not in reader.context.clocks:
        return None
    return reader.term(items[i].items[0])


def applied(reader: Elaborator, items: Sequence[Node], i: int) -> tuple[Term, int] | None:
    """What ``items[i]`` is with the brackets behind it, or None where they are a factor."""
    if i + 1 >= len(items) or not is_arguments(items[i + 1]):
        return None
    item, brackets = items[i], base(items[i + 1])
    text = base(item).text
    if text in _EXPECTATIONS and not (text == "E" and brackets.text != "[]" and "E" in reader.context.functions):
        return _average(reader, items, i)
    if base(item).kind == "word" and len(brackets.items) == 1 and (
        brackets.text == "[]" or _stepped(reader, bare(items[i + 1]))
    ):  # fmt: skip
        return _average(reader, items, i)
    found = named(item, reader.scope())
    return _at_step(reader, items, i, found) or (
        _call(reader, items, i, found) if _is_call(reader, item, brackets, found) else None
    )


def _stepped(reader: Elaborator, node: Node) -> bool:
    if node.kind != "scripts" or node.sub is None:
        return False
    return any(symbols(e) & reader.scope().running or whole_number(e) is not None for e in entries(node.sub))


def _average(reader: Elaborator, items: Sequence[Node], i: int) -> tuple[Term, int]:
    """An expectation, or a running average where its brackets carry a step."""
    item, written = items[i], bare(items[i + 1])
    brackets = base(written)
    inner = reader.term(brackets.items[0] if len(brackets.items) == 1 else brackets)
    text = base(item).text
    name = "E" if text in _EXPECTATIONS else text
    end = items[i + 1].end
    sup = written.sup if written.kind == "scripts" else None
    split = sup is not None and written.sub is not None and written.sub.start > sup.start
    span = (item.start, item.start if split else reader.under_power(written)[1] if sup is not None else end)
    whole = f"{name}[{latex(inner)}]"
    if _stepped(reader, written) and written.sub is not None:
        term = Term("at", (reader.term(bare(written.sub)),), whole, span=span)
    elif written.kind == "scripts" and written.sub is not None:
        raise NotRead("a subscript on an expression", written.sub.start)
    elif written is brackets and (step := step_argument(reader, items, i + 2)) is not None:
        return Term("at", (step,), whole, span=(item.start, items[i + 2].end)), i + 3
    elif text in reader.context.averages and inner.head != "at" and not inner.names() & reader.context.clocks:
        term = Term("name", name=whole, span=span)
    elif text in _EXPECTATIONS:
        if bare(item).kind == "scripts":
            reader.note("what the expectation is over is left out")
        term = Term("expect", (inner,), span=span)
    else:
        term = Term("call", (inner,), label(item), span=span)
    return reader.power(term, sup, end), i + 2


def _at_step(reader: Elaborator, items: Sequence[Node], i: int, found: Named) -> tuple[Term, int] | None:
    r"""``w(t-1)``, ``w_{old}(t-1)`` and ``MeanSquare(w, t-1)``: values at a step."""
    if found.index and not found.stepped_by_word:
        return None
    written = bare(items[i + 1])
    brackets, context = base(written), reader.context
    *others, last = brackets.items
    letter = shifted(last)
    running = letter is not None and letter[0] in context.clocks
    if others:
        known = False
        fits = base(items[i]).kind == "word" and running and all(base(o).kind == "symbol" for o in others)
    else:
        known = base(items[i]).text in context.applied
        fits = (running and (known or found.stepped_by_word)) or (known and whole_number(last) is not None)
    if not fits or brackets.text != "()" or (found.power is not None and not known):
        return None
    if written.kind == "scripts" and written.sub is not None:
        return None
    sup = written.sup if written.kind == "scripts" else None
    end = items[i + 1].end
    stop = reader.under_power(written)[1] if sup is not None else end
    if found.power is not None:  # g^2(t), whose parts are not together
        stop = items[i].start
    term = Term("at", (reader.term(last),), found.name, span=(items[i].start, stop))
    return reader.power(reader.power(term, found.power, end), sup, end), i + 2


def _is_call(reader: Elaborator, item: Node, brackets: Node, found: Named) -> bool:
    head, only = base(item), bare(brackets.items[0])
    if found.power is not None:
        return head.text in STRICT or head.text in reader.context.functions
    if head.kind == "word" or len(brackets.items) > 1 or only.kind == "relations":
        return True
    if head.text in STRICT or head.text in reader.context.functions:
        return brackets.text == "()" or head.text in STRICT
    if brackets.text != "()" or head.text in HYPER or found.index or head.text in reader.context.indexed:
        return False
    if not head.text.isalpha() or only.kind in ("number", "negative"):
        return False
    return base(only).kind == "symbol" and head.text not in reader.context.clocks and len(head.text) == 1


def _call(reader: Elaborator, items: Sequence[Node], i: int, found: Named) -> tuple[Term, int]:
    written = bare(items[i + 1])
    sup = written.sup if written.kind == "scripts" else None
    name = label(items[i]) if found.power is None else found.name
    if written.kind == "scripts" and written.sub is not None:
        name += f"_{label(written.sub)}"
    args = tuple(reader.term(n) for n in base(written).items)
    end = items[i + 1].end
    stop = reader.under_power(written)[1] if sup is not None else end
    term = Term("call", args, name, span=(items[i].start, stop))
    return reader.power(reader.power(term, found.power, end), sup, end), i + 2


def function(reader: Elaborator, items: Sequence[Node], i: int) -> tuple[Term, int]:
    """A named function such as max or log with its argument: brackets, or the next factor."""
    item, head = bare(items[i]), base(items[i])
    power = item.sup if item.kind == "scripts" else None
    name = head.text
    if item.kind == "scripts":
        name += item.text  # primes
        name += "" if item.sub is None else f"_{label(item.sub)}"
    if i + 1 >= len(items) or items[i + 1].kind in ("times", "slash", "modulo"):
        raise NotRead(f"{head.text} has no argument", head.end)
    sup, end = None, i + 2
    if is_arguments(items[i + 1]):
        written = bare(items[i + 1])
        if written.kind == "scripts" and written.sub is not None:
            raise NotRead("a subscript on an expression", written.sub.start)
        sup = written.sup if written.kind == "scripts" else None
        args = tuple(reader.term(n) for n in base(written).items)
        stop = reader.under_power(written)[1] if sup is not None else items[i + 1].end
    else:
        argument, end = reader.operand(items, i + 1)
        args, stop = (argument,), items[end - 1].end
    span = (item.start, stop)
    if len(args) != 1 and name in _SINGLE:
        raise NotRead(f"{name} of several arguments", items[i + 1].start)
    if name == "diag" and len(args) == 1:
        reader.note("diag is read coordinate by coordinate")
        term = Term(args[0].head, args[0].args, args[0].name, args[0].value, span)
    else:
        term = Term("call", args, name, span=span)
    term = reader.power(term, power, items[end - 1].end)
    return reader.power(term, sup, items[end - 1].end), end
