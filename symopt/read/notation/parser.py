"""Tokens into a tree, by precedence: relations, sums, products, factors with their scripts.

No token is passed over in silence: what the grammar has no place for raises `NotRead`, and
remarks beside the formula (words, arrows at its end, notes under braces) are kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from symopt.read.notation import commands as C
from symopt.read.notation.atoms import PARSE
from symopt.read.notation.macros import Macros
from symopt.read.notation.stream import MAX_DEPTH, Stream, unexpected
from symopt.read.notation.tokens import Token
from symopt.read.notation.tree import Kind, Node, NotRead

MAX_LENGTH = 50_000
_ATOMS = frozenset(
    "num letter symbol word function big nabla partial delta accent font frac root under lbrace open begin".split()
)
_OPERATORS: dict[str, Kind] = {"times": "times", "slash": "slash", "mod": "modulo"}
_SEPARATORS = frozenset({"comma", "semi", "colon"})
_NAME = re.compile(r"[A-Za-z][\w.\-]*")
_ASIDE = re.compile(r"\s*\(.*\)\s*")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A formula's tree with what is written beside the formula."""

    tree: Node
    remarks: tuple[str, ...]
    notes: tuple[str, ...]
    tags: tuple[str, ...]


def parse(math: str, macros: Macros | None = None) -> Parsed:
    """The tree of one formula, with the document's macros.

    Raises:
        NotRead: with the reason and the place.
    """
    if len(math) > MAX_LENGTH:
        raise NotRead(f"longer than {MAX_LENGTH} characters", MAX_LENGTH)
    return Parser(math, macros).formula()


class Parser(Stream):
    """Reads one formula; `atoms` has the parts that begin with a sign of their own."""

    # The formula and what stands around it.

    def formula(self) -> Parsed:
        self.preamble()
        tree = Node("empty", 0, self.token.end) if self.at("finish") else self.chain(listing=True)
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
            if self.at("comma", "colon"):
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
        start = self.token.start
        if self.at("wide"):
            self.advance()
        if self.at("finish"):
            return
        if self.at("forall", "mark") or (self.at("text") and self.remark_follows()) or self.numbers_equation():
            self.remarks.append(self.source[start:].strip())
            self.position = len(self.tokens) - 1
            self.token = self.tokens[-1]
            return
        raise NotRead(unexpected(self.token), self.token.start)

    def numbers_equation(self) -> bool:
        """Whether an equation number in parentheses is all that follows."""
        kinds = [t.kind for t in self.tokens[self.position :]]
        return kinds in (["open", "num", "close", "finish"], ["open", "letter", "close", "finish"])

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
            if listing and self.points_aside(sign, bool(signs)):
                self.remarks.append(self.source[sign.start :].strip())
                self.position, self.token = len(self.tokens) - 1, self.tokens[-1]
                break
            signs.append(sign.text)
            items.append(operand())
        if not signs:
            return items[0]
        return Node("relations", start, items[-1].end, " ".join(signs), tuple(items))

    def points_aside(self, sign: Token, related: bool) -> bool:
        """Whether an arrow only points to a remark, or to nothing."""
        if sign.text == ":=" and not related and self.at("text") and self.ahead().kind in ("open", "sub", "finish"):
            return False
        return sign.text in C.ARROWS and self.at("finish", "text", "mark", "comma", "dot")

    def listed(self) -> Node:
        items = [self.item()]
        while self.token.kind in ("comma", "semi") and self.ahead().kind not in (
            "finish", "text", "wide", "mark", "dot", "comma", "forall"
        ):  # fmt: skip
            self.advance()
            items.append(self.item())
        return items[0] if len(items) == 1 else Node("list", items[0].start, items[-1].end, "", tuple(items))

    def item(self) -> Node:
        """A part of a list, with the remark in parentheses behind it."""
        part = self.sum()
        while self.at("text") and _ASIDE.fullmatch(self.token.text):
            self.remarks.append(self.advance().text.strip())
        if part.kind == "symbol" and part.text == "\\ldots" and self.at("comma") and self.ahead().kind == "rel":
            self.advance()
        return part

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
        quotients = 0
        while True:
            kind = _OPERATORS.get(self.token.kind)
            if kind is not None:
                sign = self.advance()
                quotients += kind != "times"
                if quotients > MAX_DEPTH:
                    raise NotRead(f"nested deeper than {MAX_DEPTH}", sign.start)
                items += [Node(kind, sign.start, sign.end, sign.text), self.factor()]
            elif self.at("bar") and not self.bars[-1] and self.ahead().kind == "sub":
                items.append(self.place())
            elif self.continues():
                items.append(self.factor())
            else:
                break
        return items[0] if len(items) == 1 else Node("product", items[0].start, items[-1].end, "", tuple(items))

    def place(self) -> Node:
        """A bar with a subscript: where what stands before it is taken."""
        start = self.advance().start
        self.advance()
        place = self.script()
        return Node("value", start, self.ended(), "", (), place)

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
                parse = PARSE.get(token.kind)
                if parse is None:
                    raise NotRead(unexpected(token), token.start)
                self.enter()
                node = parse(self)
                self.depth -= 1
                return node


_LEAVES: dict[str, Kind] = {
    "num": "number", "word": "word", "text": "word", "function": "function", "nabla": "nabla", "partial": "partial",
}  # fmt: skip


def _canonical(token: Token) -> str:
    return token.text.strip() if token.kind == "text" else token.text
