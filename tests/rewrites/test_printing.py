"""A mended formula differs from the author's only where it was mended."""

from __future__ import annotations

from symopt.language import terms as T
from symopt.language.latex import latex
from symopt.language.terms import Term
from symopt.rewrites import Roles, mended_latex, mistake

SOURCE = r"\hat{s}_t = \frac{s_t}{1 - (\beta_1)} * \eta"


def read() -> Term:
    """The formula of SOURCE, with its places."""

    def spot(text: str, head: str, *args: Term, name: str = "", value: int | None = None) -> Term:
        start = SOURCE.index(text)
        made = T.number(value) if value is not None else Term(head, args, name)
        return Term(made.head, made.args, made.name, made.value, (start, start + len(text)))

    left = spot(r"\hat{s}_t", "at", spot("t", "name", name="t"), name=r"\hat{s}")
    s = spot("s_t", "at", spot("t", "name", name="t"), name="s")
    beta = spot(r"\beta_1", "name", name=r"\beta_1")
    bottom = spot(r"1 - (\beta_1)", "add", spot("1", "", value=1), spot(r"- (\beta_1)", "neg", beta))
    fraction = spot(r"\frac{s_t}{1 - (\beta_1)}", "div", s, bottom)
    product = spot(SOURCE[SOURCE.index(r"\frac") :], "mul", fraction, spot(r"\eta", "name", name=r"\eta"))
    return spot(SOURCE, "relation", left, product, name="=")


ROLES = Roles({r"\beta_1": "hyper:decay", r"\eta": "hyper:rate", "s": "state"})


def test_only_the_changed_part_is_set_anew() -> None:
    formula = read()
    ((_, mended),) = mistake("bias-correction exponent missing").mends(formula, ROLES)
    assert mended_latex(formula, mended, SOURCE) == r"\hat{s}_t = \frac{s_t}{1 - (\beta_1^t)} * \eta"


def test_unchanged_parts_are_copied_by_the_plain_printer_too() -> None:
    ((_, mended),) = mistake("bias-correction exponent missing").mends(read(), ROLES)
    assert r"\hat{s}_t = " in latex(mended, SOURCE)


def test_an_unchanged_formula_is_its_source() -> None:
    assert mended_latex(read(), read(), SOURCE) == SOURCE
