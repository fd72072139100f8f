"""How the tests run: the same examples every time in CI, and no deadline for shared machines."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Of the cases of a test that is marked ``sampled(n)``, all but one in n are slow."""
    marker = item.get_closest_marker("sampled")
    if marker is not None and sum(item.callspec.indices.values()) % marker.args[0]:
        item.add_marker("slow")
