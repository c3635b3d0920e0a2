"""Time that does not depend on how busy or how fast the machine is."""

from __future__ import annotations

import json
import threading
import time
from statistics import median
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

_TICK = 0.01
# What Python reads in about 1 ms on a machine of today.
_TEXT = json.dumps([{"instId": "BTC-USDT", "px": str(number)} for number in range(4_400)])


class Ticks:
    """Counts hundredths of a second in a thread of its own. A busy machine delays it as it delays what
    is measured beside it, so that a deadline kept late for want of a core is none that was missed.
    """

    def __init__(self) -> None:
        self._count = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def seconds(self) -> float:
        """Seconds since the block began: as many as it has counted, never more than truly passed."""
        return self._count * _TICK

    def _run(self) -> None:
        while not self._over.wait(_TICK):
            self._count += 1


def cost(action: Callable[..., object], *arguments: object, rounds: int = 5) -> float:
    """How much work an action is for the processor, beside the reading of 160 kB of JSON with ``json``,
    which takes about a millisecond on a machine of today: the median of pairs.
    """
    return median(_work(action, *arguments) / _work(json.loads, _TEXT) for _ in range(rounds))


def _work(action: Callable[..., object], *arguments: object) -> float:
    started = time.thread_time()
    action(*arguments)
    return time.thread_time() - started
