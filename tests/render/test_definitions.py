"""Every definition can be shown."""

from __future__ import annotations

import pytest

from symopt.language import Optimizer
from symopt.optimizers import catalogue
from symopt.render.definition import to_latex, to_text


@pytest.mark.parametrize("definition", catalogue().values(), ids=lambda d: d.name)
def test_a_definition_shows_its_equations_and_hyperparameters(definition):
    text = to_text(definition)
    equations = len(definition.update) if isinstance(definition, Optimizer) else 1
    assert sum(line.startswith("  ") and "[t] = " in line for line in text.splitlines()) >= equations
    assert definition.title in text
    assert "\\" not in text
    assert definition.source in text
    assert all(h.name in text for h in definition.hyper if h.name != "pi")
    latex = to_latex(definition)
    assert latex.count("&=") == equations
    assert latex.count("{") == latex.count("}")


def test_defaults_read_as_papers_print_them():
    text = to_text(catalogue()["adam"])
    assert "= 0.999  in [0, 1) " in text
    assert "= 1e-08  in (0, infinity) " in text
