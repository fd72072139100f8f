"""What a check answers when there is nothing to check. No library is needed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from symopt.cli import cli
from symopt.read.libraries import NotFound, locate, request

MISSPELT = "json.decoder.JSONDecode"


def test_a_dotted_name_is_found() -> None:
    from json.decoder import JSONDecoder

    assert locate("json.decoder.JSONDecoder") is JSONDecoder


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("adam", "'adam' is not a dotted name, such as torch.optim.Adam"),
        ("torch.optim.", "is not a dotted name"),
        ("no_such_library.Adam", "no module is called 'no_such_library'"),
        (MISSPELT, "json.decoder has no JSONDecode; did you mean json.decoder.JSONDecoder"),
        ("json.zzzz", "json has no zzzz"),
        ("json.decoder.JSONDecoder", "is no optimizer that symopt can trace: it is a class of another kind"),
        ("math.pi", "is no optimizer that symopt can trace: it is a float"),
        ("os.path", "is no optimizer that symopt can trace: it is a module"),
        ("os.path.join", "is no optimizer that symopt can trace: it is a function that asks for `a`"),
    ],
)
def test_a_wrong_name_is_answered_with_what_would_be_right(path: str, message: str) -> None:
    with pytest.raises(NotFound, match=message):
        request(path)
    result = CliRunner().invoke(cli, ["check", path], standalone_mode=True)
    assert result.exit_code
    assert message.split(";")[0] in result.output


@pytest.mark.parametrize(("library", "extra"), [("torch", "torch"), ("optax", "jax"), ("keras", "keras")])
def test_a_missing_library_is_answered_with_its_extra(
    library: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(NotFound, match=rf"{library} is not installed; pip install 'symopt\[{extra}\]' brings it"):
        locate(f"{library}.Adam")


@pytest.mark.parametrize("error", ["OSError", "SystemExit"])
def test_a_module_that_fails_is_named(error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "breaks_at_import.py").write_text(f"raise {error}('no such disk')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(NotFound, match=f"importing breaks_at_import failed: {error}: no such disk"):
        locate("breaks_at_import.Adam")
    assert "breaks_at_import" not in sys.modules
