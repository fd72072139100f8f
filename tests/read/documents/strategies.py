"""Random documents whose formulas are known, with their places."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

ATOMS = (
    r"\theta_t", "m_{t-1}", r"\beta_1^t", r"\frac{v_t}{1 - \beta_2}", "g_t^2", r"\sqrt{\hat{v}_t}", r"\eta",
    r"\nabla_\theta J(\theta)", r"\text{if } x", r"\left( a \right)", r"\{ b \}", r"50\%", "w_{new}", r"\alpha",
)  # fmt: skip
WORDS = (
    "the", "learning", "rate", "moves", "slowly.", "Here", "costs", "$5", "and", "$60,", "(see", "below)", "50%",
    "A_B", "*often*", "é", "vs.", "snow☃", "it's",
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """A formula that was put into a document, at 1-based line and column."""

    line: int
    column: int
    text: str


formula = st.lists(st.sampled_from(ATOMS), min_size=1, max_size=4).map(" + ".join)


def prose(tex: bool) -> st.SearchStrategy[str]:
    """Words; in LaTeX without the signs that mean something there."""
    words = [w for w in WORDS if not (tex and set(w) & set("$%"))]
    return st.lists(st.sampled_from(words), min_size=1, max_size=6).map(" ".join)


def delimiters() -> st.SearchStrategy[tuple[str, str]]:
    """Pairs that open and close a formula, the space inside them included."""
    inline = [("$", "$"), (r"\(", r"\)"), (r"\( ", r" \)")]
    display = [("$$", "$$"), ("$$ ", " $$"), (r"\[", r"\]"), ("$$\n", "\n$$"), ("\\[\n  ", "\n\\]")]
    names = ["equation", "align*", "gather", "multline", "eqnarray", "displaymath"]
    return st.sampled_from(inline + display + [(f"\\begin{{{n}}}\n", f"\n\\end{{{n}}}") for n in names])


@st.composite
def documents(draw: st.DrawFn, newline: str = "\n", tex: bool = False) -> tuple[str, list[Known]]:
    """Paragraphs of prose with formulas among them; the text and its formulas."""
    text, known = "", list[Known]()
    for _ in range(draw(st.integers(0, 5))):
        for _ in range(draw(st.integers(0, 4))):
            words = draw(prose(tex))
            opening, closing = draw(delimiters())
            body = draw(formula)
            text += words + " " + opening
            line = text.count("\n") + 1
            known.append(Known(line, len(text) - text.rfind("\n"), body))
            text += body + closing + draw(st.sampled_from([" ", ".", ",", "\n"]))
        text += draw(prose(tex)) + draw(st.sampled_from(["\n\n", "\n \n"]))
    return text.replace("\n", newline), known
