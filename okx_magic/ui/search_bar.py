"""The bar of a search: how much of its budget is spent."""

from __future__ import annotations

from typing import Any, Final, Self

# A search that is done before that shows nothing.
_PATIENCE: Final = 1.0


class SearchBar:
    """Shows how far a search is, once it takes more than a second; disappears afterwards."""

    def __init__(self, label: str, unit: str) -> None:
        self._label, self._unit = label, unit
        self._bar: Any = None

    def reach(self, done: int, of: int) -> None:
        """So much is done, of at most so much."""
        if self._bar is None:
            from tqdm.auto import tqdm  # noqa: PLC0415  # on first use

            # The bar decides how often it is drawn.
            self._bar = tqdm(
                desc=self._label, total=of, unit=self._unit, leave=False, delay=_PATIENCE
            )
        self._bar.update(done - self._bar.n)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
