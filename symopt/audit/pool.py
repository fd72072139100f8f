"""Processes that make calls, and how they end: with the program, however that ends."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from multiprocessing import active_children, parent_process
from typing import Any

from symopt.audit.catalogue import plain
from symopt.audit.parcels import Call, made_elsewhere, packed, unpacked

FEW = 4
"""So few calls are made here: to start processes takes longer."""
WAIT = 1.0
"""Seconds after which an interrupt is looked for again."""


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Pool:
    """Processes that are started when there is enough to do.

    Args:
        workers: how many.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.started: ProcessPoolExecutor | None = None

    def answers(self, calls: Sequence[Call]) -> list[Callable[[], Any]]:
        """Each call's answer, to be waited for."""
        if self.started is None and len(calls) < FEW:
            return [_known(call.made()) for call in calls]
        if self.started is None:
            plain()  # made once, before the processes part
            gc.freeze()  # what was made lives on; no collection need look at it again
            self.started = ProcessPoolExecutor(self.workers, initializer=_begin)
        futures = [self.started.submit(made_elsewhere, parcel) for parcel in map(_parcel, calls)]
        return [_awaited(call, future) for call, future in zip(calls, futures, strict=True)]

    def close(self) -> None:
        """End the processes, also where they have not finished."""
        if self.started is not None:
            self.started.shutdown(wait=False, cancel_futures=True)
            for process in active_children():
                process.terminate()


def _parcel(call: Call) -> bytes:
    try:
        return packed(call)
    except RecursionError:
        return packed(Call(_too_deep, ()))


def _too_deep() -> Any:
    raise RecursionError


def _awaited(call: Call, future: Future[bytes]) -> Callable[[], Any]:
    """The answer of another process; terms too deep for a parcel stay here."""

    def answer() -> Any:
        try:
            while not future.done():  # a signal that comes just before a wait does not end it
                wait([future], timeout=WAIT)
            return unpacked(future.result())
        except RecursionError:
            return call.made()

    return answer


def _known(answer: Any) -> Callable[[], Any]:
    return lambda: answer


def _begin() -> None:
    """A process of the pool ends when the program that started it does; the terminal does not interrupt it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(1_000_000, 20, 50)  # expressions are many and seldom circular
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    program = parent_process()
    if program is not None:
        program.join()
        os._exit(1)
