"""Math text cut into tokens. Never fails: what is not known becomes a token of kind "junk"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from symopt.read.notation import commands as C
from symopt.read.notation.macros import LONGEST, Macros, definition_end, expansion


class Token(NamedTuple):
    """A token; ``text`` is its canonical spelling, the offsets are those of what was written.

    Kinds: num, letter, symbol, word, text (prose), function, big, nabla, partial, delta, accent, font,
    frac, root, under, over; times, slash, mod, plus, minus, percent, rel; sub, sup, prime; lbrace, rbrace,
    open, close, bar; comma, semi, colon, dot; begin, end, amp, newline; wide, thin, ignored, tag, mark,
    forall, junk.
    """

    kind: str
    text: str
    start: int
    end: int


_PROSE = "|".join(sorted(C.PROSE, key=len, reverse=True))
_UPRIGHT = "|".join(re.escape(n) for n in sorted(C.UPRIGHT, key=len, reverse=True))
_IGNORED = "|".join(sorted(C.IGNORED_WITH_ARGUMENT, key=len, reverse=True))
_WORD = r"[\u0400-\u04ff\u3041-\u30fa\u30fc-\u30ff\u3400-\u9fff\uac00-\ud7af]"
"""A letter of words that stand in formulas without ``\\text``: Cyrillic, Chinese, Japanese, Korean."""
_MIXED = re.compile("[α-ωΑ-Ω][A-Za-z]{1,2}")
"""No word: symbols, of which one or more belong to what follows, such as a differential."""
_PATTERN = re.compile(
    rf"""
      (?P<space>[\s~]+|(?<![\d\\])%[^\n]*|\\[,:!>])
    | (?P<thin>\\;|\\[ ])
    | (?P<newline>\\\\\*?(?:\[\s*-?\.?\d[\d.]*\s*[a-z]{{2}}\s*\])?|\\cr\b)
    | (?P<text>\\(?:{_PROSE})\s*\{{(?P<prose>(?:[^{{}}\\$]|\\_)*)\}})
    | (?P<upright>\\(?:{_UPRIGHT})\s*\{{\s*(?P<letters>[A-Za-z](?:[\w.\- ]|\\_)*)\}})
    | (?P<ignored>\\(?:{_IGNORED})\*?\s*\{{[^{{}}]*\}}|\\rule\s*(?:\[[^\]]*\])?\{{[^{{}}]*\}}\s*\{{[^{{}}]*\}})
    | (?P<tag>\\tag\*?\s*\{{(?P<tagged>[^{{}}]*)\}})
    | (?P<environment>\\(?P<side>begin|end)\s*\{{(?P<block>[A-Za-z]+)\*?\}})
    | (?P<update>\\math(?:rel|bin)\s*\{{(?P<step>[-+*/])\}}\s*(?:\\mathrel\s*\{{=\}}|=))
    | (?P<decorated>\\(?:overset|stackrel|underset)\s*\{{[^{{}}]*\}}\s*\{{(?P<under>[^{{}}]*)\}}
        |\\mathrel\s*\{{(?P<related>[^{{}}]*)\}})
    | (?P<extremum>\\arg\s*\\(?P<least>min|max)(?![A-Za-z]))
    | (?P<command>\\(?:[A-Za-z]+|.))
    | (?P<num>\d+(?:\{{,\}}\d{{3}})+|\d+(?:\.\d+|\.(?=\s*[-+*/)]))?(?:[eE][-+]?\d+)?|\.\d+)
    | (?P<rel>:=|(?<![\^_{{])[-+*/]=(?!=)|==?|<-(?=\s)|<=|>=|!=|=>|->|<|>)
    | (?P<ellipsis>\.\.\.+)
    | (?P<identifier>[A-Za-z]+(?:\\_[A-Za-z0-9]+)+)
    | (?P<letter>[A-Za-z][\u0302-\u0305\u0307]?)
    | (?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿᵗⁱᵏʲ]+)
    | (?P<lowered>[₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₜₙᵢⱼₖₘₓₐₑₒₕₗₚₛᵣᵤᵥ]+)
    | (?P<other>{_WORD}+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_FOREIGN = re.compile(_WORD + "+")
_PLAIN = {
    "+": "plus", "-": "minus", "*": "times", "/": "slash", "^": "sup", "_": "sub", "'": "prime", "{": "lbrace",
    "}": "rbrace", "(": "open", "[": "open", ")": "close", "]": "close", "|": "bar", ",": "comma", ";": "semi",
    ":": "colon", ".": "dot", "&": "amp", "%": "percent",
}  # fmt: skip
_FULL_WIDTH = str.maketrans("，、；：。．（）［］｛｝＝＋－＊／｜＜＞＾＿\u3000", ",,;:..()[]{}=+-*/|<>^_ ")
_SIGNS = {"==": "=", "<-": ":="}
_SPECIAL = {
    "frac": "frac", "dfrac": "frac", "tfrac": "frac", "cfrac": "frac", "sqrt": "root", "nabla": "nabla", "over": "over",
    "partial": "partial", "Delta": "delta", "forall": "forall", "div": "slash", "oslash": "slash", "bmod": "mod",
    "prime": "prime", "{": "open", "}": "close", "%": "percent", "-": "space", "/": "space", "colon": "colon",
}  # fmt: skip
_COMMANDS: dict[str, tuple[str, str]] = (
    {name: ("space", name) for name in C.IGNORED | C.SIZES}
    | {name: ("times", name) for name in C.TIMES}
    | {name: ("text", name) for name in C.WORDS}
    | {name: ("wide", name) for name in C.WIDE}
    | {name: ("mark", f"\\{name}") for name in C.MARKS}
    | {name: ("font", name) for name in C.FONTS}
    | {name: ("under", name) for name in C.UNDER}
    | {
        name: (kind, text)
        for kind, table in (
            ("symbol", C.SYMBOLS), ("rel", C.RELATIONS), ("function", C.FUNCTIONS), ("big", C.BIG),
            ("accent", C.ACCENTS), ("open", C.OPENING), ("close", C.CLOSING), ("bar", C.BARS),
        )
        for name, text in table.items()
    }
    | {name: (kind, C.OPENING.get(name, name)) for name, kind in _SPECIAL.items()}
)  # fmt: skip
_DELIMITER = re.compile(r"\s*(\\[A-Za-z]+|\\[{}|]|[()\[\]|.<>/‖])")


def tokenize(math: str, macros: Macros | None = None) -> list[Token]:
    """The tokens of ``math``, spaces left out, letters that make a word put together, macros expanded."""
    return _words(list(_scan(math.translate(_FULL_WIDTH), macros or {})))


EXPANDED = 10 * LONGEST
"""How many characters of expansions are read in one formula."""


def _scan(math: str, macros: Macros) -> Iterator[Token]:
    position = expanded = 0
    while position < len(math):
        match = _PATTERN.match(math, position)
        assert match is not None  # the last alternative takes any character
        kind, start, position = match.lastgroup, position, match.end()
        text = match.group()
        if kind == "command" and (end := definition_end(math, start)) is not None:
            position = end
            continue
        if kind == "command" and text[1:] in macros and expanded < EXPANDED:
            made = expansion(text[1:], math, position, macros)
            if made is not None:
                position, expanded = made[1], expanded + len(made[0])
                yield from (Token(t.kind, t.text, start, position) for t in tokenize(made[0]))
                continue
        if kind == "command":
            delimiter = _sided(text[1:], math, position)
            if delimiter is not None:
                token, position = delimiter
                yield Token(*token, start, position)
                continue
            yield from _command(text[1:], start, position)
        elif kind != "space":
            yield from _token(kind or "other", text, match, start, position)


def _text(prose: str, start: int, end: int) -> Token:
    plain = prose.strip()
    if _MIXED.fullmatch(plain):
        return Token("junk", plain, start, end)
    return _word(plain, start, end) if plain == "grad" or plain in C.FUNCTIONS else Token("text", prose, start, end)


def _token(kind: str, text: str, match: re.Match[str], start: int, end: int) -> Iterator[Token]:
    match kind:
        case "num":
            yield Token("num", text.replace("{,}", ""), start, end)
        case "letter":
            yield from _letter(text, start, end)
        case "identifier":
            yield Token("word", text.replace("\\_", "_"), start, end)
        case "rel":
            yield Token("rel", _SIGNS.get(text, text), start, end)
        case "ellipsis":
            yield Token("symbol", "\\ldots", start, end)
        case "text":
            yield _text(match["prose"].replace("\\_", "_"), start, end)
        case "upright":
            yield _upright(match["letters"].replace("\\_", "_").strip(), start, end)
        case "tag":
            yield Token("tag", match["tagged"], start, end)
        case "extremum":
            yield Token("function", f"arg{match['least']}", start, end)
        case "environment":
            yield Token(match["side"], match["block"], start, end)
        case "update":
            yield Token("rel", f"{match['step']}=", start, end)
        case "decorated":
            yield from _decorated(match, start, end)
        case "raised" | "lowered":
            yield from _unicode_script(kind, text, start, end)
        case "other":
            yield from _character(text, start, end)
        case _:  # newline, thin, ignored
            yield Token(kind, text, start, end)


def _letter(text: str, start: int, end: int) -> Iterator[Token]:
    if len(text) == 2:
        yield Token("accent", C.COMBINING.get(text[1], "\\hat"), start, start)
    yield Token("letter", text[0], start, end)


def _upright(letters: str, start: int, end: int) -> Token:
    if len(letters) == 1:
        return Token("letter" if letters != "d" else "upright d", letters, start, end)
    return _word(letters.replace(" ", ""), start, end)


def _word(letters: str, start: int, end: int) -> Token:
    if letters in C.FUNCTIONS:
        return Token("function", C.FUNCTIONS[letters], start, end)
    if letters in C.GREEK:
        return Token("symbol", C.GREEK[letters], start, end)
    if letters == "grad":
        return Token("nabla", letters, start, end)
    return Token("text" if letters in C.CONNECTIVES else "word", letters, start, end)


def _decorated(match: re.Match[str], start: int, end: int) -> Iterator[Token]:
    inner = tokenize(match["under"] if match["under"] is not None else match["related"])
    if len(inner) == 1:
        yield Token(inner[0].kind, inner[0].text, start, end)
        return
    yield Token("lbrace", "{", start, start)
    yield from (Token(t.kind, t.text, start, end) for t in inner)
    yield Token("rbrace", "}", end, end)


def _unicode_script(kind: str, text: str, start: int, end: int) -> Iterator[Token]:
    sign, table = ("sup", C.RAISED) if kind == "raised" else ("sub", C.LOWERED)
    plain = "".join(table[c] for c in text)
    yield Token(sign, sign, start, start)
    yield Token("lbrace", "{", start, start)
    for token in tokenize(plain):
        yield Token(token.kind, token.text, start + token.start, start + token.end)
    yield Token("rbrace", "}", end, end)


def _character(char: str, start: int, end: int) -> Iterator[Token]:
    if char in _PLAIN:
        yield Token(_PLAIN[char], char, start, end)
        return
    if _FOREIGN.fullmatch(char):
        yield Token("text", char, start, end)
        return
    meant = C.CHARACTERS.get(char) or _decomposed(char)
    if meant is None:
        if char in "\u200b\u200c\u200d\u2061\u2062\ufeff\u2009\u202f":
            return
        yield Token("junk", char, start, end)
        return
    inner = list(_scan(meant, {}))
    for i, token in enumerate(inner):
        last = i == len(inner) - 1
        yield Token(token.kind, token.text, start, end if last else start)


def _decomposed(char: str) -> str | None:
    """ASCII or LaTeX for a letter with an accent, or of a mathematical alphabet."""
    if char < "\x80":
        return None
    plain = unicodedata.normalize("NFKD", char)
    if len(plain) == 1 and plain != char:
        return plain if plain.isascii() and plain.isalnum() else C.CHARACTERS.get(plain)
    if len(plain) == 2 and plain[0].isascii() and plain[0].isalpha() and plain[1] in C.COMBINING:
        return plain
    return None


def _sided(name: str, math: str, end: int) -> tuple[tuple[str, str], int] | None:
    r"""The bracket that follows ``\left``, ``\bigr`` and their like."""
    if name not in C.LEFTS and name not in C.RIGHTS:
        return None
    kind = "open" if name in C.LEFTS else "close"
    if name.endswith("vert"):
        return (kind, "|"), end
    if name.endswith("Vert"):
        return (kind, "‖"), end
    match = _DELIMITER.match(math, end)
    if match is None:
        return ("junk", f"\\{name}"), end
    text = match[1]
    plain = text[1:] if text.startswith("\\") else text
    table = C.OPENING if kind == "open" else C.CLOSING
    return (kind, C.BARS.get(plain if text != "|" else "vert", table.get(plain, plain))), match.end()


def _command(name: str, start: int, end: int) -> Iterator[Token]:
    kind, text = _COMMANDS.get(name, ("junk", f"\\{name}"))
    if kind != "space":
        yield Token(kind, text, start, end)


_SHORT = frozenset(
    "lr wd bs mu nu rho tau phi psi chi eta eps avg new old max min log exp "
    "sgn var std tmp acc vel mom lim sin cos tan dot opt cur sum abs "
    "LR SS GD MS WD if or".split()
)
_VOWEL = re.compile("[aeiouyAEIOUY]")


def _is_word(run: str, label: bool) -> bool:
    """Whether letters written together are one word; the letters of a product otherwise."""
    if label or run in _SHORT:
        return True
    if len(run) == 2:
        return run[0] == "d"
    if len(run) == 3:
        return run.isupper() or run in C.CONNECTIVES or run in C.FUNCTIONS
    return _VOWEL.search(run) is not None


def _words(tokens: list[Token]) -> list[Token]:
    """Letters that touch made one word where they are one; a differential put to its variable."""
    out: list[Token] = []
    labels: list[bool] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token.kind == "lbrace":
            labels.append((bool(out) and out[-1].kind == "sub") or (bool(labels) and labels[-1]))
        elif token.kind == "rbrace" and labels:
            labels.pop()
        if token.kind not in ("letter", "upright d"):
            out.append(token)
            i += 1
            continue
        end = _run_end(tokens, i)
        made, i = _run(tokens, i, end, bool(labels) and labels[-1])
        out.extend(made)
    return out


def _run_end(tokens: list[Token], i: int) -> int:
    end = i + 1
    while (
        end < len(tokens)
        and tokens[end].kind == "letter"
        and (tokens[end].start == tokens[end - 1].end or tokens[end - 1].kind == "upright d")
    ):
        end += 1
    return end


def _raised(tokens: list[Token], i: int) -> bool:
    """Whether letters are all that stands in a superscript of braces."""
    return i > 1 and tokens[i - 1].kind == "lbrace" and tokens[i - 2].kind == "sup"


def _run(tokens: list[Token], i: int, end: int, label: bool) -> tuple[list[Token], int]:
    run = "".join(t.text for t in tokens[i:end])
    start, stop = tokens[i].start, tokens[end - 1].end
    following = tokens[end] if end < len(tokens) else None
    if run == "d" and following is not None and following.kind == "symbol" and (
        following.start == stop or tokens[i].kind == "upright d"
    ):  # fmt: skip
        return [Token("symbol", f"d{following.text}", start, following.end)], end + 1
    if len(run) == 2 and run[0] == "d" and not label:
        return [Token("symbol", run, start, stop)], end
    named = len(run) == 2 and run.isupper() and "T" not in run and _raised(tokens, i)  # whose formula it is
    if len(run) >= 2 and (_is_word(run, label) or named):
        return [Token("word", run, start, stop) if label else _word(run, start, stop)], end
    return [Token("letter", t.text, t.start, t.end) for t in tokens[i:end]], end
