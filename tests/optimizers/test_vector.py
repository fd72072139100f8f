"""Whatever a file of symopt/optimizers/vector defines is listed, cited, printable, and fits together."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
import re

import pytest
from click.testing import CliRunner
from sympy import Eq

import symopt.optimizers.vector
from symopt.cli import cli
from symopt.language import DefinitionError, Optimizer, dot, grad, inverse, line_search, t, transpose
from symopt.language.linear import is_linear
from symopt.language.vectors import H, alpha, g, x
from symopt.optimizers import UnknownOptimizer, catalogue, get, lbfgs_with, vector_methods

METHODS = list(vector_methods().values())
every_method = pytest.mark.parametrize("method", METHODS, ids=lambda o: o.name)


def test_every_module_is_scanned() -> None:
    for file in pkgutil.iter_modules(symopt.optimizers.vector.__path__, "symopt.optimizers.vector."):
        held = [v for v in vars(importlib.import_module(file.name)).values() if isinstance(v, Optimizer)]
        assert held, f"{file.name} defines nothing"
        assert all(v in METHODS for v in held)
    assert not vector_methods().keys() & catalogue().keys()


@every_method
def test_it_is_found_cited_and_shown(method: Optimizer) -> None:
    assert get(method.name) is method
    assert is_linear(method)
    assert re.search(r"\b(1[69]|20)\d\d\b", method.source)
    shown = CliRunner().invoke(cli, ["show", method.name])
    assert shown.exit_code == 0
    assert method.source in shown.output
    assert pickle.loads(pickle.dumps(method)).update == method.update


def test_elementwise_methods_are_not_linear() -> None:
    assert not any(is_linear(o) for o in catalogue().values() if isinstance(o, Optimizer))


REFUSED = {
    "a matrix added to a vector": (Eq(x[t], x[t - 1] + H[t - 1]), "cannot be added"),
    "vectors multiplied": (Eq(x[t], x[t - 1] * grad(x[t - 1])), "does not fit"),
    "a vector inverted": (Eq(x[t], inverse(x[t - 1]) * x[t - 1]), "no inverse"),
    "a matrix as the new vector": (Eq(x[t], x[t - 1] * transpose(x[t - 1])), "x is n by 1, not n by n"),
    "an inner product of matrices": (Eq(x[t], dot(H[t - 1], H[t - 1]) * x[t - 1]), "is not a vector"),
    "a vector squared": (Eq(x[t], x[t - 1] ** 2), "no powers"),
}


@pytest.mark.parametrize(("equation", "message"), REFUSED.values(), ids=REFUSED)
def test_shapes_that_do_not_fit_are_refused(equation: Eq, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        Optimizer("mine", hyper=[], update=[equation, Eq(H[t], H[t - 1])], init={H: 0}, params=x)


def test_a_memory_and_a_condition_have_names() -> None:
    assert lbfgs_with(2).name == "lbfgs(2)"
    with pytest.raises(ValueError, match="memory=0"):
        lbfgs_with(0)
    with pytest.raises(ValueError, match="condition='good'"):
        line_search(x[t - 1], g[t], "good")
    with pytest.raises(UnknownOptimizer, match="did you mean newton"):
        get("nwton")
    assert alpha.is_commutative
