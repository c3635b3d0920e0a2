"""Orders and algo orders as an account remembers them."""

from __future__ import annotations

from typing import Protocol, TypeVar

REMEMBERED = 2000


class Record(Protocol):
    """What there is one of after another: each replaces what was known under its id."""

    @property
    def record_id(self) -> str:
        """What it is known by."""
        ...

    @property
    def names(self) -> tuple[str, str]:
        """The instrument (or "" for all) within which a client's own id names it, and that id."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether anything can still happen to it."""
        ...


One = TypeVar("One", bound=Record)


class Records(dict[str, One]):
    """All that is known by its id, oldest first, as are the ``open`` ones. Of what is over, the last
    2,000 (or a few more) are remembered.
    """

    def __init__(self) -> None:
        super().__init__()
        self.open: dict[str, One] = {}
        # The newest of each name.
        self.named: dict[tuple[str, str], str] = {}

    def keep(self, one: One) -> None:
        """Puts ``one`` in the place of what was known of it."""
        number = one.record_id
        self[number] = one
        self.named[one.names] = max(number, self.named.get(one.names, ""))
        if one.is_open:
            self.open[number] = one
            return
        self.open.pop(number, None)
        if len(self) - len(self.open) >= 2 * REMEMBERED:
            self._forget()

    def find(self, number: str, names: tuple[str, str]) -> One | None:
        """The one with this id or, where that is empty, the newest one of these names."""
        return self.get(number or self.named.get(names, ""))

    def _forget(self) -> None:
        over = [one for one in self.values() if not one.is_open]
        for one in over[:-REMEMBERED]:
            del self[one.record_id]
            if self.named.get(one.names) == one.record_id:
                del self.named[one.names]
