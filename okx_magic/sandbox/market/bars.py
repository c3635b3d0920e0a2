"""The bars of candles: where each begins and ends.

What their names mean is in ``catalogue``. Times are whole seconds since 1970; bars are numbered, so
that paging is arithmetic.

Tested in ``tests/sandbox/test_sandbox_agreement.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from okx_magic.catalogue.bar_names import bar_length, opens_by_hong_kong

_HONG_KONG = 8 * 3600
# 1970-01-05, the first Monday.
_MONDAY = 4 * 86_400


@dataclass(frozen=True, slots=True)
class Bar:
    """A kind of bar: ``seconds`` long, or ``months`` long. ``shift`` is how much earlier than at
    UTC midnight it opens, ``anchor`` where bar 0 stands.
    """

    seconds: int = 0
    months: int = 0
    shift: int = 0
    anchor: int = 0

    def number(self, second: int) -> int:
        """The number of the bar that holds ``second``."""
        local = second + self.shift
        if self.seconds:
            return (local - self.anchor) // self.seconds
        day = datetime.fromtimestamp(local, UTC)
        return (day.year * 12 + day.month - 1) // self.months

    def start(self, number: int) -> int:
        """The first second of bar ``number``; it ends where the next one starts."""
        if self.seconds:
            return number * self.seconds + self.anchor - self.shift
        year, month = divmod(number * self.months, 12)
        return int(datetime(year, month + 1, 1, tzinfo=UTC).timestamp()) - self.shift


@cache
def bar_named(name: str) -> Bar:
    """The bar that OKX calls so: ``1m``, ``1Dutc``."""
    shift = _HONG_KONG if opens_by_hong_kong(name) else 0
    length = bar_length(name)
    if length is None:
        return Bar(months=int(name[: name.index("M")]), shift=shift)
    return Bar(length // 1000, shift=shift, anchor=_MONDAY if "W" in name else 0)
