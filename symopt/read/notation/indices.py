r"""A symbol's scripts sorted into its name, its steps and its power.

``v_{dW}^{corrected}`` is all name; ``\beta_1^t`` is a name and a power; ``g^2_t`` a name, a
power and a step. Which is which follows from the document's habits (`Context`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.read.notation.context import HYPER, Context
from symopt.read.notation.series import linear
from symopt.read.notation.tree import Node, NotRead, bare, base, entries, shifted, symbols, whole_number

_LABELS = frozenset({"w", "b", "W", "\\theta", "\\omega"})
_COORDINATES = frozenset({"i", "j", "l"})
_RAISED_NAMES = frozenset({"*", "+", "-", "\\star", "\\dagger", "\\perp", "#"})


@dataclass(frozen=True, slots=True)
class Named:
    """A symbol taken apart. ``power`` is the superscript where that is an exponent."""

    name: str
    index: tuple[Term, ...] = ()
    power: Node | None = None
    stepped_by_word: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """What reading a symbol's scripts needs to know and to do."""

    context: Context
    bound: frozenset[str]
    term: Callable[[Node], Term]
    note: Callable[[str], None]

    @property
    def running(self) -> frozenset[str]:
        """Letters that are steps here: the clocks and the bound variables."""
        return self.context.clocks | self.bound


def named(node: Node, scope: Scope) -> Named:
    """The symbol at the bottom of ``node`` with its scripts sorted."""
    node = bare(node)
    if node.kind != "scripts":
        return Named(_spelled(node))
    inner = named(node.items[0], scope)
    if inner.power is not None:
        raise NotRead("a script on a power", node.start)
    below = _subscript(node, inner, scope)
    return _superscript(node, below, base(node).text + node.text, scope)


def _spelled(node: Node) -> str:
    return node.text


def step(offset: int, place: int) -> Term:
    """t + offset, where a word such as "old" says so: nothing of it is written, so its spans are empty."""
    here = (place, place)
    now = Term("name", name="t", span=here)
    if not offset:
        return now
    count = Term("number", value=T.number(abs(offset)).value, span=here)
    return Term("add", (now, Term("neg", (count,), span=here) if offset < 0 else count), span=here)


def label(node: Node) -> str:
    """A script that is part of a name, in canonical spelling."""
    node = bare(node)
    match node.kind:
        case "symbol" | "word" | "number":
            return node.text
        case "list":
            return ",".join(label(n) for n in node.items)
        case "group" if node.text:
            return node.text[0] + ",".join(label(n) for n in node.items) + node.text[-1]
        case "scripts":
            text = label(node.items[0]) + node.text
            text += f"_{_braced(label(node.sub))}" if node.sub is not None else ""
            return text + (f"^{_braced(label(node.sup))}" if node.sup is not None else "")
        case "negative":
            return f"-{label(node.items[0])}"
        case "sum":
            return "+".join(label(n) for n in node.items).replace("+-", "-")
        case "product":
            return "".join(label(n) + " " * n.text.startswith("\\") for n in node.items).rstrip()
        case "relations":
            parts = [label(node.items[0])]
            for sign, item in zip(node.text.split(), node.items[1:], strict=True):
                parts += [sign, label(item)]
            return " ".join(parts)
        case "times" | "slash":
            return node.text
        case _:
            raise NotRead("a script that is neither a step, a power nor a name", node.start)


def _braced(text: str) -> str:
    single = len(text) == 1 or (text.startswith("\\") and text[1:].isalpha())
    return text if single else f"{{{text}}}"


def _subscript(node: Node, inner: Named, scope: Scope) -> Named:
    name = inner.name + node.text
    parts = [bare(e) for e in entries(node.sub)]
    if not parts:
        return Named(name, inner.index, stepped_by_word=inner.stepped_by_word)
    if inner.index:
        raise NotRead("a second index", parts[0].start)
    main = next((p for p in parts if _steps(p, scope)), None)
    if main is None and _is_component(node, parts, name, scope):
        scope.note(f"the index {label(parts[0])} of {name}, a component of it, is left out")
        return Named(name, inner.index)
    if main is None:
        return _without_step(name, parts, scope)
    place = parts.index(main)
    labels = [label(p) for p in parts[:place] if p.kind in ("number", "word")]
    others = [p for p in parts if p is not main and not (p.kind in ("number", "word") and parts.index(p) < place)]
    if main.kind == "scripts" and base(main).text not in scope.running and main.sub is not None and main.sup is None:
        labels.append(label(main.items[0]))  # v_{w_t}: v of w, at t
    index = [_step_term(main, scope)]
    if main.kind == "word" and len(main.text) == 2:
        others.insert(0, Node("symbol", main.start + 1, main.end, main.text[1]))
    key = base(node).text + node.text
    index += [scope.term(p) for p in others if not _follows(p, index[0], scope) and _kept(p, key, scope)]
    return Named(name + (f"_{_braced(','.join(labels))}" if labels else ""), tuple(index))


def _is_component(node: Node, parts: list[Node], name: str, scope: Scope) -> bool:
    """Whether ``x_i^{(k)}`` is a component of what is ``x^{(k)}`` elsewhere."""
    sup = bare(node.sup) if node.sup is not None else None
    one = len(parts) == 1 and parts[0].kind == "symbol" and parts[0].text in _COORDINATES - scope.bound
    stepped = sup is not None and sup.kind == "group" and bool(symbols(sup) & scope.running)
    return one and stepped and name in scope.context.bracketed


def _without_step(name: str, parts: list[Node], scope: Scope) -> Named:
    """A subscript that holds no running letter: a step by word or number, or part of the name."""
    only = parts[0] if len(parts) == 1 else None
    if only is not None:
        offset = scope.context.steps.get(only.text) if only.kind == "word" else None
        if offset is not None:
            return Named(name, (step(offset, only.start),), stepped_by_word=True)
        if only.kind == "number" and only.text.isdigit() and scope.context.counts(name, int(only.text)):
            return Named(name, (scope.term(only),))
        if only.kind == "symbol" and only.text == "T" and name in scope.context.indexed:
            return Named(name, (scope.term(only),))
    return Named(f"{name}_{_braced(','.join(label(p) for p in parts))}")


def _steps(part: Node, scope: Scope) -> bool:
    """Whether a subscript holds a running letter in the place of an index."""
    if part.kind == "word":
        return len(part.text) == 2 and part.text[0] in scope.running and part.text[1] in _COORDINATES
    if part.kind == "relations":
        return False
    return bool(symbols(part) & scope.running)


def _step_term(part: Node, scope: Scope) -> Term:
    if part.kind == "word":
        return Term("name", name=part.text[0], span=(part.start, part.start + 1))
    if part.kind == "scripts" and part.sub is not None and part.sup is None:
        return scope.term(bare(part.sub))  # V_{t_1}: V at the instant t_1, the first
    return scope.term(part)


def _follows(part: Node, first: Term, scope: Scope) -> bool:
    """Whether a second index is the first but for a number: where the step started, as in ``g_{t,t-1}``."""
    here, there = linear(first), linear(scope.term(part)) if symbols(part) & scope.running else None
    if here is None or there is None or {k: v for k, v in here.items() if k} != {k: v for k, v in there.items() if k}:
        return False
    scope.note(f"the index {label(part)}, always as far from the one before it, is left out")
    return True


def _kept(part: Node, name: str, scope: Scope) -> bool:
    """Whether a second index matters; one that is the same coordinate throughout is left out."""
    if name in scope.context.paired or symbols(part) & scope.bound:
        return True
    scope.note(f"the index {label(part)} of {name}, the same throughout, is left out")
    return False


def _superscript(node: Node, below: Named, key: str, scope: Scope) -> Named:
    if node.sup is None:
        return below
    sup = bare(node.sup)
    name, index = below.name, below.index
    if sup.text == "+" and key in scope.context.plussed and not index:
        return Named(name, (step(0, sup.start),), stepped_by_word=True)
    if sup.kind == "symbol" and sup.text in _RAISED_NAMES:
        return Named(f"{name}^{sup.text}", index)
    if sup.kind == "word":
        offset = scope.context.steps.get(sup.text)
        if offset is not None and not index:
            return Named(name, (step(offset, sup.start),), stepped_by_word=True)
        if sup.text in scope.context.clocks and name in HYPER:
            return Named(name, index, node.sup)
        return Named(f"{name}^{_braced(sup.text)}", index)
    if sup.kind == "group" and sup.text in ("()", "[]"):
        return _bracketed(sup, below, key, scope)
    if index:
        return _above_step(sup, node.sup, below, key, scope)
    numbered = key in scope.context.counted and whole_number(sup) is not None
    if key in scope.context.raised and (numbered or _raised_step(sup, scope)):
        return Named(name, (scope.term(sup),))
    if whole_number(sup) == 1 and name not in HYPER:
        return Named(f"{name}^1")
    return Named(name, index, node.sup)


def _raised_step(sup: Node, scope: Scope) -> bool:
    letter = shifted(sup)
    return (letter is not None and letter[0] in scope.running) or whole_number(sup) in (0, 1)


def _bracketed(sup: Node, below: Named, key: str, scope: Scope) -> Named:
    """A superscript in parentheses: a step, a coordinate, or which of several."""
    only = bare(sup.items[0]) if len(sup.items) == 1 else None
    if only is not None and not below.index:
        if symbols(only) & scope.running or (whole_number(only) is not None and key in scope.context.bracketed):
            return Named(below.name, (scope.term(only),))
    if only is not None and below.index:
        kept = (scope.term(only),) if _kept(only, key, scope) else ()
        return Named(below.name, below.index + kept)
    return Named(f"{below.name}^{{{label(sup)}}}", below.index)


def _above_step(sup: Node, written: Node, below: Named, key: str, scope: Scope) -> Named:
    """A superscript on a symbol that has its step below: a coordinate, a name, or a power."""
    if sup.kind == "symbol" and key not in HYPER:
        if sup.text in _COORDINATES:
            kept = (scope.term(sup),) if _kept(sup, key, scope) else ()
            return Named(below.name, below.index + kept)
        if sup.text in _LABELS:
            return Named(f"{below.name}^{sup.text}", below.index)
    return Named(below.name, below.index, written, below.stepped_by_word)
