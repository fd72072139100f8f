"""Terms as LaTeX, in the customary notation of papers."""

from __future__ import annotations

import re

from symopt.language.terms import Term

# How tightly each head binds; a child is put in parentheses where it binds less than its place needs.
_SUM, _SIGN, _PRODUCT, _POWER, _ATOM = range(5)
_BINDING = {"add": _SUM, "neg": _SIGN, "mul": _PRODUCT, "sum": _SIGN, "prod": _SIGN, "pow": _POWER}
_OPERATORS = {"exp": r"\exp", "log": r"\log", "max": r"\max", "min": r"\min", "sign": r"\operatorname{sign}",
              "sin": r"\sin", "cos": r"\cos", "tanh": r"\tanh", "mod": r"\operatorname{mod}"}  # fmt: skip
_FENCES = {"abs": (r"\left|", r"\right|"), "floor": (r"\lfloor", r"\rfloor"), "ceil": (r"\lceil", r"\rceil"),
           "norm": (r"\left\|", r"\right\|")}  # fmt: skip
_RELATIONS = {"<=": r"\le", ">=": r"\ge", "!=": r"\ne", "~": r"\approx", "propto": r"\propto", "->": r"\to",
              "=>": r"\Rightarrow", "in": r"\in"}  # fmt: skip


_BRACKETED = re.compile(r"\s*(?:\\(?:left|[bB]igg?l?)\s*)?(?:[(\[]|\\\{)")
_BRACKET = re.compile(r"\\[A-Za-z]+|\\.|[()\[\]{}]")


def enclosed(text: str) -> bool:
    """Whether one pair of brackets that is seen on the page holds all of the text."""
    if not _BRACKETED.match(text):
        return False
    depth = 0
    for match in _BRACKET.finditer(text):
        sign = match.group().removeprefix("\\")
        depth += (sign in ("(", "[", "{")) - (sign in (")", "]", "}"))
        if depth == 0 and sign in (")", "]", "}"):
            return not text[match.end() :].strip()
    return False


def latex(term: Term, source: str = "") -> str:
    r"""The term as LaTeX.

    Args:
        term: the formula.
        source: the text that spans refer to; a part that still has a span is copied from it
            as it was written, so that a mended formula differs only where it was mended.
            Nodes that were changed must have lost their span.
    """
    return _Printer(source).print(term, _SUM)


class _Printer:
    def __init__(self, source: str) -> None:
        self.source = source

    def print(self, term: Term, needed: int) -> str:
        copied = self._copied(term)
        body = copied or getattr(self, f"_{term.head}")(term)
        loose = _BINDING.get(term.head, _ATOM) < needed and not (copied and enclosed(copied))
        return rf"\left({body}\right)" if loose else body

    def _copied(self, term: Term) -> str | None:
        if not self.source or not term.span or term.head == "number":
            return None
        if any(node.span is None for node in term.nodes()):
            return None
        return self.source[slice(*term.span)]

    def _number(self, term: Term) -> str:
        assert term.value is not None
        if self.source and term.span and term.span[0] < term.span[1]:
            return self.source[slice(*term.span)]
        top, bottom = term.value.numerator, term.value.denominator
        return str(top) if bottom == 1 else rf"\frac{{{top}}}{{{bottom}}}"

    def _name(self, term: Term) -> str:
        return r"\text{otherwise}" if term.name == "otherwise" else term.name

    def _at(self, term: Term) -> str:
        index = ",".join(self.print(a, _SUM) for a in term.args).replace(" ", "")
        script = index if len(index) == 1 else f"{{{index}}}"
        # A name that has a subscript of its own takes the index outside braces.
        return f"{{{term.name}}}_{script}" if "_" in term.name and "[" not in term.name else f"{term.name}_{script}"

    def _add(self, term: Term) -> str:
        out = self.print(term.args[0], _SUM)
        for arg in term.args[1:]:
            out += f" - {self.print(arg.args[0], _PRODUCT)}" if arg.head == "neg" else f" + {self.print(arg, _SIGN)}"
        return out

    def _neg(self, term: Term) -> str:
        return f"-{self.print(term.args[0], _PRODUCT)}"

    def _mul(self, term: Term) -> str:
        parts = [self.print(a, _POWER if a.head != "mul" else _PRODUCT) for a in term.args]
        out = parts[0]
        for left, (right, text) in zip(term.args, zip(term.args[1:], parts[1:], strict=True), strict=False):
            digits = right.head == "number" or (right.head == "pow" and right.args[0].head == "number")
            out += (r" \cdot " if term.name or (digits and left.head == "number") else " ") + text
        return out

    def _div(self, term: Term) -> str:
        return rf"\frac{{{self.print(term.args[0], _SUM)}}}{{{self.print(term.args[1], _SUM)}}}"

    def _pow(self, term: Term) -> str:
        base, exponent = term.args
        power = self.print(exponent, _SUM)
        script = power if len(power) == 1 else f"{{{power}}}"
        text = self.print(base, _ATOM)
        fenced = (base.head == "call" and base.name in _FENCES) or enclosed(text)
        raised = base.head in ("name", "at") and "^" in text  # no two superscripts side by side
        if raised or (base.head in ("div", "grad", "call", "expect") and not fenced):
            text = rf"\left({text}\right)"
        return f"{text}^{script}"

    def _call(self, term: Term) -> str:
        args = ", ".join(self.print(a, _SUM) for a in term.args)
        if term.name == "sqrt":
            return rf"\sqrt{{{args}}}"
        if term.name == "dot":
            return rf"\langle {args} \rangle"
        if term.name == "transpose":
            return f"{self.print(term.args[0], _ATOM)}^T"
        if term.name == "hessian":
            return rf"\nabla^2 f({args})"
        if term.name in _FENCES:
            opening, closing = _FENCES[term.name]
            return f"{opening} {args} {closing}"
        name = _OPERATORS.get(term.name, term.name)
        return rf"{name}\left({args}\right)"

    def _grad(self, term: Term) -> str:
        point = self.print(term.args[0], _SUM)
        return rf"\nabla {point}" if term.name == "label" else rf"\nabla f({point})"

    def _sum(self, term: Term, sign: str = r"\sum") -> str:
        low, high, body = term.args
        if low == high and ("!=" in low.name or low.name == r"\ldots"):  # over what a condition, or nothing, says
            under = low.name.replace("!=", r"\neq") if "!=" in low.name else term.name
            return f"{sign}_{{{under}}} {self.print(body, _PRODUCT)}"
        return (
            f"{sign}_{{{term.name}={self.print(low, _SUM)}}}^{{{self.print(high, _SUM)}}} {self.print(body, _PRODUCT)}"
        )

    def _prod(self, term: Term) -> str:
        return self._sum(term, r"\prod")

    def _expect(self, term: Term) -> str:
        return rf"\mathbb{{E}}\left[{self.print(term.args[0], _SUM)}\right]"

    def _relation(self, term: Term) -> str:
        left, right = (self.print(a, _SUM) for a in term.args)
        return f"{left} {_RELATIONS.get(term.name, term.name)} {right}"

    def _cases(self, term: Term) -> str:
        rows = [
            f"{self.print(value, _SUM)} & "
            + ("" if condition.name == "otherwise" else r"\text{if } ")
            + self.print(condition, _SUM)
            for value, condition in zip(term.args[::2], term.args[1::2], strict=True)
        ]
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"
