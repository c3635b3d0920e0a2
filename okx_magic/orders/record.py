"""The line in the ledger of one write: opened before its first byte leaves, closed with its outcome."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from okx_magic.errors import RefusedError
from okx_magic.orders import ledger
from okx_magic.orders.lookups import read_back
from okx_magic.orders.outcome import interrupted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okx_magic.credentials.account import Account
    from okx_magic.orders.lookups import Item
    from okx_magic.orders.submission import Prepared


class Record:
    """What the ledger is told of a prepared request and its ``items``; without a ledger nothing is."""

    def __init__(
        self,
        account: Account,
        book: ledger.Ledger | None,
        prepared: Prepared,
        items: Sequence[Item],
    ) -> None:
        self._account = account
        self._ledger = book
        self._prepared = prepared
        self._items = items
        self._entry = ""
        self.closed = False

    def open(self) -> None:
        """Write down that it is about to be sent. Raises RefusedError where that cannot be, or where the
        same was sent meanwhile.
        """
        if self._ledger is None:
            return
        # Known before the line is written: Ctrl-C in the middle of that leaves no entry open.
        self._entry = ledger.new_id()
        try:
            self._ledger.open(self._as_entry(), self._prepared.recheck)
        except RefusedError:
            self._entry = ""
            # To cancel lessens what is at risk: a full disk must not be in its way.
            if self._prepared.request.effect != "cancel":
                raise

    def close(self, outcome: str, code: str = "") -> None:
        """Write down how it ended. Raises Interrupted, with that outcome, if Ctrl-C comes meanwhile."""
        if self._ledger is None or not self._entry:
            return
        facts = {"code": code} if code else {}
        try:
            self._ledger.close(self._entry, outcome, **facts)
        except KeyboardInterrupt:
            # The line may not be there: what is told and what is written must be the same.
            with suppress(KeyboardInterrupt):
                self._ledger.close(self._entry, outcome, **facts)
            stopped = interrupted(
                self._prepared.request,
                self._account.name,
                outcome,
                f"interrupted; its outcome: {outcome}",
            )
        else:
            self.closed = True
            return
        self.closed = True
        raise stopped

    def _as_entry(self) -> ledger.Entry:
        account, request = self._account, self._prepared.request
        return ledger.Entry(
            environment=account.environment,
            account=account.name,
            key=account.credentials.key_hash if account.credentials else "",
            method=request.method,
            path=request.path,
            orders=tuple((item.inst_id, item.id) for item in self._items if item.id),
            settles=self._settles(),
            fingerprint=ledger.fingerprint(self._prepared.typed),
            id=self._entry,
        )

    def _settles(self) -> tuple[str, ...]:
        """The GETs that tell what became of it, of a setting the one that shows it."""
        shown = read_back(self._prepared.request)
        if shown is not None:
            return (f"GET {shown.target}",)
        return tuple(item.settles for item in self._items if item.settles)
