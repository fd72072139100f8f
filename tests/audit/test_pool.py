"""Work done by several processes: the same answers as alone, and no process outlives the program."""

from __future__ import annotations

import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from symopt.audit import audit
from symopt.audit.catalogue import plain, under_conventions
from symopt.audit.parcels import packed, unpacked
from symopt.render import to_json
from symopt.rewrites import terms_of
from tests.audit.documents import printed

SLEEPERS = """
import time
from symopt.audit.parcels import Call
from symopt.audit.pool import Pool
pool = Pool(2)
try:
    answers = pool.answers([Call(time.sleep, (120,))] * 4)
    print("started", flush=True)
    answers[0]()
finally:
    pool.close()
"""


def test_several_processes_say_what_one_says(tmp_path: Path) -> None:
    models = {m.system: m.optimizer for m in plain()}
    for name in ("adam", "rmsprop", "nesterov"):
        (tmp_path / f"{name}.md").write_text(printed(terms_of(models[name])).replace("t-1", "t"), encoding="utf-8")
    assert to_json(audit([tmp_path], processes=2)) == to_json(audit([tmp_path], processes=1))


@pytest.mark.parametrize("system", ["adam", "momentum"])
def test_a_model_arrives_as_itself(system: str) -> None:
    (model,) = (m for m in plain() if m.system == system)
    for sent in (model, *under_conventions(system)):
        assert unpacked(packed(sent)) is sent
        numbered = sent.with_values({sent.hypers[-1]: Fraction(9, 10)})
        arrived = unpacked(packed(numbered))
        assert (arrived.optimizer, arrived.conventions, arrived.fixed) == (
            numbered.optimizer, numbered.conventions, numbered.fixed,
        )  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_the_program(how: signal.Signals) -> None:
    """The program's output ends when the last process that could write to it has ended."""
    program = subprocess.Popen([sys.executable, "-c", SLEEPERS], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert program.stdout is not None
    assert program.stdout.readline() == b"started\n"
    program.send_signal(how)
    assert program.communicate(timeout=60)[0] == b""
