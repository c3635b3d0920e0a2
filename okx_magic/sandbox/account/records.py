"""Orders and algo orders as an account remembers them.

Tested in ``tests/sandbox/test_sandbox_memory.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from okx_magic.sandbox.account.algos import Algo
    from okx_magic.sandbox.account.orders import Order

One = TypeVar("One", "Order", "Algo")

REMEMBERED = 2000


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
