r"""What only the whole document tells: which letters count steps, and which symbols depend on them.

``x_{k+1} = x_k + v_k`` makes k a step; then ``x_0`` is a value of x, where ``w_1`` in another
document may be a weight's name. Nothing here looks at words around the formulas.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from symopt.read.notation.tree import Node, bare, base, entries, factors, shifted, symbols, whole_number

HYPER = frozenset(
    f"\\{n}" for n in "alpha beta gamma delta epsilon eta kappa lambda mu nu rho sigma tau zeta xi".split()
)
STEPS = {
    "new": 0, "next": 0, "updated": 0, "current": 0, "cur": 0, "curr": 0, "now": 0, "old": -1, "prev": -1,
    "previous": -1, "prior": -1, "last": -1,
    "neu": 0, "aktuell": 0, "alt": -1, "vorher": -1, "nouveau": 0, "nouvelle": 0, "suivant": 0, "ancien": -1,
    "ancienne": -1, "nuevo": 0, "nueva": 0, "siguiente": 0, "viejo": -1, "anterior": -1, "novo": 0, "nova": 0,
    "nuovo": 0, "nuova": 0, "vecchio": -1,
}  # fmt: skip
COUNTERS = frozenset(
    "epoch epochs epoch_num epochnum epoch_number step steps stepnum step_num iter iters iteration iterations "
    "global_step num_epochs".split()
)
"""Words that count steps."""
_CURRENT = frozenset({"current", "cur", "curr", "now", "aktuell"})
_LATER = frozenset(word for word, step in STEPS.items() if step == 0) - _CURRENT
_EARLIER = frozenset(word for word, step in STEPS.items() if step < 0)
STRICT = frozenset({"f", "F", "J", "L", "\\ell", "O"})


@dataclass(frozen=True, slots=True)
class Context:
    """A document's habits.

    Args:
        clocks: letters that count steps.
        indexed: symbols that somewhere carry a step.
        given: symbols that a formula gives, without any script.
        raised: symbols whose step is a bare superscript.
        counted: those of them that are given at a step by its number, ``v^2 = ...``, so that it is no square.
        bracketed: symbols whose step is a superscript in parentheses.
        applied: symbols whose step is written as an argument, ``w(t)``.
        numbered: symbols whose number subscripts are steps.
        steady: hyperparameters that are never seen at two different steps, so that ``eta_0`` is a number of its own.
        paired: symbols with a second index that matters.
        functions: symbols that gradients are taken of, or that have arguments.
        averages: what ``E`` and ``RMS`` are written with a step behind their bracket.
        plussed: symbols whose next value is written with a plus, ``x^+``.
        steps: how far from the present step words such as "old" are.
    """

    clocks: frozenset[str] = frozenset({"t"})
    indexed: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    raised: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()
    bracketed: frozenset[str] = frozenset()
    applied: frozenset[str] = frozenset()
    numbered: frozenset[str] = frozenset()
    steady: frozenset[str] = frozenset()
    paired: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    averages: frozenset[str] = frozenset()
    plussed: frozenset[str] = frozenset()
    steps: dict[str, int] = field(default_factory=lambda: dict(STEPS))

    def counts(self, name: str, number: int) -> bool:
        """Whether a number at this symbol is a step: beta_1 never is."""
        if name == "\\beta" or (number == 0 and name in self.steady):
            return False
        return name in self.indexed or (name in self.numbered and name not in HYPER)


@dataclass(frozen=True, slots=True)
class _Use:
    """A symbol with scripts, and in which formula and on which side it stands."""

    name: str
    sub: tuple[Node, ...]
    sup: Node | None
    left: bool
    formula: int


def survey(trees: Sequence[Node]) -> Context:
    """The habits that these formulas of one document show."""
    formulas = [_Formula.of(tree) for tree in trees]
    uses = [use for i, formula in enumerate(formulas) for use in _uses(formula, i)]
    neighbours = [pair for formula in formulas for pair in formula.neighbours()]
    applied = list(_applications(neighbours))
    clocks = _clocks(uses, applied)
    if not (_sizes_steps("t", uses, neighbours) or _is_counted("t", uses, clocks)):
        clocks |= {"t"}
    clocks |= {n.text for formula in formulas for n in formula.words if n.text.lower() in COUNTERS}
    bounds = [_bound(formula, clocks) for formula in formulas]
    indexed = frozenset(u.name for u in uses if _stepped(u, clocks | bounds[u.formula]))
    raised = _raised(uses, clocks)
    return Context(
        clocks=clocks,
        indexed=indexed,
        given=frozenset(t.items[0].text for t in trees if t.kind == "relations" and t.items[0].kind == "symbol"),
        raised=raised,
        counted=frozenset(u.name for u in uses if u.left and u.name in raised and _raised_number(u)),
        bracketed=frozenset(u.name for u in uses if not u.sub and _in_brackets(u.sup) and _clock(u.sup, clocks)),
        applied=_applied(applied, clocks),
        numbered=_numbered(uses, indexed),
        steady=_steady(uses, clocks),
        paired=_paired(uses, clocks),
        functions=frozenset(f for formula in formulas for f in _functions(formula)),
        averages=frozenset(_averages(neighbours, clocks)),
        plussed=frozenset(u.name for u in uses if u.left and u.sup is not None and bare(u.sup).text == "+"),
        steps=_steps(uses),
    )


@dataclass(frozen=True, slots=True)
class _Formula:
    """The nodes of one formula that tell something, gathered in one walk."""

    scripts: list[tuple[Node, bool]]  # with whether on the left side
    products: list[Node]
    fractions: list[Node]
    sums: list[Node]
    words: list[Node]

    @classmethod
    def of(cls, tree: Node) -> _Formula:
        made = cls([], [], [], [], [])
        border = tree.items[1].start if tree.kind == "relations" else -1
        for node in tree.walk():
            match node.kind:
                case "scripts":
                    made.scripts.append((node, node.start < border))
                case "product":
                    made.products.append(node)
                case "fraction":
                    made.fractions.append(node)
                case "big":
                    made.sums.append(node)
                case "word":
                    made.words.append(node)
                case _:
                    pass
        return made

    def neighbours(self) -> Iterator[tuple[Node, Node]]:
        """Factors that stand side by side."""
        for node in self.products:
            yield from zip(node.items, node.items[1:], strict=False)


def _uses(formula: _Formula, number: int) -> Iterator[_Use]:
    for node, left in formula.scripts:
        head = base(node)
        if head.kind in ("symbol", "word"):
            yield _Use(head.text + node.text, entries(node.sub), node.sup, left, number)


def _sizes_steps(letter: str, uses: list[_Use], neighbours: Sequence[tuple[Node, Node]]) -> bool:
    """Whether a letter is a factor of gradients or differences and nobody's index: a step size, not a step."""
    if any(letter in symbols(script) for u in uses for script in (*u.sub, u.sup) if script is not None):
        return False
    return any(
        base(first).text == letter and (base(second).kind == "nabla" or base(second).text.startswith("\\Delta"))
        for first, second in neighbours
    )


def _in_brackets(node: Node | None) -> bool:
    return node is not None and bare(node).kind == "group" and bare(node).text == "()"


def _clock(node: Node | None, clocks: frozenset[str]) -> bool:
    return node is not None and bool(symbols(node) & clocks)


def _clocks(uses: list[_Use], applied: list[tuple[str, str, int]]) -> frozenset[str]:
    """Letters seen at one symbol with two offsets, or on a left side with an offset."""
    seen: dict[tuple[str, str], set[int]] = defaultdict(set)
    found: set[str] = set()
    for use in uses:
        for entry in use.sub:
            letter = shifted(entry)
            if letter:
                seen[use.name, letter[0]].add(letter[1])
                if use.left and letter[1]:
                    found.add(letter[0])
        letter = shifted(use.sup) if use.sup is not None else None
        if letter and (_in_brackets(use.sup) or use.name not in HYPER):
            seen[use.name + "^", letter[0]].add(letter[1])
    for name, letter_, offset in applied:
        if name not in HYPER and name not in STRICT:
            seen[name + "()", letter_].add(offset)
    found |= {letter for (_, letter), offsets in seen.items() if len(offsets) > 1}
    return frozenset(letter for letter in found if (letter.isalpha() and letter.islower()) or letter == "\\tau")


def _is_counted(name: str, uses: list[_Use], clocks: frozenset[str]) -> bool:
    """Whether a letter is itself a sequence that another counts: ``t_{k+1}``."""
    found = (shifted(entry) for use in uses if use.name == name for entry in use.sub)
    return any(letter is not None and letter[1] and letter[0] in clocks - {name} for letter in found)


def _applications(neighbours: Sequence[tuple[Node, Node]]) -> Iterator[tuple[str, str, int]]:
    for first, second in neighbours:
        if second.kind == "group" and second.text == "()" and len(second.items) == 1 and base(first).kind == "symbol":
            letter = shifted(second.items[0])
            if letter:
                yield base(first).text, *letter


def _applied(applied: list[tuple[str, str, int]], clocks: frozenset[str]) -> frozenset[str]:
    return frozenset(
        name
        for name, letter, offset in applied
        if letter in clocks and name not in STRICT and (not offset or name not in HYPER)
    )


def bound_variable(node: Node) -> str:
    """The variable of a sum's or product's lower script; "" where there is none."""
    if node.sub is None:
        return ""
    sub = entries(node.sub)[0] if entries(node.sub) else node.sub
    first = base(sub.items[0] if sub.kind == "relations" else sub)
    return first.text if first.kind in ("symbol", "word") else ""


def _bound(formula: _Formula, clocks: frozenset[str]) -> frozenset[str]:
    return frozenset(bound_variable(n) for n in formula.sums if _clock(n.sup, clocks)) - {""}


def _stepped(use: _Use, clocks: frozenset[str]) -> bool:
    if any(_clock(e, clocks) for e in use.sub):
        return True
    words = [bare(e).text for e in (*use.sub, *([use.sup] if use.sup else [])) if bare(e).kind == "word"]
    return any(w in STEPS for w in words) or (_in_brackets(use.sup) and _clock(use.sup, clocks))


def _raised(uses: list[_Use], clocks: frozenset[str]) -> frozenset[str]:
    return frozenset(
        u.name
        for u in uses
        if u.left and u.sup is not None and u.name not in HYPER and not any(_clock(e, clocks) for e in u.sub)
        and (letter := shifted(u.sup)) is not None and letter[0] in clocks
    )  # fmt: skip


def _raised_number(use: _Use) -> bool:
    return use.sup is not None and not _in_brackets(use.sup) and (whole_number(use.sup) or 0) > 1


def _numbered(uses: list[_Use], indexed: frozenset[str]) -> frozenset[str]:
    """Symbols given at one number from themselves at another, and those beside them."""
    formulas: dict[int, list[_Use]] = defaultdict(list)
    for use in uses:
        formulas[use.formula].append(use)
    rows = [([u for u in row if u.left], [u for u in row if not u.left]) for row in formulas.values()]
    found = {
        left[0].name
        for left, right in rows
        if left and (k := _number(left[0])) is not None
        and any(u.name == left[0].name and _number(u) not in (None, k) for u in right)
    }  # fmt: skip
    for left, right in rows:
        if left and (_instant(left[0]) or (_number(left[0]) is not None and left[0].name in found | indexed)):
            found |= {u.name for u in right if _number(u) is not None and u.name not in HYPER}
    return frozenset(found)


def _steady(uses: list[_Use], clocks: frozenset[str]) -> frozenset[str]:
    offsets: dict[str, set[int]] = defaultdict(set)
    for use in uses:
        found = [letter for entry in use.sub if (letter := shifted(entry)) is not None and letter[0] in clocks]
        offsets[use.name] |= {offset for _, offset in found}
    return frozenset(name for name in offsets.keys() & (HYPER | {"lr"}) if len(offsets[name]) < 2)


def _number(use: _Use) -> int | None:
    return whole_number(use.sub[0]) if len(use.sub) == 1 else None


def _instant(use: _Use) -> bool:
    return len(use.sub) == 1 and bare(use.sub[0]).kind == "scripts" and base(use.sub[0]).text == "t"


def _paired(uses: list[_Use], clocks: frozenset[str]) -> frozenset[str]:
    """Symbols whose second index takes more than one form."""
    forms: dict[str, set[str]] = defaultdict(set)
    for use in uses:
        seconds = list(use.sub[1:]) if use.sub and _clock(use.sub[0], clocks) else []
        if use.sub and use.sup is not None and _in_brackets(use.sup) and _clock(use.sub[0], clocks):
            seconds.append(bare(use.sup).items[0])
        for entry in map(bare, seconds):
            forms[use.name].add(entry.text if entry.kind in ("symbol", "word") else f"expression {_shape(entry)}")
    return frozenset(name for name, seen in forms.items() if len(seen) > 1)


def _shape(node: Node) -> str:
    return f"{node.kind}{node.text}({','.join(_shape(n) for n in node.children())})"


def _functions(formula: _Formula) -> Iterator[str]:
    for first, second in formula.neighbours():
        head, of = base(first), base(second)
        primed = head.kind == "symbol" and bare(first).kind == "scripts" and "'" in bare(first).text
        if primed and second.kind == "group" and second.text == "()" and len(second.items) == 1:
            if base(second.items[0]).kind == "symbol":  # g'(x_n), so that g is a function where g_k is a sequence too
                yield head.text
        if of.kind == "symbol" and head.kind in ("nabla", "partial"):
            subscripted = bare(first).kind == "scripts" and bare(first).sub is not None
            if subscripted or (bare(second).kind != "scripts" and head.kind == "partial") or of.text in STRICT:
                yield of.text
    for node in formula.fractions:
        yield from _differentiated(node)
    for node in formula.products:
        for nabla, of, argument in zip(node.items, node.items[1:], node.items[2:], strict=False):
            if base(nabla).kind == "nabla" and of.kind == "symbol" and base(argument).text == "()":
                yield of.text


def _differentiated(fraction: Node) -> Iterator[str]:
    top, bottom = (factors(n) for n in fraction.items)
    if base(bottom[0]).kind == "partial" and base(top[0]).kind == "partial" and len(top) > 1:
        if base(top[1]).kind == "symbol":
            yield base(top[1]).text
    elif len(top) == len(bottom) == 1 and top[0].kind == bottom[0].kind == "symbol":
        if len(top[0].text) == 2 and top[0].text[0] == bottom[0].text[0] == "d":
            yield top[0].text[1]


def _averages(neighbours: Sequence[tuple[Node, Node]], clocks: frozenset[str]) -> Iterator[str]:
    for first, second in neighbours:
        if first.kind in ("symbol", "word") and second.kind == "scripts" and base(second).kind == "group":
            if any(_clock(e, clocks) for e in entries(second.sub)):
                yield first.text


def _steps(uses: list[_Use]) -> dict[str, int]:
    words = {bare(e).text for u in uses for e in (*u.sub, *([u.sup] if u.sup else [])) if bare(e).kind == "word"}
    steps = dict(STEPS)
    if words & _CURRENT and words & _LATER:
        steps |= dict.fromkeys(_CURRENT, -1)
        if words & _EARLIER:
            steps |= dict.fromkeys(_EARLIER, -2)
    return steps
