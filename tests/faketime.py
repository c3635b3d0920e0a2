"""Time that passes only when somebody waits."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field

from okx_magic.wire.retry import Timing

# 2026-03-03, 03:33:20.5 UTC.
START = 1_772_508_800.5


@dataclass
class FakeTime:
    """``wall`` is in seconds since 1970 and can be stepped; the monotonic time cannot. ``slept`` holds
    every wait.
    """

    passed: float = 0.0
    step: float = 0.0
    slept: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def wall(self) -> float:
        return START + self.passed + self.step

    def true(self) -> float:
        """The exchange's time: that of the world, without our steps."""
        return START + self.passed

    def now(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.slept.append(seconds)
            self.passed += seconds

    def timing(self, seed: int = 0) -> Timing:
        return Timing(self.now, self.sleep, random.Random(seed).random)  # noqa: S311  # jitter
