"""A bar for pulls that take a while."""

from __future__ import annotations

from typing import Any, Final, Self

_WORTH_SHOWING: Final = 2.0
# How long a pull of unknown length runs before its bar appears.
_PATIENCE: Final = 1.0


class Bar:
    """Shows how a pull goes on, when that takes more than two seconds; afterwards it is gone."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._bar: Any = None

    def start(self, pages: int | None, seconds: float | None) -> None:
        """It takes about so many pages and seconds, where that is known."""
        if seconds is not None and seconds <= _WORTH_SHOWING:
            return
        from tqdm.auto import tqdm  # noqa: PLC0415  # on first use

        self._bar = tqdm(
            desc=self._label,
            total=pages,
            unit=" pages",
            leave=False,
            delay=_PATIENCE if seconds is None else 0,
        )

    def advance(self) -> None:
        """One more page has come."""
        if self._bar is not None:
            self._bar.update()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
