"""The bar of a download: requests, rows and the time left."""

from __future__ import annotations

from typing import Any, Self


class DownloadBar:
    """Shows the progress of a download; disappears afterwards. Nothing is shown when ``quiet``."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._rows = 0
        self._bar: Any = None

    def start(self, requests: int | None) -> None:
        """It takes about this many requests, where that is known."""
        if self._quiet or requests == 0:
            return
        from tqdm.auto import tqdm  # noqa: PLC0415  # on first use

        self._bar = tqdm(desc="download", total=requests, unit=" requests", leave=False)

    def advance(self, requests: int, rows: int) -> None:
        """So many more requests were answered, and so many rows came."""
        self._rows += rows
        if self._bar is not None:
            # The bar decides how often it is drawn.
            self._bar.set_postfix_str(f"{self._rows:,} rows", refresh=False)
            self._bar.update(requests)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
