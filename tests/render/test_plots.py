"""Pictures: the data are finite and what the names say, and one drawing is like another."""

from __future__ import annotations

from functools import cache
from xml.etree import ElementTree

import numpy as np
import pytest

from symopt.render import plots as pictures
from symopt.render.plots import svg

plots = cache(pictures.plots)


def test_the_data_are_finite() -> None:
    for plot in plots():
        assert plot.data and plot.caption
        for x, y in plot.data.values():
            assert np.isfinite(x).all() and np.isfinite(y).all(), plot.name


def test_names_and_fingerprints_differ() -> None:
    assert len({p.name for p in plots()}) == len({p.digest for p in plots()}) == len(plots())


def test_momentum_is_ahead_on_an_ill_conditioned_quadratic() -> None:
    (plot,) = [p for p in plots() if p.name == "quadratic-paths"]
    last = {label.split(",")[0]: y[-1] for label, (_, y) in plot.data.items()}
    assert last["Momentum"] < last["Nesterov momentum"] < last["Gradient descent"]


@pytest.mark.library
def test_drawing_is_deterministic() -> None:
    pytest.importorskip("matplotlib")
    for plot in plots():
        drawn = svg(plot)
        assert drawn == svg(plot)
        assert plot.digest in drawn
        ElementTree.fromstring(drawn)
