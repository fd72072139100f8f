"""Every file of proofs/ is found, run, and proves what it says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from symopt.decide import Status

FILES = sorted((Path(__file__).parents[2] / "proofs").glob("*.py"))


def test_there_are_proofs() -> None:
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_the_theorem_is_proved(path: Path) -> None:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    verdicts = module.prove()
    assert verdicts
    for name, verdict in verdicts.items():
        assert verdict.status is Status.PROVED, name
