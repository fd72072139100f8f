"""A pytest plugin: the fixture ``conforms``, and the marker ``optimizer``.

@pytest.mark.optimizer("adam")
def test_my_adam(conforms):
    conforms(my_step)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers", "optimizer(definition, **options): the definition that the fixture conforms holds code against"
    )


@pytest.fixture
def conforms(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Call it with a step function, and with a definition unless the marker ``optimizer`` names one."""
    marker = request.node.get_closest_marker("optimizer")

    def check(step: Callable[..., Any], *definition: Any, **options: Any) -> None:
        from symopt.testing.conforms import assert_conforms  # heavy: only when a test asks for it

        chosen = definition or (marker.args if marker else ())
        if len(chosen) != 1:
            raise TypeError('name one definition: conforms(step, "adam"), or @pytest.mark.optimizer("adam")')
        assert_conforms(step, chosen[0], **{**(marker.kwargs if marker else {}), **options})

    return check
