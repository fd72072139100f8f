"""Trees into terms: what the formula means in a document with these habits."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symopt.language.terms import Term
from symopt.read.notation import applications, brackets, gradients
from symopt.read.notation.brackets import respanned
from symopt.read.notation.context import HYPER, Context
from symopt.read.notation.indices import Named, Scope, label, named, step
from symopt.read.notation.series import trailed
from symopt.read.notation.tree import Node, NotRead, bare, base, factors

_LONGEST_NUMBER = 40
_GREATEST_EXPONENT = 400
_SMALL = frozenset({"\\epsilon", "\\delta"})


class Elaborator:
    """Reads one formula's tree; ``notes`` are the charitable readings made on the way."""

    def __init__(self, source: str, context: Context) -> None:
        self.source = source
        self.context = context
        self.bound: frozenset[str] = frozenset()
        self.notes: list[str] = []
        self.summed = False  # the operand just read was a sum over data

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def scope(self) -> Scope:
        return Scope(self.context, self.bound, self.term, self.note)

    def term(self, node: Node) -> Term:
        """What ``node`` means.

        Raises:
            NotRead: with the reason and the place.
        """
        match node.kind:
            case "symbol" | "word":
                return Term("name", name=node.text, span=(node.start, node.end))
            case "number":
                return Term("number", value=_value(node), span=(node.start, node.end))
            case "sum":
                whole = _joined("add", [self.term(n) for n in node.items], node)
                return trailed(whole.args, self.context.clocks, (node.start, node.end)) or whole
            case "negative":
                return _negated(self.term(node.items[0]), node)
            case "product":
                return self.product(node)
            case "group":
                return brackets.group(self, node)
            case "scripts":
                return self.operand((node,), 0)[0] if base(node).kind in _OPERATES else self.scripted(node)
            case "nabla" | "partial" | "function" | "fraction":
                return self.operand((node,), 0)[0]
            case "root":
                return brackets.root(self, node)
            case "percent":
                hundred = Term("number", value=Fraction(100), span=(node.start, node.start))
                return Term("div", (self.term(node.items[0]), hundred), span=(node.start, node.end))
            case "big":
                return brackets.big(self, node)
            case "relations":
                return brackets.relations(self, node)
            case "value":
                return gradients.evaluated(self, self.term(node.items[0]), node)
            case "rows":
                return brackets.cases(self, node)
            case "list":
                return Term("call", tuple(self.term(n) for n in node.items), "list", span=(node.start, node.end))
            case _:
                raise NotRead("nothing is written here", node.start)

    # Products.

    def product(self, node: Node) -> Term:
        """Factors from the left; a slash divides what stands before it by the next factor."""
        items, run, i = node.items, list[Term](), 0
        while i < len(items):
            kind = items[i].kind
            if kind in ("slash", "modulo"):
                divisor, i = self.operand(items, i + 1)
                whole = (run[0].span or (0, 0))[0], (divisor.span or (0, 0))[1]
                dividend = self.multiplied(run)
                run = [
                    Term("div", (dividend, divisor), span=whole)
                    if kind == "slash"
                    else Term("call", (dividend, divisor), "mod", span=whole)
                ]
                continue
            if kind == "value" and not items[i].items:
                run[-1] = gradients.evaluated(self, run[-1], items[i])
                i += 1
                continue
            i += kind == "times"
            self.summed = False
            value, end = self.operand(items, i)
            if value.head == "number" and run and run[-1].head == "number" and kind != "times":
                raise NotRead("two numbers side by side", items[i].start)
            summed = self.summed and value.head == "grad"
            run = self.averaged(run, value) if summed else [*run, value] if len(run) < 2 else _pushed(run, value)
            self.summed = False
            i = end
        return self.multiplied(run)

    def averaged(self, run: list[Term], total: Term) -> list[Term]:
        """A gradient summed over the data, with the 1/n before it taken in."""
        last = run[-1] if run else None
        start = (total.span or (0, 0))[0]
        if last is not None and last.head == "div" and _counts(last.args[1]):
            top, run = last.args[0], run[:-1]
            if top.value == 1:
                start = (last.span or (0, 0))[0]
            else:
                run.append(top)
        else:
            self.note("the sum over the data is read as the whole gradient")
        return [*run, Term("grad", total.args, total.name, span=(start, (total.span or (0, 0))[1]))]

    def multiplied(self, run: list[Term]) -> Term:
        if len(run) == 1:
            return run[0]
        span = ((run[0].span or (0, 0))[0], max((r.span or (0, 0))[1] for r in run))
        kept = [r for i, r in enumerate(run) if not (_is_identity(r) and i and run[i - 1].name in _SMALL)]
        if len(kept) < len(run):
            self.note("the identity matrix beside the small constant is left out")
        if len(kept) == 1:
            return respanned(kept[0], *span)
        flat = tuple(b for a in kept for b in (a.args if a.head == "mul" else (a,)))
        return Term("mul", flat, span=span)

    def operand(self, items: Sequence[Node], i: int) -> tuple[Term, int]:
        """The factor that begins at ``items[i]`` with all it takes to its right, and the place behind."""
        item = items[i]
        head = base(item)
        match head.kind:
            case "nabla":
                return gradients.nabla(self, items, i)
            case "partial":
                return gradients.partial(self, items, i)
            case "function":
                return applications.function(self, items, i)
            case "fraction":
                return self.fraction(items, i)
            case "symbol" | "word":
                if head.text == "\\Delta" and item.kind == "scripts" and _misused_delta(items, i):
                    self.note("Delta before a function is read as nabla")
                    return gradients.nabla(self, items, i)
                found = gradients.slashed(self, items, i) if head.text[:1] == "d" != head.text else None
                found = found or applications.applied(self, items, i)
                return found or (self.term(item), i + 1)
            case _:
                return self.term(item), i + 1

    def fraction(self, items: Sequence[Node], i: int) -> tuple[Term, int]:
        """A quotient or a derivative; ``(t)`` behind a derivative says when it is taken."""
        item, head = items[i], base(items[i])
        top, bottom = head.items
        found = gradients.derivative(factors(top), factors(bottom))
        if found is None:
            quotient = Term("div", (self.term(bare(top)), self.term(bare(bottom))), span=(head.start, head.end))
            return (self.raised(item, quotient) if item is not head else quotient), i + 1
        if found.function is None:
            return gradients.operated(self, found, items, i)
        result = gradients.derived(self, found, head.start, head.end)
        if item is not head:
            return self.raised(item, result), i + 1
        if not found.arguments and i + 1 < len(items) and gradients.places(found, items[i + 1]):
            here = items[i + 1]
            return gradients.grad_at(self.term(here.items[0]), head.start, here.end, label=False), i + 2
        index = applications.step_argument(self, items, i + 1)
        moved = gradients.moved(result, index, items[i + 1].end) if index is not None else None
        return (moved, i + 2) if moved is not None else (result, i + 1)

    # Scripts.

    def scripted(self, node: Node) -> Term:
        head = base(node)
        if head.kind not in ("symbol", "word"):
            if head.kind == "group" and head.text in ("‖‖", "||"):
                return self.normed(node, head)
            return self.raised(node, self.term(node.items[0]))
        own = self.context.indexed | self.context.given
        if head.text == "e" and node.sub is None and node.sup is not None and "e" not in own:
            return Term("call", (self.term(node.sup),), "exp", span=(node.start, node.end))
        term, power = self.unpowered(node)
        return self.power(term, power, node.end)

    def unpowered(self, node: Node) -> tuple[Term, Node | None]:
        """A symbol with its steps, and the exponent on it."""
        found = named(node, self.scope())
        return self.symbol(found, bare(node), node), found.power

    def symbol(self, found: Named, node: Node, written: Node) -> Term:
        span = (written.start, written.end)
        if found.power is not None:
            span = self.under_power(node)
        if found.index:
            return Term("at", found.index, found.name, span=span)
        return Term("name", name=found.name, span=span)

    def under_power(self, node: Node) -> tuple[int, int]:
        """Where the base of a power is written; an empty span where the exponent splits it."""
        assert node.sup is not None  # a power
        if node.sub is not None and node.sub.start > node.sup.start:
            return node.start, node.start
        below = node.items[0].end if node.sub is None else node.sub.end
        caret = self.source.rfind("^", below, node.sup.start)
        return node.start, caret if caret >= 0 else node.sup.start

    def raised(self, node: Node, term: Term) -> Term:
        """A bracket or fraction with scripts: a gradient's step, a power."""
        if node.text == "'" and node.sub is node.sup is None and _is_of_steps(term):
            return Term("call", (term,), "transpose", span=(node.start, node.end))
        if node.text:
            raise NotRead("a prime on an expression", node.start)
        if node.sub is not None and base(node).text == "{}":
            ranges = tuple(self.term(bare(n)) for n in (node.sub, node.sup) if n is not None)
            return Term("call", (*(term.args if term.name == "set" else (term,)), *ranges), "set",
                        span=(node.start, node.end))  # fmt: skip
        if node.sub is not None and term.value == 1:
            term = Term("name", name=f"1_{{{label(node.sub)}}}", span=term.span)  # a vector of ones
        elif node.sub is not None:
            moved = gradients.moved(term, self.index(bare(node.sub)), node.sub.end)
            if moved is None:
                raise NotRead("a subscript on an expression", node.sub.start)
            term = respanned(moved, node.start, self.under_power(node)[1] if node.sup is not None else node.end)
        return self.power(term, node.sup, node.end)

    def index(self, node: Node) -> Term:
        """What is below a bracket: a step, perhaps in words."""
        offset = self.context.steps.get(node.text) if node.kind == "word" else None
        return self.term(node) if offset is None else step(offset, node.start)

    def power(self, term: Term, sup: Node | None, end: int) -> Term:
        if sup is None:
            return term
        sup = bare(sup)
        span = ((term.span or (0, 0))[0], end)
        if sup.kind == "symbol" and (sup.text == "\\top" or (sup.text == "T" and _transposable(term))):
            return Term("call", (term,), "transpose", span=span)
        if sup.kind == "empty" or (sup.kind == "symbol" and not sup.text.lstrip("\\").isalpha()):
            raise NotRead("a superscript that is no power", sup.start)
        return Term("pow", (term, self.term(sup)), span=span)

    def normed(self, node: Node, head: Node) -> Term:
        kind = label(node.sub) if node.sub is not None else "" if head.text == "‖‖" else "abs"
        span = self.under_power(node) if node.sup is not None else (node.start, node.end)
        name = "norm" if kind in ("", "2", "F") else kind if kind == "abs" else f"norm_{kind}"
        return self.power(Term("call", (self.term(head.items[0]),), name, span=span), node.sup, node.end)


def _is_of_steps(term: Term) -> bool:
    """Whether it is a sum of values at steps, which is no function that could have a derivative."""
    return term.head == "add" and any(n.head == "at" for n in term.nodes())


_OPERATES = frozenset({"nabla", "partial", "function", "fraction"})


def _value(node: Node) -> Fraction:
    text = node.text.lower().rstrip(".")
    digits, _, exponent = text.partition("e")
    if len(digits) > _LONGEST_NUMBER or (exponent and abs(int(exponent)) > _GREATEST_EXPONENT):
        raise NotRead("a number too large", node.start)
    return Fraction(text)


def _joined(head: str, args: list[Term], node: Node) -> Term:
    assert head == "add"
    parts = zip(args, node.items, strict=True)
    flat = tuple(b for a, n in parts for b in (a.args if a.head == "add" and n.kind != "group" else (a,)))
    return Term("add", flat, span=(node.start, node.end))


def _negated(term: Term, node: Node) -> Term:
    if term.head == "neg":
        return respanned(term.args[0], node.start, node.end)
    return Term("neg", (term,), span=(node.start, node.end))


def _pushed(run: list[Term], value: Term) -> list[Term]:
    run.append(value)
    return run


def _counts(term: Term) -> bool:
    """Whether a divisor may be how many data there are: n, or the size of a batch."""
    return (term.head == "name" and term.name[0].isalpha()) or (term.head == "call" and term.name == "abs")


def _is_identity(term: Term) -> bool:
    return (term.head == "name" and term.name == "I") or term.value == 1


def _transposable(term: Term) -> bool:
    return term.head not in ("number", "add") and not (term.head == "name" and term.name.split("_")[0] in HYPER)


def _misused_delta(items: Sequence[Node], i: int) -> bool:
    node = items[i]
    return (
        node.sub is not None
        and i + 2 < len(items)
        and base(items[i + 1]).kind == "symbol"
        and gradients.is_arguments(items[i + 2])
    )
