"""What a single line without delimiters looks like: code, a formula, or the title of a slide.

Cautious on purpose: a line of prose taken for a formula is a false finding, a formula taken for prose
is one that nobody asked for by writing it between delimiters.
"""

from __future__ import annotations

import re

_TARGET = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[[^\]=]*\])*"
_CODE = re.compile(
    rf"""
    (?:def|class)\s+\w+.*:
  | (?:for\s+[\w\s,()]+\sin\s.+|while\s.+|if\s.+|elif\s.+|else\s*|try\s*|except.*|with\s.+|finally\s*):
  | import\s+[\w.]+(?:\s+as\s+\w+)?(?:\s*,\s*[\w.]+)*
  | from\s+[\w.]+\s+import\s.+
  | return(?:\s+[\w(\[].*)?
  | {_TARGET}(?:\s*,\s*{_TARGET})*\s*(?:[-+*/%@]|//|\*\*)?=(?!=)\s*[^\s=].*
  | [A-Za-z_][\w.]*\(.*\)
  | print\s+["'\w].*
    """,
    re.VERBOSE,
)
_WORDS = re.compile(r"\b(?!(?:if|else|for|in|not|and|or|is|lambda|import|as|from)\b)[A-Za-z]{2,}\s+"
                    r"(?!(?:if|else|for|in|not|and|or|is|lambda|import|as)\b)[A-Za-z]{2,}\b")  # fmt: skip
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_UNMISTAKABLE = re.compile(
    r"^\s*(?:def\s+\w+\(.*\)\s*:|.*[\w\])]\s*(?:\+|-|\*|/)=\s*\S|.*=.*\b(?:np|math|torch|nd|tf|jnp)\.\w+)"
)


def is_code(line: str) -> bool:
    """Whether the line is a statement of Python, or of pseudo-code that looks like it."""
    code = _STRING.sub("''", line).partition("#")[0].strip().rstrip(";")
    if not code or len(code) > 400 or not code.isascii() or "$" in code or re.search(r"\\[A-Za-z({\[]|_\{", code):
        return False
    if not _CODE.fullmatch(code) or code.endswith(("...", ",")):
        return False
    _, _, right = code.partition("=")
    return not _WORDS.search(right)


def is_unmistakably_code(line: str) -> bool:
    """Whether the line is code even where no other line of code is next to it."""
    return is_code(line) and bool(_UNMISTAKABLE.match(line))


def continues_code(line: str, indent: int) -> bool:
    """Whether a line between two of code belongs to them: a comment, or deeper than ``indent``."""
    text = line.strip()
    return text.startswith(("#", '"""', "'''", ")", "]", "}")) or len(line) - len(line.lstrip()) > indent


_LABEL = re.compile(r"\s*(?:(?:[-*+•▪◦❑☐>]|\d{1,3}[.:)]?|\([A-Za-z0-9]{1,3}\)|(?:Step|Line)\s+\d+[.:]?)\s+)?(?:\|\s)?")
_REMARK = re.compile(
    r"\s+(?://|▷|\#|%|\\triangleright|\\Comment)\s.*$|\s+\([^()=]*[A-Za-z]{3,}[^()=]*\)\s*$|[\s.,;:]+$"
)
_RELATION = re.compile(r"←|⟵|:=|≔|=|∝|≈|\\(?:leftarrow|gets|propto|approx|coloneqq)(?![A-Za-z])")
_MATHEMATICAL = re.compile(
    "[\u0370-\u03ff\u2202\u2207\u221a\u2211\u220f\u2299\u2218\u00b2\u00b3\u207f\u1d57\u2080-\u2089\u209c\u0302←⟵]"
    r"|\\(?:[a-zA-Z]*(?:eta|alpha|rho|gamma|lambda|epsilon|mu|phi|delta)|nabla|partial|frac|sqrt|hat|tilde|bar)(?![A-Za-z])"
    r"|[A-Za-z]_\{"
)
_TALK = re.compile(r"(?<![\\A-Za-z_^{])[A-Za-z]{2,}(?![A-Za-z(]|_\w|\[)")
_NAMES = frozenset(
    """sqrt exp log ln max min sign sgn grad rms mean diag norm sum old new lr alpha beta gamma delta epsilon eps eta
    theta lambda mu rho sigma phi omega dw db dx dl dt cos sin tanh if otherwise for and""".split()
)


def formula_span(line: str) -> tuple[int, int] | None:
    """The offsets in the line of the formula that all of it is, its number and its remark apart."""
    label = _LABEL.match(line)
    start = label.end() if label else 0
    end = len(line)
    while (remark := _REMARK.search(line, start, end)) is not None and remark.start() < end:
        end = remark.start()
    text = line[start:end]
    relation = _RELATION.search(text)
    if not relation or len(text) > 300 or "$" in text or "`" in text or not _MATHEMATICAL.search(text):
        return None
    left, right = text[: relation.start()].strip(), text[relation.end() :].strip()
    if not left or not right or len(left) > 60 or len(left.split()) > 4 or right.endswith("..."):
        return None
    talk = [w for w in _TALK.findall(_quoted(text)) if w.lower() not in _NAMES]
    return None if talk else (start, end)


def _quoted(text: str) -> str:
    r"""The text without the words that LaTeX sets upright."""
    return re.sub(r"\\(?:text[a-z]*|mathrm|mathit|mbox|operatorname)\s*\{[^{}]*\}", "", text)


_NUMBERED = re.compile(r"^\s*(?:[-*+•▪◦❑☐>|]|\d{1,3}[.)]\s)")


def is_title(line: str) -> bool:
    """Whether a line that stands alone could be a slide's title: short, capitalised, no sentence."""
    text = line.strip()
    if not 2 < len(text) <= 70 or len(text.split()) > 9 or _NUMBERED.match(line):
        return False
    if text[-1] in ".,;?!" or not (text[0].isupper() or text[0].isdigit()) or "$" in text or "\\" in text:
        return False
    if _MATHEMATICAL.search(text):
        return False
    letters = sum(c.isalpha() or c == " " for c in text)
    return letters >= 0.7 * len(text) and "=" not in text
