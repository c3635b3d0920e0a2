"""What a pull covers: holes between bars, and how far back an endpoint keeps its rows.

OKX docs: trade/fills keeps 3 days, orders-history and bills 7 days, asset/bills a month, each with a twin
of the same rows that keeps them longer. The end of such a window is not the end of OKX's history.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from okx_magic.pages.paging import time_text
from okx_magic.pages.rows import holes

if TYPE_CHECKING:
    from okx_magic.model import Request
    from okx_magic.pages.rows import Times

_DAY: Final = 24 * 3_600_000
_HOLES_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Window:
    """How long an endpoint keeps its rows: ``days``, in words ``kept``; ``longer`` is the path of the
    endpoint that keeps the same rows longer, "" for none.
    """

    path: str
    days: int
    kept: str
    longer: str

    def holds(self, since: int | None, now: int) -> bool:
        """Whether all rows from a time on are kept; none are for a pull of everything."""
        return since is not None and since >= now - self.days * _DAY

    def outlived_by(self, oldest: int | None, now: int) -> bool:
        """Whether rows came that are older than the longest window is said to be: not each of OKX's sites
        keeps them equally long.
        """
        return not self.longer and oldest is not None and not self.holds(oldest, now)

    def older(self, request: Request) -> Request:
        """The same request at the endpoint that keeps more."""
        query = request.target.partition("?")[2]
        return replace(request, target=f"{self.longer}?{query}" if query else self.longer)


def window_of(request: Request) -> Window | None:
    """The window of a request's endpoint; None where the docs name none."""
    keeps = request.endpoint.keeps if request.endpoint else None
    if keeps is None:
        return None
    return Window(request.path, keeps["days"], keeps["text"], keeps.get("more", ""))


class Holes:
    """The bars that are missing between others, found while pages come newest first."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._last: int | None = None
        self._found: list[tuple[int, int]] = []

    def see(self, times: Times) -> None:
        """Look at the times of more bars, newest first."""
        self._found += holes(times, self._length, self._last)
        self._last = int(times[-1]) if len(times) else self._last

    def notices(self) -> tuple[str, ...]:
        """A line on the holes, oldest first; none where there are none."""
        if not self._found:
            return ()
        missing = sum((end - start) // self._length for start, end in self._found)
        oldest = self._found[: -_HOLES_SHOWN - 1 : -1]
        shown = [f"{time_text(start)} to {time_text(end)}" for start, end in oldest]
        more = len(self._found) - len(shown)
        others = f" and {more} more" if more > 0 else ""
        bars = "bar is" if missing == 1 else "bars are"
        return (f"OKX has holes: {missing} {bars} missing, from {', '.join(shown)}{others}",)
