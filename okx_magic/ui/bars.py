"""The bars of what takes long: pages, downloads, the search for a mistake. Each disappears at its end.

Tested in ``tests/commands/test_paged_cells.py`` and ``tests/detective/test_search_progress.py``.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

# Seconds from which on a pull of known length has a bar.
_WORTH_SHOWING: Final = 2.0
# Seconds that anything of unknown length runs before its bar appears.
_PATIENCE: Final = 1.0


class _Bar:
    """Shows nothing until it is begun."""

    _bar: Any = None

    def _begin(self, **options: Any) -> None:
        from tqdm.auto import tqdm  # noqa: PLC0415  # on first use

        # The bar decides how often it is drawn.
        self._bar = tqdm(leave=False, **options)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()


class PullBar(_Bar):
    """The pages of a pull that takes more than two seconds."""

    def __init__(self, label: str) -> None:
        self._label = label

    def start(self, pages: int | None, seconds: float | None) -> None:
        """The pull takes about this many pages and seconds, where that is known."""
        if seconds is None or seconds > _WORTH_SHOWING:
            delay = _PATIENCE if seconds is None else 0
            self._begin(desc=self._label, total=pages, unit=" pages", delay=delay)

    def advance(self) -> None:
        """One more page has come."""
        if self._bar is not None:
            self._bar.update()


class DownloadBar(_Bar):
    """The requests and rows of a download, and the time left. Nothing is shown when ``quiet``."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._rows = 0

    def start(self, requests: int | None) -> None:
        """It takes about this many requests, where that is known."""
        if not self._quiet and requests != 0:
            # Of unknown length it would begin as "0 requests [00:00, ? requests/s]".
            delay = _PATIENCE if requests is None else 0
            self._begin(desc="download", total=requests, unit=" requests", delay=delay)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take it away while something else is printed: a terminal would have both on one line."""
        if self._bar is not None:
            self._bar.clear()
        yield
        if self._bar is not None:
            self._bar.refresh()

    def advance(self, requests: int, rows: int) -> None:
        """N more requests were answered, and N more rows came."""
        self._rows += rows
        if self._bar is not None:
            self._bar.set_postfix_str(f"{self._rows:,} rows", refresh=False)
            self._bar.update(requests)


class SearchBar(_Bar):
    """How much of its budget a search has spent, once it takes more than a second."""

    def __init__(self, label: str, unit: str) -> None:
        self._label, self._unit = label, unit

    def reach(self, done: int, of: int) -> None:
        """This much is done, of at most ``of``."""
        if self._bar is None:
            self._begin(desc=self._label, total=of, unit=self._unit, delay=_PATIENCE)
        self._bar.update(done - self._bar.n)
