r"""Every way to write the gradient, read as the oracle asked at a point.

``\nabla_\theta J(\theta; x)``, ``\frac{\partial L}{\partial w_t}``, ``\partial L/\partial w``, ``dL/dw``:
what the gradient is of and which data it is taken on are dropped, the point is kept. Where only
the variable of differentiation tells the point, the gradient is marked "label".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from symopt.language.terms import Term
from symopt.read.notation.context import STRICT, Context
from symopt.read.notation.tree import Node, NotRead, bare, base, entries, factors, symbols, whole_number

_ARGUMENTS = frozenset({"()", "[]", "{}"})


class Reader(Protocol):
    """What gradients need of the reader of terms."""

    context: Context
    summed: bool
    note: Callable[[str], None]

    def term(self, node: Node) -> Term: ...
    def unpowered(self, node: Node) -> tuple[Term, Node | None]: ...
    def power(self, term: Term, sup: Node | None, end: int) -> Term: ...


@dataclass(frozen=True, slots=True)
class Derivative:
    """A fraction of differentials: the variable, and the function with its arguments, if written."""

    variable: Node
    function: Node | None
    arguments: Sequence[Node]
    order: int


def grad_at(point: Term, start: int, end: int, *, label: bool) -> Term:
    return Term("grad", (point,), "label" if label else "", span=(start, end))


def is_arguments(node: Node) -> bool:
    head = base(node)
    return head.kind == "group" and head.text in _ARGUMENTS and bool(head.items)


def nabla(reader: Reader, items: Sequence[Node], i: int) -> tuple[Term, int]:
    """The gradient whose nabla is ``items[i]``, and the place of the first item behind it."""
    node = bare(items[i])
    variable, order = (node.sub, _order(node)) if node.kind == "scripts" else (None, 1)
    if node.text and node.kind == "scripts":
        raise NotRead("a prime on nabla", node.start)
    if i + 1 >= len(items) or items[i + 1].kind in ("times", "slash", "modulo"):
        if variable is None and order == 1 and len(items) == 1:
            return Term("name", name=r"\nabla", span=(node.start, node.end)), i + 1
        if variable is None or order != 1:
            raise NotRead("nothing stands behind nabla", node.end)
        reader.note("nabla standing alone is read as the gradient")
        return grad_at(reader.term(variable), node.start, node.end, label=True), i + 1
    point, label, end, outer = _subject(reader, items, i + 1, variable)
    stop = items[end - 1].end
    if order == 2 and (variable is None or len(factors(variable)) > 1):
        return reader.power(Term("call", (point,), "hessian", span=(node.start, stop)), outer, stop), end
    result = grad_at(point, node.start, stop if outer is None else _before(outer, items[end - 1]), label=label)
    if order == 2:
        reader.note("the superscript 2 on nabla is read as a square")
        result = Term("pow", (result, Term("number", value=reader.term(_exponent(node)).value,
                                           span=(node.start, node.start))), span=(node.start, stop))  # fmt: skip
    return reader.power(result, outer, stop), end


def _order(node: Node) -> int:
    if node.sup is None:
        return 1
    order = whole_number(node.sup)
    if order != 2:
        raise NotRead("a superscript on nabla", node.sup.start)
    return order


def _exponent(node: Node) -> Node:
    assert node.sup is not None  # of order 2
    return node.sup


def _before(outer: Node, written: Node) -> int:
    """Where what stands under the superscript ``outer`` ends; an empty span where it is split."""
    node = bare(written)
    below = node.sub.end if node.sub is not None else node.items[0].end if node.items else node.end
    return below if below <= outer.start else node.end


def _subject(
    reader: Reader, items: Sequence[Node], j: int, variable: Node | None
) -> tuple[Term, bool, int, Node | None]:
    """The point, whether only a variable tells it, the place behind, and a power on it all."""
    target, head = items[j], base(items[j])
    if head.kind in ("symbol", "word"):
        if (
            j + 1 < len(items)
            and is_arguments(items[j + 1])
            and _takes_arguments(reader, target, items[j + 1], variable)
        ):
            argument = bare(items[j + 1])
            outer = argument.sup if argument.kind == "scripts" else None
            place, label = _placed(reader, base(argument).items, variable)
            return place, label, j + 2, outer
        if variable is not None:
            return reader.term(variable), True, j + 1, bare(target).sup
        term, outer = reader.unpowered(target)
        return term, True, j + 1, outer
    end = j + 1
    while head.kind in ("fraction", "number") and end < len(items) and items[end].kind != "slash":
        head, end = base(items[end]), end + 1
    call = next((c for n in items[j:end] for c in _calls(n, variable)), None)
    if call is not None and (variable is not None or head.kind == "big"):
        if head.kind == "group":
            reader.note("the gradient of all in the brackets is read at its variable")
        reader.summed = bare(target).kind == "big"
        outer = bare(items[end - 1]).sup if bare(items[end - 1]).kind == "scripts" else None
        place, label = _placed(reader, call, variable)
        return place, label, end, outer
    if variable is not None:
        reader.note("the gradient is read at its variable")
        return reader.term(variable), True, end, None
    raise NotRead("nabla stands before more than a function", target.start)


def _takes_arguments(reader: Reader, target: Node, argument: Node, variable: Node | None) -> bool:
    name = base(target).text
    if name in STRICT or name in reader.context.functions or variable is not None:
        return True
    if name in reader.context.indexed:
        return False
    first, *rest = base(argument).items
    return bool(rest) or base(first).kind == "symbol"


def _calls(node: Node, variable: Node | None) -> list[Sequence[Node]]:
    """Argument lists in ``node`` that hold the variable, outermost first."""
    wanted = base(variable).text if variable is not None else None
    found: list[Sequence[Node]] = []
    for part in node.walk():
        if part.kind == "product":
            for first, second in zip(part.items, part.items[1:], strict=False):
                if base(first).kind in ("symbol", "word", "function") and is_arguments(second):
                    if wanted is None or wanted in symbols(base(second)):
                        found.append(base(second).items)
    return found


def point(reader: Reader, arguments: Sequence[Node], variable: Node | None) -> Term:
    """The argument that is the parameter: the one that holds the variable, or the first."""
    if variable is not None:
        wanted = base(variable).text
        for argument in arguments:
            if base(argument).text == wanted:
                return reader.term(argument)
        for argument in arguments:
            if wanted in symbols(argument):
                inner = _calls(argument, variable)
                return point(reader, inner[0], variable) if inner else reader.term(argument)
    return reader.term(arguments[0])


def _placed(reader: Reader, arguments: Sequence[Node], variable: Node | None) -> tuple[Term, bool]:
    """The point, and whether only the variable tells it: its step or coordinate may not be on the argument."""
    written = point(reader, arguments, variable)
    if variable is not None and written.head == "name" and written.name == base(variable).text:
        named = reader.term(variable)
        return (written, False) if named == written else (named, True)
    return written, False


# Differentials.


def _differential(parts: Sequence[Node]) -> tuple[Sequence[Node], int] | None:
    """What follows the sign of differentiation, and its order."""
    head = bare(parts[0])
    sign = base(head)
    order = whole_number(head.sup) if head.kind == "scripts" and head.sup is not None else 1
    letter = sign.kind == "symbol" and sign.text in ("d", "\\delta") and (len(parts) > 1 or head is sign)
    if sign.kind == "partial" or letter:
        return tuple(parts[1:]), order or 1
    if sign.kind == "symbol" and sign.text.startswith("d") and len(sign.text) > 1:
        name = sign.text[1:]
        return (_undifferentiated(parts[0], name), *parts[1:]), 1
    return None


def _undifferentiated(node: Node, name: str) -> Node:
    node = bare(node)
    if node.kind == "scripts":
        inner = _undifferentiated(node.items[0], name)
        return Node("scripts", inner.start, node.end, node.text, (inner,), node.sub, node.sup)
    return Node("symbol", node.start + 1, node.end, name)


def derivative(top: Sequence[Node], bottom: Sequence[Node]) -> Derivative | None:
    """The derivative that a fraction of these factors is, or None for an ordinary fraction."""
    above, below = _differential(top), _differential(bottom)
    if above is None or below is None or not below[0]:
        return None
    function, order = above
    if len(function) > 2 or (len(function) == 2 and not is_arguments(function[1])):
        raise NotRead("a derivative of more than a function", function[1].start)
    variable = below[0]
    if base(variable[0]).kind not in ("symbol", "word") or len(variable) > 2:
        return None
    if len(variable) == 2 and not is_arguments(variable[1]):
        return None
    if order == 2 and bare(variable[0]).kind == "scripts" and whole_number(bare(variable[0]).sup or variable[0]) == 2:
        stripped = bare(variable[0])
        kept = Node("scripts", stripped.start, stripped.end, stripped.text, stripped.items, stripped.sub)
        variable = (kept if stripped.sub is not None or stripped.text else stripped.items[0], *variable[1:])
    written = (
        variable[0] if len(variable) == 1 else Node("product", variable[0].start, variable[1].end, "", tuple(variable))
    )
    return Derivative(
        written,
        function[0] if function else None,
        base(function[1]).items if len(function) == 2 and is_arguments(function[1]) else (),
        order,
    )


def derived(reader: Reader, found: Derivative, start: int, end: int) -> Term:
    """The gradient that a derivative is."""
    variable = reader.term(found.variable)
    label = True
    if found.arguments:
        variable, label = _placed(reader, found.arguments, found.variable)
    if found.order == 2:
        return Term("call", (variable,), "hessian", span=(start, end))
    if variable.head == "name" and variable.name in reader.context.clocks and found.function is not None:
        return Term("call", (reader.term(found.function), variable), "derivative", span=(start, end))
    return grad_at(variable, start, end, label=label)


def places(found: Derivative, behind: Node) -> bool:
    r"""Whether parentheses behind a derivative say where it is taken: ``\frac{\partial f}{\partial w_i}(w_t)``."""
    if found.order != 1 or behind.kind != "group" or behind.text != "()" or len(behind.items) != 1:
        return False
    inner = bare(behind.items[0])
    first = inner.items[0] if inner.kind == "sum" else inner
    return base(first).kind in ("symbol", "word") and base(first).text == base(found.variable).text


def operated(reader: Reader, found: Derivative, items: Sequence[Node], i: int) -> tuple[Term, int]:
    """``d/dw`` before what it acts on: like nabla with a subscript."""
    if i + 1 >= len(items) or items[i + 1].kind in ("times", "slash"):
        raise NotRead("nothing stands behind the derivative", items[i].end)
    place, label, end, outer = _subject(reader, items, i + 1, found.variable)
    start, stop = items[i].start, items[end - 1].end
    result = grad_at(place, start, stop if outer is None else _before(outer, items[end - 1]), label=label)
    return reader.power(result, outer, stop), end


def slashed(reader: Reader, items: Sequence[Node], i: int) -> tuple[Term, int] | None:
    r"""``\partial L/\partial w`` or ``dL/dw`` beginning at ``items[i]``."""
    slash = next((j for j in range(i + 1, min(i + 4, len(items))) if items[j].kind == "slash"), None)
    if slash is None or slash + 1 >= len(items):
        return None
    length = 2 if base(items[slash + 1]).kind == "partial" else 1
    end = slash + 1 + length
    if end > len(items):
        return None
    found = derivative(items[i:slash], items[slash + 1 : end])
    if found is None:
        return None
    last = bare(items[end - 1])
    if last.kind == "scripts" and last.sup is not None and found.order == 1:
        return None
    return derived(reader, found, items[i].start, items[end - 1].end), end


def partial(reader: Reader, items: Sequence[Node], i: int) -> tuple[Term, int]:
    """A differential: of a derivative written with a slash, or standing for the gradient by itself."""
    found = slashed(reader, items, i)
    if found is not None:
        return found
    if bare(items[i]).kind == "scripts" and bare(items[i]).sub is not None:
        return nabla(reader, items, i)
    if i + 1 >= len(items) or items[i + 1].kind in ("times", "slash", "modulo") or bare(items[i]).kind == "scripts":
        raise NotRead("a differential of nothing", items[i].start)
    place, label, end, outer = _subject(reader, items, i + 1, None)
    stop = items[end - 1].end
    reader.note("a differential standing alone is read as the gradient")
    result = grad_at(place, items[i].start, stop if outer is None else _before(outer, items[end - 1]), label=label)
    return reader.power(result, outer, stop), end


def moved(gradient: Term, index: Term, end: int) -> Term | None:
    """The gradient taken at another step: ``(\\partial L/\\partial w)_{t-1}``."""
    if gradient.head != "grad" or gradient.args[0].head not in ("name", "at"):
        return None
    start = gradient.span[0] if gradient.span else 0
    place = Term("at", (index,), gradient.args[0].name, span=(start, start))
    return grad_at(place, start, end, label=True)


def evaluated(reader: Reader, inner: Term, node: Node) -> Term:
    r"""``\partial L/\partial w |_{w = w_t}``: the gradient at the place under the bar."""
    places = [bare(e) for e in entries(node.sub)]
    if inner.head != "grad" or len(places) != 1:
        raise NotRead("a value at a place, of what is no gradient", node.start)
    place = places[0].items[-1] if places[0].kind == "relations" else places[0]
    start = min(node.start, (inner.span or (node.start, 0))[0])
    return grad_at(reader.term(place), start, node.end, label=False)
