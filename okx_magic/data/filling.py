"""Rows of OKX's files into a dataset, an instrument at a time, in memory that does not grow.

Tested in ``tests/data/test_files.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from okx_magic.data.filing import Filing, manifest_of
from okx_magic.data.parts import Part
from okx_magic.data.ranges import missing, month_start
from okx_magic.data.targets import target_of
from okx_magic.errors import TransportError
from okx_magic.model import Request
from okx_magic.pages.paging import Span
from okx_magic.pages.rows import times_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from okx_magic.data.folder import Folder
    from okx_magic.data.listing import Kind
    from okx_magic.data.ranges import Range

_TIME_DIGITS: Final = 13


class Filling:
    """The rows of one instrument in a file of a range of time, which come oldest first.

    What the dataset has already stays as it is. ``fresh`` counts the rows that were added,
    ``outside`` those that are of another time than the file.
    """

    def __init__(
        self, folder: Folder, kind: Kind, instrument: str, bounds: Range, *, most: int
    ) -> None:
        self.target = target_of(Request("GET", kind.target.format(instrument)), Span())
        manifest = manifest_of(folder, self.target)
        self._filing = Filing(folder, self.target, manifest)
        self._gaps = missing(bounds, manifest.covered)[::-1]
        self._bounds = bounds
        self._most = most
        self._low = bounds[0]
        self._rows: list[tuple[int, Any]] = []
        endpoint = self.target.request.endpoint
        self._names = endpoint.columns if endpoint else ()
        self._kind = kind
        self.instrument = instrument
        self.fresh = self.outside = 0

    def add(self, row: dict[str, str], name: str) -> None:
        """Take a row of the file of that name."""
        text = row.get(self._kind.time, "").partition(".")[0]
        if not (text.isdecimal() and len(text) == _TIME_DIGITS):
            raise TransportError(f"{name} has a row without a time in ms", written=True)
        time = int(text)
        if not self._bounds[0] <= time < self._bounds[1]:
            self.outside += 1
            return
        if time < self._low:
            raise TransportError(f"{name} is not in the order of time", written=True)
        self._rows.append((time, self._as_answered(row, text)))
        if len(self._rows) >= self._most and time != self._rows[0][0]:
            if time < self._rows[0][0]:
                raise TransportError(f"{name} is not in the order of time", written=True)
            self._flush(time)

    def end(self) -> None:
        """The file has no more rows."""
        self._flush(self._bounds[1])

    def _as_answered(self, row: dict[str, str], time: str) -> Any:
        """The row as the endpoint would answer it: columns by name, what the file has not is blank."""
        said = {ours: row.get(theirs, "") for ours, theirs in self._kind.columns.items()}
        said |= self._kind.constants
        said |= {
            ours: time for ours, theirs in self._kind.columns.items() if theirs == self._kind.time
        }
        if self._names:
            # A bar in a file is closed, also where the file does not say it.
            said["confirm"] = said.get("confirm") or "1"
            return [said.get(each, "") for each in self._names]
        if "side" in said:
            said["side"] = said["side"].lower()
        said["instId"] = self.instrument
        return said

    def _flush(self, edge: int) -> None:
        """File what is before that time, a month at a time, where the dataset has nothing yet."""
        rows = sorted((each for each in self._rows if each[0] < edge), key=lambda each: each[0])
        self._rows = [each for each in self._rows if each[0] >= edge]
        for low, high in self._gaps:
            begin, end = max(low, self._low), min(high, edge)
            for first, last in _months(begin, end):
                some = [each for each in rows if first <= each[0] < last][::-1]
                times = times_of(time for time, _ in some)
                part = Part(first, last, [[row for _, row in some]], times)
                self._filing.write(part, above=last, bottom=first)
                self.fresh += len(some)
        self._low = edge


def _months(low: int, high: int) -> Iterable[Range]:
    while low < high:
        end = min(high, month_start(month_start(low) + 32 * 86_400_000))
        yield low, end
        low = end
