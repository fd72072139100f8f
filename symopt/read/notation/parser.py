"""Tokens into a tree, by precedence: relations, sums, products, factors with their scripts.

No token is passed over in silence: what the grammar has no place for raises `NotRead`, and
remarks beside the formula (words, arrows at its end, notes under braces) are kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from symopt.read.notation import commands as C
from symopt.read.notation.tokens import Token, tokenize
from symopt.read.notation.tree import Kind, Node, NotRead, base, renamed, widened

MAX_DEPTH = 40
MAX_LENGTH = 20_000
_ATOMS = frozenset(
    "num letter symbol word function big nabla partial delta accent font frac root under lbrace open begin".split()
)
_OPERATORS: dict[str, Kind] = {"times": "times", "slash": "slash", "mod": "modulo"}
_SEPARATORS = frozenset({"comma", "semi", "colon"})
_BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">", "⌊": "⌋", "⌈": "⌉", "|": "|", "‖": "‖"}
_NAME = re.compile(r"[A-Za-z][\w.\-]*")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A formula's tree with what is written beside the formula."""

    tree: Node
    remarks: tuple[str, ...]
    notes: tuple[str, ...]
    tags: tuple[str, ...]


def parse(math: str) -> Parsed:
    """The tree of one formula.

    Raises:
        NotRead: with the reason and the place.
    """
    if len(math) > MAX_LENGTH:
        raise NotRead(f"longer than {MAX_LENGTH} characters", MAX_LENGTH)
    return _Parser(math).formula()


def _relevant(tokens: list[Token], length: int) -> list[Token]:
    """The tokens without spacing that says nothing, closed by one of kind "finish"."""
    out: list[Token] = []
    blocks = 0
    spaceless = {"rel", "plus", "minus", "times", "slash", "comma", "semi", "open", "lbrace", "wide", "amp", "newline"}
    for token in tokens:
        kind = token.kind
        blocks += (kind == "begin") - (kind == "end")
        if kind in ("thin", "ignored", "tag") or (kind in ("amp", "newline") and blocks <= 0):
            continue
        if kind == "wide" and (not out or out[-1].kind in spaceless or blocks > 0):
            continue
        if kind in ("rel", "plus", "minus", "times", "slash", "close", "rbrace") and out and out[-1].kind == "wide":
            out.pop()
        out.append(token)
    out.append(Token("finish", "", length, length))
    return out


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        tokens = tokenize(source)
        self.tags = tuple(t.text for t in tokens if t.kind == "tag")
        self.tokens = _relevant(tokens, len(source))
        self.position = 0
        self.token = self.tokens[0]
        self.depth = 0
        self.bars: list[str] = [""]
        self.remarks: list[str] = []
        self.notes: list[str] = []

    def advance(self) -> Token:
        token = self.token
        self.position += 1
        self.token = self.tokens[min(self.position, len(self.tokens) - 1)]
        return token

    def ahead(self, by: int = 1) -> Token:
        return self.tokens[min(self.position + by, len(self.tokens) - 1)]

    def ended(self) -> int:
        """Where the last token taken ends."""
        return self.tokens[self.position - 1].end if self.position else 0

    def enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise NotRead(f"nested deeper than {MAX_DEPTH}", self.token.start)

    def expect(self, kind: str, what: str) -> Token:
        if self.token.kind != kind:
            raise NotRead(f"{what} is missing", self.token.start)
        return self.advance()

    # The formula and what stands around it.

    def formula(self) -> Parsed:
        self.preamble()
        if self.token.kind == "finish":
            tree = Node("empty", 0, self.token.end)
        else:
            tree = self.chain(listing=True)
        self.trailer()
        return Parsed(tree, tuple(self.remarks), tuple(self.notes), self.tags)

    def preamble(self) -> None:
        """Words before the formula, such as "where"."""
        while self.token.kind in ("text", "wide", "mark", "forall") and (
            self.token.kind != "text" or not self.names_something()
        ):
            if self.token.kind == "text":
                self.remarks.append(self.token.text.strip())
            elif self.token.kind != "wide":
                self.remarks.append(self.token.text)
            self.advance()
            if self.token.kind in ("comma", "colon"):
                self.advance()

    def names_something(self) -> bool:
        """Whether prose at the start is a quantity's name rather than a remark."""
        text = self.token.text.strip()
        if text.lower() in C.CONNECTIVES or text.endswith(":") or not text:
            return False
        following = self.ahead().kind
        if following == "wide":
            following = self.ahead(2).kind
        return following in ("rel", "sub", "sup", "times", "slash", "plus", "minus", "open", "finish")

    def trailer(self) -> None:
        """Punctuation and remarks behind the formula; anything else is not understood."""
        while self.token.kind in ("comma", "semi", "colon", "dot", "mark"):
            if self.token.kind == "mark":
                self.remarks.append(self.token.text)
            self.advance()
        if self.token.kind == "finish":
            return
        if self.token.kind in ("wide", "forall") or (self.token.kind == "text" and self.remark_follows()):
            self.remarks.append(self.source[self.token.start :].strip())
            self.position = len(self.tokens) - 1
            self.token = self.tokens[-1]
            return
        raise NotRead(_unexpected(self.token), self.token.start)

    def remark_follows(self) -> bool:
        words = re.split(r"[\s,:(]+", self.token.text.strip().lower())
        if any(w in C.CONNECTIVES for w in words[:2]):
            return True
        rest = self.tokens[self.position :]
        return all(t.kind in ("text", "dot", "comma", "mark", "wide", "finish") for t in rest)

    # Relations and lists.

    def chain(self, *, listing: bool = False) -> Node:
        """a = b = c, or a single expression; with ``listing``, of lists a, b, c."""
        operand = self.listed if listing else self.sum
        if listing and self.token.text in ("->", "=>"):
            self.remarks.append(self.advance().text)
        start = self.token.start
        items = [operand() if self.token.kind != "rel" else Node("empty", start, start)]
        signs: list[str] = []
        while self.token.kind == "rel":
            sign = self.advance()
            if listing and sign.text in C.ARROWS and self.token.kind in ("finish", "text", "mark", "comma", "dot"):
                self.remarks.append(self.source[sign.start :].strip())
                self.position, self.token = len(self.tokens) - 1, self.tokens[-1]
                break
            signs.append(sign.text)
            items.append(operand())
        if not signs:
            return items[0]
        return Node("relations", start, items[-1].end, " ".join(signs), tuple(items))

    def listed(self) -> Node:
        items = [self.sum()]
        while self.token.kind in ("comma", "semi") and self.ahead().kind not in (
            "finish", "text", "wide", "mark", "dot", "comma", "forall"
        ):  # fmt: skip
            self.advance()
            items.append(self.sum())
        return items[0] if len(items) == 1 else Node("list", items[0].start, items[-1].end, "", tuple(items))

    # Sums, products, factors.

    def sum(self) -> Node:
        items: list[Node] = []
        while True:
            sign = self.advance() if self.token.kind in ("plus", "minus") else None
            while sign is not None and self.token.kind == "plus":
                self.advance()
            term = self.product()
            if sign is not None and sign.kind == "minus":
                term = Node("negative", sign.start, term.end, "", (term,))
            elif sign is not None and not items:
                term = Node("group", sign.start, term.end, "", (term,))
            items.append(term)
            if self.token.kind not in ("plus", "minus"):
                break
        return items[0] if len(items) == 1 else Node("sum", items[0].start, items[-1].end, "", tuple(items))

    def product(self) -> Node:
        items = [self.factor()]
        while True:
            kind = _OPERATORS.get(self.token.kind)
            if kind is not None:
                sign = self.advance()
                items += [Node(kind, sign.start, sign.end, sign.text), self.factor()]
            elif self.continues():
                items.append(self.factor())
            else:
                break
        return items[0] if len(items) == 1 else Node("product", items[0].start, items[-1].end, "", tuple(items))

    def continues(self) -> bool:
        """Whether another factor follows without a sign."""
        token = self.token
        if token.kind == "bar":
            return not self.bars[-1] and self.bar_opens()
        if token.kind == "open" and token.text in ("|", "‖"):
            return True
        if token.kind == "text":
            previous = self.tokens[self.position - 1]
            text = token.text.strip()
            named = _NAME.fullmatch(text) is not None and text.lower() not in C.CONNECTIVES
            touching = text == token.text or self.ahead().kind in ("open", "sub", "sup")
            return named and touching and previous.kind != "wide"
        return token.kind in _ATOMS

    def bar_opens(self) -> bool:
        """Whether a bar after a factor begins an absolute value: then its bracket holds an even number of bars."""
        depth = count = 0
        for token in self.tokens[self.position :]:
            if token.kind in ("open", "lbrace"):
                depth += 1
            elif token.kind in ("close", "rbrace"):
                depth -= 1
            if depth < 0 or token.kind == "finish" or (depth == 0 and token.kind == "rel"):
                break
            count += depth == 0 and token.kind == "bar"
        return count % 2 == 0

    def factor(self) -> Node:
        if self.token.kind in ("minus", "plus"):
            self.enter()
            sign = self.advance()
            inner = self.factor()
            self.depth -= 1
            kind: Kind = "negative" if sign.kind == "minus" else "group"
            return Node(kind, sign.start, inner.end, "", (inner,))
        node = self.scripted(self.atom())
        while self.token.kind == "percent":
            node = Node("percent", node.start, self.advance().end, "", (node,))
        if self.token.kind == "bar" and not self.bars[-1] and self.ahead().kind == "sub":
            self.advance()
            self.advance()
            place = self.script()
            node = Node("value", node.start, self.ended(), "", (node,), place)
        return node

    # Scripts.

    def scripted(self, node: Node) -> Node:
        """The atom with the primes, subscript and superscript behind it."""
        sub = sup = None
        primes = ""
        while self.token.kind in ("sub", "sup", "prime"):
            sign = self.advance()
            if sign.kind == "prime":
                primes += "'"
                continue
            place = self.script()
            if sign.kind == "sup" and place.kind == "symbol" and place.text.strip("'") == "" and place.text:
                primes += place.text
            elif sign.kind == "sub":
                if sub is not None:
                    raise NotRead("a second subscript", sign.start)
                sub = place
            else:
                if sup is not None:
                    raise NotRead("a second superscript", sign.start)
                sup = place
        if sub is None and sup is None and not primes:
            return self.numbered(node)
        return Node("scripts", node.start, self.ended(), primes, (node,), sub, sup)

    def numbered(self, node: Node) -> Node:
        """``beta1`` is beta with subscript 1: no one writes a factor 1 there."""
        token = self.token
        if node.kind not in ("symbol", "word") or token.kind != "num" or token.start != node.end:
            return node
        if not token.text.isdigit() or token.start == token.end:
            return node
        self.advance()
        self.notes.append(f"the digits touching {node.text} are read as its subscript")
        index = Node("number", token.start, token.end, token.text)
        return self.scripted(Node("scripts", node.start, token.end, "", (node,), index))

    def script(self) -> Node:
        """What is raised or lowered: braces, or the next token."""
        self.enter()
        token = self.token
        if token.kind == "lbrace":
            node = self.braced_script()
        elif token.kind in ("times", "plus", "mark"):
            self.advance()
            node = Node("symbol", token.start, token.end, "*" if token.text in ("*", "ast") else token.text)
        elif token.kind == "prime":
            self.advance()
            node = Node("symbol", token.start, token.end, "'")
        elif token.kind == "minus":
            self.advance()
            inner = self.atom()
            node = Node("negative", token.start, inner.end, "", (inner,))
        else:
            node = self.atom()
        self.depth -= 1
        return replace(node, kind="word") if node.kind == "function" else node

    def braced_script(self) -> Node:
        opening = self.advance()
        token = self.token
        if token.kind in ("times", "plus", "minus", "prime") and self.ahead().kind in ("rbrace", token.kind):
            text = ""
            while self.token.kind == token.kind:
                text += "'" if self.advance().kind == "prime" else "*" if token.text in ("*", "ast") else token.text
            node = Node("symbol", token.start, token.end, text)
        elif token.kind == "rbrace":
            raise NotRead("an empty subscript or superscript", token.start)
        else:
            while self.token.kind in ("times", "forall"):  # an elementwise power; "for all"
                self.advance()
            self.bars.append("")
            node = self.items(("rbrace",))
            self.bars.pop()
        self.expect("rbrace", "a closing brace")
        return node if node.kind != "empty" else Node("empty", opening.start, opening.end)

    def items(self, closing: tuple[str, ...]) -> Node:
        """What commas separate, up to a closing bracket."""
        found: list[Node] = []
        start = self.token.start
        while self.token.kind not in closing:
            found.append(self.chain())
            if self.token.kind in _SEPARATORS or (self.token.kind == "bar" and not self.bars[-1]):
                self.advance()
            else:
                break
        if len(found) == 1:
            return found[0]
        return Node("list", start, found[-1].end if found else start, "", tuple(found))

    # Atoms.

    def atom(self) -> Node:
        token = self.token
        match token.kind:
            case "num" | "letter" | "symbol" | "word" | "function" | "nabla" | "partial" | "text":
                self.advance()
                return Node(_LEAVES.get(token.kind, "symbol"), token.start, token.end, _canonical(token))
            case "times" if self.ahead().kind in ("close", "comma", "rbrace"):
                self.advance()
                return Node("symbol", token.start, token.end, "\\cdot")
            case "finish":
                raise NotRead("the formula breaks off", token.start)
            case _:
                parse = _PARSE.get(token.kind)
                if parse is None:
                    raise NotRead(_unexpected(token), token.start)
                self.enter()
                node = parse(self)
                self.depth -= 1
                return node

    def delta(self) -> Node:
        """A difference is one symbol with what it is of: Delta theta."""
        token = self.advance()
        if self.token.kind in ("letter", "symbol", "accent", "font"):
            of = self.atom()
            if base(of).kind == "symbol":
                return renamed(of, lambda name: f"\\Delta{'' if name[0] == chr(92) else ' '}{name}", token.start)
        return Node("symbol", token.start, self.ended(), "\\Delta")

    def accent(self) -> Node:
        token = self.advance()
        of = self.argument()
        if base(of).kind not in ("symbol", "word"):
            raise NotRead(f"{token.text} on more than a symbol", token.start)
        return renamed(of, lambda name: f"{token.text}{{{name}}}", token.start)

    def font(self) -> Node:
        token = self.advance()
        of = self.argument()
        if token.text in ("mathbb", "Bbb") and of.kind == "group" and of.items[0].kind in ("symbol", "number"):
            inner = of.items[0]
            return Node("symbol", token.start, of.end, f"\\mathbb{{{inner.text}}}")
        inner = of.items[0] if of.kind == "group" and not of.text and of.items[0].kind in ("symbol", "word") else of
        return widened(inner, token.start, of.end)

    def fraction(self) -> Node:
        start = self.advance().start
        top, bottom = self.argument(), self.argument()
        return Node("fraction", start, bottom.end, "", (top, bottom))

    def root(self) -> Node:
        token = self.advance()
        degree: tuple[Node, ...] = ()
        if self.token.kind == "open" and self.token.text == "[":
            self.advance()
            degree = (self.sum(),)
            if self.token.text != "]":
                raise NotRead("a closing bracket is missing", self.token.start)
            self.advance()
        inner = self.argument(scripts=True)
        return Node("root", token.start, self.ended(), "", (inner, *degree))

    def argument(self, *, scripts: bool = False) -> Node:
        """The argument of a command: braces, or the next token; a number gives one digit."""
        token = self.token
        if token.kind == "num" and len(token.text) > 1 and token.text.isdigit() and token.end - token.start > 1:
            rest = token._replace(text=token.text[1:], start=token.start + 1)
            self.token = self.tokens[self.position] = rest
            return Node("number", token.start, token.start + 1, token.text[0])
        inner = self.atom()
        return self.scripted(inner) if scripts and token.kind != "lbrace" else inner

    def under(self) -> Node:
        """A brace with a note under or over it; the note is a remark."""
        start = self.advance().start
        inner = self.argument()
        while self.token.kind in ("sub", "sup"):
            self.advance()
            begin = self.token
            self.skip_argument()
            written = self.source[begin.start : self.ended()]
            self.remarks.append(written[1:-1].strip() if begin.kind == "lbrace" else written)
        return Node("group", start, self.ended(), "", (inner,))

    def skip_argument(self) -> None:
        depth = 0
        while self.token.kind != "finish":
            kind = self.advance().kind
            depth += (kind == "lbrace") - (kind == "rbrace")
            if depth <= 0:
                return

    def big(self) -> Node:
        """A sum, product or limit with all of the product behind it."""
        token = self.advance()
        head = self.scripted(Node("symbol", token.start, token.end, token.text))
        body = self.product()
        return Node("big", token.start, body.end, token.text, (body,), head.sub, head.sup)

    # Brackets.

    def braces(self) -> Node:
        start = self.advance().start
        self.bars.append("")
        inner = self.items(("rbrace",))
        if self.token.kind == "over":
            self.advance()
            bottom = self.items(("rbrace",))
            inner = Node("fraction", inner.start, bottom.end, "", (inner, bottom))
        self.bars.pop()
        end = self.expect("rbrace", "a closing brace").end
        if inner.kind == "list" and not inner.items:
            inner = Node("empty", start, end)
        return Node("group", start, end, "", (inner,))

    def group(self) -> Node:
        opening = self.advance()
        if opening.text in ("|", "‖"):
            return self.bars_body(opening)
        self.bars.append("")
        inner = self.items(("close",))
        self.bars.pop()
        closing = self.token
        if closing.kind == "bar" and opening.text == ".":
            closing = closing._replace(kind="close")
        if closing.kind != "close":
            raise NotRead(
                f"the bracket {opening.text} is not closed" if closing.kind == "finish" else _unexpected(closing),
                closing.start,
            )
        self.advance()
        if opening.text == "." and closing.text == "|" and self.token.kind == "sub":
            self.advance()
            place = self.script()
            return Node("value", opening.start, self.ended(), "", (inner,), place)
        items = inner.items if inner.kind == "list" else (inner,)
        if _BRACKETS.get(opening.text) != closing.text and len(items) != 2 and inner.kind != "rows":
            raise NotRead(f"{opening.text} is closed by {closing.text}", closing.start)
        return Node("group", opening.start, closing.end, opening.text + closing.text, items)

    def bars_group(self) -> Node:
        return self.bars_body(self.advance())

    def bars_body(self, opening: Token) -> Node:
        self.bars.append(opening.text)
        inner = self.sum()
        self.bars.pop()
        closing = self.token
        if closing.kind not in ("bar", "close") or closing.text != opening.text:
            raise NotRead(f"the bar {opening.text} is not closed", closing.start)
        self.advance()
        return Node("group", opening.start, closing.end, opening.text * 2, (inner,))

    # Environments.

    def environment(self) -> Node:
        opening = self.advance()
        if opening.text == "array" and self.token.kind == "lbrace":
            self.skip_argument()
        rows: list[Node] = []
        while self.token.kind != "end":
            rows.append(self.row())
            if self.token.kind == "newline":
                self.advance()
            elif self.token.kind != "end":
                raise NotRead(_unexpected(self.token), self.token.start)
        return Node("rows", opening.start, self.advance().end, opening.text, tuple(r for r in rows if r.items))

    def row(self) -> Node:
        start = self.token.start
        cells: list[Node] = []
        while self.token.kind not in ("newline", "end", "finish"):
            if self.token.kind in ("amp", "comma", "semi", "dot", "wide"):
                self.advance()
            elif self.token.kind == "text":
                cells.append(self.words())
            else:
                cells.append(self.chain())
        return Node("row", start, self.ended(), "", tuple(cells))

    def words(self) -> Node:
        token = self.advance()
        return Node("word", token.start, token.end, token.text.strip())


_LEAVES: dict[str, Kind] = {
    "num": "number", "word": "word", "text": "word", "function": "function", "nabla": "nabla", "partial": "partial",
}  # fmt: skip
_PARSE = {
    "delta": _Parser.delta, "accent": _Parser.accent, "font": _Parser.font, "frac": _Parser.fraction,
    "root": _Parser.root, "under": _Parser.under, "big": _Parser.big, "lbrace": _Parser.braces, "open": _Parser.group,
    "bar": _Parser.bars_group, "begin": _Parser.environment,
}  # fmt: skip


def _canonical(token: Token) -> str:
    return token.text.strip() if token.kind == "text" else token.text


def _unexpected(token: Token) -> str:
    if token.kind == "junk":
        return f"{token.text} is not known"
    if token.kind == "finish":
        return "the formula breaks off"
    return f"{token.text.strip() or token.kind} is not expected here"
