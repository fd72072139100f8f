"""Pictures: the data are finite and what the names say, and one drawing is like another."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from symopt.render.plots import Plot, plots, svg

PLOTS = plots()
every_plot = pytest.mark.parametrize("plot", PLOTS, ids=lambda p: p.name)


@every_plot
def test_the_data_are_finite(plot: Plot) -> None:
    assert plot.data and plot.caption
    for x, y in plot.data.values():
        assert np.isfinite(x).all() and np.isfinite(y).all()


def test_names_and_fingerprints_differ() -> None:
    assert len({p.name for p in PLOTS}) == len({p.digest for p in PLOTS}) == len(PLOTS)


def test_momentum_is_ahead_on_an_ill_conditioned_quadratic() -> None:
    (plot,) = [p for p in PLOTS if p.name == "quadratic-paths"]
    last = {label.split(",")[0]: y[-1] for label, (_, y) in plot.data.items()}
    assert last["Momentum"] < last["Nesterov momentum"] < last["Gradient descent"]


@pytest.mark.library
@every_plot
def test_drawing_is_deterministic(plot: Plot) -> None:
    pytest.importorskip("matplotlib")
    drawn = svg(plot)
    assert drawn == svg(plot)
    assert plot.digest in drawn
    ElementTree.fromstring(drawn)
