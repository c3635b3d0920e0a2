"""A book as a feed: pushes in, one book that is right or says that it is not.

Tested in ``tests/streams/test_book.py``.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import msgspec

from okx_magic.streams.book import CHANGES, Book, Change
from okx_magic.streams.feed import Feed
from okx_magic.streams.protocol import rows_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okx_magic.streams.feed import Ask
    from okx_magic.streams.protocol import Arg

_DEPTH: Final = {"books": "400", "books-l2-tbt": "400", "books50-l2-tbt": "50"}


class BookFeed(Feed):
    """Keeps the book of one instrument. Where an id is missing the book is not valid until REST has a
    whole one; ``wants_rest`` says so.
    """

    takes_both = True

    def __init__(self, arg: Arg) -> None:
        super().__init__(arg)
        self.book = Book()
        self.wants_rest = False
        self._gap: int | None = None

    def take_run(self, run: Sequence[bytes], action: str) -> None:
        """Changes, or the whole book."""
        for data in run:
            self._judge(data, whole=action == "snapshot")

    def _judge(self, data: bytes, *, whole: bool) -> None:
        changes = CHANGES.decode(data)
        rows = [data[1:-1]] if len(changes) == 1 else rows_in(data)
        for change, row in zip(changes, rows, strict=True):
            told = self.book.take(change, whole=whole)
            if told == "old":
                continue
            if told == "gap":
                self._lose(f"the book's {change.prevSeqId} did not come")
            self.wants_rest = not self.book.valid
            if told == "applied":
                self._whole()
                self.give([row], [""])

    def broken(self) -> None:
        """Nothing is known of the book now."""
        self.book.lose()

    async def read_again(self, ask: Ask) -> tuple[int | None, int]:
        """A whole book, if none was pushed."""
        if not self.book.valid:
            await self.fill(ask)
        # It is whole; the changes in between nobody has.
        return None, 0

    async def fill(self, ask: Ask) -> None:
        """Begin with REST's book. Raises the errors of ``ask``."""
        channel = self.arg.channel
        query = urlencode({**self.arg.keys, "sz": _DEPTH.get(channel.name, "400")})
        found: list[Any] = await ask(f"{channel.twin}?{query}")
        if not found:
            return
        whole = msgspec.convert(found[0], Change, strict=False)
        # While REST was asked, a whole one may have been pushed.
        if whole.seqId >= 0 and not self.book.valid:
            self.book.start(whole)
        self.wants_rest = not self.book.valid
        if not self.wants_rest:
            self._whole()
            self.give([msgspec.json.encode(found[0])], [""])

    def _lose(self, reason: str) -> None:
        if self._gap is None:
            self._gap = self.gaps.open(self.last_at or time.time(), reason)

    def _whole(self) -> None:
        if self._gap is not None:
            self.gaps.end(self._gap, time.time(), missed=None, filled=0)
            self._gap = None
